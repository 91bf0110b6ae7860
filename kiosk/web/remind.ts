// Reminder of the turn: sound, vibration and a screen that stays on, after a tap, since browsers want
// a gesture. Nothing leaves the phone.
import { onBeforeUnmount, onMounted, ref, type Ref, watch } from "vue";
import type { TicketView } from "@web/wire.gen.ts";

const SHAKE = [500, 200, 500, 200, 900];
/** Pitch (Hz) and start (s) of the tones. */
const TONES = [[880, 0], [1175, 0.25], [880, 0.5], [1175, 0.75]] as const;

// Shared by the numbers of one visit, between which the page turns.
const on = ref(false);
let audio: AudioContext | null = null;
let lock: { release: () => Promise<void> } | null = null;

type Seen = Pick<TicketView, "state" | "ahead" | "call_count" | "remind_ahead" | "delay">;

/** Reminder that a change of the ticket is worth: a call, the last people ahead, or nothing. */
export function reminder(before: Seen | null, now: Seen): "call" | "soon" | "" {
  if (now.state === "called") return before?.state !== "called" || before.call_count !== now.call_count ? "call" : "";
  return isNear(now) && (before === null || !isNear(before)) ? "soon" : "";
}

/** Return true if the call can come soon: few people are ahead, and no pause or break holds it back. */
function isNear(seen: Seen): boolean {
  const limit = seen.remind_ahead ?? 0;
  return seen.state === "waiting" && limit > 0 && seen.ahead <= limit && !seen.delay;
}

export function useReminder(ticket: Ref<TicketView | null>): { on: Ref<boolean>; soon: Ref<boolean>; start: () => void } {
  const soon = ref(false);

  function ring(volume: number): void {
    if (audio === null) return;
    for (const [pitch, at] of TONES) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = pitch;
      gain.gain.value = volume;
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.2);
    }
  }

  /** A screen that goes dark stops the page; where the browser has no lock, the words say so. */
  async function stayAwake(): Promise<void> {
    if (!on.value || document.visibilityState !== "visible") return;
    try {
      lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      lock = null;
    }
  }

  function start(): void {
    on.value = true;
    if ("AudioContext" in globalThis) audio ??= new AudioContext();
    void audio?.resume();
    ring(0.1);
    navigator.vibrate?.(200);
    void stayAwake();
  }

  watch(ticket, (now, before) => {
    if (!now) return;
    const what = reminder(before ?? null, now);
    soon.value = now.state === "waiting" && !now.delay && (soon.value || what === "soon");
    if (what === "call" || (what === "soon" && on.value)) navigator.vibrate?.(SHAKE);
    if (what !== "" && on.value) ring(0.8);
    if (["finished", "cancelled", "expired"].includes(now.state)) void lock?.release();
  });
  const seen = () => void stayAwake();
  onMounted(() => document.addEventListener("visibilitychange", seen));
  onBeforeUnmount(() => document.removeEventListener("visibilitychange", seen));
  return { on, soon, start };
}

// Tells the checkers on duty that a check has come due: the page's title, a buzz, and a sound for
// those who asked for one. Browsers let a page sound only after a touch: the switch is that touch.
import { type Ref, ref, watch } from "vue";
import type { ChecksState } from "@web/wire.gen.ts";

const KEPT = "hallkeeper.check-sound";
const BEEPS = [0, 0.35, 0.7];

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === "on";
  } catch {
    return false;
  }
}

function beep(): void {
  const context = new AudioContext();
  for (const at of BEEPS) {
    const tone = context.createOscillator();
    tone.frequency.value = 880;
    tone.connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.2);
  }
  setTimeout(() => void context.close(), 2000);
}

/** Watches for checks that come due. `sound`: whether it may be heard. */
export function useAlarm(state: Ref<ChecksState | null>): { sound: Ref<boolean>; toggle: () => void } {
  const sound = ref(kept());

  watch(
    () => state.value?.checks.filter((entry) => entry.state === "due").map((entry) => entry.id) ?? null,
    (now, before) => {
      if (!now?.some((id) => !(before ?? []).includes(id))) return;
      navigator.vibrate?.([400, 200, 400, 200, 800]);
      if (sound.value) beep();
    },
  );

  function toggle(): void {
    sound.value = !sound.value;
    if (sound.value) beep();
    try {
      localStorage.setItem(KEPT, sound.value ? "on" : "off");
    } catch {
      // Storage refused: the choice lasts as long as the page.
    }
  }

  return { sound, toggle };
}

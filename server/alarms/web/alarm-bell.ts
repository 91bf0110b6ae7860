// Loud alarms make themselves heard on every page of the office until somebody takes them: a short
// sound that comes again, and a mark in the tab's title. No sound file: two tones are made here.
import { computed, onBeforeUnmount, watch, type ComputedRef } from "vue";
import type { Alarm } from "@web/wire.gen.ts";

const TONES = [880, 660];
const TONE_SECONDS = 0.18;
const VOLUME = 0.15;

/** Source of the sound; tests pass their own. */
export interface Ringer {
  ring: () => void;
  close: () => void;
}

/** Two tones. A browser that has not been touched yet stays silent until it is. */
export function tones(): Ringer {
  let audio: AudioContext | null = null;
  return {
    ring() {
      audio ??= new AudioContext();
      void audio.resume();
      TONES.forEach((frequency, place) => {
        const [source, volume] = [audio!.createOscillator(), audio!.createGain()];
        const begin = audio!.currentTime + place * TONE_SECONDS;
        source.frequency.value = frequency;
        volume.gain.value = VOLUME;
        source.connect(volume).connect(audio!.destination);
        source.start(begin);
        source.stop(begin + TONE_SECONDS);
      });
    },
    close() {
      void audio?.close();
    },
  };
}

/** Rings at once when a loud alarm comes, and again every so many seconds; gives the loud ones. */
export function useAlarmBell(
  alarms: () => readonly Alarm[],
  seconds: () => number,
  ringer: Ringer = tones(),
): ComputedRef<readonly Alarm[]> {
  const loud = computed(() => alarms().filter((entry) => entry.loud));
  const names = computed(() => loud.value.map((entry) => `${entry.code}/${entry.subject}`).sort());
  const title = document.title;
  let timer: ReturnType<typeof setInterval> | undefined;
  let codes: readonly string[] = [];

  const stop = (): void => clearInterval(timer);
  watch(
    [names, seconds],
    ([now, every]) => {
      stop();
      document.title = now.length ? `（${now.length}）${title}` : title;
      const fresh = now.some((name) => !codes.includes(name));
      codes = now;
      if (!now.length || !every) return;
      if (fresh) ringer.ring();
      timer = setInterval(() => ringer.ring(), every * 1000);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => {
    stop();
    ringer.close();
    document.title = title;
  });
  return loud;
}

// Dead time after what is under the finger has changed: the second tap of a shaking hand must not
// press what has come up in the place of the first. It knows no view; time is handed in.
import { type Ref, ref } from "vue";

/** After each change of view. Second taps of elderly people come 400 to 700 ms after the first. */
export const SETTLE_MS = 800;
/** Before a number that is on no paper may be left: it has to be read first. */
export const UNPRINTED_MS = 3000;

export interface Clock {
  now: () => number;
  /** Runs something later; returns what calls it off. */
  later: (ms: number, run: () => void) => () => void;
}

export const machineClock: Clock = {
  now: () => performance.now(),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface Settling {
  /** Nothing is dead; what buttons show. */
  settled: Ref<boolean>;
  /** The truth at this moment, for a tap that comes before the page was drawn. */
  blocks: () => boolean;
  /** Something changed: everything is dead for `ms` from now on, and never less than before. */
  changed: (ms?: number) => void;
  /** Ends the dead time at once. */
  end: () => void;
}

export function makeSettling(clock: Clock = machineClock): Settling {
  const settled = ref(true);
  let until = 0;
  let callOff = (): void => undefined;

  function end(): void {
    callOff();
    until = 0;
    settled.value = true;
  }

  function changed(ms = SETTLE_MS): void {
    until = Math.max(until, clock.now() + ms);
    settled.value = false;
    callOff();
    callOff = clock.later(until - clock.now(), end);
  }

  return { settled, blocks: () => clock.now() < until, changed, end };
}

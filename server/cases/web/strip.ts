// The strip of a case: the days of its promised clock as a person recounts them.
import { weekday } from "@web/case-words.ts";
import type { CaseMove, StretchView, StripDay } from "@web/wire.gen.ts";

export interface StripNote {
  /** Mark of the note on its day, from 1. */
  mark: number;
  day: string;
  moves: CaseMove[];
}

/** Column of an ISO day in a week that begins on Monday, from 1. */
export const columnOf = (day: string): number => ((weekday(day) + 6) % 7) + 1;

/** Facts on the days of the strip, each day once, in order. */
export function notesOf(strip: readonly StripDay[], facts: readonly { day: string; move: CaseMove }[]): StripNote[] {
  return strip
    .map(({ day }) => ({ day, moves: facts.filter((fact) => fact.day === day).map((fact) => fact.move) }))
    .filter(({ moves }) => moves.length > 0)
    .map((note, place) => ({ mark: place + 1, ...note }));
}

/** Minutes from the beginning of a stretch to its end. */
export const minutesOf = ({ begins, ends }: Pick<StretchView, "begins" | "ends">): number =>
  (Date.parse(`${ends}Z`) - Date.parse(`${begins}Z`)) / 60_000;

export interface StripFigures {
  start: string;
  /** ISO day; empty while the clock stands still. */
  due: string;
  /** Days counted up to the last day of the strip, and days of the limit. */
  counted: number;
  total: number;
  /** True if the clock stood still on some day. */
  stopped: boolean;
}

/** Figures of the sentence below the strip; null without a strip. */
export function figuresOf(strip: readonly StripDay[]): StripFigures | null {
  const [first, last] = [strip[0], strip[strip.length - 1]];
  if (!first || !last) return null;
  return {
    start: first.day,
    due: last.due ? last.day : "",
    counted: last.number,
    total: last.total,
    stopped: strip.some((day) => day.kind === "suspended"),
  };
}

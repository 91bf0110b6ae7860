// Bars of one's own points by month, in percent of the space from `least` to the highest score.
import type { ScoreMonthFigure } from "@web/wire.gen.ts";

const STEP = 5;
const FULL = 100;

export interface OwnBar {
  month: string;
  low: number;
  score: number;
  high: number;
}

/** Points at which the bars begin: just below the lowest score, or all would look the same. */
export function leastOf(months: readonly Pick<ScoreMonthFigure, "low">[]): number {
  const lowest = Math.min(...months.map(({ low }) => Number(low)));
  return Number.isFinite(lowest) ? Math.max(0, Math.floor((lowest - STEP) / STEP) * STEP) : 0;
}

export function barsOf(months: readonly ScoreMonthFigure[], least: number): OwnBar[] {
  const most = Math.max(FULL, ...months.map(({ high }) => Number(high)));
  const share = (points: string): number => Math.round(((Number(points) - least) / (most - least)) * FULL * 10) / 10;
  return months.map(({ month, low, score, high }) => ({ month, low: share(low), score: share(score), high: share(high) }));
}

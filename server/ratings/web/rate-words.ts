// A rate in words: never without its two numbers, and without a percentage while there are too few.
import type { RateView } from "@web/wire.gen.ts";

export function rateWords(rate: RateView): string {
  const numbers = `${rate.count}/${rate.of}`;
  return rate.percent === null ? numbers : `${rate.percent}% (${numbers})`;
}

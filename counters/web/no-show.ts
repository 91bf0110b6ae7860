// Rule for marking the person at the window as missed, with what is still lacking.
import { dictionary } from "@web/i18n.ts";
import type { CounterState } from "@web/wire.gen.ts";

const t = dictionary({
  calls: { zh: "再呼叫 {calls} 次后可过号", en: "Call {calls} more time(s) before marking as missed" },
  seconds: { zh: "等 {seconds} 秒后可过号", en: "May be marked as missed in {seconds} s" },
  both: {
    zh: "再呼叫 {calls} 次、等 {seconds} 秒后可过号",
    en: "Call {calls} more time(s) and wait {seconds} s before marking as missed",
  },
  unheard: { zh: "播报或口头叫号以后可过号", en: "May be marked as missed once the call was heard" },
  allowed: { zh: "无人应号，可以过号", en: "Did not come? You may mark as missed" },
});

export interface NoShow {
  allowed: boolean;
  words: string;
}

export function noShow(state: CounterState | null, now: number): NoShow {
  const card = state?.current;
  if (!state || !card || card.state !== "called" || state.no_show_from === null) return { allowed: false, words: "" };
  const calls = Math.max(0, state.no_show_calls - card.call_count);
  const seconds = Math.max(0, Math.ceil((state.no_show_from - now) / 1000));
  if (calls > 0 && seconds > 0) return { allowed: false, words: t("both", { calls, seconds }) };
  if (calls > 0) return { allowed: false, words: t("calls", { calls }) };
  if (seconds > 0) return { allowed: false, words: t("seconds", { seconds }) };
  if (state.announced === "pending" || state.announced === "unspoken") return { allowed: false, words: t("unheard") };
  return { allowed: true, words: t("allowed") };
}

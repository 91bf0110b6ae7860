// The two languages of the pages: zh (zh-CN, the default) and en. Words live with each page, in its
// own dictionary; this file only picks. It refuses missing words: a key without both does not compile.
import { ref, watchEffect } from "vue";

export type Lang = "zh" | "en";
export type Words = { readonly zh: string; readonly en: string };
export type Values = Record<string, string | number>;

const KEPT = "hallkeeper.lang";

function kept(): Lang {
  try {
    const choice = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(KEPT);
    return choice === "en" ? "en" : "zh";
  } catch {
    return "zh"; // no browser (tests), or storage refused
  }
}

/** The language shown now; pages re-render when it changes. */
export const lang = ref<Lang>(kept());

/** Changes the language, for this page; `keep` also for the next visit (not on a kiosk). */
export function setLang(next: Lang, keep = true): void {
  lang.value = next;
  if (!keep) return;
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // Storage refused: the choice lasts as long as the page.
  }
}

if (typeof document !== "undefined") {
  watchEffect(() => {
    document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  });
}

/** Puts `{name}` values into a sentence; an unknown name stays visible, so that it is noticed. */
export function fill(sentence: string, values: Values = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The sentence of the language shown now. */
export function pick(words: Words, values?: Values): string {
  return fill(words[lang.value], values);
}

/**
 * A page's own dictionary: `const t = dictionary({ next: { zh: "呼叫下一位", en: "Call next" } })`,
 * then `t("next")` in the template.
 */
export function dictionary<const T extends Record<string, Words>>(
  words: T,
): (key: keyof T, values?: Values) => string {
  return (key, values) => pick(words[key] as Words, values);
}

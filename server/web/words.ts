// Words that several sections of the office use.
import { clockStamp } from "@web/clock.ts";
import { dictionary, lang } from "@web/i18n.ts";

const minutesOf = dictionary({ minutes: { zh: "{n} 分", en: "{n} min" } });

/** Minutes, or a dash where there are none. */
export function minutes(value: number | null | undefined): string {
  return value === null || value === undefined ? "—" : minutesOf("minutes", { n: value });
}

export function named(thing: { name: string; name_en: string }): string {
  return lang.value === "zh" ? thing.name : thing.name_en || thing.name;
}

export function sentenceOf(thing: { message_zh: string; message_en: string }): string {
  return lang.value === "zh" ? thing.message_zh : thing.message_en;
}

/** A date and a time. */
export function stamp(at: number): string {
  return clockStamp(at, lang.value);
}

const actors = dictionary({
  system: { zh: "系统", en: "the system" },
  staff: { zh: "工号 {name}", en: "staff {name}" },
});

/** Return the words for a journal's actor such as `administrator:1001`. */
export function actorWords(actor: string): string {
  const [kind, name] = actor.split(":", 2);
  return kind === "system" || !name ? actors("system") : actors("staff", { name });
}

/** Sentences or clauses one after another. */
export const clauses = (parts: readonly string[]): string => parts.join(lang.value === "en" ? "; " : "；");

/** Names one after another. */
export const names = (parts: readonly string[]): string => parts.join(lang.value === "en" ? ", " : "、");

/** Words after a colon, with it; nothing without words. */
export const after = (words: string): string => (words ? `${lang.value === "en" ? ": " : "："}${words}` : "");

// Spoken prompts of elder mode, by a voice that lives on the kiosk itself. Without such a voice it
// keeps quiet: everything that is spoken is on the screen as well.
import type { Lang } from "@web/i18n.ts";
import { t } from "./words.ts";

/** More papers than these nobody keeps in mind: the rest is read on the screen. */
const SPOKEN_PAPERS = 6;

/** A ticket's number as it is read, character by character: A012 is "A 零 一 二" or "A 零 幺 二".
 * `digits`: the words of 0 to 9 as the server gives them, the same as the loudspeakers'. */
export function readNumber(number: string, lang: Lang, digits: readonly string[]): string {
  const word = (entry: string) => (/[0-9]/.test(entry) ? (digits[Number(entry)] ?? entry) : entry);
  return [...number].map((entry) => (lang === "zh" ? word(entry) : entry)).join(" ");
}

/** Return the speech about an item: what to bring, then the button to press. */
export function itemSpeech(name: string, papers: readonly string[], klass: string): string {
  const list = papers.slice(0, SPOKEN_PAPERS).join("，");
  const more = papers.length > SPOKEN_PAPERS ? "等" : "";
  const what = t("sayItem", { name }) + (list && t("sayPapers", { papers: list + more }));
  return what + t("sayPress") + (klass && t("sayElder", { klass }));
}

function voiceFor(lang: Lang): SpeechSynthesisVoice | undefined {
  // Only a voice of this machine: others would be asked over the network.
  const own = speechSynthesis.getVoices().filter((voice) => voice.localService);
  return own.find((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(lang));
}

/** Says a sentence, instead of whatever is being said. */
export function say(text: string, lang: Lang): void {
  if (!("speechSynthesis" in window)) return;
  const voice = voiceFor(lang);
  if (!voice) return;
  hush();
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.voice = voice;
  spoken.lang = voice.lang;
  spoken.rate = 0.9;
  speechSynthesis.speak(spoken);
}

export function hush(): void {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

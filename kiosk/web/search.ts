// Finds items by what a person types: Chinese as it stands, full pinyin, or initials. The keys come
// with the catalogue, so nothing is asked over the network. Ranking only; it shows nothing.
import type { ItemRef, UnitRef } from "@web/wire.gen.ts";

const CHINESE = /[\u3400-\u9fff]/;

/** Return typed text in the form of the keys: lower case, no spaces or marks, ü as v. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("ü", "v")
    .replace(/[\s'’`·.,，。、（）()《》-]+/g, "");
}

/** Rate a word's match with an item; 0: none. Whole beats beginning, beginning beats middle. */
export function fit(word: string, item: ItemRef, unit: UnitRef | undefined): number {
  if (CHINESE.test(word)) return chinese(word, item, unit);
  let best = 0;
  for (const [place, key] of item.keys.entries()) {
    if (CHINESE.test(key)) continue;
    // The first keys are the name's own, the later ones those of its other words.
    const later = Math.min(place, 20) / 10;
    best = Math.max(best, latin(word, plain(key)) - later);
  }
  return best;
}

function latin(word: string, key: string): number {
  if (key === word) return 90;
  if (key.startsWith(word)) return 70;
  return word.length > 1 && key.includes(word) ? 40 : 0;
}

function chinese(word: string, item: ItemRef, unit: UnitRef | undefined): number {
  const name = plain(item.name);
  if (name === word) return 100;
  if (name.startsWith(word)) return 80;
  if (name.includes(word)) return 65;
  const spoken = item.keys.filter((key) => CHINESE.test(key));
  if (spoken.includes(word)) return 60;
  if (spoken.some((key) => key.includes(word))) return 50;
  return unit && (unit.name.includes(word) || unit.short.includes(word)) ? 20 : 0;
}

/**
 * The items that fit everything typed, best first; equally good ones in the order of the catalogue,
 * the much-asked ones before them. Words apart by spaces must all fit.
 */
export function search(
  typed: string,
  items: readonly ItemRef[],
  units: ReadonlyMap<string, UnitRef>,
  popular: readonly string[] = [],
): ItemRef[] {
  const whole = plain(typed);
  if (!whole) return [];
  const words = typed.split(/\s+/).map(plain).filter(Boolean);
  const matches: { item: ItemRef; score: number; place: number }[] = [];
  for (const [place, item] of items.entries()) {
    const unit = units.get(item.unit);
    const apart = words.map((word) => fit(word, item, unit));
    const score = Math.max(fit(whole, item, unit), apart.every(Boolean) ? Math.min(...apart) - 5 : 0);
    if (score <= 0) continue;
    const liked = popular.indexOf(item.code);
    matches.push({ item, score: score + (liked < 0 ? 0 : 3 - liked / 10), place });
  }
  matches.sort((entry, other) => other.score - entry.score || entry.place - other.place);
  return matches.map((entry) => entry.item);
}

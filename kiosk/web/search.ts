// Finds items by what a person types: Chinese as it stands, full pinyin, or initials. The keys come
// with the catalogue, so nothing is asked over the network. Ranking only; it shows nothing.
import type { GroupRef, ItemRef, UnitRef } from "@web/wire.gen.ts";

const CHINESE = /[\u3400-\u9fff]/;
/** With so few hits of their own, items that need a paper of that name are shown too. */
const FEW = 8;
const SCORE = { group: 15, need: 10, mistyped: 8 };
/** Fewer letters with a wrong one mean too much. */
const LEAST_MISTYPED = 5;
/** Most letters of the bit patterns of a search with a mistake. */
const MOST_MISTYPED = 30;

/** Return typed text in the form of the keys: lower case, no spaces or marks, ü as v, ju for jü and jv. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("ü", "v")
    .replace(/[\s'’`·.,，。、（）()《》-]+/g, "")
    .replace(/([jqxy])v/g, "$1u");
}

/** The keys in their plain form, made once for each list: a search looks at thousands. */
const plainKeys = new WeakMap<readonly string[], string[]>();
function keysOf(keys: readonly string[] = []): string[] {
  const made = plainKeys.get(keys) ?? keys.map(plain);
  plainKeys.set(keys, made);
  return made;
}

/** Rate a word's match with an item; 0: none. Whole beats beginning, beginning beats middle. */
export function fit(word: string, item: ItemRef, unit: UnitRef | undefined): number {
  if (CHINESE.test(word)) return chinese(word, item, unit);
  let best = 0;
  for (const [place, key] of keysOf(item.keys).entries()) {
    const score = latin(word, key);
    // The first keys are the name's own, the later ones those of its other words.
    if (score > 0) best = Math.max(best, score - Math.min(place, 20) / 10);
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

/** The groups whose name fits what was typed. */
export function searchGroups(typed: string, groups: readonly GroupRef[]): GroupRef[] {
  const word = plain(typed);
  if (!word) return [];
  if (CHINESE.test(word)) return groups.filter((group) => group.name.includes(word));
  // Of initials and short syllables only the beginning of a name counts.
  return groups.filter((group) => keysOf(group.keys).some((key) => key.startsWith(word) || (word.length > 3 && key.includes(word))));
}

/** Return true if a paper that the item requires is of that name. */
function needs(word: string, item: ItemRef): boolean {
  if (word.length < 2) return false;
  return keysOf(item.needs).some((key) => key.startsWith(word) || ((word.length > 3 || CHINESE.test(word)) && key.includes(word)));
}

/** Return a test of keys that contain the word with at most one letter wrong, missing or too many. */
export function mistyped(word: string): (key: string) => boolean {
  const masks = new Map<string, number>();
  for (const [place, letter] of [...word].entries()) masks.set(letter, (masks.get(letter) ?? 0) | (1 << place));
  const last = 1 << (word.length - 1);
  return (key) => {
    // Beginnings of the word that end here, as bits: without a mistake, and with one.
    let right = 0;
    let wrong = 1;
    for (const letter of key) {
      const mask = masks.get(letter) ?? 0;
      const before = right;
      right = ((right << 1) | 1) & mask;
      wrong = (((wrong << 1) | 1) & mask) | before | (before << 1) | (right << 1) | 1;
      if ((right | wrong) & last) return true;
    }
    return false;
  };
}

/**
 * The items that fit everything typed, best first; equally good ones in the order of the catalogue,
 * the much-asked ones before them. Words apart by spaces must all fit. After them come the items of a
 * group that fits, and where few fit those that need a paper of that name; if none fits, those that
 * would with one letter changed.
 */
export function search(
  typed: string,
  items: readonly ItemRef[],
  units: ReadonlyMap<string, UnitRef>,
  popular: readonly string[] = [],
  groups: readonly GroupRef[] = [],
): ItemRef[] {
  const whole = plain(typed);
  if (!whole) return [];
  const words = typed.split(/\s+/).map(plain).filter(Boolean);
  const fitting = new Set(searchGroups(typed, groups).map((group) => group.code));
  const scores = new Map<ItemRef, number>();
  for (const item of items) {
    const unit = units.get(item.unit);
    const apart = words.map((word) => fit(word, item, unit));
    const own = Math.max(fit(whole, item, unit), apart.every(Boolean) ? Math.min(...apart) - 5 : 0);
    const score = own > 0 ? own : fitting.has(item.group) ? SCORE.group : 0;
    if (score > 0) scores.set(item, score);
  }
  if (scores.size < FEW) {
    for (const item of items) if (!scores.has(item) && needs(whole, item)) scores.set(item, SCORE.need);
  }
  if (scores.size === 0 && !CHINESE.test(whole) && whole.length >= LEAST_MISTYPED && whole.length <= MOST_MISTYPED) {
    const fits = mistyped(whole);
    for (const item of items) {
      const place = keysOf(item.keys).findIndex(fits);
      if (place >= 0) scores.set(item, SCORE.mistyped - Math.min(place, 20) / 10);
    }
  }
  return ranked(items, scores, popular);
}

/** The items with a score, best first. */
function ranked(items: readonly ItemRef[], scores: ReadonlyMap<ItemRef, number>, popular: readonly string[]): ItemRef[] {
  const matches = items.flatMap((item, place) => {
    const score = scores.get(item);
    if (score === undefined) return [];
    const liked = popular.indexOf(item.code);
    return [{ item, place, score: score + (liked < 0 ? 0 : 3 - liked / 10) }];
  });
  matches.sort((entry, other) => other.score - entry.score || entry.place - other.place);
  return matches.map((entry) => entry.item);
}

// Cases in lists: which clock a row shows, filters, and what is due by unit.
import type { CaseBrief, CaseState, DueByUnit, DueView } from "@web/wire.gen.ts";

const CLOCKS = ["direct", "promised", "tell", "serve", "stage", "legal"] as const;

/** The clock that a row shows: the promise; before the acceptance the time to tell defects. */
export function mainDue(entry: Pick<CaseBrief, "due">): DueView | undefined {
  return CLOCKS.map((clock) => entry.due.find((due) => due.clock === clock)).find((due) => due !== undefined);
}

/** Return true if any clock of a case has run out. */
export const isLate = (entry: Pick<CaseBrief, "due">): boolean => entry.due.some((due) => due.late);

/** States of these cases with how many are in each, in the order in which they first come. */
export function countStates(cases: readonly Pick<CaseBrief, "state">[]): [state: CaseState, count: number][] {
  const counts = new Map<CaseState, number>();
  for (const { state } of cases) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts];
}

/** Ids of chosen cases by the person on whose desk they are. */
export function byOwner(cases: readonly Pick<CaseBrief, "id" | "owner">[], chosen: readonly string[]): [owner: string, ids: string[]][] {
  const desks = new Map<string, string[]>();
  for (const { id, owner } of cases) {
    if (chosen.includes(id)) desks.set(owner, [...(desks.get(owner) ?? []), id]);
  }
  return [...desks];
}

export interface UnitRow {
  unit: string;
  name: string;
  promisedLate: number;
  promisedSoon: number;
  legalLate: number;
  legalSoon: number;
}

/** One row a unit of both clocks, the one with most overdue first. */
export function unitRows(due: DueByUnit): UnitRow[] {
  const rows = new Map<string, UnitRow>();
  const rowOf = (unit: string, name: string): UnitRow => {
    const row = rows.get(unit) ?? { unit, name, promisedLate: 0, promisedSoon: 0, legalLate: 0, legalSoon: 0 };
    rows.set(unit, row);
    return row;
  };
  for (const entry of due.promised) Object.assign(rowOf(entry.unit, entry.unit_name), { promisedLate: entry.overdue, promisedSoon: entry.due });
  for (const entry of due.legal) Object.assign(rowOf(entry.unit, entry.unit_name), { legalLate: entry.overdue, legalSoon: entry.due });
  const weight = (row: UnitRow): number[] => [row.legalLate, row.promisedLate, row.promisedSoon, row.legalSoon];
  return [...rows.values()].sort((a, b) => {
    const place = weight(a).findIndex((value, at) => value !== weight(b)[at]);
    return place < 0 ? a.unit.localeCompare(b.unit) : (weight(b)[place] ?? 0) - (weight(a)[place] ?? 0);
  });
}

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

/** Chosen cases of the desks that one covers, by the person whose desk it is. */
export function chosenDesks(desks: readonly { staff: string; cases: readonly Pick<CaseBrief, "id">[] }[], chosen: readonly string[]): { staff: string; cases: string[] }[] {
  return desks
    .map(({ staff, cases }) => ({ staff, cases: cases.map(({ id }) => id).filter((id) => chosen.includes(id)) }))
    .filter(({ cases }) => cases.length > 0);
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

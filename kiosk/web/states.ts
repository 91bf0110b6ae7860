// States of hall and machine that a person must know before taking a number: one list for the banner,
// most important first, so that every page says them in the same words at the same place.
import { numbersWords } from "@web/hours.ts";
import { noticesNow, noticeWords } from "@web/notices.ts";
import { outage } from "@web/outage.ts";
import type { KioskState } from "@web/wire.gen.ts";
import { t } from "./words.ts";

/** Kinds of states; their names are the test ids of the lines. */
export type StateKind = "offline" | "standby" | "companion" | "closed" | "hall-notice" | "printer";

export interface StateLine {
  kind: StateKind;
  /** The matter, in bold. */
  title: string;
  /** The next step, or things that go on. */
  more: string;
}

export interface Situation {
  live: KioskState | null;
  now: number;
  /** The server is away; `gives`: this PC gives numbers meanwhile. */
  away: boolean;
  gives: boolean;
  /** The person's first number, while they choose another errand. */
  companion: string;
  view: string;
}

/** Most lines; more would leave the page too little room. */
const SHOWN = 2;

function printerWords(live: KioskState | null): string {
  const printer = live?.printer;
  if (!printer || printer.state === "none") return "";
  if (printer.paper === "out") return t("paperOut");
  return printer.state === "failed" ? t("printerDown") : "";
}

/** Return the lines of the banner; none in the usual case. */
export function stateLines({ live, now, away, gives, companion, view }: Situation): StateLine[] {
  const lines: StateLine[] = [];
  const add = (kind: StateKind, title: string, more = ""): void => {
    if (title) lines.push({ kind, title, more });
  };
  if (gives) add("standby", t("standbyTitle"), outage("calling"));
  // Every other page is covered by a card that says more.
  else if (away && view === "result") add("offline", t("offlineTitle"));
  if (companion) add("companion", t("anotherHave", { number: companion }));
  if (!away) add("closed", numbersWords(live?.hours, now), view === "home" ? t("closedLook") : "");
  for (const notice of away ? [] : noticesNow(live?.notices, now).reverse()) add("hall-notice", noticeWords(notice, now));
  // The page of a number says itself what the printer did with it.
  if (view !== "result") add("printer", printerWords(live));
  return lines.slice(0, SHOWN);
}

// The dialogs of a desk: which of them is open, and the act that each of them sends.
import { type ComputedRef, type Ref, ref } from "vue";
import { addressOf, type Options, post } from "@web/api.ts";
import type { CallChosen, CounterState, Hold, Pause, TicketCard, Transfer } from "@web/wire.gen.ts";
import type { HandIn } from "./NoticeDialog.vue";
import type { Acts } from "./acts.ts";
import { deskWords as t } from "./desk-words.ts";
import type { OutcomeCode } from "./words.ts";

export type Sheet = "served" | "chosen" | "hold" | "transfer" | "pause" | "notice" | "case" | "keys" | "leave";

/** The state of the desk that its dialogs change. */
export interface Desk {
  acts: Acts;
  card: ComputedRef<TicketCard | null>;
  /** Outcome that the service is about to get. */
  outcome: Ref<OutcomeCode>;
  /** Sentence that says what the last act did. */
  sentence: Ref<string>;
  /** Sends a command of this window whose answer is the window's new state. */
  counter: (command: (options: Options) => Promise<CounterState>) => Promise<boolean>;
  left: () => void;
}

export function useDialogs(desk: Desk) {
  const { acts, card, outcome, sentence, counter } = desk;
  const sheet = ref<Sheet | null>(null);
  /** The materials are recorded on the way through a case, which comes back afterwards. */
  const caseWaits = ref(false);

  function open(name: Sheet, allowed: boolean): void {
    if (!allowed || sheet.value !== null) return;
    acts.refused.value = null;
    sheet.value = name;
  }

  /** A dialog's act; the dialog closes once it was done. */
  async function fromSheet(command: (options: Options) => Promise<CounterState>): Promise<void> {
    if (await counter(command)) sheet.value = null;
  }

  function callChosen(body: CallChosen): Promise<void> {
    return fromSheet((options) => post("/api/v1/counter/call-chosen", { ...options, body }));
  }

  function hold(body: Hold): Promise<void> {
    return fromSheet((options) => post("/api/v1/counter/hold", { ...options, body }));
  }

  function pause(body: Pause): Promise<void> {
    return fromSheet((options) => post("/api/v1/counter/pause", { ...options, body: { ...body, after: true } }));
  }

  async function transfer(body: Transfer, to: string): Promise<void> {
    const number = card.value?.number ?? "";
    await fromSheet((options) => post("/api/v1/counter/transfer", { ...options, body }));
    if (sheet.value === null) sentence.value = t("transferred", { number, to });
  }

  async function recordHandIn(handIn: HandIn): Promise<void> {
    const body = { item: card.value?.item ?? "", missing: [], ticket: card.value?.id ?? "", ...handIn };
    const done = await acts.act(
      (options) => post("/api/v1/notices", { ...options, body }),
      (slip) => {
        outcome.value = slip.notice ? "notice_given" : "accepted";
        if (!slip.notice) sentence.value = t("materialsComplete");
        else if (handIn.paper === "slip") sentence.value = t(slip.state === "failed" ? "noticeFailed" : "noticePrinted");
        else {
          sentence.value = t("noticeOpened");
          window.open(addressOf("/api/v1/notices/{number}/notice.pdf", { number: slip.notice }), "_blank");
        }
      },
    );
    if (done) closeNotice();
  }

  /** Closes the materials, and goes back to the case from which they were opened. A dialog also reports the close that another one caused. */
  function closeNotice(): void {
    if (sheet.value !== "notice") return;
    sheet.value = caseWaits.value ? "case" : null;
    caseWaits.value = false;
  }

  function recordForCase(): void {
    caseWaits.value = true;
    sheet.value = "notice";
  }

  async function leave(force: boolean): Promise<void> {
    const done = await acts.act(
      (options) => post("/api/v1/counter/sign-out", { ...options, body: { force } }),
      () => desk.left(),
    );
    if (!done && acts.refused.value?.code !== "last_window") sheet.value = null;
  }

  return { sheet, open, callChosen, hold, pause, transfer, recordHandIn, closeNotice, recordForCase, leave };
}

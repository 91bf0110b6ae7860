// A person who missed the call comes back: number by number, asked once before it is done.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { ApiError, get, newKey, post } from "@web/api.ts";
import type { MissedNumber } from "@web/wire.gen.ts";
import type { Model } from "./model.ts";
import { KeyReader, slipCode } from "./slip-code.ts";
import { t } from "./words.ts";

const DIGITS = 3;

export function useMissed(model: Model) {
  const letters = ref("");
  const digits = ref("");
  /** Slip that was asked about; its number, or the token of its code. */
  const slip = ref("");
  const answer = shallowRef<MissedNumber | null>(null);
  const done = ref(false);
  const asking = ref(false);
  const trouble = ref("");
  const complete = computed(() => letters.value !== "" && digits.value !== "");
  let key = "";

  function press(pressed: string): void {
    trouble.value = "";
    if (pressed === "Backspace") {
      if (digits.value) digits.value = digits.value.slice(0, -1);
      else letters.value = "";
    } else if (/^\d$/.test(pressed)) {
      if (digits.value.length < DIGITS) digits.value += pressed;
    } else if (/^[A-Za-z]{1,2}$/.test(pressed)) {
      letters.value = pressed.toUpperCase();
    }
  }

  /** Shows an answer in place of the keys, which the next tap must not hit. */
  function turn(next: MissedNumber | null): void {
    answer.value = next;
    model.settling.changed();
  }

  async function run(call: () => Promise<MissedNumber>): Promise<boolean> {
    if (asking.value) return false;
    asking.value = true;
    trouble.value = "";
    try {
      turn(await call());
      return true;
    } catch (error) {
      trouble.value = error instanceof ApiError ? error.words() : String(error);
      return false;
    } finally {
      asking.value = false;
    }
  }

  async function look(code: string): Promise<void> {
    slip.value = code;
    key = newKey();
    await run(() => get("/api/v1/missed/{slip}", { path: { slip: code } }));
  }

  async function comeBack(): Promise<void> {
    done.value = await run(() => post("/api/v1/missed/{slip}/return", { path: { slip: slip.value }, key }));
  }

  function again(): void {
    letters.value = "";
    digits.value = "";
    trouble.value = "";
    turn(null);
  }

  function scanned(text: string): void {
    const code = slipCode(text);
    if (code) void look(code);
    else trouble.value = t("missedNoSlip");
  }

  function enter(): void {
    if (complete.value) void look(letters.value + digits.value);
  }

  const reader = new KeyReader({ scanned, key: press, enter });
  /** Nothing is typed into an answer: it would be the next person's. */
  const listen = (event: KeyboardEvent): void => {
    if (answer.value || event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter on a button that was reached by keyboard presses the button.
    if (event.key === "Enter" && event.target instanceof HTMLButtonElement && !complete.value) return;
    if (reader.press(event.key)) event.preventDefault();
  };
  addEventListener("keydown", listen, { capture: true });
  onScopeDispose(() => {
    removeEventListener("keydown", listen, { capture: true });
    reader.stop();
  });

  return { letters, digits, complete, answer, done, asking, trouble, press, look, comeBack, again, enter };
}

// A person with an appointment has come: the code is typed or scanned, and the number comes at once.
import { computed, onScopeDispose, ref } from "vue";
import { ApiError, newKey, post } from "@web/api.ts";
import type { Model } from "./model.ts";
import { KeyReader } from "./slip-code.ts";

export const LENGTH = 8;
/** Letters and digits of a code: those that are not mistaken for each other. */
export const CODE_KEYS = [..."23456789ABCDEFGHJKMNPQRSTUVWXYZ"];

export function useBooked(model: Model) {
  const code = ref("");
  const asking = ref(false);
  const trouble = ref("");
  const complete = computed(() => code.value.length === LENGTH);
  let key = newKey();
  let last = "";

  function press(pressed: string): void {
    trouble.value = "";
    const letter = pressed.toUpperCase();
    if (pressed === "Backspace") code.value = code.value.slice(0, -1);
    else if (CODE_KEYS.includes(letter) && code.value.length < LENGTH) code.value += letter;
  }

  async function arrive(text: string): Promise<void> {
    if (asking.value) return;
    if (text !== last) key = newKey();
    last = text;
    asking.value = true;
    trouble.value = "";
    try {
      model.showResult(await post("/api/v1/kiosk/appointments/arrive", { body: { code: text }, key }));
    } catch (error) {
      trouble.value = error instanceof ApiError ? error.words() : String(error);
      code.value = "";
      // A refusal is kept with its key: whoever comes again a little later has to be asked anew.
      last = "";
    } finally {
      asking.value = false;
    }
  }

  function enter(): void {
    if (complete.value) void arrive(code.value);
  }

  const reader = new KeyReader({ scanned: (text) => void arrive(text.trim()), key: press, enter });
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Enter on a button that was reached by keyboard presses the button.
    if (event.key === "Enter" && event.target instanceof HTMLButtonElement && !complete.value) return;
    if (reader.press(event.key)) event.preventDefault();
  };
  addEventListener("keydown", listen, { capture: true });
  onScopeDispose(() => {
    removeEventListener("keydown", listen, { capture: true });
    reader.stop();
  });

  function clear(): void {
    code.value = "";
    trouble.value = "";
  }

  return { code, asking, trouble, complete, press, enter, clear };
}

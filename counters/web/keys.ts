// One key for every action of the desk. Keys are not taken while somebody types, nor with Ctrl, Alt
// or Meta, nor while a dialog is open, and they can be switched off (WCAG 2.1.4).
import { onBeforeUnmount, onMounted, ref } from "vue";

const KEPT = "hallkeeper.counter-keys";

/** True if single keys act; Enter and Tab always work on what has the focus. */
export const keysOn = ref(localStorage.getItem(KEPT) !== "off");

export function setKeys(on: boolean): void {
  keysOn.value = on;
  localStorage.setItem(KEPT, on ? "on" : "off");
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

/** Return true if the focused element has its own action on Enter. */
function ownEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, input, select, textarea") !== null;
}

export type KeyMap = Record<string, () => void>;

/** `map` by upper-case key ("R", "?", "ENTER", "SHIFT+ENTER"); `quiet` says that a dialog is open. */
export function useKeys(map: KeyMap, quiet: () => boolean): void {
  function pressed(event: KeyboardEvent): void {
    const enter = event.key === "Enter";
    if (enter && event.repeat) {
      event.preventDefault(); // a key held down must not call three people
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || quiet()) return;
    if (typing(event.target) || (enter && !event.shiftKey && ownEnter(event.target))) return;
    if (!enter && !keysOn.value) return;
    const name = (enter && event.shiftKey ? "Shift+Enter" : event.key).toUpperCase();
    const act = map[name];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
  onMounted(() => addEventListener("keydown", pressed));
  onBeforeUnmount(() => removeEventListener("keydown", pressed));
}

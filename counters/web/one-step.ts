// One press is one step: a second press of the same key, or a second click on the same spot, within
// a moment is the first one bouncing or a hand that trembles, whatever the first one did. Stops it
// before anything on the page hears of it, dialogs included. What is typed into a field is untouched.
import { onBeforeUnmount, onMounted } from "vue";

export const ONE_STEP_MS = 400;
/** Clicks this near to each other, in pixels, are on the same spot. */
const SPOT = 24;

interface Press {
  at: number;
  key: string;
}
interface Spot {
  at: number;
  x: number;
  y: number;
}

function inText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable);
}

/** The key as an act is bound to it; empty for keys that only move, type or modify. */
function acting(event: KeyboardEvent): string {
  if (event.key === "Enter") return "ENTER";
  if (event.key.length !== 1 || inText(event.target)) return "";
  return event.key.toUpperCase();
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Listens for as long as the component that asked for it lives. */
export function useOneStep(page: Window = window): void {
  const presses = new Map<string, number>();
  let clicked: Spot = { at: -ONE_STEP_MS, x: 0, y: 0 };

  function pressed(event: KeyboardEvent): void {
    const press: Press = { at: event.timeStamp, key: acting(event) };
    if (!press.key) return;
    const before = presses.get(press.key) ?? -ONE_STEP_MS;
    if (event.repeat || press.at - before < ONE_STEP_MS) stop(event);
    else presses.set(press.key, press.at);
  }

  function clicks(event: MouseEvent): void {
    // A click without a pointer is a key's, and was looked at as one.
    if (event.detail === 0 || !(event.target instanceof Element) || !event.target.closest("button")) return;
    const spot: Spot = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    const near = Math.hypot(spot.x - clicked.x, spot.y - clicked.y) < SPOT;
    if (near && spot.at - clicked.at < ONE_STEP_MS) stop(event);
    else clicked = spot;
  }

  onMounted(() => {
    page.addEventListener("keydown", pressed, { capture: true });
    page.addEventListener("click", clicks, { capture: true });
  });
  onBeforeUnmount(() => {
    page.removeEventListener("keydown", pressed, { capture: true });
    page.removeEventListener("click", clicks, { capture: true });
  });
}

// One press is one step: a second press of the same key, or a second click on the same spot, within
// a moment is the first one bouncing or a hand that trembles, whatever the first one did. Stops it
// before anything on the page hears of it, dialogs included. What is typed into a field is untouched.
import { onBeforeUnmount, onMounted } from "vue";

export const ONE_STEP_MS = 400;
/** Clicks this near to each other, in pixels, are on the same spot. */
const SPOT = 24;

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
export function useOneStep(now: () => number = () => performance.now()): void {
  const presses = new Map<string, number>();
  let clicked: Spot = { at: -ONE_STEP_MS, x: 0, y: 0 };

  function pressed(event: KeyboardEvent): void {
    const key = acting(event);
    if (!key) return;
    const before = presses.get(key) ?? -ONE_STEP_MS;
    if (event.repeat || now() - before < ONE_STEP_MS) stop(event);
    else presses.set(key, now());
  }

  function again(event: MouseEvent): boolean {
    const near = Math.hypot(event.clientX - clicked.x, event.clientY - clicked.y) < SPOT;
    return near && now() - clicked.at < ONE_STEP_MS;
  }

  function onButton(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }

  /** A second click does not even move the focus: Enter stays the main action's. */
  function down(event: MouseEvent): void {
    if (again(event) && !inText(event.target)) stop(event);
  }

  function clicks(event: MouseEvent): void {
    // A click without a pointer is a key's, and was looked at as one.
    if (event.detail === 0 || inText(event.target)) return;
    if (again(event)) stop(event);
    else if (onButton(event)) clicked = { at: now(), x: event.clientX, y: event.clientY };
  }

  onMounted(() => {
    addEventListener("keydown", pressed, { capture: true });
    addEventListener("mousedown", down, { capture: true });
    addEventListener("click", clicks, { capture: true });
  });
  onBeforeUnmount(() => {
    removeEventListener("keydown", pressed, { capture: true });
    removeEventListener("mousedown", down, { capture: true });
    removeEventListener("click", clicks, { capture: true });
  });
}

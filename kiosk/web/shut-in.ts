// Keeps a kiosk's browser on its page: no menus, no dragging, no selection, no going back, no
// browser shortcuts. What a page cannot stop (the machine's own keys) is the kiosk PC's set-up.

const FUNCTION_KEY = /^F(?!5$)\d+$/;

/** Return true if a key press would lead away from the page or open something of the browser's. */
export function leadsAway(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): boolean {
  if (FUNCTION_KEY.test(event.key) || event.key === "ContextMenu") return true;
  if (event.altKey && ["ArrowLeft", "ArrowRight", "Home"].includes(event.key)) return true;
  if (!event.ctrlKey && !event.metaKey) return false;
  // Reloading is harmless: the page comes back as it was.
  return !["a", "c", "v", "x", "z", "r"].includes(event.key.toLowerCase());
}

/** Puts the guards up for as long as the page lives. */
export function shutIn(page: Window): void {
  const stop = (event: Event): void => event.preventDefault();
  for (const kind of ["contextmenu", "dragstart", "drop", "dragover"]) page.addEventListener(kind, stop);
  page.addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  page.addEventListener("keydown", (event) => leadsAway(event) && event.preventDefault());
  page.addEventListener("auxclick", stop);
  page.open = () => null;
}

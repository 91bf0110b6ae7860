// Place in the phone hall: the address behind the #, so that each view can be linked to.
// `#/item/gaj-01` is a view and its subject; a portal links into any of them.
import { onBeforeUnmount, ref } from "vue";

export const VIEWS = ["home", "items", "item", "book", "change", "appointment", "mine", "sites", "here"] as const;
export type View = (typeof VIEWS)[number];
export interface Place {
  view: View;
  subject: string;
}

/** Return the place of an address; an unknown one is the first page. */
export function placeOf(hash: string): Place {
  const [name = "", subject = ""] = hash.replace(/^#\/?/, "").split("/");
  const view = VIEWS.find((entry) => entry === name);
  return view === undefined ? { view: "home", subject: "" } : { view, subject: decode(subject) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // a broken address, such as a cut one
  }
}

export function hrefOf(view: View, subject = ""): string {
  return `#/${view}${subject ? `/${encodeURIComponent(subject)}` : ""}`;
}

/** The place of the page, kept up with its address. */
export function usePlace(): { readonly value: Place } {
  const place = ref(placeOf(location.hash));
  const follow = (): void => {
    place.value = placeOf(location.hash);
    scrollTo(0, 0);
  };
  addEventListener("hashchange", follow);
  onBeforeUnmount(() => removeEventListener("hashchange", follow));
  return place;
}

export function go(view: View, subject = ""): void {
  location.hash = hrefOf(view, subject);
}

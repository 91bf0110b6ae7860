// The rooms of windows in words: the zone, and its building if the hall has several.
import type { Lang } from "@web/i18n.ts";
import type { WindowRef } from "@web/wire.gen.ts";

/** Returns a window's room: "北楼东厅", "East Room (North building)". */
export function roomName(window: WindowRef, lang: Lang): string {
  if (lang !== "en") return `${window.site_name}${window.zone_name}`;
  return window.site_name_en ? `${window.zone_name_en} (${window.site_name_en})` : window.zone_name_en;
}

/** Returns the rooms of windows, each once. */
export function roomNames(windows: readonly WindowRef[], lang: Lang): string {
  const names = windows.map((window) => roomName(window, lang));
  return [...new Set(names)].filter(Boolean).join(lang === "en" ? ", " : "、");
}

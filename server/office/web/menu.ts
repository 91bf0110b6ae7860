// The office's menu: the sections of all rooms that have a `web/section.ts`, by group and order. Each page is
// loaded when it is opened.
import type { RouteRecordRaw } from "vue-router";
import { GROUPS, type PageLink, type Section } from "@web/section.ts";

export type MenuEntry = Section | PageLink;

const MODULES = import.meta.glob<readonly MenuEntry[]>("../../*/web/section.ts", { eager: true, import: "default" });

const groupOrder = (section: MenuEntry): number => GROUPS.findIndex((group) => group.id === section.group);

/** The menu: sections, and links to pages of their own. */
export const MENU: readonly MenuEntry[] = Object.values(MODULES)
  .flat()
  .sort((a, b) => groupOrder(a) - groupOrder(b) || a.order - b.order);

export const SECTIONS: readonly Section[] = MENU.filter((entry): entry is Section => "page" in entry);

/** Name of the route of all addresses that are no section. */
export const ANY = "any";

/** The route of a section: `#month/1004/2026-10` opens `month` with these values. */
export function routeOf({ id, route = "", page }: Section): RouteRecordRaw {
  return { path: `/${id}${route}`, name: id, component: page, props: true };
}

// The office's menu: the sections of all rooms that have a `web/section.ts`, by group and order. Each page is
// loaded when it is opened.
import type { RouteRecordRaw } from "vue-router";
import { GROUPS, type Section } from "@web/section.ts";

const MODULES = import.meta.glob<readonly Section[]>("../../*/web/section.ts", { eager: true, import: "default" });

const groupOrder = (section: Section): number => GROUPS.findIndex((group) => group.id === section.group);

export const SECTIONS: readonly Section[] = Object.values(MODULES)
  .flat()
  .sort((a, b) => groupOrder(a) - groupOrder(b) || a.order - b.order);

/** Name of the route of all addresses that are no section. */
export const ANY = "any";

/** The route of a section: `#month/1004/2026-10` opens `month` with these values. */
export function routeOf({ id, route = "", page }: Section): RouteRecordRaw {
  return { path: `/${id}${route}`, name: id, component: page, props: true };
}

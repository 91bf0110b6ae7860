import { expect, test } from "vitest";
import { GROUPS } from "@web/section.ts";
import { routeOf, SECTIONS } from "../../server/office/web/menu.ts";

test("the menu holds the sections of all rooms in its order", () => {
  const groups = GROUPS.map((group) => SECTIONS.filter((one) => one.group === group.id).map((one) => one.id).join(" "));
  expect(groups).toEqual([
    "today windows",
    "attendance month exceptions rules requests past leaves calendar readers",
    "checks findings bulletins tickets",
    "devices accounts enrol settings workbook",
  ]);
  expect(SECTIONS.filter((one) => one.roles).map((one) => one.id)).toEqual(["accounts", "enrol"]);
});

test("no two sections have the same address, words or place", () => {
  for (const key of ["id", "zh", "place"] as const) {
    const values = SECTIONS.map((one) => ({ id: one.id, zh: one.name.zh, place: `${one.group} ${one.order}` })[key]);
    expect(new Set(values).size).toBe(values.length);
  }
});

test("the address of a section carries its values", () => {
  const month = SECTIONS.find((one) => one.id === "month")!;
  expect(routeOf(month).path).toBe("/month/:subject?/:period?/:kind?");
});

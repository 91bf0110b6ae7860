import { expect, test } from "vitest";
import { GROUPS } from "@web/section.ts";
import { MENU, routeOf, SECTIONS } from "../../server/office/web/menu.ts";

test("the menu holds the sections of all rooms in its order", () => {
  const groups = GROUPS.map((group) => MENU.filter((entry) => entry.group === group.id).map((entry) => entry.id).join(" "));
  expect(groups).toEqual([
    "today windows appointments appointment-price reception disclosure reports staff-photos",
    "attendance month exceptions rules requests past leaves calendar readers",
    "checks findings bulletins tickets",
    "assessment assessment-marks assessment-sheets honours",
    "ratings call-backs redresses complaints notices cases joint-reviews fees issuing supervision tacit-approval assistance",
    "devices accounts enrol branches settings workbook",
  ]);
  expect(SECTIONS.filter((entry) => entry.roles).map((entry) => entry.id)).toEqual(["accounts", "enrol"]);
});

test("the reception desk is a page of its own", () => {
  expect(SECTIONS.map((entry) => entry.id)).not.toContain("reception");
  expect(MENU.find((entry) => entry.id === "reception")).toMatchObject({ href: "/reception" });
});

test("no two sections have the same address, words or place", () => {
  for (const key of ["id", "zh", "place"] as const) {
    const values = MENU.map((entry) => ({ id: entry.id, zh: entry.name.zh, place: `${entry.group} ${entry.order}` })[key]);
    expect(new Set(values).size).toBe(values.length);
  }
});

test("the address of a section carries its values", () => {
  const month = SECTIONS.find((entry) => entry.id === "month")!;
  expect(routeOf(month).path).toBe("/month/:subject?/:period?/:kind?/:day?");
});

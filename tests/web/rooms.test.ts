import { expect, test } from "vitest";
import type { WindowRef } from "@web/wire.gen.ts";
import { roomName, roomNames } from "../../kiosk/web/rooms.ts";

function room(zone: string, zoneEn: string, site = "", siteEn = ""): WindowRef {
  return { zone_name: zone, zone_name_en: zoneEn, site_name: site, site_name_en: siteEn } as WindowRef;
}

const EAST = room("东厅", "East room");
const NORTH = room("西厅", "West room", "城北楼", "North building");

test("a room is named with its building if the hall has several", () => {
  expect(roomName(EAST, "zh")).toBe("东厅");
  expect(roomName(EAST, "en")).toBe("East room");
  expect(roomName(NORTH, "zh")).toBe("城北楼西厅");
  expect(roomName(NORTH, "en")).toBe("West room (North building)");
});

test("rooms are listed once each, without windows in no room", () => {
  expect(roomNames([EAST, NORTH, EAST, room("", "")], "zh")).toBe("东厅、城北楼西厅");
  expect(roomNames([EAST, NORTH], "en")).toBe("East room, West room (North building)");
  expect(roomNames([], "en")).toBe("");
});

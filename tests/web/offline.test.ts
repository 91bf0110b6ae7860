import { expect, test, vi } from "vitest";
import { effectScope, nextTick, ref, shallowRef } from "vue";
import type { Connection, Live } from "@web/live.ts";
import type { CounterState, HandInActs, ShareCard } from "@web/wire.gen.ts";
import type { Acts } from "../../counters/web/acts.ts";
import { noShow } from "../../counters/web/no-show.ts";
import { after, useOffline } from "../../counters/web/offline.ts";

const NOW = 1_772_424_000_000;

function share(number: string): ShareCard {
  return {
    id: `20260302-${number}`, number, item: "x", item_name: "事项", item_name_en: "Item", unit_name: "单位",
    applicant: "普通", applicant_en: "Ordinary", mark: "", proof: "", issued_at: NOW - 600_000,
  };
}

function picture(numbers: string[]): CounterState {
  return {
    paused: false, current: null, share: numbers.map(share), share_seal: "5ea1", no_show_from: null, no_show_calls: 2, no_show_seconds: 10,
  } as unknown as CounterState;
}

test("the picture after each act is what the server would draw", () => {
  const idle = picture(["A001", "A002"]);
  const called = after(idle, "call", NOW);
  expect(called?.current).toMatchObject({ number: "A001", state: "called", call_count: 1, waited: 10 });
  expect(called?.share.map((entry) => entry.number)).toEqual(["A002"]);
  expect(called?.no_show_from).toBe(NOW + 10_000);
  const again = after(called as CounterState, "recall", NOW + 1);
  expect(again?.current?.call_count).toBe(2);
  const serving = after(again as CounterState, "start", NOW + 2);
  expect(serving?.current).toMatchObject({ state: "serving", serving_at: NOW + 2 });
  expect(after(serving as CounterState, "finish", NOW + 3)?.current).toBeNull();
  expect(after(again as CounterState, "no_show", NOW + 3)?.current).toBeNull();
});

test("a call that nobody heard is not marked as missed, until it was", () => {
  const called = { ...after(picture(["A001"]), "call", NOW), no_show_calls: 1 } as CounterState;
  const later = NOW + 60_000;
  for (const announced of ["pending", "unspoken"] as const) {
    expect(noShow({ ...called, announced }, later).allowed).toBe(false);
  }
  for (const announced of ["", "spoken", "by_mouth"] as const) {
    expect(noShow({ ...called, announced }, later).allowed).toBe(true);
  }
});

test("what the rules do not allow is not possible", () => {
  const idle = picture(["A001"]);
  const called = after(idle, "call", NOW) as CounterState;
  expect(after(picture([]), "call", NOW)).toBeNull();
  expect(after(called, "call", NOW)).toBeNull();
  expect(after(called, "finish", NOW)).toBeNull();
  for (const kind of ["recall", "start", "finish", "no_show"] as const) expect(after(idle, kind, NOW)).toBeNull();
});

function desk() {
  const storage = new Map<string, string>();
  const store = {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, value: string) => void storage.set(name, value),
    removeItem: (name: string) => void storage.delete(name),
  };
  const connection = ref<Connection>("online");
  const live = { connection, state: shallowRef(picture(["A001", "A002"])) } as unknown as Live<CounterState>;
  const abandoned: number[] = [];
  const acts = { busy: ref(false), abandon: () => abandoned.push(1) } as unknown as Acts;
  const open = () => effectScope().run(() => useOffline("1009", "W05", live, acts, store)) as ReturnType<typeof useOffline>;
  return { kept: storage, connection, live, abandoned, open };
}

test("after three seconds the desk goes on, and every act is kept before it counts", async () => {
  vi.useFakeTimers();
  const { kept: storage, connection, live, abandoned, open } = desk();
  const offline = open();
  expect(offline.act("call")).toBe(false);
  connection.value = "offline";
  await nextTick();
  vi.advanceTimersByTime(2900);
  expect(offline.on.value).toBe(false);
  vi.advanceTimersByTime(200);
  expect(offline.on.value).toBe(true);
  expect(abandoned).toHaveLength(1);
  expect(offline.act("call")).toBe(true);
  expect(offline.act("finish", { outcome: "done" })).toBe(false);
  expect(offline.act("start")).toBe(true);
  expect(offline.act("finish", { outcome: "done", note: "" })).toBe(true);
  const diary = JSON.parse([...storage.values()][0] ?? "{}") as HandInActs;
  expect(diary.known).toBe("");
  expect(diary.acts.map((entry) => [entry.kind, entry.ticket, entry.outcome])).toEqual([
    ["call", "20260302-A001", ""], ["start", "20260302-A001", ""], ["finish", "20260302-A001", "done"],
  ]);
  expect(live.state.value?.share.map((entry) => entry.number)).toEqual(["A002"]);
  // The share goes along whole, as the server sealed it.
  expect(diary.shares).toEqual([{ tickets: ["20260302-A001", "20260302-A002"], seal: "5ea1" }]);
  vi.useRealTimers();
});

test("a desk whose feed has never stood does not go on alone", async () => {
  vi.useFakeTimers();
  const { connection, open } = desk();
  connection.value = "connecting";
  const offline = open();
  connection.value = "offline";
  await nextTick();
  vi.advanceTimersByTime(10_000);
  expect(offline.on.value).toBe(false);
  connection.value = "online";
  await nextTick();
  connection.value = "offline";
  await nextTick();
  vi.advanceTimersByTime(3000);
  expect(offline.on.value).toBe(true);
  vi.useRealTimers();
});

test("what was kept before a reload is still there, and waits for the server", () => {
  const { kept: storage, connection, open } = desk();
  const acts = [{ kind: "call", ticket: "t", at: NOW, outcome: "", note: "" }];
  storage.set("hallkeeper.counter.W05.1009", JSON.stringify({ key: "k", window: "W05", known: "", acts }));
  connection.value = "connecting";
  const offline = open();
  expect([offline.count.value, offline.pending.value, offline.on.value]).toEqual([1, true, false]);
});

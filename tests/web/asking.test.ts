import { expect, test, vi } from "vitest";
import { useAsking } from "../../server/web/asking.ts";

/** Work that ends when it is let go, and leaves its name. */
function slow(name: string, done: string[]) {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const work = async (): Promise<void> => {
    await held;
    done.push(name);
  };
  return { work, letGo };
}

test("a page shows what was chosen last, also while an earlier read is on its way", async () => {
  const asking = useAsking();
  const done: string[] = [];
  const [first, second, third] = ["first", "second", "third"].map((name) => slow(name, done));
  const begun = asking.read(first!.work);
  expect(await asking.read(second!.work)).toBe(false);
  expect(await asking.read(third!.work)).toBe(false);
  for (const read of [first, second, third]) read!.letGo();
  expect(await begun).toBe(true);
  await vi.waitFor(() => expect(done).toEqual(["first", "third"]));
  await vi.waitFor(() => expect(asking.busy.value).toBe(false));
});

test("a button pressed twice acts once", async () => {
  const asking = useAsking();
  const done: string[] = [];
  const [first, second] = ["first", "second"].map((name) => slow(name, done));
  const begun = asking.run(first!.work);
  expect(await asking.run(second!.work)).toBe(false);
  first!.letGo();
  second!.letGo();
  expect(await begun).toBe(true);
  expect(done).toEqual(["first"]);
});

test("a read of the list after an act that failed is done", async () => {
  const asking = useAsking();
  const done: string[] = [];
  const act = asking.run(() => Promise.reject(new Error("refused")));
  void asking.read(async () => done.push("list"));
  expect(await act).toBe(false);
  await vi.waitFor(() => expect(done).toEqual(["list"]));
});

test("an act during a read is done after it, and before a read that came later", async () => {
  const asking = useAsking();
  const done: string[] = [];
  const [read, act, later] = ["read", "act", "later"].map((name) => slow(name, done));
  const begun = asking.read(read!.work);
  const acted = asking.run(act!.work);
  expect(await asking.run(slow("twice", done).work)).toBe(false);
  expect(await asking.read(later!.work)).toBe(false);
  for (const work of [later, act, read]) work!.letGo();
  expect([await begun, await acted]).toEqual([true, true]);
  await vi.waitFor(() => expect(done).toEqual(["read", "act", "later"]));
  await vi.waitFor(() => expect(asking.busy.value).toBe(false));
});

test("an act after a read that failed is done", async () => {
  const asking = useAsking();
  const done: string[] = [];
  const begun = asking.read(() => Promise.reject(new Error("refused")));
  expect(await asking.run(async () => done.push("act"))).toBe(true);
  expect(await begun).toBe(false);
  expect(done).toEqual(["act"]);
});

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

import { expect, test } from "vitest";
import { ApiError, send, type World } from "@web/transport.ts";

type Answer = () => Response;

/** A server that answers in turn, and a clock that moves only by waiting. */
function world(answers: Answer[]) {
  const sent: Request[] = [];
  let now = 0;
  const made: World = {
    fetch: async (path, init) => {
      sent.push(new Request(new URL(String(path), "http://hall.invalid"), init));
      const answer = answers.shift();
      if (!answer) throw new TypeError("connection refused");
      return answer();
    },
    wait: async (ms) => {
      now += ms;
    },
    now: () => now,
    csrf: () => "c-1",
  };
  return { made, sent };
}

const json = (status: number, body: unknown): Response => Response.json(body, { status });
const lost = (): Response => {
  throw new TypeError("network");
};

test("a lost answer is asked for again with the same key", async () => {
  const { made, sent } = world([lost, () => json(503, {}), () => json(200, { number: "A001" })]);
  expect(await send("POST", "/api/v1/tickets", { item: 1 }, {}, made)).toEqual({ number: "A001" });
  const keys = sent.map((request) => request.headers.get("Idempotency-Key"));
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[\w-]{32,}$/);
  expect(sent[0]?.headers.get("X-CSRF-Token")).toBe("c-1");
});

test("a refusal is not repeated and carries its words", async () => {
  const refusal = { code: "nobody_waiting", message_zh: "没有等候的人", message_en: "Nobody is waiting", data: {} };
  const { made, sent } = world([() => json(409, refusal)]);
  const error = await send("POST", "/x", {}, {}, made).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).code).toBe("nobody_waiting");
  expect((error as ApiError).words()).toBe("没有等候的人");
  expect((error as ApiError).unsure).toBe(false);
  expect(sent).toHaveLength(1);
});

test("a server that stays away is given up, and the command is called unsure", async () => {
  const { made, sent } = world([]);
  const error = await send("POST", "/x", {}, { giveUpMs: 2000 }, made).catch((caught: unknown) => caught);
  expect((error as ApiError).code).toBe("network");
  expect((error as ApiError).unsure).toBe(true);
  expect(sent.length).toBeGreaterThan(1);
});

test("a question carries no key and no csrf token", async () => {
  const { made, sent } = world([() => json(200, [])]);
  await send("GET", "/x", undefined, {}, made);
  expect(sent[0]?.headers.has("Idempotency-Key")).toBe(false);
  expect(sent[0]?.headers.has("X-CSRF-Token")).toBe(false);
});

test("an answer that is no json is a refusal all the same", async () => {
  const { made } = world([() => new Response("<h1>oops</h1>", { status: 500 })]);
  const error = await send("POST", "/x", {}, {}, made).catch((caught: unknown) => caught);
  expect((error as ApiError).words()).toContain("系统正忙");
});

test("a proxy's refusal of a large file is said as that", async () => {
  const { made } = world([() => new Response("<html>413</html>", { status: 413 })]);
  const refused = await send("POST", "/api/v1/office/workbook", {}, {}, made).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect((refused as ApiError).words()).toContain("过大");
});

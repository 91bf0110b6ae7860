import { expect, test } from "vitest";
import { ApiError } from "@web/api.ts";
import type { GroupRef, Issued, ItemRef, TicketView, UnitRef } from "@web/wire.gen.ts";
import { mistyped, plain, search, searchGroups } from "../../kiosk/web/search.ts";
import { leadsAway } from "../../kiosk/web/shut-in.ts";
import { readNumber } from "../../kiosk/web/speech.ts";
import { OwnLine } from "../../kiosk/web/standby.ts";
import { PATIENCE_MS, Taking, type World } from "../../kiosk/web/taking.ts";

function item(code: string, name: string, keys: string[], unit = "gaj"): ItemRef {
  return { code, unit, group: "id", name, name_en: code, kind: "approval", handling: "accepted", keys };
}

const ITEMS = [
  item("birth", "出生登记", ["chushengdengji", "csdj", "birth registration", "上户口", "shanghukou", "shk"]),
  item("idcard", "居民身份证申领", ["juminshenfenzhengshenling", "jmsfzsl", "identity card", "身份证", "shenfenzheng", "sfz"]),
  item("temporary", "临时居民身份证申领", ["linshijuminshenfenzhengshenling", "lsjmsfzsl", "temporary card"]),
  item("company", "公司设立登记", ["gongsishelidengji", "gssldj", "company registration"], "scjg"),
];
const UNIT = { code: "gaj", name: "公安局", short: "公安" } as UnitRef;
const UNITS = new Map([["gaj", UNIT]]);
const codes = (typed: string, popular: string[] = []): string[] =>
  search(typed, ITEMS, UNITS, popular).map((entry) => entry.code);

test("items are found by Chinese, full pinyin, initials and English, best first", () => {
  expect(codes("身份证")).toEqual(["idcard", "temporary"]);
  expect(codes("sfz")).toEqual(["idcard", "temporary"]);
  expect(codes("shenfenzheng")).toEqual(["idcard", "temporary"]);
  expect(codes("CSDJ")).toEqual(["birth"]);
  expect(codes("chu sheng")).toEqual(["birth"]);
  expect(codes("company reg")).toEqual(["company"]);
  expect(codes("登记")).toEqual(["birth", "company"]);
  expect(codes("公安")).toEqual(["birth", "idcard", "temporary"]);
  expect(codes("飞机")).toEqual([]);
  expect(codes("  ")).toEqual([]);
});

test("among equals the one that is asked for most comes first", () => {
  expect(codes("登记", ["company"])).toEqual(["company", "birth"]);
});

test("a word of several parts must fit in all its parts", () => {
  expect(codes("临时 身份证")).toEqual(["temporary"]);
  expect(codes("临时 出生")).toEqual([]);
});

const GROUPS = [
  { code: "id", name: "户口身份证出入境", name_en: "ID and passports", keys: ["hukoushenfenzhengchurujing", "hksfzcrj"] },
  { code: "shop", name: "开店办企业", name_en: "Open a business", keys: ["kaidianbanqiye", "kdbqy"] },
] as GroupRef[];
const SHOP: ItemRef = { ...item("shop", "个体工商户登记", ["getigongshanghudengji", "gtgshdj"], "scjg"), group: "shop" };
const NEEDY: ItemRef = { ...item("needy", "困难补贴", ["kunnanbutie", "knbt"]), needs: ["残疾人证", "canjirenzheng", "cjrz", "居民户口簿"] };
const all = [...ITEMS, SHOP, NEEDY];
const inGroups = (typed: string): string[] => search(typed, all, UNITS, [], GROUPS).map((entry) => entry.code);

test("a group is found by its name, and its items with it", () => {
  expect(searchGroups("kaidian", GROUPS).map((group) => group.code)).toEqual(["shop"]);
  expect(inGroups("kaidian")).toEqual(["shop"]);
  expect(inGroups("开店")).toEqual(["shop"]);
  expect(inGroups("hukou").slice(0, 2)).toEqual(["birth", "idcard"]);
  expect(searchGroups("banqi", GROUPS)).toHaveLength(1);
  expect(searchGroups("zz", GROUPS)).toHaveLength(0);
});

test("an item is found by a paper that it requires, behind those of that name", () => {
  for (const typed of ["残疾人证", "残疾", "canjiren", "cjrz"]) expect(inGroups(typed)).toEqual(["needy"]);
  expect(inGroups("居民")).toEqual(["idcard", "temporary", "needy"]);
});

test("one letter may be wrong, missing or too many, if nothing fits as it is typed", () => {
  for (const typed of ["shenfengzheng", "shenfnzheng", "shenfenzhemg"]) expect(codes(typed)).toEqual(["temporary", "idcard"].sort());
  expect(codes("shengfengzheng")).toEqual([]);
  expect(codes("csdk")).toEqual([]);
  expect(mistyped("abcde")("xxabde")).toBe(true);
  expect(mistyped("abcde")("xxabd")).toBe(false);
});

test("ju, qu and xu may be typed with v", () => {
  expect(codes("jvminshenfenzheng")).toEqual(["idcard", "temporary"]);
  expect(plain("qv xv lv yv")).toBe("quxulvyu");
});

test("marks and spaces do not matter", () => {
  expect(plain("Lü  You'（游）")).toBe("lvyou游");
});

test("a number is read digit by digit", () => {
  const digits = [..."零幺二三四五六七八九"];
  expect(readNumber("A012", "zh", digits)).toBe("A 零 幺 二");
  expect(readNumber("AB012", "zh", digits)).toBe("A B 零 幺 二");
  expect(readNumber("A012", "zh", [])).toBe("A 0 1 2");
  expect(readNumber("A012", "en", digits)).toBe("A 0 1 2");
});

test("keys that would lead away from the kiosk's page are stopped, typing is not", () => {
  const press = (key: string, more = {}) => leadsAway({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
  expect(press("F1")).toBe(true);
  expect(press("F5")).toBe(false);
  expect(press("l", { ctrlKey: true })).toBe(true);
  expect(press("v", { ctrlKey: true })).toBe(false);
  expect(press("ArrowLeft", { altKey: true })).toBe(true);
  expect(press("ArrowLeft")).toBe(false);
  expect(press("a")).toBe(false);
});

/** A kiosk's browser and its server: answers in turn, every request written down. */
function stage(answers: (Issued | ApiError)[]) {
  const storage = new Map<string, string>();
  const sent: { key: string; body: unknown }[] = [];
  let now = 1_000_000;
  const world: World = {
    kept: {
      getItem: (name) => storage.get(name) ?? null,
      setItem: (name, value) => void storage.set(name, value),
      removeItem: (name) => void storage.delete(name),
    },
    now: () => now,
    wait: async (ms) => {
      now += ms;
    },
    issue: async ({ key, body }) => {
      sent.push({ key, body });
      const answer = answers.shift();
      if (!answer) throw new Error("not asked for");
      if (answer instanceof ApiError) throw answer;
      return answer;
    },
  };
  return { world, sent, later: (ms: number) => (now += ms) };
}

const ISSUED: Issued = { ticket: { id: "1", number: "A001" } as TicketView };
const SILENT = new ApiError(0, { code: "network" }, true);
const OWN_TICKET = { id: "2", number: "A980" } as TicketView;
const REFUSED = new ApiError(409, { code: "all_paused" });

test("two presses at once are one request and give one number", async () => {
  const { world, sent } = stage([ISSUED]);
  const taking = new Taking("1", world);
  const both = await Promise.all([taking.take("a", "ordinary"), taking.take("a", "ordinary")]);
  expect(both.map((entry) => entry.ticket.number)).toEqual(["A001", "A001"]);
  expect(sent).toHaveLength(1);
});

test("a lost answer is asked for again with the same key", async () => {
  const { world, sent } = stage([SILENT, SILENT, ISSUED]);
  await new Taking("1", world).take("a", "ordinary");
  expect(new Set(sent.map((entry) => entry.key)).size).toBe(1);
  expect(sent).toHaveLength(3);
});

test("a killed tab goes on with the press it left behind", async () => {
  const { world, sent } = stage([ISSUED]);
  const left = { key: "the-key-of-the-press", item: "a", applicant: "elderly", at: world.now() };
  world.kept.setItem("hallkeeper.kiosk.1.pending", JSON.stringify(left));
  const taking = new Taking("1", world);
  expect(taking.pending()).toEqual(left);
  await taking.take("a", "elderly");
  expect(sent[0]?.key).toBe("the-key-of-the-press");
  expect(taking.pending()).toBeNull();
});

test("a press that nobody waits for any more is dropped", () => {
  const { world, later } = stage([]);
  const left = { key: "k", item: "a", applicant: "ordinary", at: world.now() };
  world.kept.setItem("hallkeeper.kiosk.1.pending", JSON.stringify(left));
  later(PATIENCE_MS);
  expect(new Taking("1", world).pending()).toBeNull();
});

test("a refusal ends the press; the next one is a new intent", async () => {
  const { world, sent } = stage([REFUSED, ISSUED]);
  const taking = new Taking("1", world);
  await expect(taking.take("a", "ordinary")).rejects.toBe(REFUSED);
  await taking.take("a", "ordinary");
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
});

test("the number that is shown comes back until its time is over", () => {
  const { world, later } = stage([]);
  const taking = new Taking("1", world);
  taking.show({ ticket: ISSUED.ticket, until: world.now() + 25_000 });
  expect(new Taking("1", world).shown()?.ticket.number).toBe("A001");
  expect(new Taking("2", world).shown()).toBeNull();
  later(25_000);
  expect(taking.shown()).toBeNull();
});

/** The kiosk's own PC: whether it takes over, and its answers in turn. */
function ownLine(answers: (TicketView | ApiError)[], up = true) {
  const call: string[] = [];
  const joined: string[] = [];
  const own = {
    takesOver: async () => up,
    take: async (key: string, _item: string, _applicant: string, companion?: string) => {
      call.push(key);
      if (companion) joined.push(companion);
      const answer = answers.shift();
      if (!answer || answer instanceof ApiError) throw answer ?? new Error("not asked for");
      return answer;
    },
  };
  return { own, asked: call, joined };
}

test("without the server the kiosk's own PC gives the number, and the server is not asked", async () => {
  const { world, sent } = stage([]);
  const { own, asked: call } = ownLine([OWN_TICKET]);
  world.own = own;
  const issued = await new Taking("1", world).take("a", "ordinary");
  expect(issued).toEqual({ ticket: OWN_TICKET, key: call[0] });
  expect(sent).toHaveLength(0);
});

test("a press that the server did not answer goes to the own PC under the same key, and stays there", async () => {
  const { world, sent } = stage([SILENT]);
  const { own, asked: call } = ownLine([SILENT, OWN_TICKET]);
  let calls = 0;
  world.own = { ...own, takesOver: async () => (calls += 1) > 1 && calls < 3 };
  const issued = await new Taking("1", world).take("a", "ordinary");
  expect(issued.ticket.number).toBe("A980");
  expect(sent).toHaveLength(1);
  expect(call).toEqual([sent[0]?.key, sent[0]?.key]);
});

test("what the own PC refuses is refused, and the next press is a new one", async () => {
  const { world } = stage([]);
  const { own, asked: call } = ownLine([REFUSED, OWN_TICKET]);
  world.own = own;
  const taking = new Taking("1", world);
  await expect(taking.take("a", "ordinary")).rejects.toBe(REFUSED);
  expect((await taking.take("a", "ordinary")).ticket.number).toBe("A980");
  expect(new Set(call).size).toBe(2);
});

test("the own PC is told whose other number it is", async () => {
  const { world } = stage([]);
  const { own, joined } = ownLine([OWN_TICKET]);
  world.own = own;
  await new Taking("1", world).take("a", "ordinary", "first-token");
  expect(joined).toEqual(["first-token"]);
});

test("a first number that the server does not know yet does not stop the second", async () => {
  const { world, sent } = stage([new ApiError(404, { code: "ticket_unknown" }), ISSUED]);
  const issued = await new Taking("1", world).take("a", "ordinary", "own-token");
  expect(issued.ticket.number).toBe("A001");
  expect(sent.map(({ body }) => body)).toEqual([
    { item: "a", applicant: "ordinary", print: true, companion: "own-token" },
    { item: "a", applicant: "ordinary", print: true },
  ]);
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
});

test("an agent of before is not sent what it would refuse", async () => {
  const sent: unknown[] = [];
  const line = (companion: boolean) =>
    new OwnLine(async (_address, request) => {
      if (request?.body) sent.push(JSON.parse(request.body as string));
      return new Response(JSON.stringify({ ready: true, ticket: OWN_TICKET, ...(companion ? { companion } : {}) }));
    });
  for (const newer of [false, true]) {
    const own = line(newer);
    own.know({ line: "http://127.0.0.1:1", secret: "s" });
    await own.ready();
    await own.take("k", "a", "ordinary", "first-token");
  }
  expect(sent).toEqual([
    { key: "k", item: "a", applicant: "ordinary" },
    { key: "k", item: "a", applicant: "ordinary", companion: "first-token" },
  ]);
});

// Scripts and styles of phones, kiosks and boards run on the oldest browser that opens them: the phone's page
// on ES2017, kiosk and board on Chromium 90. Looks into the built files, as the server hands them out.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "@babel/parser";
import { expect, test } from "vitest";

const DIST = fileURLToPath(new URL("../../server/web/dist/", import.meta.url));

interface Node {
  type: string;
  [key: string]: unknown;
}

/** Return all files that a built page loads, by name: those of its HTML, and their imports. */
function loaded(page: string, ending: string): Map<string, string> {
  const result = new Map<string, string>();
  const html = readFileSync(`${DIST}${page}.html`, "utf8");
  const open = [...html.matchAll(/\/static\/assets\/([\w.-]+)/g)].map((entry) => entry[1] ?? "");
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (result.has(name) || !name.endsWith(ending) || !existsSync(`${DIST}assets/${name}`)) continue;
    const text = readFileSync(`${DIST}assets/${name}`, "utf8");
    result.set(name, text);
    for (const entry of text.matchAll(/["'`]\.\/([\w.-]+)["'`]/g)) open.push(entry[1] ?? "");
  }
  expect(result.size).toBeGreaterThan(0);
  return result;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

type Visit = (node: Node, ancestors: readonly Node[]) => void;

function walk(node: Node, visit: Visit, ancestors: readonly Node[] = []): void {
  visit(node, ancestors);
  const below = [...ancestors, node];
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key === "extra") continue;
    for (const entry of Array.isArray(value) ? value : [value]) if (isNode(entry)) walk(entry, visit, below);
  }
}

const NEWER_THAN_2017 = new Set([
  "OptionalMemberExpression", "OptionalCallExpression", "SpreadProperty", "Import", "ImportExpression", "MetaProperty",
  "BigIntLiteral", "ClassProperty", "ClassPrivateProperty", "ClassPrivateMethod", "PrivateName", "StaticBlock",
  "ClassAccessorProperty",
]);
const LATER_OPERATORS = new Set(["??", "??=", "||=", "&&="]);

/** Syntax that a browser of ES2017 cannot even read. */
function newerSyntax(node: Node): string | null {
  const inside = (list: unknown, type: string): boolean => (list as Node[]).some((entry) => entry.type === type);
  if (NEWER_THAN_2017.has(node.type)) return node.type;
  if (typeof node["operator"] === "string" && LATER_OPERATORS.has(node["operator"])) return node["operator"];
  if (node.type === "ObjectExpression" && inside(node["properties"], "SpreadElement")) return "object spread";
  if (node.type === "ObjectPattern" && inside(node["properties"], "RestElement")) return "object rest";
  if (node.type === "CatchClause" && node["param"] === null) return "catch without a name";
  if (node.type === "ForOfStatement" && node["await"] === true) return "for await";
  if (node["async"] === true && node["generator"] === true) return "async generator";
  if (node.type === "ExportNamespaceSpecifier") return "export * as";
  if (node.type === "NumericLiteral" && /_/.test((node["extra"] as { raw: string }).raw)) return "numeric separator";
  if (node.type !== "RegExpLiteral") return null;
  if (/[sdv]/.test(node["flags"] as string)) return `flags /${node["flags"] as string}`;
  return /\(\?<|\\p\{/.test(node["pattern"] as string) ? "newer regular expression" : null;
}

/** Methods by the Chromium that first has them. */
const METHODS: Record<string, number> = {
  at: 92, hasOwn: 93, findLast: 97, findLastIndex: 97, toSorted: 110, toReversed: 110, toSpliced: 110, groupBy: 117,
  withResolvers: 119, randomUUID: 92, replaceAll: 85, matchAll: 73, flat: 69, flatMap: 69, fromEntries: 73,
  allSettled: 76, finally: 63, trimStart: 66, trimEnd: 66, replaceChildren: 86, showPopover: 114,
  "AbortSignal.timeout": 103, "AbortSignal.any": 116, "Promise.any": 85, "Promise.try": 128,
};
const GLOBALS: Record<string, number> = {
  structuredClone: 98, queueMicrotask: 71, globalThis: 71, ResizeObserver: 64, BigInt: 67, AggregateError: 85, WeakRef: 84,
};
/**
 * Each was looked at: the first two are asked for with `typeof`; the third stands in Socket.IO's
 * frames for WebTransport, which the hall does not use.
 */
const GUARDED = new Set(["randomUUID", "globalThis", "BigInt"]);

/** The method that a call calls, with its owner where the name alone is everybody's. */
function called(node: Node): string {
  const callee = node["callee"] as Node;
  if (node.type !== "CallExpression" || callee.type !== "MemberExpression" || callee["computed"] === true) return "";
  const name = String((callee["property"] as Node)["name"] ?? "");
  const whole = `${String((callee["object"] as Node)["name"] ?? "")}.${name}`;
  return whole in METHODS ? whole : name;
}

function newerNames(tree: Node, than: number): string[] {
  const matches = new Set<string>();
  const late = (table: Record<string, number>, name: string): boolean =>
    Object.hasOwn(table, name) && (table[name] ?? 0) > than && !GUARDED.has(name);
  walk(tree, (node, ancestors) => {
    const method = called(node);
    // Vue's own toSorted calls the browser's, where somebody calls Vue's; nobody can who has it not.
    const passedOn = ancestors.some((entry) => entry.type === "ObjectMethod" && (entry["key"] as Node)["name"] === method);
    if (late(METHODS, method) && !passedOn) matches.add(method);
    const parent = ancestors[ancestors.length - 1];
    const own = parent?.type === "MemberExpression" || parent?.type === "ObjectProperty";
    if (node.type === "Identifier" && !own && late(GLOBALS, String(node["name"]))) matches.add(String(node["name"]));
  });
  return [...matches];
}

const ast = (text: string): Node => parse(text, { sourceType: "module" }) as unknown as Node;
/** The newest Chromium without anything later than ES2017. */
const CHROMIUM_OF_2017 = 61;

test.each(["phone", "follow", "voices", "problem"])("%s is ES2017 in every file that it loads", (page) => {
  for (const [name, text] of loaded(page, ".js")) {
    const tree = ast(text);
    const matches = new Set<string>();
    walk(tree, (node) => {
      const newer = newerSyntax(node);
      if (newer) matches.add(newer);
    });
    expect([name, ...matches]).toEqual([name]);
    expect([name, ...newerNames(tree, CHROMIUM_OF_2017)]).toEqual([name]);
    const top = (tree["program"] as Node)["body"] as Node[];
    expect(top.some((entry) => entry.type === "ExpressionStatement" && (entry["expression"] as Node).type === "AwaitExpression")).toBe(false);
  }
});

const NEWER_THAN_90 = new Set(["StaticBlock", "ClassAccessorProperty"]);

test.each(["kiosk", "rate", "board", "boards"])("%s runs on Chromium 90", (page) => {
  for (const [name, text] of loaded(page, ".js")) {
    const tree = ast(text);
    const matches = new Set(newerNames(tree, 90));
    walk(tree, (node) => {
      if (NEWER_THAN_90.has(node.type)) matches.add(node.type);
      if (node.type === "BinaryExpression" && (node["left"] as Node).type === "PrivateName") matches.add("#x in y");
      if (node.type === "RegExpLiteral" && /[dv]/.test(node["flags"] as string)) matches.add("flags of later regular expressions");
    });
    expect([name, ...matches]).toEqual([name]);
  }
});

/** Style sheet features that Chromium 90 lacks; a rule or a declaration with one is dropped whole. */
const NEWER_CSS: [RegExp, string][] = [
  [/:has\(/, ":has"],
  [/@container|container-type/, "container queries"],
  [/@layer/, "@layer"],
  [/@scope|@starting-style/, "@scope"],
  [/color-mix\(|oklch\(|oklab\(|\blab\(|\blch\(|light-dark\(/, "newer colours"],
  [/(^|[{};])\s*&/, "nesting"],
  [/\d(svh|lvh|svw|lvw|dvw|cqw|cqh|cqi|lh|rlh)\b/, "newer units"],
  [/@media[^{]*[<>]/, "ranges in media queries"],
  [/[{;](translate|rotate|scale):/, "single transforms"],
  [/subgrid|anchor-name|field-sizing|interpolate-size/, "newer layout"],
  [/:popover-open|:user-invalid|:modal\b/, "newer states"],
];
/** On phones of ES2017 these are missing as well. */
const NEWER_CSS_OF_PHONES: [RegExp, string][] = [
  [/[{;]inset:/, "inset"],
  [/:is\(|:where\(/, ":is"],
  [/rgba?\([^),]+ [^)]*\/|#[0-9a-f]{8}\b/, "newer colours"],
  [/aspect-ratio:/, "aspect-ratio"],
];

/** Declarations in dvh without the same one in vh before them in their rule. */
function alone(css: string): string[] {
  const rules = [...css.matchAll(/[{]([^{}]*)[}]/g)].map((entry) => (entry[1] ?? "").split(";"));
  return rules.flatMap((declarations) =>
    declarations.filter((entry, at) => {
      const name = entry.split(":")[0] ?? "";
      return entry.includes("dvh") && !declarations.slice(0, at).some((other) => other.startsWith(`${name}:`) && /\dvh/.test(other));
    }),
  );
}

test.each(["phone", "problem", "kiosk", "board", "boards"])("the style sheets of %s are known to its browsers", (page) => {
  const phones = page === "phone" || page === "problem";
  for (const [name, css] of loaded(page, ".css")) {
    const matches = [...NEWER_CSS, ...(phones ? NEWER_CSS_OF_PHONES : [])].filter(([what]) => what.test(css)).map(([, words]) => words);
    expect([name, ...matches, ...alone(css)]).toEqual([name]);
  }
});

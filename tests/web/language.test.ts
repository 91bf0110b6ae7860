// Language of comments in the pages: they open with an action or a thing, as docstrings do.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FILES = ["kiosk", "counters", "display", "server", "tests/web"]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`))
  .filter((file) => /\.(ts|vue|css)$/.test(file) && !/\/dist\/|\.gen\.ts$/.test(file));
/** First word of a comment at the start of a line, unless the line before is a comment too. */
const FIRST = /^(?<!^ *\/\/[^\n]*\n) *(?:\/\/|\/\*\*?(?:\n \*)?|<!--) +(\w+)/gm;
const RIDDLES = new Set(
  "What Who Whom Whose Whether How Where Which So Nobody Somebody Everybody Everything".split(" "),
);

test("no comment opens with a riddle", () => {
  const violations = FILES.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(FIRST)].filter(([, word]) => RIDDLES.has(word ?? "")).map(([line]) => `${file}: ${line.trim()}`),
  );
  expect(FILES.length).toBeGreaterThan(200);
  expect(violations).toEqual([]);
});

/** Declarations of a variable, a parameter or a loop with a name that says nothing. */
const NAMELESS =
  /(?:\b(?:const|let|function) |[([] ?|v-for="\(?)(found|told|asked|known|kept|said|taken|one)(?:: [\w<>[\] |]+)?(?= =[^=]|\)? =>| of | in |, \w+\) in |\(\w*:)/g;

test("variables are nouns", () => {
  const violations = FILES.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(NAMELESS)].map(([text]) => `${file}: ${text}`),
  );
  expect(violations).toEqual([]);
});

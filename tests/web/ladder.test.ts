import { expect, test } from "vitest";
import { ladderWords } from "../../server/leave/web/words.ts";

test("who approves is said in words, not in the codes of the setting", () => {
  expect(ladderWords("1d=chief;2d=chief+manager;*=chief+manager+head")).toBe(
    "1 天以内：首席代表；2 天以内：首席代表，再由中心管理人员；超过以上时长：首席代表，再由中心管理人员，再由中心主任",
  );
  expect(ladderWords("*=head")).toBe("不限时长：中心主任");
  expect(ladderWords("4h=chief;*=manager")).toBe("4 小时以内：首席代表；超过以上时长：中心管理人员");
});

test("what no rule could read is not said at all", () => {
  for (const text of ["", "1d", "1d=chief", "*=head;1d=chief", "1d=chief;;*=head", "ein Tag=chief"]) expect(ladderWords(text)).toBe("");
});

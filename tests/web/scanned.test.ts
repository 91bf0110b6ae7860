import { expect, test } from "vitest";
import { lookedUp } from "../../counters/web/scanned.ts";

test("the token of a scanned phone address is looked up", () => {
  for (const address of ["http://10.0.0.5:8000/t/Ab-9_x", "https://hall.example/t/Ab-9_x?lang=en", "HTTP://H/t/Ab-9_x#top"]) {
    expect(lookedUp(address)).toBe("Ab-9_x");
  }
});

test("a typed number goes to the server without marks and spaces", () => {
  expect(lookedUp(" a 012 ")).toBe("a012");
  expect(lookedUp("Ａ０１２号")).toBe("Ａ０１２号");
  expect(lookedUp("A012/..\\")).toBe("A012");
  expect(lookedUp(" . / ")).toBe("");
});

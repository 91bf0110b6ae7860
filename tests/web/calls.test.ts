// Calls are checked against the server's OpenAPI document: vue-tsc fails if one of the expected errors
// below is none.
import { expect, test } from "vitest";
import { addressOf, get, post } from "@web/api.ts";

test("values in an address are encoded", () => {
  expect(addressOf("/api/v1/office/workbook")).toBe("/api/v1/office/workbook");
  expect(addressOf("/api/v1/files/{file}", { file: "a/b 条" })).toBe("/api/v1/files/a%2Fb%20%E6%9D%A1");
  expect(addressOf("/api/v1/my/findings/{finding}/photos/{n}", { finding: "f", n: 2 })).toBe("/api/v1/my/findings/f/photos/2");
});

/** Calls that must not compile, and their correct form. */
export function examples(): Promise<unknown>[] {
  const path = { staff: "1004" };
  return [
    get("/api/v1/office/staff").then((answer) => answer.staff[0]?.name),
    post("/api/v1/office/accounts/{staff}", { path, body: { role: "clerk" } }),
    // @ts-expect-error There is no such address.
    get("/api/v1/office/staffs"),
    // @ts-expect-error The address takes no POST.
    post("/api/v1/office/staff"),
    // @ts-expect-error The answer has no such field.
    get("/api/v1/office/staff").then((answer) => answer.people),
    // @ts-expect-error The address needs a value.
    post("/api/v1/office/accounts/{staff}", { body: { role: "clerk" } }),
    // @ts-expect-error The value has another name.
    post("/api/v1/office/accounts/{staff}", { path: { number: "1004" }, body: { role: "clerk" } }),
    // @ts-expect-error The body has no such field.
    post("/api/v1/office/accounts/{staff}", { path, body: { post: "clerk" } }),
    // @ts-expect-error The field has no such value.
    post("/api/v1/office/accounts/{staff}", { path, body: { role: "boss" } }),
    // @ts-expect-error The body is missing.
    post("/api/v1/login"),
  ];
}

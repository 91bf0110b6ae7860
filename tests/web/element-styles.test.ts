// Styles of Element Plus: a part without its own styles looks like a browser of 1995.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDERS = ["kiosk", "counters", "display", "server"];
const STYLES = ["server/web/element.ts", "server/web/element-table.ts"].map((file) => readFileSync(file, "utf8")).join();

function sources(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !entry.parentPath.includes("dist"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
  );
}

test("every part in use has its styles", () => {
  const imports = sources().flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from "element-plus"/g)].map((match) => match[1] ?? ""));
  const parts = new Set(imports.flatMap((names) => [...names.matchAll(/\bEl([A-Z]\w+)/g)].map((match) => match[1] ?? "")));
  parts.delete("ConfigProvider"); // it shows nothing
  const folders = [...parts].map((part) => part.replace(/(?<=.)([A-Z])/g, "-$1").toLowerCase());
  expect(folders.length).toBeGreaterThan(4);
  expect(folders.filter((folder) => !STYLES.includes(`/${folder}/style/css"`))).toEqual([]);
});

// The last step of the build: lays the pages out as the server serves them, marks each with the
// build's id, presses the assets, and refuses a page that the Content-Security-Policy would break.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const PRESSED = /\.(js|css|svg|json)$/;

/** Return the violations of the hall's policy in a built page. */
export function faults(html: string): string[] {
  const result: string[] = [];
  if (/<script(?![^>]*\ssrc=)[^>]*>/i.test(html)) result.push("inline script");
  if (/<style[\s>]/i.test(html)) result.push("inline style element");
  if (/\sstyle=/i.test(html)) result.push("style attribute");
  if (/\son[a-z]+=/i.test(html)) result.push("event attribute");
  if (/(src|href)="(https?:)?\/\//i.test(html)) result.push("address outside the hall");
  if (/(src|href)="data:/i.test(html)) result.push("data: address");
  return result;
}

/** Every file below a folder, as paths relative to it, sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function flatten(dist: string): string[] {
  const nested = filesBelow(dist).filter((file) => file.endsWith(".html"));
  for (const file of nested) renameSync(join(dist, file), join(dist, basename(file)));
  const tops = new Set(nested.map((file) => file.split("/")[0]).filter((top) => top !== undefined));
  for (const top of tops) if (!top.endsWith(".html")) rmSync(join(dist, top), { recursive: true });
  return nested.map((file) => basename(file)).sort();
}

/** A page's own words about itself: the build it came from. */
function mark(html: string, build: string): string {
  return html.replace("<head>", `<head>\n    <meta name="hallkeeper-build" content="${build}" />`);
}

function finish(dist: string): void {
  mkdirSync(dist, { recursive: true });
  const names = flatten(dist);
  const texts = new Map(names.map((name) => [name, readFileSync(join(dist, name), "utf8")]));
  const sum = createHash("sha256");
  for (const [name, text] of texts) sum.update(name).update(text);
  for (const file of filesBelow(dist)) sum.update(file);
  const build = sum.digest("hex").slice(0, 12);
  for (const [name, text] of texts) {
    const wrong = faults(text);
    if (wrong.length > 0) throw new Error(`${name}: the policy forbids: ${wrong.join(", ")}`);
    writeFileSync(join(dist, name), mark(text, build));
  }
  for (const file of filesBelow(dist).filter((name) => PRESSED.test(name))) {
    const path = join(dist, file);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
  writeFileSync(join(dist, "build.json"), JSON.stringify({ build, pages: names }) + "\n");
}

/** The plugin; `last` says that no further group of pages is built into the same folder. */
export function pages(last: boolean): Plugin {
  let dist = "";
  return {
    name: "hallkeeper-pages",
    apply: "build",
    configResolved(config) {
      dist = config.build.outDir;
    },
    closeBundle() {
      if (last) finish(dist);
    },
  };
}

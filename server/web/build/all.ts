// Builds every page, one group after the other into one folder: `node server/web/build/all.ts`.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { GROUPS } from "./groups.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const vite = `${root}node_modules/vite/bin/vite.js`;

for (const group of GROUPS) {
  execFileSync(process.execPath, [vite, "build"], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, HALL_PAGES: group.name },
  });
}

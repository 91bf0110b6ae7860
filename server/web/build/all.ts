// Builds every page, one group after the other into one folder: `node server/web/build/all.ts`.
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { GROUPS } from "./groups.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

for (const group of GROUPS) {
  process.env["HALL_PAGES"] = group.name; // vite.config.ts is read anew for each build
  await build({ root, configFile: `${root}vite.config.ts` });
}

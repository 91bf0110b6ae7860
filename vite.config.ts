// Builds every page of the hall into server/web/dist: the HTML files side by side at the top
// (kiosk.html, board.html ...), everything they load below assets/, each asset with a .gz twin.
// Refuses what the Content-Security-Policy would block: inline scripts and styles, data: URLs,
// and any address outside the hall.
//
// Pages are built in groups, each for the oldest browser that opens them (server/web/build/groups.ts);
// `node server/web/build/all.ts` builds them one after the other.
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { GROUPS } from "./server/web/build/groups.ts";
import { pages } from "./server/web/build/pages.ts";
import { usedTransports } from "./server/web/build/transports.ts";

const at = GROUPS.findIndex((group) => group.name === process.env["HALL_PAGES"]);
const group = GROUPS[at];
if (process.env["HALL_PAGES"] !== undefined && !group) throw new Error(`no group of pages: ${process.env["HALL_PAGES"]}`);
const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  root,
  base: "/static/",
  publicDir: false,
  clearScreen: false,
  cacheDir: root + ".cache/vite",
  resolve: { alias: { "@web": root + "server/web" } },
  plugins: [vue({ features: { optionsAPI: group?.optionsApi ?? true } }), usedTransports(), pages(at === GROUPS.length - 1)],
  build: {
    outDir: root + "server/web/dist",
    emptyOutDir: at === 0,
    target: group?.target ?? "es2022",
    cssTarget: group?.css ?? "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: (group?.entries ?? []).map((entry) => root + entry) },
  },
});

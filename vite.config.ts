// Builds every page of the hall into server/web/dist: the HTML files side by side at the top
// (kiosk.html, board.html ...), everything they load below assets/, each asset with a .gz twin.
// Refuses what the Content-Security-Policy would block: inline scripts and styles, data: URLs,
// and any address outside the hall.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { pages } from "./server/web/build/pages.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const entries = [
  "kiosk/web/kiosk.html",
  "kiosk/web/phone.html",
  "counters/web/counter.html",
  "display/web/board.html",
  "display/web/simulators.html",
  "server/office/web/office.html",
  "server/office/web/login.html",
  "server/office/web/bulletin/bulletin.html",
  "server/office/web/my/my.html",
  "server/office/web/walk/check.html",
  "server/web/problem.html",
].filter((entry) => existsSync(root + entry));

export default defineConfig({
  root,
  base: "/static/",
  publicDir: false,
  clearScreen: false,
  cacheDir: root + ".cache/vite",
  resolve: { alias: { "@web": root + "server/web" } },
  plugins: [vue(), pages()],
  build: {
    outDir: root + "server/web/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: entries.map((entry) => root + entry) },
  },
});

// Transports of Socket.IO that no page uses are left out of the pages: live.ts asks for WebSocket only. Long polling
// and WebTransport would weigh more than two kilobytes on a phone.
import type { Plugin } from "vite";

const UNUSED = /engine\.io-client\/build\/esm\/transports\/(webtransport|polling-xhr)(?:\.node)?\.js$/;
const EXPORTS: Record<string, string> = { webtransport: "WT", "polling-xhr": "XHR" };

/** The plugin that puts empty classes in the place of the unused transports. */
export function usedTransports(): Plugin {
  return {
    name: "hallkeeper-transports",
    load(id) {
      const file = UNUSED.exec(id)?.[1];
      return file ? `export class ${EXPORTS[file]} {}` : null;
    },
  };
}

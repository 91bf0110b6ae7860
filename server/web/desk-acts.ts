// Actions of a desk without its server.
import type { Words } from "./i18n.ts";

export const ACTS = {
  call: { zh: "呼叫", en: "call" },
  recall: { zh: "重呼", en: "recall" },
  start: { zh: "开始办理", en: "start" },
  finish: { zh: "结束办理", en: "finish" },
  no_show: { zh: "过号", en: "no-show" },
} satisfies Record<string, Words>;

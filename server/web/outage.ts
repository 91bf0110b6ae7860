// The hall without its server, in the same words on board, counter and kiosk: what stands still and
// what still works (docs/operations.md, "Without the server").
import { dictionary } from "./i18n.ts";

export const OUTAGE = {
  calling: {
    zh: "大屏和条屏暂停更新，不播报语音，由窗口工作人员口头叫号。",
    en: "Screens and voice have stopped. Staff at the windows call numbers aloud.",
  },
  numbers: {
    zh: "取号机仍可取号，号码以小票为准。",
    en: "Kiosks still give numbers; the number on the slip is valid.",
  },
} as const;

export const outage = dictionary(OUTAGE);

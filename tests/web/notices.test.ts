// Words of pauses: until when a number's windows are away, and what the office has paused.
import { expect, test } from "vitest";
import { delayWords, isOpenEnded } from "@web/delay.ts";
import { noticesNow, noticeWords } from "@web/notices.ts";
import type { HallNoticeView } from "@web/wire.gen.ts";

const AT = Date.UTC(2026, 2, 2, 2, 40); // 10:40 of the hall

function notice(changes: Partial<HallNoticeView> = {}): HallNoticeView {
  return {
    id: "n",
    area: "",
    area_name: "全大厅",
    area_name_en: "Whole hall",
    pauses: true,
    reason: "drill",
    text: "",
    text_en: "",
    since: AT - 600_000,
    until: AT,
    ...changes,
  };
}

test("a delay says until when, and that nobody knows", () => {
  expect(delayWords({ reason: "midday", until: AT })).toBe("午休至 10:40，之后叫号。");
  expect(delayWords({ reason: "pause", until: null })).toBe("窗口暂停服务，恢复后叫号。");
  expect(delayWords({ reason: "hall", until: AT })).toBe("大厅暂停服务，约 10:40 恢复，之后叫号。");
  expect(delayWords(null)).toBe("");
  expect([isOpenEnded({ reason: "pause", until: null }), isOpenEnded(null)]).toEqual([true, false]);
});

test("a pause of the hall names the place, the reason and the time of return", () => {
  const west = { area: "zone:west", area_name: "西厅", area_name_en: "West room" };
  expect(noticeWords(notice(), AT - 1)).toBe("大厅暂停服务（消防演练），约 10:40 恢复。");
  expect(noticeWords(notice({ ...west, reason: "", text: "漏水" }), AT)).toBe("西厅暂停服务。漏水");
  expect(noticeWords(notice(west), AT - 1, "en")).toBe("Service in West room is paused (fire drill), back at about 10:40.");
});

test("a notice ends by itself, a pause does not", () => {
  const words = notice({ pauses: false, text: "请出示身份证", text_en: "Show your ID" });
  expect(noticesNow([words, notice()], AT)).toEqual([notice()]);
  expect(noticeWords(words, AT - 1, "en")).toBe("Show your ID");
});

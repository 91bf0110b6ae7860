// Faults in words: what is broken on purpose.
import { dictionary } from "@web/i18n.ts";

const words = dictionary({
  silent: { zh: "不回答、不动作", en: "Says and does nothing" },
  slow: { zh: "反应很慢", en: "Very slow" },
  half_frame: { zh: "数据只收到一半", en: "Only half the data arrives" },
  bad_checksum: { zh: "数据校验出错", en: "Bad checksums" },
  key_bounce: { zh: "按键抖动（重复发送）", en: "Keys bounce" },
  cable_pulled: { zh: "线被拔掉", en: "Cable pulled" },
  paper_near: { zh: "纸快用完", en: "Paper nearly out" },
  paper_out: { zh: "没有纸", en: "Out of paper" },
  cover: { zh: "盖子打开", en: "Cover open" },
  cutter: { zh: "切刀卡住", en: "Cutter jammed" },
  head_hot: { zh: "打印头过热", en: "Print head too hot" },
  close_after_accept: { zh: "接通后马上断开", en: "Hangs up at once" },
  no_fixed_bits: { zh: "状态回答乱码", en: "Garbled status answers" },
  kanji_off: { zh: "开机时汉字关闭", en: "Chinese off at power-up" },
});
type Known = Parameters<typeof words>[0];
const KNOWN = new Set<string>([
  "silent", "slow", "half_frame", "bad_checksum", "key_bounce", "cable_pulled", "paper_near", "paper_out", "cover",
  "cutter", "head_hot", "close_after_accept", "no_fixed_bits", "kanji_off",
]);

export function faultWords(name: string): string {
  return KNOWN.has(name) ? words(name as Known) : name;
}

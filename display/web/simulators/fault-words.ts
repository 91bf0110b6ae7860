// Faults in words: what is broken on purpose.
import { dictionary } from "@web/i18n.ts";

const words = dictionary({
  silent: { zh: "不回答、不动作", en: "Says and does nothing" },
  slow: { zh: "反应很慢", en: "Very slow" },
  half_frame: { zh: "数据只收到一半", en: "Only half the data arrives" },
  bad_checksum: { zh: "数据校验出错", en: "Bad checksums" },
  key_bounce: { zh: "按键抖动（重复发送）", en: "Keys bounce" },
  cable_pulled: { zh: "线被拔掉", en: "Cable pulled" },
  noise: { zh: "线上有杂波", en: "Noise on the line" },
  jammed: { zh: "总线被一台条屏堵死", en: "A strip holds the line" },
  paper_near: { zh: "纸快用完", en: "Paper nearly out" },
  paper_out: { zh: "没有纸", en: "Out of paper" },
  cover: { zh: "盖子打开", en: "Cover open" },
  cutter: { zh: "切刀卡住", en: "Cutter jammed" },
  head_hot: { zh: "打印头过热", en: "Print head too hot" },
  close_after_accept: { zh: "接通后马上断开", en: "Hangs up at once" },
  no_fixed_bits: { zh: "状态回答乱码", en: "Garbled status answers" },
  offline: { zh: "网线断开（恢复后补传）", en: "Line down (bursts when back)" },
  replay: { zh: "重发全部记录", en: "Sends its whole memory again" },
  garbage_line: { zh: "夹带乱码行", en: "A garbage line in each batch" },
  templates: { zh: "送出指纹数据", en: "Offers fingerprint templates" },
  gbk_names: { zh: "姓名用 GB2312", en: "Names in GB2312" },
  clock_jump: { zh: "时钟快一小时", en: "Clock an hour ahead" },
  clock_drift: { zh: "时钟越走越快", en: "Clock runs fast" },
  half_close: { zh: "读到一半断开", en: "Hangs up half way" },
  two_events: { zh: "两个事件粘在一起", en: "Two events in one segment" },
  count_race: { zh: "读取时有人打卡", en: "A punch while it is read" },
  bad_record: { zh: "有一条记录损坏", en: "A broken record" },
  lost_datagrams: { zh: "丢失数据报", en: "Loses datagrams" },
  one_client: { zh: "一次只服务一家，走后还占线", en: "One client; keeps its slot for a while" },
  asb: { zh: "不停自报状态", en: "Goes on sending status unasked" },
  stray: { zh: "夹带多余字节", en: "Stray bytes" },
  ring_full: { zh: "内存已满，新记录顶掉最旧的", en: "Memory full: the oldest record goes" },
  refilled: { zh: "清空后又存满同样多条", en: "Cleared and filled again" },
  zero_count: { zh: "总说没有记录", en: "Says it holds nothing" },
  kanji_off: { zh: "开机时汉字关闭", en: "Chinese off at power-up" },
});
type Known = Parameters<typeof words>[0];
const KNOWN = new Set<string>([
  "silent", "slow", "half_frame", "bad_checksum", "key_bounce", "cable_pulled", "noise", "jammed", "paper_near", "paper_out", "cover",
  "offline", "replay", "garbage_line", "templates", "gbk_names", "clock_jump", "clock_drift", "half_close",
  "two_events", "count_race", "bad_record", "lost_datagrams",
  "cutter", "head_hot", "close_after_accept", "no_fixed_bits", "kanji_off", "one_client", "asb", "stray",
  "ring_full", "refilled", "zero_count",
]);

export function faultWords(name: string): string {
  return KNOWN.has(name) ? words(name as Known) : name;
}

// A device's health in plain words, and whether somebody has to go there. Strips and keypads are
// silent by nature: what cannot be known is said as that, never as trouble and never as fine.
import { dictionary } from "@web/i18n.ts";
import type { DeviceView } from "@web/wire.gen.ts";

export const kindWords = dictionary({
  printers: { zh: "小票打印机", en: "Receipt printers" },
  led: { zh: "窗口条屏", en: "Window strips" },
  voice: { zh: "语音播报", en: "Loudspeakers" },
  keypads: { zh: "叫号键盘", en: "Keypads" },
  fingerprint: { zh: "打卡机", en: "Time clocks" },
  standby: { zh: "断线取号（取号机自己的线路）", en: "Kiosks without the server" },
});
export const KINDS = ["printers", "standby", "voice", "led", "keypads", "fingerprint"] as const;
export type Kind = (typeof KINDS)[number];

const words = dictionary({
  ok: { zh: "正常", en: "Working" },
  no_lease: { zh: "今天还没有备用号段", en: "It holds no numbers for today yet" },
  port_taken: { zh: "端口被别的程序占用，断线时不能取号", en: "Its port is taken: no numbers without the server" },
  one_way: { zh: "不回报状态（设备本来如此），线路通", en: "No reply by design; the line is open" },
  not_heard: { zh: "线路通，还没有按过键", en: "The line is open; no key pressed yet" },
  agent_gone: { zh: "所在电脑没有连上", en: "Its PC is not connected" },
  paper_out: { zh: "没有纸了，请换纸", en: "Out of paper: reload" },
  paper_near_end: { zh: "纸快用完了，请备纸", en: "Paper is nearly out" },
  cover_open: { zh: "盖子开着，请合上", en: "Cover open: close it" },
  cutter: { zh: "切刀卡住，请检查", en: "Cutter jammed: check it" },
  offline: { zh: "离线，请检查", en: "Offline: check it" },
  unreachable: { zh: "连不上，请检查电源和连线", en: "Not reached: check power and cable" },
  no_answer: { zh: "没有回答，请检查电源和连线", en: "No answer: check power and cable" },
  silent: { zh: "没有回答，请检查电源和连线", en: "No answer: check power and cable" },
  partial_answer: { zh: "回答不完整，状态不明", en: "Half an answer: state unknown" },
  bad_text: { zh: "有文字显示不出来", en: "Some text cannot be shown" },
  clip_missing: { zh: "缺少录音片段", en: "A recorded clip is missing" },
  internal: { zh: "驱动程序出错，已记录", en: "The driver failed; recorded" },
  refused: { zh: "拒绝连接，请核对通讯密码", en: "It refuses: check the comm key" },
  garbled: { zh: "回答读不懂，会再试", en: "Garbled answers; tried again" },
  other: { zh: "状态不明，请检查", en: "Unclear: check it" },
});
type Known = Parameters<typeof words>[0];

const CODES = new Set<string>([
  "ok", "one_way", "not_heard", "agent_gone", "paper_out", "paper_near_end", "cover_open", "cutter", "offline",
  "unreachable", "no_answer", "silent", "partial_answer", "bad_text", "clip_missing", "internal",
  "refused", "garbled", "no_lease", "port_taken",
]);
/** Silent by nature, or before the first word of a day: neither trouble nor fine. */
const QUIET = new Set<string>(["one_way", "not_heard", "no_lease"]);

export interface Health {
  words: string;
  tone: "good" | "quiet" | "late" | "wrong";
}

export function health(device: DeviceView): Health {
  const code = device.connected ? device.code : "agent_gone";
  const known = (CODES.has(code) ? code : "other") as Known;
  if (QUIET.has(known)) return { words: words(known), tone: "quiet" };
  if (device.connected && device.state === "ok") return { words: words("ok"), tone: "good" };
  return { words: words(known), tone: device.state === "degraded" ? "late" : "wrong" };
}

// A device's health in plain words, and whether somebody has to go there. Strips and keypads are
// silent by nature: what cannot be known is said as that, never as trouble and never as fine.
import { dictionary } from "@web/i18n.ts";
import type { DeviceView } from "@web/wire.gen.ts";

export const kindWords = dictionary({
  printers: { zh: "小票打印机", en: "Receipt printers" },
  led: { zh: "窗口条屏", en: "Window strips" },
  voice: { zh: "语音播报", en: "Loudspeakers" },
  keypads: { zh: "叫号键盘", en: "Keypads" },
  ratingpads: { zh: "评价器", en: "Rating pads" },
  fingerprint: { zh: "打卡机", en: "Time clocks" },
  standby: { zh: "断网取号", en: "Kiosks without the server" },
});
export const KINDS = ["printers", "standby", "voice", "led", "keypads", "ratingpads", "fingerprint"] as const;
export type Kind = (typeof KINDS)[number];

const table = {
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
  starting: { zh: "正在启动", en: "Starting" },
  no_answer: { zh: "无响应，请检查电源和连线", en: "No answer: check power and cable" },
  silent: { zh: "无响应，请检查电源和连线", en: "No answer: check power and cable" },
  partial_answer: { zh: "应答不完整，请检查连线", en: "Half an answer: check the cable" },
  bad_text: { zh: "有文字无法显示", en: "Some text cannot be shown" },
  clip_missing: { zh: "缺少录音片段", en: "A recorded clip is missing" },
  clip_unusable: { zh: "有录音片段无法使用", en: "A recorded clip cannot be used" },
  engine_missing: { zh: "没有可用的语音引擎", en: "No speech engine" },
  engine_failed: { zh: "语音引擎出错，请查看代理日志", en: "The speech engine failed: see the agent's log" },
  engine_timeout: { zh: "语音引擎出错，请查看代理日志", en: "The speech engine hangs: see the agent's log" },
  player_missing: { zh: "缺少播放程序，没有声音", en: "No player program: nothing is heard" },
  player_failed: { zh: "放不出声音，请检查声卡和播放程序", en: "No sound: check sound card and player" },
  player_timeout: { zh: "放不出声音，请检查声卡和播放程序", en: "No sound: check sound card and player" },
  internal: { zh: "驱动程序出错，已记录", en: "The driver failed; recorded" },
  refused: { zh: "拒绝连接，请核对通讯密码", en: "It refuses: check the comm key" },
  garbled: { zh: "应答无法识别，请检查连线和机型设置", en: "Garbled answers: check cable and model" },
  other: { zh: "状态不明，请检查", en: "Unclear: check it" },
} as const;
const words = dictionary(table);
type Known = keyof typeof table;

/** Silent by nature, or before the first word of a day: neither trouble nor fine. */
const QUIET = new Set<string>(["one_way", "not_heard", "no_lease"]);

export interface Health {
  words: string;
  tone: "good" | "quiet" | "late" | "wrong";
}

export function health(device: DeviceView): Health {
  const code = device.connected ? device.code : "agent_gone";
  const cause = (Object.hasOwn(table, code) ? code : "other") as Known;
  if (QUIET.has(cause)) return { words: words(cause), tone: "quiet" };
  if (device.connected && device.state === "ok") return { words: words("ok"), tone: "good" };
  return { words: words(cause), tone: device.state === "degraded" ? "late" : "wrong" };
}

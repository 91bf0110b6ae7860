// Time clocks and punches in plain words.
import { clockDate, clockTime } from "@web/clock.ts";
import { dictionary, lang } from "@web/i18n.ts";
import type { ReaderEventView, ReaderView } from "@web/wire.gen.ts";

const words = dictionary({
  push: { zh: "自动上传", en: "pushes" },
  pull: { zh: "由代理读取", en: "polled" },
  file: { zh: "U 盘文件", en: "USB file" },
  sheet: { zh: "签到表", en: "signed sheet" },
  asking: { zh: "等待登记", en: "Asks to be admitted" },
  admitted: { zh: "在用", en: "In service" },
  out: { zh: "停用检修", en: "Out of service" },
  retired: { zh: "已撤销", en: "Retired" },
  silent: { zh: "失去联系", en: "Silent" },
  catching: { zh: "正在补传", en: "Catching up" },
  reset: { zh: "时钟已归零", en: "clock had started anew" },
  future: { zh: "时间晚于当前", en: "in the future" },
  old: { zh: "时间太早", en: "too old" },
  clock_off: { zh: "时钟不准期间", en: "clock was wrong" },
  too_short: { zh: "内容不全", en: "too short" },
  bad_enrolment: { zh: "编号不对", en: "no enrolment number" },
  bad_time: { zh: "时间不对", en: "no such time" },
  bad_record: { zh: "记录损坏", en: "broken record" },
  unknown_shape: { zh: "格式不认识", en: "of an unknown shape" },
  refused: { zh: "验证没有通过", en: "somebody was turned away" },
  too_many: { zh: "过多，只计数", en: "too many, only counted" },
  template: { zh: "含指纹数据，未保留", en: "a template, not kept" },
  set_time: { zh: "校时", en: "Set the clock" },
  info: { zh: "询问情况", en: "Ask how it is" },
  names: { zh: "下发姓名", en: "Send names" },
  reread: { zh: "重新读取", en: "Read again" },
  reboot: { zh: "重新启动", en: "Restart" },
  queued: { zh: "等待发送", en: "waiting" },
  sent: { zh: "已发送", en: "sent" },
  done: { zh: "完成", en: "done" },
  failed: { zh: "失败", en: "failed" },
  clock_right: { zh: "时钟已恢复准确", en: "clock is right again" },
  template_offered: { zh: "送来指纹或人脸数据，已拒收，没有保存", en: "offered a template; refused, not kept" },
  unknown_table: { zh: "送来不使用的数据", en: "sent data that is not used" },
  listed_twice: { zh: "另一个大厅也登记着它，已拒收", en: "another hall lists it as well; refused" },
  foreign_network: { zh: "有设备从其他网络冒用其序列号连接，已拒绝", en: "its serial came from a foreign network; refused" },
  operation: { zh: "机上操作", en: "operation at the terminal" },
  started: { zh: "开机", en: "started" },
  stopped: { zh: "关机", en: "stopped" },
  user_deleted: { zh: "删除人员", en: "a user was deleted" },
  finger_deleted: { zh: "删除指纹", en: "a finger was deleted" },
  data_cleared: { zh: "清除数据", en: "data were cleared" },
  time_set: { zh: "修改时间", en: "its time was set" },
  factory_reset: { zh: "恢复出厂设置", en: "factory reset" },
  records_cleared: { zh: "清除打卡记录", en: "records were cleared" },
  state_admitted: { zh: "投入使用", en: "put into service" },
  state_out: { zh: "停用检修", en: "taken out of service" },
  state_retired: { zh: "撤销", en: "retired" },
  fileTaken: { zh: "导入文件", en: "file taken" },
});
type Word = Parameters<typeof words>[0];

/** The words of a code; a code that is not known stands for itself. */
export function readerWords(code: string): string {
  const result = words(code as Word) as string | undefined;
  return result ?? code;
}

const offsets = dictionary({
  fast: { zh: "快 {amount}", en: "{amount} fast" },
  slow: { zh: "慢 {amount}", en: "{amount} slow" },
  exact: { zh: "准", en: "exact" },
  unknown: { zh: "未测", en: "not measured" },
  seconds: { zh: "{n} 秒", en: "{n} s" },
  minutes: { zh: "{n} 分钟", en: "{n} min" },
  hours: { zh: "{n} 小时", en: "{n} h" },
  days: { zh: "{n} 天", en: "{n} days" },
});

/** Return the offset of a clock in words. */
export function offsetWords(reader: ReaderView): string {
  if (reader.offset_at === null) return offsets("unknown");
  const size = Math.abs(reader.offset);
  if (size < 2) return offsets("exact");
  const amount =
    size < 120
      ? offsets("seconds", { n: size })
      : size < 7200
        ? offsets("minutes", { n: Math.round(size / 60) })
        : size < 172_800
          ? offsets("hours", { n: Math.round(size / 3600) })
          : offsets("days", { n: Math.round(size / 86_400) });
  return offsets(reader.offset > 0 ? "fast" : "slow", { amount });
}

export function tone(reader: ReaderView): "success" | "warning" | "danger" | "info" {
  if (reader.state === "asking") return "warning";
  if (reader.state !== "admitted") return "info";
  if (reader.silent) return "danger";
  return reader.catching_up || reader.clock_off ? "warning" : "success";
}

export function stateWords(reader: ReaderView): string {
  if (reader.state !== "admitted") return readerWords(reader.state);
  if (reader.silent) return readerWords("silent");
  return readerWords(reader.catching_up ? "catching" : "admitted");
}

const failures = dictionary({
  enrolment_unfit: { zh: "这台打卡机存不下这些编号 {detail}，其他姓名已写入", en: "it cannot hold {detail}; the other names were written" },
  unreachable: { zh: "连不上", en: "it cannot be reached" },
  no_answer: { zh: "无响应", en: "no answer" },
});
const FAILURES = new Set(["enrolment_unfit", "unreachable", "no_answer"]);

/** Why an order failed, of an answer `code detail`; nothing for a code that has no words. */
export function failure(answer: string): string {
  const [code = "", ...rest] = answer.split(" ");
  return FAILURES.has(code) ? failures(code as Parameters<typeof failures>[0], { detail: rest.join("、") }) : "";
}

/** Date and time to the minute; today's times without the date. */
export function moment(at: number | null, now: number): string {
  if (at === null) return "—";
  const day = clockDate(at, lang.value);
  return day === clockDate(now, lang.value) ? clockTime(at, true) : `${day} ${clockTime(at)}`;
}

/** Return an event of a time clock in one line. */
export function eventWords(event: ReaderEventView): string {
  const data = event.data as Record<string, unknown>;
  if (event.kind === "operation") return `${readerWords("operation")}：${readerWords(String(data["what"]))}`;
  if (event.kind === "file") return `${readerWords("fileTaken")} ${String(data["file"])} (+${String(data["new"])})`;
  const detail = data["offset"] ?? data["address"] ?? data["table"] ?? "";
  return `${readerWords(event.kind)}${detail === "" ? "" : ` (${String(detail)})`}`;
}

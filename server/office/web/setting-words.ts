// The hall's figures in words, in groups. A setting that is not named here is shown by its own name,
// so that nothing can be hidden by forgetting it.
import { dictionary } from "@web/i18n.ts";

export const GROUPS = {
  numbers: [
    "early_ticket_minutes", "last_ticket_minutes", "break_ticket_minutes", "priority_run", "overtake_limit",
    "return_places", "return_limit", "kiosk_minute_numbers", "kiosk_hour_numbers", "desk_numbers",
  ],
  counter: ["no_show_min_calls", "no_show_min_seconds", "default_outcome", "service_prior"],
  voice: ["voice_languages", "voice_repeats", "voice_volume", "voice_one", "voice_expiry_seconds"],
  screens: ["notice_zh", "notice_en", "moment_seconds", "kiosk_idle_seconds", "result_seconds", "slip_patience_seconds"],
  offline: ["offline_numbers"],
  alarms: ["alarm_repeat_seconds", "alarm_again_minutes", "backup_warn_days"],
  readers: ["reader_silent_minutes", "clock_tolerance_seconds", "punch_oldest_days"],
  attendance: [
    "leave_ladder", "leave_ladder_chief", "leave_ladder_office", "head_staff", "leave_after_days",
    "correction_quota", "correction_days", "window_empty_minutes", "makeup_weekday", "calendar_warn_month",
    "file_limit_kb",
  ],
  checks: [
    "check_count", "check_after_open_minutes", "check_before_close_minutes", "check_gap_minutes", "check_start_minutes",
    "check_faults", "doubt_idle_minutes", "dispute_days", "step_second", "step_third", "step_days",
  ],
  bulletin: ["bulletin_weekday", "bulletin_hour", "bulletin_names", "rectify_days"],
  accounts: ["password_min", "lock_after", "lock_minutes", "session_hours"],
  privacy: ["keep_slips_days", "keep_files_days"],
} as const;

export const groupWords = dictionary({
  numbers: { zh: "取号与排队", en: "Numbers and queues" },
  counter: { zh: "窗口", en: "Counter" },
  voice: { zh: "语音", en: "Voice" },
  screens: { zh: "屏幕", en: "Screens" },
  offline: { zh: "断网取号", en: "Without the server" },
  alarms: { zh: "提醒", en: "Alarms" },
  readers: { zh: "打卡机", en: "Time clocks" },
  attendance: { zh: "请假、补签与工作日", en: "Leave, corrections, working days" },
  checks: { zh: "查岗", en: "Spot checks" },
  bulletin: { zh: "通报", en: "Bulletin" },
  privacy: { zh: "个人信息", en: "Personal data" },
  accounts: { zh: "账号安全", en: "Accounts" },
  rest: { zh: "其他", en: "Other" },
});

const words = dictionary({
  early_ticket_minutes: { zh: "开门前多少分钟开始取号", en: "Numbers start before opening (minutes)" },
  last_ticket_minutes: { zh: "下班前多少分钟停止取号", en: "Numbers end before closing (minutes)" },
  break_ticket_minutes: { zh: "午休结束前多少分钟开始取号", en: "Numbers start before the end of a break (minutes)" },
  priority_run: { zh: "有人等候时，最多连续叫几位优先号", en: "Priority calls in a row while others wait, at most" },
  overtake_limit: { zh: "一个普通号最多让优先号先叫几次", en: "Times an ordinary person may be overtaken" },
  return_places: { zh: "过号的人回来后排在几位之后", en: "A missed person waits behind so many" },
  return_limit: { zh: "过号最多可以回来几次", en: "Times a missed person may come back" },
  kiosk_minute_numbers: { zh: "每台取号机每个单位1分钟最多取几个号", en: "Numbers of a unit that a kiosk gives in a minute, at most" },
  kiosk_hour_numbers: { zh: "每台取号机每个单位1小时最多取几个号", en: "Numbers of a unit that a kiosk gives in an hour, at most" },
  desk_numbers: { zh: "每个单位每天留给咨询台几个号", en: "Numbers of each unit left for the desk each day" },
  no_show_min_calls: { zh: "过号前至少呼叫几次", en: "Calls before a no-show, at least" },
  no_show_min_seconds: { zh: "过号前至少等几秒", en: "Seconds before a no-show, at least" },
  default_outcome: { zh: "用键盘“呼叫”键结束办理时默认结果", en: "Outcome when the keypad's call ends a service" },
  service_prior: { zh: "预计办理时间：初始值的权重（按号数计）", en: "Weight of the starting service time (tickets)" },
  voice_languages: { zh: "播报语言", en: "Languages spoken" },
  voice_repeats: { zh: "每次呼叫播报几遍", en: "Times a call is spoken" },
  voice_volume: { zh: "音量", en: "Volume" },
  voice_one: { zh: "数字 1 读作", en: "The digit 1 is read as" },
  voice_expiry_seconds: { zh: "待播报超过多少秒不再播报", en: "A call is not spoken after (seconds)" },
  notice_zh: { zh: "大屏、取号机和小票提示语（中文）", en: "Notice on boards, kiosks and slips (Chinese)" },
  notice_en: { zh: "大屏、取号机和小票提示语（英文）", en: "Notice on boards, kiosks and slips (English)" },
  moment_seconds: { zh: "新呼叫在大屏上闪动几秒", en: "A new call flashes for (seconds)" },
  kiosk_idle_seconds: { zh: "取号机无人操作几秒后回首页", en: "Kiosk returns home after (seconds)" },
  result_seconds: { zh: "取号结果显示几秒", en: "The number stays on the kiosk for (seconds)" },
  check_count: { zh: "每个工作日抽签查岗几次", en: "Spot checks drawn each working day" },
  check_after_open_minutes: { zh: "开门后几分钟内不查", en: "None sooner after opening (minutes)" },
  check_before_close_minutes: { zh: "关门前几分钟内不查", en: "None later before closing (minutes)" },
  check_gap_minutes: { zh: "两次查岗至少相隔几分钟", en: "Least time between two checks (minutes)" },
  check_start_minutes: { zh: "到点后几分钟内必须开始", en: "Must be started within (minutes)" },
  check_faults: { zh: "工作纪律问题清单（用逗号隔开）", en: "Conduct faults (between commas)" },
  doubt_idle_minutes: { zh: "有人等候却多少分钟没叫号，列为疑点", en: "No call while people wait is doubted after (minutes)" },
  dispute_days: { zh: "查岗问题几天内可以申诉", en: "A finding may be disputed for (days)" },
  step_second: { zh: "同一人第几次问题起建议调换人员", en: "A replacement is asked from finding number" },
  step_third: { zh: "同一人第几次问题起约谈", en: "An interview is asked from finding number" },
  step_days: { zh: "多少天内的问题累计", en: "Findings count for (days)" },
  password_min: { zh: "密码至少几位", en: "Least length of a password" },
  keep_slips_days: { zh: "小票内容和手机页面保存几天", en: "Slips and phone pages kept (days)" },
  keep_files_days: { zh: "请假材料和查岗照片保存几天", en: "Papers and photos kept (days)" },
  lock_after: { zh: "连续输错几次锁定", en: "Locked after wrong passwords" },
  lock_minutes: { zh: "锁定几分钟", en: "Locked for (minutes)" },
  reader_silent_minutes: { zh: "打卡机失去联系多少分钟就告警", en: "A time clock is silent after (minutes)" },
  clock_tolerance_seconds: { zh: "打卡机时钟误差超过多少秒视为不准", en: "A time clock is wrong when off by more than (seconds)" },
  punch_oldest_days: { zh: "早于多少天的打卡记录标为存疑", en: "Punches older than this are marked (days)" },
  bulletin_weekday: { zh: "通报拟稿日（1为周一）", en: "Bulletin drafted on weekday (1 is Monday)" },
  bulletin_hour: { zh: "通报拟稿时刻（点）", en: "Bulletin drafted from (hour)" },
  bulletin_names: { zh: "公开通报是否列出姓名（1为列出，0为只列单位）", en: "Public bulletin names people (1 yes, 0 units only)" },
  rectify_days: { zh: "问题整改时限（工作日）", en: "Findings put right within (working days)" },
  session_hours: { zh: "登录有效时长（小时）", en: "Signed in for (hours)" },
  leave_ladder: { zh: "请假审批（一般人员）", en: "Approval of leave (staff)" },
  leave_ladder_chief: { zh: "请假审批（首席代表）", en: "Approval of leave (chief representatives)" },
  leave_ladder_office: { zh: "请假审批（中心人员）", en: "Approval of leave (the hall's office)" },
  head_staff: { zh: "中心主任的工号（逗号隔开，不填则为系统管理员）", en: "Heads (staff numbers; empty: administrators)" },
  leave_after_days: { zh: "先离岗后补办的请假，几天内补办", en: "Leave asked for afterwards, within (days)" },
  correction_quota: { zh: "每人每月可补签几次", en: "Corrections per person and month" },
  correction_days: { zh: "补签要在几个工作日内提出", en: "Corrections are asked for within (working days)" },
  window_empty_minutes: { zh: "开门后多少分钟无人登录就提醒", en: "An empty window is an alarm after (minutes)" },
  makeup_weekday: { zh: "调休上班日按周几的时间（1为周一）", en: "A make-up day keeps the hours of weekday (1: Monday)" },
  calendar_warn_month: { zh: "从几月起提醒导入明年的放假安排", en: "Next year's calendar is missed from month" },
  file_limit_kb: { zh: "附件最大（KB）", en: "Largest paper (kB)" },
  slip_patience_seconds: { zh: "小票超过多少秒未能打印即不再打印", en: "A slip that cannot be printed so soon is not printed later (s)" },
  alarm_repeat_seconds: { zh: "提醒多少秒响一次（0为不响）", en: "A loud alarm sounds every so many seconds (0: never)" },
  alarm_again_minutes: { zh: "有人处理后，多少分钟仍未解决再响", en: "A taken alarm that is still there is loud again after (min)" },
  backup_warn_days: { zh: "几天没有备份就提醒（0为不提醒）", en: "Warn after so many days without a backup (0: never)" },
  offline_numbers: { zh: "断网备用号：每台取号机每个字母几个（0为不备）", en: "Numbers a kiosk holds for the time without a server (0: none)" },
  timezone: { zh: "时区", en: "Time zone" },
});
const KNOWN = new Set<string>([...Object.values(GROUPS).flat(), "timezone"]);

export function settingWords(name: string): string {
  return KNOWN.has(name) ? words(name as Parameters<typeof words>[0]) : name;
}

const choices = dictionary({
  zh: { zh: "普通话", en: "Mandarin" },
  en: { zh: "英语", en: "English" },
  "zh,en": { zh: "先普通话，后英语", en: "Mandarin, then English" },
  "en,zh": { zh: "先英语，后普通话", en: "English, then Mandarin" },
  accepted: { zh: "已受理", en: "Accepted" },
  done: { zh: "当场办结", en: "Done at once" },
  consulted: { zh: "咨询", en: "Advice given" },
});
const CHOICES = new Set(["zh", "en", "zh,en", "en,zh", "accepted", "done", "consulted"]);

export function choiceWords(value: string): string {
  return CHOICES.has(value) ? choices(value as Parameters<typeof choices>[0]) : value;
}

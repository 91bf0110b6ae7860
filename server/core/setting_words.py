"""Names of the hall's settings for refusals.

The settings page has the same words in `server/office/web/setting-words.ts`;
tests/api/test_error_words.py compares both with the settings.
"""

from __future__ import annotations

SETTINGS: dict[str, tuple[str, str]] = {
    "early_ticket_minutes": ("开门前多少分钟开始取号", "Numbers start before opening (minutes)"),
    "last_ticket_minutes": ("下班前多少分钟停止取号", "Numbers end before closing (minutes)"),
    "break_ticket_minutes": (
        "午休结束前多少分钟开始取号",
        "Numbers start before the end of a break (minutes)",
    ),
    "priority_run": (
        "有人等候时，最多连续叫几位优先号",
        "Priority calls in a row while others wait, at most",
    ),
    "overtake_limit": (
        "一个普通号最多让优先号先叫几次",
        "Times an ordinary person may be overtaken",
    ),
    "return_places": ("过号的人回来后排在几位之后", "A missed person waits behind so many"),
    "return_limit": ("过号最多可以回来几次", "Times a missed person may come back"),
    "no_show_min_calls": ("过号前至少呼叫几次", "Calls before a no-show, at least"),
    "no_show_min_seconds": ("过号前至少等几秒", "Seconds before a no-show, at least"),
    "default_outcome": (
        "用键盘“呼叫”键结束办理时默认结果",
        "Outcome when the keypad's call ends a service",
    ),
    "service_prior": (
        "预计办理时间：初始值的权重（按号数计）",
        "Weight of the starting service time (tickets)",
    ),
    "voice_languages": ("播报语言", "Languages spoken"),
    "voice_repeats": ("每次呼叫播报几遍", "Times a call is spoken"),
    "voice_volume": ("音量", "Volume"),
    "voice_one": ("数字 1 读作", "The digit 1 is read as"),
    "voice_expiry_seconds": ("待播报超过多少秒不再播报", "A call is not spoken after (seconds)"),
    "notice_zh": (
        "大屏、取号机和小票提示语（中文）",
        "Notice on boards, kiosks and slips (Chinese)",
    ),
    "notice_en": (
        "大屏、取号机和小票提示语（英文）",
        "Notice on boards, kiosks and slips (English)",
    ),
    "moment_seconds": ("新呼叫在大屏上闪动几秒", "A new call flashes for (seconds)"),
    "kiosk_idle_seconds": ("取号机无人操作几秒后回首页", "Kiosk returns home after (seconds)"),
    "result_seconds": ("取号结果显示几秒", "The number stays on the kiosk for (seconds)"),
    "check_count": ("每个工作日抽签查岗几次", "Spot checks drawn each working day"),
    "check_after_open_minutes": ("开门后几分钟内不查", "None sooner after opening (minutes)"),
    "check_before_close_minutes": ("关门前几分钟内不查", "None later before closing (minutes)"),
    "check_gap_minutes": ("两次查岗至少相隔几分钟", "Least time between two checks (minutes)"),
    "check_start_minutes": ("到点后几分钟内必须开始", "Must be started within (minutes)"),
    "check_faults": ("工作纪律问题清单（用逗号隔开）", "Conduct faults (between commas)"),
    "doubt_idle_minutes": (
        "有人等候却多少分钟没叫号，列为疑点",
        "No call while people wait is doubted after (minutes)",
    ),
    "dispute_days": ("查岗问题几天内可以申诉", "A finding may be disputed for (days)"),
    "step_second": ("同一人第几次问题起建议调换人员", "A replacement is asked from finding number"),
    "step_third": ("同一人第几次问题起约谈", "An interview is asked from finding number"),
    "step_days": ("多少天内的问题累计", "Findings count for (days)"),
    "password_min": ("密码至少几位", "Least length of a password"),
    "keep_slips_days": ("小票内容和手机页面保存几天", "Slips and phone pages kept (days)"),
    "keep_files_days": ("请假材料和查岗照片保存几天", "Papers and photos kept (days)"),
    "lock_after": ("连续输错几次锁定", "Locked after wrong passwords"),
    "lock_minutes": ("锁定几分钟", "Locked for (minutes)"),
    "reader_silent_minutes": (
        "打卡机失去联系多少分钟就告警",
        "A time clock is silent after (minutes)",
    ),
    "clock_tolerance_seconds": (
        "打卡机时钟误差超过多少秒视为不准",
        "A time clock is wrong when off by more than (seconds)",
    ),
    "punch_oldest_days": (
        "早于多少天的打卡记录标为存疑",
        "Punches older than this are marked (days)",
    ),
    "bulletin_weekday": ("通报拟稿日（1为周一）", "Bulletin drafted on weekday (1 is Monday)"),
    "bulletin_hour": ("通报拟稿时刻（点）", "Bulletin drafted from (hour)"),
    "bulletin_names": (
        "公开通报是否列出姓名（1为列出，0为只列单位）",
        "Public bulletin names people (1 yes, 0 units only)",
    ),
    "rectify_days": ("问题整改时限（工作日）", "Findings put right within (working days)"),
    "session_hours": ("登录有效时长（小时）", "Signed in for (hours)"),
    "leave_ladder": ("请假审批（一般人员）", "Approval of leave (staff)"),
    "leave_ladder_chief": ("请假审批（首席代表）", "Approval of leave (chief representatives)"),
    "leave_ladder_office": ("请假审批（中心人员）", "Approval of leave (the hall's office)"),
    "head_staff": (
        "中心主任的工号（逗号隔开，不填则为系统管理员）",
        "Heads (staff numbers; empty: administrators)",
    ),
    "leave_after_days": (
        "先离岗后补办的请假，几天内补办",
        "Leave asked for afterwards, within (days)",
    ),
    "correction_quota": ("每人每月可补签几次", "Corrections per person and month"),
    "correction_days": (
        "补签要在几个工作日内提出",
        "Corrections are asked for within (working days)",
    ),
    "window_empty_minutes": (
        "开门后多少分钟无人登录就提醒",
        "An empty window is an alarm after (minutes)",
    ),
    "makeup_weekday": (
        "调休上班日按周几的时间（1为周一）",
        "A make-up day keeps the hours of weekday (1: Monday)",
    ),
    "calendar_warn_month": (
        "从几月起提醒导入明年的放假安排",
        "Next year's calendar is missed from month",
    ),
    "file_limit_kb": ("附件最大（KB）", "Largest paper (kB)"),
    "slip_patience_seconds": (
        "小票超过多少秒未能打印即不再打印",
        "A slip that cannot be printed so soon is not printed later (s)",
    ),
    "alarm_repeat_seconds": (
        "提醒多少秒响一次（0为不响）",
        "A loud alarm sounds every so many seconds (0: never)",
    ),
    "alarm_again_minutes": (
        "有人处理后，多少分钟仍未解决再响",
        "A taken alarm that is still there is loud again after (min)",
    ),
    "backup_warn_days": (
        "几天没有备份就提醒（0为不提醒）",
        "Warn after so many days without a backup (0: never)",
    ),
    "kiosk_minute_numbers": (
        "每台取号机每个单位1分钟最多取几个号",
        "Numbers of a unit that a kiosk gives in a minute, at most",
    ),
    "kiosk_hour_numbers": (
        "每台取号机每个单位1小时最多取几个号",
        "Numbers of a unit that a kiosk gives in an hour, at most",
    ),
    "desk_numbers": (
        "每个单位每天留给咨询台几个号",
        "Numbers of each unit left for the desk each day",
    ),
    "offline_numbers": (
        "断网备用号：每台取号机每个字母几个（0为不备）",
        "Numbers a kiosk holds for the time without a server (0: none)",
    ),
    "timezone": ("时区", "Time zone"),
}
CHOICES: dict[str, tuple[str, str]] = {
    "zh": ("普通话", "Mandarin"),
    "en": ("英语", "English"),
    "zh,en": ("先普通话，后英语", "Mandarin, then English"),
    "en,zh": ("先英语，后普通话", "English, then Mandarin"),
    "accepted": ("已受理", "Accepted"),
    "done": ("当场办结", "Done at once"),
    "consulted": ("咨询", "Advice given"),
    "一": ("一", "一"),
    "幺": ("幺", "幺"),
}

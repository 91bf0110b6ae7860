"""Texts and HTTP status of every error code, in Chinese and English.

Sentences say what happened and what to do now. `{name}` inserts a fact of the error's data.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.core.errors import Code, HallError
from server.device_health import words as device_health_words
from server.leave import words as leave_words
from server.wire.commands import Problem
from server.wire.error_cases import sentences
from server.wire.field_words import field_words
from server.wire.setting_words import CHOICES, SETTINGS

_DAYS_ZH = ("", "周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = (
    "",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)

WORDS: dict[Code, tuple[int, str, str]] = {
    Code.ITEM_UNKNOWN: (404, "没有这个事项。", "There is no such item."),
    Code.UNIT_WITHDRAWN: (
        409,
        "{unit}已撤出本大厅，请到：{place}。",
        "{unit_en} has left this hall. Please go to: {place_en}.",
    ),
    Code.CONSULT_ONLY: (
        409,
        "该事项在本大厅仅可咨询，不能办理。{advice}",
        "Enquiries only here; applications are not accepted for this service. {advice_en}",
    ),
    Code.ELSEWHERE: (
        409,
        "{unit}在其他地点办理，请到：{place}。",
        "{unit_en} is at another location. Please go to: {place_en}.",
    ),
    Code.OTHER_DAY: (
        409,
        "该窗口仅{weekdays}开放，今天不办理。下次开放：{next}。",
        "This window is open only on {weekdays}. Next opening: {next}.",
    ),
    Code.NOT_YET_OPEN: (
        409,
        "尚未开始取号。下次取号：{next}。",
        "Numbers are not given yet. They start: {next}.",
    ),
    Code.CLOSED_BREAK: (
        409,
        "现在是午休时间。下次开放：{next}。",
        "Closed for the midday break. Opens again: {next}.",
    ),
    Code.CLOSED_TODAY: (
        409,
        "今天不对外办公。下次开放：{next}。",
        "The hall is closed today. Next opening: {next}.",
    ),
    Code.AFTER_LAST_TICKET: (
        409,
        "今天的取号时间已过。下次开放：{next}。",
        "Ticketing has closed for today. Next opening: {next}.",
    ),
    Code.ALL_PAUSED: (
        409,
        "办理该事项的窗口均已暂停，请稍等几分钟再取号，或到咨询台询问。",
        "All windows for this service are paused. Wait a little or ask at the information desk.",
    ),
    Code.NOBODY_SIGNED_IN: (
        409,
        "办理该事项的窗口暂时无人，请到咨询台询问。",
        "No staff at this service's windows now. Please ask at the information desk.",
    ),
    Code.NO_WINDOW: (
        409,
        "目前没有窗口办理该事项，请到咨询台询问。",
        "No window is handling this service now. Please ask at the information desk.",
    ),
    Code.CLASS_UNKNOWN: (400, "没有这类人群，请重新选择。", "There is no such kind of applicant."),
    Code.NUMBERS_EXHAUSTED: (
        409,
        "今天的号码已经取完，请到咨询台。",
        "No more numbers today. Please go to the information desk.",
    ),
    Code.TICKET_UNKNOWN: (404, "没有这个号码。", "There is no such ticket."),
    Code.MOVE_NOT_ALLOWED: (
        409,
        "该号码的状态已变化，不能这样操作，请刷新后查看。",
        "The ticket is not in a state for this. Please look at it again.",
    ),
    Code.NOT_THE_HOLDER: (409, "这个号码不在您的窗口。", "The ticket is not at your window."),
    Code.NOBODY_WAITING: (409, "现在没有人等候。", "Nobody is waiting."),
    Code.WINDOW_UNKNOWN: (404, "没有这个窗口。", "There is no such window."),
    Code.WINDOW_BUSY: (
        409,
        "窗口还有 {number} 号没有办完，请先处理。",
        "{number} is still at the window. Please deal with it first.",
    ),
    Code.WINDOW_IDLE: (409, "窗口现在没有号码。", "The window has no ticket now."),
    Code.WINDOW_PAUSED: (
        409,
        "窗口已暂停，请先恢复服务。",
        "The window is paused. Please go on first.",
    ),
    Code.WINDOW_TAKEN: (409, "这个窗口已有人登录。", "Somebody is signed in to this window."),
    Code.WINDOW_NOT_SIGNED_IN: (
        409,
        "您没有登录这个窗口。",
        "You are not signed in to this window.",
    ),
    Code.WINDOW_NOT_ALLOWED: (
        403,
        "您没有使用该窗口的权限，请联系系统管理员。",
        "You may not sit at this window. Ask an administrator.",
    ),
    Code.WINDOW_CLOSED: (
        409,
        "这个窗口今天不开放，只在{weekdays}开放。",
        "This window is closed today; it opens on {weekdays}.",
    ),
    Code.ALREADY_SIGNED_IN: (
        409,
        "您已登录另一个窗口，请先退出那个窗口。",
        "You are signed in to another window. Please leave it first.",
    ),
    Code.NO_SHOW_TOO_EARLY: (
        409,
        "要呼叫满 {least} 次、等满 {seconds} 秒才能过号。",
        "Call {least} times and wait {seconds} seconds before marking as missed.",
    ),
    Code.CALL_UNSPOKEN: (
        409,
        "{number} 这次叫号还没有播出声音，不能过号。请重呼，或者口头叫号后点“已口头叫号”。",
        "The call of {number} was not heard yet. Call again, or call it out and say so here.",
    ),
    Code.RETURN_LIMIT: (
        409,
        "该号码过号已达规定次数，请重新取号。",
        "This ticket was missed too often. Please take a new number.",
    ),
    Code.REASON_REQUIRED: (400, "请写明不予受理的原因。", "Please say why it was refused."),
    Code.TRANSFER_TARGET: (
        409,
        "不能转到该处，请选择有人在岗的窗口或队列。",
        "It cannot go there: choose one window or queue where somebody can call it.",
    ),
    Code.LAST_WINDOW: (
        409,
        "还有 {waiting} 人只能由您的窗口办理，确定退出吗？",
        "{waiting} people wait whom only your window serves. Leave all the same?",
    ),
    Code.SLIP_UNKNOWN: (404, "没有这张小票。", "There is no such slip."),
    Code.NO_PRINTER: (409, "没有可用的打印机。", "There is no printer for this."),
    Code.ACTS_UNKNOWN: (404, "没有这条待核对的操作。", "No such act waits to be looked at."),
    Code.ACTS_SETTLED: (409, "这条操作已经核对过了。", "Somebody has settled this already."),
    Code.LOGIN_FAILED: (401, "工号或密码不对。", "Wrong staff number or password."),
    Code.LOCKED_OUT: (
        429,
        "密码错误次数过多，请 {minutes} 分钟后再试。",
        "Too many wrong passwords. Try again in {minutes} minutes.",
    ),
    Code.PASSWORD_MUST_CHANGE: (
        403,
        "请先修改一次性密码。",
        "Please change the one-time password first.",
    ),
    Code.PASSWORD_WEAK: (
        400,
        "密码至少 {least} 位，不能含工号，不能太简单。",
        "At least {least} characters, not your staff number, not too simple.",
    ),
    Code.PASSWORD_COMMON: (
        400,
        "这个密码容易被猜到：太常见，或由大厅名、姓名拼成。请换成几个互不相干的词。",
        "This password is easily guessed. Choose a few words that have nothing in common.",
    ),
    Code.NOT_SIGNED_IN: (401, "请先登录。", "Please sign in."),
    Code.FORBIDDEN: (403, "您没有这个权限。", "You may not do this."),
    Code.CSRF: (
        403,
        "页面已过期，请刷新后再试。",
        "The page is out of date. Please reload and try again.",
    ),
    Code.ORIGIN: (
        403,
        "请从大厅自己的网址打开页面再操作。",
        "Please open the page at the hall's own address and try again.",
    ),
    Code.ACCOUNT_UNKNOWN: (404, "没有该人员。", "There is no such person."),
    Code.ACCOUNT_EXISTS: (409, "这个人已有账号。", "This person has an account already."),
    Code.ENROL_CODE: (
        403,
        "登记码错误、已使用或已过期，请重新生成。",
        "The code is wrong, used or out of date. Make a new one.",
    ),
    **device_health_words.WORDS,
    Code.BULLETIN_UNKNOWN: (404, "没有这期通报。", "There is no such bulletin."),
    Code.BULLETIN_STATE: (
        409,
        "这期通报现在不能这样办，请刷新后查看它的状态。",
        "This cannot be done with the bulletin as it stands. Please look at it again.",
    ),
    Code.BULLETIN_WORDS: (
        422,
        "文字不能这样写。数字只能用花括号引用，不能手写。",
        "Not with these words. Figures are quoted in braces, never written by hand.",
    ),
    Code.BULLETIN_CHANGED: (
        409,
        "您阅看后内容有变化，请重新核对后再发布。",
        "The contents have changed since you looked. Please read again before releasing.",
    ),
    Code.BULLETIN_SECOND: (
        403,
        "拟稿人不能自己发布，请另一人审核发布。",
        "Whoever wrote it cannot release it: somebody else must.",
    ),
    Code.BULLETIN_ACK: (
        403,
        "通报由进驻单位的首席代表签收。",
        "A bulletin is acknowledged by a unit's chief representative.",
    ),
    Code.RULE_INVALID: (
        422,
        "班次规则有误，请检查各时段和适用范围。",
        "The shift rule is not right. Please check its slots and its scope.",
    ),
    Code.RULE_UNKNOWN: (404, "没有这条班次规则。", "There is no such shift rule."),
    Code.RULE_STATE: (
        409,
        "这条规则现在不能这样改。生效过的规则不能改动，请停用后另立新规则。",
        "The rule cannot be changed like this now. Withdraw it and make a new one.",
    ),
    Code.CHECK_UNKNOWN: (404, "没有这次查岗。", "There is no such spot check."),
    Code.CHECK_NOT_DUE: (
        409,
        "这次查岗现在不能开始：已经开始过，或已超过规定时间。",
        "This check cannot be started now: it was started before, or its time has run out.",
    ),
    Code.CHECK_NOT_RUNNING: (409, "这次查岗没有在进行。", "This check is not running."),
    Code.CHECKERS_TWO: (
        400,
        "查岗要有两位不同的检查人，您是其中一位。",
        "A check needs two different checkers, and you are one of them.",
    ),
    Code.NOT_A_CHECKER: (
        403,
        "您不是这次查岗的检查人。",
        "You are not one of the checkers of this check.",
    ),
    Code.MARK_REASON: (400, "请选择离开的原因。", "Please say why the person is away."),
    Code.PHOTO_INVALID: (
        400,
        "这张照片打不开，请重新拍。",
        "The photo cannot be read. Take it again.",
    ),
    Code.PHOTO_UNKNOWN: (404, "没有这张照片。", "There is no such photo."),
    Code.FINDING_UNKNOWN: (404, "没有这条查岗问题。", "There is no such finding."),
    Code.FINDING_STATE: (
        409,
        "这条问题现在不能这样处理，请看一下它的状态。",
        "The finding is not in a state for this. Please look at it again.",
    ),
    Code.FINDING_OWN: (
        403,
        "与您有关的问题须由他人裁定：本人、检查人、确认人均应回避。",
        "Somebody else must decide: not the person, not who found it, not who confirmed it.",
    ),
    Code.DISPUTE_OVER: (409, "申诉时间已过。", "The time for disputing it is over."),
    Code.READER_UNKNOWN: (404, "没有这台打卡机。", "There is no such time clock."),
    Code.READER_STATE: (
        409,
        "这台打卡机现在不能这样操作，请看一下它的状态。",
        "The time clock is not in a state for this. Please look at it again.",
    ),
    Code.PUNCH_FILE: (
        422,
        "文件不是打卡记录：{count} 行无法识别，未导入任何记录。",
        "Not a file of punches: {count} lines cannot be read. Nothing was taken.",
    ),
    Code.SHEET_WITNESS: (
        409,
        "证明人不能是录入人，也不能是签到的人。",
        "The witness may be neither who types the sheet in nor one who signed it.",
    ),
    Code.INVALID: (
        400,
        "“{field}”填写有误，请检查。",
        "“{field}” is not right; please check it.",
    ),
    Code.KEY_REQUIRED: (
        400,
        "请求不完整，请刷新页面后重试。",
        "The request is not complete (no Idempotency-Key). Please reload and try again.",
    ),
    Code.KEY_REUSED: (
        422,
        "操作编号重复，请刷新页面后重试。",
        "The number of this command (Idempotency-Key) was used for another one. Please reload.",
    ),
    Code.TOO_MANY: (429, "操作太快，请稍等再试。", "Too many requests. Please wait a moment."),
    Code.CHANGED_MEANWHILE: (
        409,
        "别人刚刚改过这里，您的修改没有保存。请看过新内容再改。",
        "Somebody has changed this meanwhile; yours was not saved. Please look again.",
    ),
    Code.TOO_LARGE: (
        413,
        "内容超过大小限制，请减小后再提交。",
        "The request is too large. Please send less.",
    ),
    Code.MEDIA_TYPE: (
        415,
        "提交内容的格式不对，请刷新页面后重试。",
        "The request is in a form that is not taken here. Please reload and try again.",
    ),
    Code.HALL_UNKNOWN: (404, "没有这个大厅。", "There is no hall of this name here."),
    Code.NOT_FOUND: (404, "页面不存在，请检查网址。", "There is nothing at this address."),
    Code.METHOD: (405, "这个地址不支持这种请求。", "This address does not take such requests."),
    Code.WORKBOOK: (
        422,
        "工作簿有 {count} 处问题，没有导入任何内容。",
        "The workbook has {count} problems; nothing was imported.",
    ),
    Code.SETTING_INVALID: (
        400,
        "没有这项设置，没有保存任何内容。",
        "There is no such setting; nothing was saved.",
    ),
    Code.UNAVAILABLE: (
        503,
        "系统暂时无法使用，请稍后再试。",
        "The system is not available just now. Please wait.",
    ),
    Code.INTERNAL: (
        500,
        "系统出错，已自动记录。请再试一次，仍不行请联系系统管理员。",
        "Something went wrong and was recorded. Please try again.",
    ),
} | leave_words.WORDS


def _spoken(moment: datetime, days: tuple[str, ...]) -> str:
    """Return the time of the next opening in words."""
    clock, day = f"{moment.hour}:{moment.minute:02}", days[moment.isoweekday()]
    if days is _DAYS_ZH:
        return f"{moment.month}月{moment.day}日（{day}）{clock}"
    return f"{day} {moment.day} {moment:%B}, {clock}"


def _day_time(text: str) -> tuple[str, str]:
    """Return `11-25 08:30` in Chinese and English; other text is returned unchanged."""
    try:
        moment = datetime.fromisoformat(f"2000-{text}")
    except ValueError:
        return text, text
    clock = f"{moment:%H:%M}"
    return f"{moment.month}月{moment.day}日{clock}", f"{moment.day} {moment:%B}, {clock}"


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _readable(error: HallError, language: int) -> _Facts:
    """Return the facts in words; `language`: 0 Chinese, 1 English."""
    days, joint = (_DAYS_EN, ", ") if language else (_DAYS_ZH, "、")
    facts = _Facts({k: "—" if v is None else v for k, v in error.data.items()})
    if isinstance(facts.get("next"), str) and facts["next"] != "—":
        facts["next"] = _spoken(datetime.fromisoformat(facts["next"]), days)
    else:
        facts["next"] = ("待定", "not known yet")[language]
    for name, desk in (("place", "咨询台"), ("place_en", "the information desk")):
        facts[name] = str(facts.get(name) or "").rstrip("。. ") or desk
    if isinstance(facts.get("weekdays"), list):
        facts["weekdays"] = joint.join(days[d] for d in facts["weekdays"])
    if error.code is Code.INVALID:
        facts["field"] = field_words(str(error.data.get("field", "")))[language]
    elif error.code is Code.SETTING_INVALID:
        facts["name"] = SETTINGS.get(facts["name"], ("", ""))[language]
        words = [CHOICES.get(c, (c, c))[language] for c in facts.get("choices", ())]
        facts["choices"] = joint.join(words)
    elif error.code is Code.RULE_INVALID and facts.get("slot_name"):
        facts["slot"] = f"“{facts['slot_name']}”"
        facts["slot_en"] = f" “{facts['slot_name']}”"
    elif error.code is Code.RULE_INVALID and facts.get("reason") != "subjects":
        facts["slot"] = facts["slot_en"] = ""
    elif error.code is Code.LEAVE_OVERLAP:
        for name in ("begins", "ends"):
            facts[name] = _day_time(facts[name])[language]
    return facts


def status_of(error: HallError) -> int:
    """Return the HTTP status of an error."""
    return WORDS[error.code][0]


def problem(error: HallError) -> Problem:
    """Return the error as a message."""
    zh, en = sentences(error.code, error.data) or WORDS[error.code][1:]
    return Problem(
        code=error.code.value,
        message_zh=zh.format_map(_readable(error, 0)),
        message_en=en.format_map(_readable(error, 1)),
        data=error.data,
    )

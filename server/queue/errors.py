"""Error codes of tickets, windows, routing and slips, with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.core.errors import ErrorCode, Pair, Refusal


class QueueCode(ErrorCode):
    """Error codes of tickets, windows, routing and slips."""

    ITEM_UNKNOWN = "item_unknown"
    UNIT_WITHDRAWN = "unit_withdrawn"
    CONSULT_ONLY = "consult_only"
    ELSEWHERE = "elsewhere"
    OTHER_DAY = "other_day"
    NOT_YET_OPEN = "not_yet_open"
    CLOSED_BREAK = "closed_break"
    CLOSED_TODAY = "closed_today"
    AFTER_LAST_TICKET = "after_last_ticket"
    ALL_PAUSED = "all_paused"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    NO_WINDOW = "no_window"
    OTHER_SITE = "other_site"
    BRANCH_SERVER = "branch_server"
    BRANCH_DAY = "branch_day"
    TICKET_OF_BRANCH = "ticket_of_branch"
    CLASS_UNKNOWN = "class_unknown"
    NUMBERS_EXHAUSTED = "numbers_exhausted"
    KIOSK_PACE = "kiosk_pace"
    NUMBERS_AT_DESK = "numbers_at_desk"
    QUOTA_FULL = "quota_full"
    TICKET_UNKNOWN = "ticket_unknown"
    MOVE_NOT_ALLOWED = "move_not_allowed"
    NOT_THE_HOLDER = "not_the_holder"
    NOBODY_WAITING = "nobody_waiting"
    WINDOW_UNKNOWN = "window_unknown"
    WINDOW_BUSY = "window_busy"
    WINDOW_IDLE = "window_idle"
    WINDOW_PAUSED = "window_paused"
    HALL_PAUSED = "hall_paused"
    WINDOW_TAKEN = "window_taken"
    WINDOW_NOT_SIGNED_IN = "window_not_signed_in"
    WINDOW_NOT_ALLOWED = "window_not_allowed"
    WINDOW_CLOSED = "window_closed"
    ALREADY_SIGNED_IN = "already_signed_in"
    NO_SHOW_TOO_EARLY = "no_show_too_early"
    CALL_UNSPOKEN = "call_unspoken"
    RETURN_LIMIT = "return_limit"
    TRANSFER_TARGET = "transfer_target"
    LAST_WINDOW = "last_window"
    CHOSEN_OFF = "chosen_off"
    CHOSEN_NOT_SERVED = "chosen_not_served"
    NOT_FINISHED = "not_finished"
    NOTHING_CORRECTED = "nothing_corrected"
    NOTHING_TO_UNDO = "nothing_to_undo"
    UNDO_TOO_LATE = "undo_too_late"
    UNDO_NEXT_CALLED = "undo_next_called"
    TICKET_NOT_TODAY = "ticket_not_today"
    TICKET_AT_WINDOW = "ticket_at_window"
    TICKET_MISSED = "ticket_missed"
    TICKET_OVER = "ticket_over"
    SLIP_UNKNOWN = "slip_unknown"
    NO_PRINTER = "no_printer"


def _other_window(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences that name the other window; None if its number is not known."""
    if not data.get("number"):
        return None
    return (
        "您已登录 {number} 号窗口，请先退出窗口。",
        "You are signed in to window {number}. Please leave it first.",
    )


def _elsewhere(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences for people who are all at other windows with another number."""
    if not data.get("elsewhere"):
        return None
    return (
        "等候的人正在其他窗口办另一件事，那边办完就可以呼叫。",
        "Whoever waits is at another window with another number. Call once that is finished.",
    )


def _companion(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences for a person at a window with another number."""
    if not data.get("companion"):
        return None
    return (
        "这位群众的 {number} 号正在 {window} 号窗口，办完后再呼叫 {companion} 号。",
        "The same person is at window {window} with {number}. Call {companion} after that.",
    )


def _unread_number(data: Mapping[str, Any]) -> Pair | None:
    """Return the sentences for a text that is no number; None if a number was read."""
    if data.get("number"):
        return None
    return (
        "没有找到今天的号码。请输入小票上的号码，如 A012，或扫描小票上的二维码。",
        "No ticket of today. Type the number on the slip, such as A012, or scan its QR code.",
    )


def _directions(data: Mapping[str, Any], language: int) -> Mapping[str, str]:
    """Return the way to a building in brackets; empty where the office has not filled it in."""
    lines = str(data.get(("way", "way_en")[language]) or "").splitlines()
    words = ("；", "; ")[language].join(lines)
    return {"directions": ("（{}）", " ({})")[language].format(words) if words else ""}


REFUSALS: dict[ErrorCode, Refusal] = {
    QueueCode.ITEM_UNKNOWN: Refusal(404, "没有这个事项。", "There is no such service."),
    QueueCode.UNIT_WITHDRAWN: Refusal(
        409,
        "{unit}已撤出本大厅，请到：{place}。",
        "{unit_en} has left this hall. Please go to: {place_en}.",
    ),
    QueueCode.CONSULT_ONLY: Refusal(
        409,
        "该事项本大厅不办理，也没有窗口提供咨询，请到咨询台询问。{advice}",
        "Not accepted here, and no window advises on it: ask at the information desk. {advice_en}",
    ),
    QueueCode.ELSEWHERE: Refusal(
        409,
        "{unit}在其他地点办理，请到：{place}。",
        "{unit_en} is at another location. Please go to: {place_en}.",
    ),
    QueueCode.OTHER_DAY: Refusal(
        409,
        "该窗口仅{weekdays}开放，今天不办理。下次开放：{next}。",
        "This window is open only on {weekdays}. Next opening: {next}.",
        by="why",
        cases={
            "elsewhere": (
                "该事项今天在{site}办理，请到：{address}。这里只在{weekdays}办理，下次：{next}。",
                "Today it is in {site_en}: {address_en}. Here only on {weekdays}, next: {next}.",
            ),
            "sooner": (
                "该事项今天不办理。最早：{sooner}，在{site}，{address}。这里下次：{next}。",
                "Not today. Next: {sooner}, in {site_en}, {address_en}. Here next: {next}.",
            ),
            "here": (
                "该事项今天不办理。下次：{sooner}，在{site}，{address}。",
                "Not today. Next: {sooner}, in {site_en}, {address_en}.",
            ),
        },
    ),
    QueueCode.NOT_YET_OPEN: Refusal(
        409, "尚未开始取号。开始时间：{next}。", "Ticketing has not started yet. It starts: {next}."
    ),
    QueueCode.CLOSED_BREAK: Refusal(
        409,
        "现在是午休时间。下次开放：{next}。",
        "Closed for the midday break. Opens again: {next}.",
    ),
    QueueCode.CLOSED_TODAY: Refusal(
        409, "今天不对外办公。下次开放：{next}。", "The hall is closed today. Next opening: {next}."
    ),
    QueueCode.AFTER_LAST_TICKET: Refusal(
        409,
        "今天的取号时间已过。下次开放：{next}。",
        "Ticketing has closed for today. Next opening: {next}.",
    ),
    QueueCode.ALL_PAUSED: Refusal(
        409,
        "办理该事项的窗口均已暂停服务，今天不再恢复，请改日再来，或到咨询台询问。",
        "The windows for this service are paused and not back today. Ask at the information desk.",
    ),
    QueueCode.NOBODY_SIGNED_IN: Refusal(
        409,
        "办理该事项的窗口暂时无人，请到咨询台询问。",
        "No staff at this service's windows now. Please ask at the information desk.",
    ),
    QueueCode.NO_WINDOW: Refusal(
        409,
        "目前没有窗口办理该事项，请到咨询台询问。",
        "No window is handling this service now. Please ask at the information desk.",
    ),
    QueueCode.OTHER_SITE: Refusal(
        409,
        "该事项在{site}办理，这里不办，请到：{address}。",
        "This service is in another building, {site_en}. Please go to: {address_en}.",
        by="why",
        cases={
            "chosen": (
                "您的号定在{site}办理，不在这里，请到：{address}{directions}。",
                "Your place is in {site_en}. Please go to: {address_en}{directions}.",
            ),
            "other_day": (
                "该事项在{site}办理，今天不办，{weekdays}办。下次：{next}，地址：{address}。",
                "This service is in {site_en}, {address_en}, only on {weekdays}. Next: {next}.",
            ),
        },
        facts=_directions,
    ),
    QueueCode.BRANCH_SERVER: Refusal(
        409,
        "{site}由分中心自己管理，请在那里的页面或取号机上办。",
        "{site_en} runs its own queues. Please use its pages or kiosks.",
    ),
    QueueCode.TICKET_OF_BRANCH: Refusal(
        409,
        "{number} 是分中心的号，请在那里办。",
        "{number} belongs to a branch. Please go there.",
    ),
    QueueCode.BRANCH_DAY: Refusal(
        409,
        "这里今天还不能取号，请到主厅。",
        "No numbers are issued here yet today. Please go to the main hall.",
    ),
    QueueCode.CLASS_UNKNOWN: Refusal(
        400, "没有这类人群，请重新选择。", "There is no such group of people. Please choose again."
    ),
    QueueCode.NUMBERS_EXHAUSTED: Refusal(
        409,
        "今天的号码已经取完，请到咨询台。",
        "No more numbers today. Please go to the information desk.",
    ),
    QueueCode.KIOSK_PACE: Refusal(
        409,
        "本机发放该部门号码过快，已暂停几分钟，请到咨询台取号。",
        "This kiosk is paused for this service. Please take your number at the information desk.",
    ),
    QueueCode.NUMBERS_AT_DESK: Refusal(
        409,
        "取号机上该部门的号码已经取完，请到咨询台取号。",
        "The kiosks have no more numbers for this. Please take one at the information desk.",
    ),
    QueueCode.QUOTA_FULL: Refusal(
        409,
        "该事项{opens}至{closes}的{most}个号已经取完。再次放号：{next}。",
        "All {most} numbers of this service for {opens}–{closes} are taken. More from: {next}.",
    ),
    QueueCode.TICKET_UNKNOWN: Refusal(404, "没有这个号码。", "There is no such ticket."),
    QueueCode.MOVE_NOT_ALLOWED: Refusal(
        409,
        "该号码的状态已变化，不能这样操作，请刷新后查看。",
        "The ticket has changed and cannot be used for this. Please reload and look again.",
    ),
    QueueCode.NOT_THE_HOLDER: Refusal(
        409, "这个号码不在您的窗口。", "The ticket is not at your window."
    ),
    QueueCode.NOBODY_WAITING: Refusal(
        409, "现在没有人等候。", "Nobody is waiting.", sentences=_elsewhere
    ),
    QueueCode.WINDOW_UNKNOWN: Refusal(404, "没有这个窗口。", "There is no such window."),
    QueueCode.WINDOW_BUSY: Refusal(
        409,
        "窗口还有 {number} 号尚未办理完毕，请先处理。",
        "{number} is still at the window. Please deal with it first.",
    ),
    QueueCode.WINDOW_IDLE: Refusal(409, "窗口现在没有号码。", "The window has no ticket now."),
    QueueCode.WINDOW_PAUSED: Refusal(
        409, "窗口正在暂停服务，请先恢复服务。", "The window is paused. Resume service first."
    ),
    QueueCode.HALL_PAUSED: Refusal(
        409,
        "大厅统一暂停服务，由管理人员恢复，请等候通知。",
        "The office has paused all windows. Please wait until it resumes service.",
    ),
    QueueCode.WINDOW_TAKEN: Refusal(
        409, "这个窗口已有人登录。", "Somebody is signed in to this window."
    ),
    QueueCode.WINDOW_NOT_SIGNED_IN: Refusal(
        409, "您没有登录这个窗口。", "You are not signed in to this window."
    ),
    QueueCode.WINDOW_NOT_ALLOWED: Refusal(
        403,
        "您没有使用该窗口的权限，请联系系统管理员。",
        "You may not use this window. Please ask a system administrator.",
    ),
    QueueCode.WINDOW_CLOSED: Refusal(
        409,
        "这个窗口今天不开放，只在{weekdays}开放。",
        "This window is closed today; it opens on {weekdays}.",
    ),
    QueueCode.ALREADY_SIGNED_IN: Refusal(
        409,
        "您已登录另一个窗口，请先退出那个窗口。",
        "You are signed in to another window. Please leave it first.",
        sentences=_other_window,
    ),
    QueueCode.NO_SHOW_TOO_EARLY: Refusal(
        409,
        "要呼叫满 {least} 次、等满 {seconds} 秒才能过号。",
        "Call {least} times and wait {seconds} seconds before marking as missed.",
    ),
    QueueCode.CALL_UNSPOKEN: Refusal(
        409,
        "{number} 这次叫号还没有播出声音，不能过号。请重呼，或者口头叫号后点“已口头叫号”。",
        "The call of {number} was not heard yet. Call again, or call it out and say so here.",
    ),
    QueueCode.RETURN_LIMIT: Refusal(
        409,
        "该号码过号已达规定次数，请重新取号。",
        "This ticket was missed too many times. Please take a new number.",
    ),
    QueueCode.TRANSFER_TARGET: Refusal(
        409,
        "不能转到该处，请选择有人在岗的窗口或队列。",
        "It cannot go there: choose one window or queue where somebody can call it.",
    ),
    QueueCode.LAST_WINDOW: Refusal(
        409,
        "还有 {waiting} 人只能由您的窗口办理，确定退出吗？",
        "{waiting} people are waiting whom only your window can serve. Leave anyway?",
    ),
    QueueCode.CHOSEN_OFF: Refusal(
        409,
        "本大厅没有开启选呼，请按顺序呼叫下一位。",
        "This hall does not allow chosen calls. Please call the next person in order.",
    ),
    QueueCode.CHOSEN_NOT_SERVED: Refusal(
        409,
        "您的窗口不办理 {number} 的事项，请换一个号码。",
        "Your window does not serve {number}. Please choose another number.",
    ),
    QueueCode.NOT_FINISHED: Refusal(
        409,
        "{number} 没有结束办理，不能更正。",
        "{number} was not served to the end, so there is nothing to correct.",
    ),
    QueueCode.NOTHING_CORRECTED: Refusal(
        409,
        "{number} 的办理结果和事项没有变化，请选择正确的结果或事项。",
        "{number}: nothing would change. Choose the right outcome or service.",
    ),
    QueueCode.NOTHING_TO_UNDO: Refusal(
        409,
        "本窗口没有可以撤销的操作。结果或事项有误的，请用“更正”。",
        "There is nothing to undo here. Correct a wrong outcome or service instead.",
    ),
    QueueCode.UNDO_TOO_LATE: Refusal(
        409,
        "已超过 {seconds} 秒，不能撤销 {number}。结果或事项有误的，请用“更正”。",
        "{number}: more than {seconds} seconds ago. Correct a wrong outcome or service instead.",
    ),
    QueueCode.UNDO_NEXT_CALLED: Refusal(
        409,
        "窗口已叫 {number}，不能再撤销前面的操作。结果或事项有误的，请用“更正”。",
        "{number} has been called here. Correct a wrong outcome or service instead.",
    ),
    QueueCode.TICKET_NOT_TODAY: Refusal(
        404,
        "今天没有 {number} 号，请核对小票上的号码和日期。",
        "There is no {number} today. Check the number and the date on the slip.",
        sentences=_unread_number,
    ),
    QueueCode.TICKET_AT_WINDOW: Refusal(
        409,
        "{number} 号在 {window} 号窗口，请由该窗口操作。",
        "{number} is at window {window}. Please ask that window to do this.",
        sentences=_companion,
    ),
    QueueCode.TICKET_MISSED: Refusal(
        409,
        "{number} 号已过号，请先重新排队，再改派。",
        "{number} was missed. Put it back in the queue first, then redirect it.",
    ),
    QueueCode.TICKET_OVER: Refusal(
        409,
        "{number} 号已经结束，还要办理的，请重新取号。",
        "{number} is over. Take a new number if there is more to do.",
    ),
    QueueCode.SLIP_UNKNOWN: Refusal(404, "没有这张小票。", "There is no such slip."),
    QueueCode.NO_PRINTER: Refusal(409, "没有可用的打印机。", "There is no printer for this."),
}

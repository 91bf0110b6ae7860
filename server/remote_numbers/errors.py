"""Error codes of remote numbers, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class RemoteCode(ErrorCode):
    """Error codes of remote numbers."""

    REMOTE_OFF = "remote_off"
    REMOTE_SHORT = "remote_short"
    REMOTE_TWICE = "remote_twice"
    REMOTE_MOST = "remote_most"
    REMOTE_FULL = "remote_full"
    REMOTE_BARRED = "remote_barred"
    REMOTE_NOT_HERE = "remote_not_here"


REFUSALS: dict[ErrorCode, Refusal] = {
    RemoteCode.REMOTE_OFF: Refusal(
        409,
        "本厅没有开通远程取号，请到大厅取号。",
        "Remote numbers are not offered here. Please take a number in the hall.",
    ),
    RemoteCode.REMOTE_SHORT: Refusal(
        409,
        "现在预计最多等 {high} 分钟，请直接到大厅取号。超过 {limit} 分钟时可以远程取号。",
        "The wait is at most {high} minutes now: please take a number in the hall. Remote numbers "
        "are given when it is more than {limit} minutes.",
    ),
    RemoteCode.REMOTE_TWICE: Refusal(
        409,
        "您已经取了这个事项的号：{number}。",
        "You already have a number for this item: {number}.",
    ),
    RemoteCode.REMOTE_MOST: Refusal(
        409,
        "每人每天最多远程取 {most} 个号，您今天已经取满。请到大厅取号。",
        "A person takes at most {most} remote numbers a day. Please take a number in the hall.",
    ),
    RemoteCode.REMOTE_FULL: Refusal(
        409,
        "现在还没到厅的远程号已有 {most} 个，请过一会儿再取，或到大厅取号。",
        "{most} holders of remote numbers are still on their way. Please try again later, or take "
        "a number in the hall.",
    ),
    RemoteCode.REMOTE_BARRED: Refusal(
        409,
        "您近期有几次远程取号后没有到厅，{until} 之前不能远程取号。请到大厅取号。",
        "You did not come for several remote numbers. Until {until} please take numbers in the "
        "hall.",
    ),
    RemoteCode.REMOTE_NOT_HERE: Refusal(
        409,
        "请到大厅后签到：连接大厅网络，或输入厅内显示的签到码，或到自助机、咨询台签到。",
        "Please check in at the hall: in its network, with the code shown there, at a kiosk, or at "
        "the information desk.",
    ),
}

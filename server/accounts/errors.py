"""Error codes of sign-in, passwords and accounts, with their texts."""

from __future__ import annotations

from server.core.errors import ErrorCode, Refusal


class AccountCode(ErrorCode):
    """Error codes of sign-in, passwords and accounts."""

    LOGIN_FAILED = "login_failed"
    LOCKED_OUT = "locked_out"
    PASSWORD_WEAK = "password_weak"
    PASSWORD_COMMON = "password_common"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_EXISTS = "account_exists"
    ENROL_CODE = "enrol_code"


REFUSALS: dict[ErrorCode, Refusal] = {
    AccountCode.LOGIN_FAILED: Refusal(401, "工号或密码不对。", "Wrong staff number or password."),
    AccountCode.LOCKED_OUT: Refusal(
        429,
        "密码错误次数过多，请 {minutes} 分钟后再试。",
        "Too many wrong passwords. Try again in {minutes} minutes.",
    ),
    AccountCode.PASSWORD_WEAK: Refusal(
        400,
        "密码至少 {least} 位，不能含工号，不能太简单。",
        "At least {least} characters, not your staff number, not too simple.",
    ),
    AccountCode.PASSWORD_COMMON: Refusal(
        400,
        "这个密码容易被猜到：太常见，或由大厅名、姓名拼成。请换成几个互不相干的词。",
        "This password is easily guessed. Choose a few words that have nothing in common.",
    ),
    AccountCode.ACCOUNT_UNKNOWN: Refusal(404, "没有该人员。", "There is no such person."),
    AccountCode.ACCOUNT_EXISTS: Refusal(
        409, "这个人已有账号。", "This person has an account already."
    ),
    AccountCode.ENROL_CODE: Refusal(
        403,
        "登记码错误、已使用或已过期，请重新生成。",
        "The code is wrong, used or out of date. Make a new one.",
    ),
}

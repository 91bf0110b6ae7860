"""Titles of a bulletin's sections and the drafted sentences, with figures in braces.

A title gets its number from its place: a bulletin released before a section existed keeps its
numbers.
"""

TITLES = {
    "summary": "总体情况",
    "attendance": "考勤情况",
    "ranking": "表扬和提醒",
    "checks": "查岗情况",
    "rectification": "上期通报问题整改情况",
    "service": "窗口服务情况",
    "voices": "群众评价情况",
    "closing": "有关要求",
}
DRAFT_SENTENCES = {
    "summary": (
        "现将{first}至{last}考勤、查岗和窗口服务情况通报如下。共{working_days}个工作日，"
        "进驻单位{units}个，其中派驻人员的{units_staffed}个，应考勤人员{people}人。"
    ),
    "attendance": (
        "应打卡{due}次，准时{on_time}次，准时率{rate}，{rate_trend}。"
        "迟到{late}次，早退{early}次，缺卡{missing}次，旷工半天{absent_halves}人次；"
        "因请假免打卡{leave}次，因公出、异地上班免打卡{away}次。"
    ),
    "ranking": "全部准时、予以表扬的单位：{best}。准时率排在后位的单位：{worst}。",
    "checks": (
        "按规定应查岗{checks_due}次，实际开展{checks_done}次，未按时开展{checks_missed}次，"
        "另临时查岗{checks_extra}次，共检查窗口{marks}个次。"
        "经核实认定问题{confirmed}项，申诉未裁定{disputed}项。"
    ),
    "rectification": (
        "上期通报的问题{last_findings}项，已整改{last_rectified}项，未整改{last_open}项。"
    ),
    "service": (
        "取号{issued}人次，{issued_trend}；窗口办理{served}人次，过号{no_show}个，"
        "当日未办{expired}人次。半数群众等候不超过{wait_p50}，九成群众等候不超过{wait_p90}，"
        "平均办理时间{service_mean}。"
    ),
    "voices": (
        "群众主动评价{rated}次，主动评价率{rated_rate}，好评率{rated_good_rate}。差评{rated_bad}件，"
        "其中申诉成立{redress_granted}件，已答复{redress_answered}件，逾期未答复{redress_overdue}件。"
    ),
    "closing": (
        "请各单位认真对照检查，有关问题于{rectify_days}个工作日内整改到位，"
        "并由首席代表签收。特此通报。"
    ),
}
NUMERALS = "一二三四五六七八九十"


def numbered(title: str, place: int) -> str:
    """Return a title with the numeral of its place, from 1."""
    return f"{NUMERALS[place - 1]}、{title}"

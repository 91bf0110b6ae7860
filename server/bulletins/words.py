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
    "appointments": "预约情况",
    "cases": "办件情况",
    "fees": "收费情况",
    "issuing": "出件情况",
    "notices": "一次性告知情况",
    "voices": "群众评价情况",
    "complaints": "投诉建议情况",
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
    "appointments": (
        "预约{appointments}人次：按时到{appointments_on_time}人次，晚到{appointments_late}人次，"
        "爽约{appointments_missed}人次，本人取消{appointments_cancelled}人次，"
        "大厅取消{appointments_hall_cancelled}人次。"
    ),
    "cases": (
        "收件{cases_filed}件，受理{cases_accepted}件，不予受理{cases_not_accepted}件；"
        "办结{cases_decided}件，其中按期{cases_on_time}件，按期办结率{cases_on_time_rate}，"
        "提前{cases_early}件，提前办结率{cases_early_rate}。"
        "截至本期末在办{cases_open}件，其中超期{cases_overdue}件。"
    ),
    "fees": (
        "开具缴款通知书{fees_made_count}份，应收{fees_made}元；确认收款{fees_received}元，"
        "免收{fees_waived}元，退款{fees_refunded}元；另撤销通知书{fees_cancelled_count}份、"
        "{fees_cancelled}元，不计入应收；与银行文件核对，差异{fees_differences}项。"
    ),
    "issuing": (
        "窗口发放证照{licences_handed}本，邮寄{licences_posted}本，邮寄退回{licences_returned}本。"
    ),
    "notices": (
        "登记收取材料{hand_ins}次，出具一次性告知单{notices}份；再次交材料{handed_in_again}次，"
        "其中首次漏告知{told_twice}次（已认定{told_twice_confirmed}次，待认定{told_twice_open}次），"
        "一次告知率{told_once_rate}。"
    ),
    "voices": (
        "群众主动评价{rated}次，主动评价率{rated_rate}，好评率{rated_good_rate}。差评{rated_bad}件，"
        "其中申诉成立{redress_granted}件，已答复{redress_answered}件，逾期未答复{redress_overdue}件。"
    ),
    "complaints": (
        "收到投诉建议{complaints_received}件，不予受理{complaints_refused}件，"
        "转办{complaints_handed_on}件；答复{complaints_answered}件，"
        "其中按期{complaints_in_time}件，按期答复率{complaints_in_time_rate}，"
        "属实或部分属实{complaints_proven}件。"
        "截至本期末未结束{complaints_open}件，其中逾期{complaints_overdue}件。"
    ),
    "closing": (
        "请各单位认真对照检查，有关问题于{rectify_days}个工作日内整改到位，"
        "并由首席代表签收。特此通报。"
    ),
}
NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三", "十四", "十五", "十六")


def numbered(title: str, place: int) -> str:
    """Return a title with the numeral of its place, from 1."""
    return f"{NUMERALS[place - 1]}、{title}"

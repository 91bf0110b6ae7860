"""Settings of numbers, calls, announcements and screens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from server.catalogue.named_codes import Named
from server.core.settings import Section, SettingGroup, setting
from server.queue.branch_notation import is_branch_servers
from server.queue.branch_notation import sites_named as branches_named
from server.queue.quota_notation import is_quotas, items_of
from server.queue.site_notation import is_kiosk_sites, sites_named

OFF, ON = "off", "on"
_BETWEEN_CODES = re.compile(r"[\s,，、;；]+")


def listed_codes(text: str) -> tuple[str, ...]:
    """Return the codes of a list with commas or blanks between, each once."""
    return tuple(dict.fromkeys(code for code in _BETWEEN_CODES.split(text) if code))


def single_code(text: str) -> tuple[str, ...]:
    """Return the code that a text is; none for an empty one."""
    return (text,) if text else ()


SWITCH = {OFF: ("关闭", "Off"), ON: ("开启", "On")}


@dataclass(frozen=True, slots=True)
class NumberSettings(SettingGroup):
    """Settings of issuing numbers and of the order of calls."""

    SECTION: ClassVar = Section("numbers", 10, "取号与排队", "Numbers and queues")

    early_ticket_minutes: int = setting(
        15,
        "开门前多少分钟开始取号",
        "Numbers start before opening (minutes)",
        "Tickets are issued from this time before opening.",
        low=0,
        high=240,
        unit="min",
    )
    last_ticket_minutes: int = setting(
        15,
        "下班前多少分钟停止取号",
        "Numbers end before closing (minutes)",
        "No tickets are issued in the last minutes before the last window that could serve closes.",
        low=0,
        high=240,
        unit="min",
    )
    break_ticket_minutes: int = setting(
        240,
        "午休结束前多少分钟开始取号",
        "Numbers start before the end of a break (minutes)",
        (
            "The same, before windows open again after a break; 240: throughout every midday "
            "break. Such a number says until when the break lasts."
        ),
        low=0,
        high=240,
        unit="min",
    )
    priority_run: int = setting(
        2,
        "有人等候时，最多连续叫几位优先号",
        "Priority calls in a row while others wait, at most",
        (
            "K: maximum number of priority calls in a row from a queue while ordinary "
            "people wait in it."
        ),
        low=1,
        high=20,
    )
    overtake_limit: int = setting(
        6,
        "一个普通号最多让优先号先叫几次",
        "Times an ordinary person may be overtaken",
        "Maximum number of times that priority tickets overtake an ordinary person.",
        low=1,
        high=200,
    )
    booked_every: int = setting(
        2,
        "有人等候时，每叫几个号最多一个是预约的",
        "Of so many calls, at most one for an appointment while others wait",
        (
            "K: of K calls from a queue at most one goes to a person with an appointment while "
            "somebody without one waits in it; 1: appointments always come first."
        ),
        low=1,
        high=20,
    )
    return_places: int = setting(
        3,
        "过号后重新排队，排在几人之后",
        "A missed person waits behind so many",
        (
            "A missed person who comes back waits behind this number of people whom the same "
            "windows call; a priority person behind this number of people with priority."
        ),
        low=0,
        high=50,
    )
    return_limit: int = setting(
        2,
        "过号后最多重新排队几次",
        "Times a missed person may come back",
        "Maximum number of returns of a missed ticket.",
        low=0,
        high=20,
    )
    kiosk_minute_numbers: int = setting(
        30,
        "每台取号机每个单位1分钟最多取几个号",
        "Numbers of a unit that a kiosk gives in a minute, at most",
        (
            "Numbers of a unit that one kiosk issues within a minute; more are rejected "
            "(`kiosk_pace`) and the office is informed. One person at a touch screen "
            "takes ten seconds."
        ),
        low=6,
        high=999,
    )
    kiosk_hour_numbers: int = setting(
        300,
        "每台取号机每个单位1小时最多取几个号",
        "Numbers of a unit that a kiosk gives in an hour, at most",
        "The same within an hour.",
        low=30,
        high=999,
    )
    again_minutes: int = setting(
        3,
        "几分钟内在同一台取号机再取同一事项的号，先问一句",
        "Minutes in which a kiosk asks before a second number of an item",
        (
            "A kiosk that gave a number of the item within this time asks before it gives "
            "another one, and offers to print the slip again; 0: it never asks."
        ),
        low=0,
        high=60,
        unit="min",
    )
    item_quotas: str = setting(
        "",
        "事项限号（事项编码、时段、最多几个号，分号隔开，例如 gaj-01 09:00-10:00 20）",
        "Quotas of items (code, time slot, numbers; semicolons between)",
        (
            "At most so many numbers of an item are issued in a slot, such as "
            "`gaj-01 09:00-10:00 20; gaj-01 10:00-11:00 20`; more are rejected (`quota_full`) "
            "with the time from which there are places again. Outside its slots an item has no "
            "quota. A kiosk without the server refuses nobody; its numbers count once it hands "
            "them in."
        ),
        is_valid=is_quotas,
        codes=items_of,
        names=Named.ITEM,
        form="quotas",
        longest=2000,
    )
    kiosk_sites: str = setting(
        "",
        "取号机所在的办公地点（取号机名称和地点编码，分号隔开，例如 1 zhu; 2 bei）",
        "Buildings of the kiosks (kiosk and code of the building; semicolons between)",
        (
            "Where each kiosk stands in a hall of several buildings, such as `1 main; 2 branch`. "
            "Once it is set, a number belongs to the building in which it is taken: windows of "
            "another one never call it, and a kiosk refuses what is served only elsewhere "
            "(`other_site`) with the address. A kiosk that is not named is in the main building. "
            "Empty: buildings are named on slips and boards but share their queues."
        ),
        is_valid=is_kiosk_sites,
        codes=sites_named,
        names=Named.SITE,
        longest=1000,
    )
    branch_servers: str = setting(
        "",
        "有自己服务器的办公地点",
        "Buildings with a server of their own",
        (
            "Buildings that run a branch server, with its numbers and days, such as "
            "`north 800-999 2026-12-02`. The office's page of branches writes it."
        ),
        is_valid=is_branch_servers,
        codes=branches_named,
        names=Named.SITE,
        longest=1000,
        by_action=True,
    )
    own_building: str = setting(
        "",
        "本服务器所在的办公地点",
        "Building of this server",
        (
            "Building whose queues this server runs; empty at the main server. It comes from the "
            "server's own configuration and is never stored."
        ),
        by_action=True,
    )
    desk_numbers: int = setting(
        50,
        "每个单位每天留给咨询台几个号",
        "Numbers of each unit left for the information desk each day",
        (
            "Numbers of each unit and day that no kiosk issues (`numbers_at_desk`), so "
            "that the desk and the windows still can."
        ),
        low=0,
        high=400,
    )


@dataclass(frozen=True, slots=True)
class CounterSettings(SettingGroup):
    """Settings of calls at the counter."""

    SECTION: ClassVar = Section("counter", 20, "窗口", "Counter")

    no_show_min_calls: int = setting(
        2,
        "过号前至少呼叫几次",
        "Calls before a no-show, at least",
        "Calls before a person may be marked as missed.",
        low=1,
        high=10,
    )
    no_show_min_seconds: int = setting(
        10,
        "过号前至少等几秒",
        "Seconds before a no-show, at least",
        "Time since the first call of this round before a person may be marked as missed.",
        low=0,
        high=600,
        unit="s",
    )
    default_outcome: str = setting(
        "accepted",
        "用键盘“呼叫”键结束办理时默认结果",
        "Outcome when the keypad's call ends a service",
        "Outcome when the keypad's *next* ends a service.",
        choices={
            "accepted": ("已受理", "Accepted"),
            "consulted": ("已答复咨询", "Enquiry answered"),
            "done": ("当场办结", "Done at once"),
        },
    )
    undo_seconds: int = setting(
        60,
        "按错后几秒内可以撤销",
        "A mistaken act can be undone for (seconds)",
        (
            "Time in which the window can undo a start, an end or a no-show, as long as nobody "
            "else was called there; 0: never."
        ),
        low=0,
        high=300,
        unit="s",
    )
    chosen_calls: str = setting(
        OFF,
        "窗口可以选呼（须填原因）",
        "Windows may call a chosen number (with a reason)",
        "A window may call a number out of turn, with a reason that the office sees.",
        choices=SWITCH,
    )
    next_numbers: int = setting(
        0,
        "窗口显示接下来几个号码",
        "Next numbers shown at the window",
        "Numbers that the window would call next, if no other window called; 0: none.",
        low=0,
        high=9,
    )
    service_prior: int = setting(
        8,
        "预计办理时间：初始值的权重（按号数计）",
        "Weight of the starting service time (tickets)",
        "An item's starting service time counts as much as this number of tickets of today.",
        low=1,
        high=100,
        unit="tickets",
    )


@dataclass(frozen=True, slots=True)
class VoiceSettings(SettingGroup):
    """Settings of announcements."""

    SECTION: ClassVar = Section("voice", 30, "语音", "Voice")

    voice_languages: str = setting(
        "zh,en",
        "播报语言",
        "Languages spoken",
        "Languages of an announcement, in order.",
        choices={
            "en": ("英语", "English"),
            "en,zh": ("先英语，后普通话", "English, then Mandarin"),
            "zh": ("普通话", "Mandarin"),
            "zh,en": ("先普通话，后英语", "Mandarin, then English"),
        },
    )
    voice_repeats: int = setting(
        2,
        "每次呼叫播报几遍",
        "Times a call is spoken",
        "Number of times that an announcement is spoken.",
        low=1,
        high=5,
    )
    voice_volume: int = setting(
        80,
        "音量",
        "Volume",
        "Volume of announcements; multiplied with the loudspeaker's own.",
        low=0,
        high=100,
        unit="%",
    )
    voice_one: str = setting(
        "一",
        "数字 1 读作",
        "The digit 1 is read as",
        "Reading of the digit 1.",
        choices={"一": ("一", "一"), "幺": ("幺", "幺")},
    )
    voice_expiry_seconds: int = setting(
        60,
        "待播报超过多少秒不再播报",
        "A call is not spoken after (seconds)",
        "An announcement does not start later than this; its call then counts as not announced.",
        low=5,
        high=600,
        unit="s",
    )


@dataclass(frozen=True, slots=True)
class ScreenSettings(SettingGroup):
    """Settings of boards, kiosks and slips."""

    SECTION: ClassVar = Section("screens", 40, "屏幕", "Screens")

    notice_zh: str = setting(
        "请留意叫号，叫到后请到所叫的窗口办理。",
        "大屏、取号机和小票提示语（中文）",
        "Notice on boards, kiosks and slips (Chinese)",
        "Notice line on boards, kiosk, phone and slip, Chinese.",
    )
    notice_en: str = setting(
        "Please listen and watch for your number, then go to the window shown.",
        "大屏、取号机和小票提示语（英文）",
        "Notice on boards, kiosks and slips (English)",
        "The same in English.",
    )
    prepare_numbers: int = setting(
        0,
        "大屏显示请几个号码准备",
        "Numbers asked to prepare on boards",
        "Numbers that a board asks to prepare: the next by the forecast, if its windows are sure.",
        low=0,
        high=6,
    )
    remind_ahead: int = setting(
        2,
        "手机在前面还有几人时提醒",
        "The phone reminds with so many people ahead",
        "A phone whose holder tapped for it reminds once when no more people are ahead.",
        low=0,
        high=20,
    )
    moment_seconds: int = setting(
        10,
        "新呼叫在大屏上闪动几秒",
        "A new call flashes for (seconds)",
        "A call flashes on boards for this time.",
        low=3,
        high=60,
        unit="s",
    )
    kiosk_idle_seconds: int = setting(
        60,
        "取号机无人操作几秒后回首页",
        "Kiosk returns home after (seconds)",
        "The kiosk returns to its home page after this time without a touch.",
        low=10,
        high=600,
        unit="s",
    )
    result_seconds: int = setting(
        25,
        "取号结果显示几秒",
        "The number stays on the kiosk for (seconds)",
        "The kiosk shows a number for this time.",
        low=5,
        high=120,
        unit="s",
    )
    pinned_items: str = setting(
        "",
        "取号机“常办事项”先放哪些（事项编码，按顺序，逗号隔开）",
        "Common items on the kiosk, first of all (codes in order)",
        (
            "Codes of the items that come first among the common ones on kiosks, in this order, "
            "with commas between; the other places go to the items that are taken most. An unknown "
            "code is rejected."
        ),
        codes=listed_codes,
        names=Named.ITEM,
    )
    elder_class: str = setting(
        "elderly",
        "取号机“大字版”直接提供的优先人群（人群编码；留空则不提供）",
        "Priority class that the kiosk's large text offers at once (code; empty for none)",
        "Code of the applicant class that a kiosk in large text offers beside the usual number.",
        codes=single_code,
        names=Named.PRIORITY,
    )
    slip_patience_seconds: int = setting(
        60,
        "小票超过多少秒未能打印即不再打印",
        "A slip that cannot be printed so soon is not printed later (s)",
        (
            "A slip that cannot be printed within this time is not printed later; see "
            "[protocol](protocol.md#a-slips-states)."
        ),
        low=10,
        high=7200,
        unit="s",
    )


GROUPS = (
    NumberSettings,
    CounterSettings,
    VoiceSettings,
    ScreenSettings,
)

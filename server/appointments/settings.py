"""Settings of appointments."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import ClassVar

from server.core.settings import Section, SettingGroup, setting


def networks_of(text: str) -> tuple[str, ...]:
    """Return the networks of a list with commas or blanks between."""
    return tuple(text.replace("，", ",").replace(",", " ").split())


def is_networks(text: str) -> bool:
    """Return True if every part of a text is an IP network or address."""
    try:
        for network in networks_of(text):
            ip_network(network, strict=False)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class AppointmentSettings(SettingGroup):
    """Settings of appointments."""

    SECTION: ClassVar = Section("appointments", 15, "预约", "Appointments")

    appointment_least_days: int = setting(
        1,
        "最少提前几个工作日预约",
        "Booked at least ahead (working days)",
        "Working days between the booking and the appointment at least; 0: also for today.",
        low=0,
        high=10,
        unit="days",
    )
    appointment_most_days: int = setting(
        5,
        "最多提前几个工作日预约",
        "Booked at most ahead (working days)",
        "Working days after today on which appointments can be booked.",
        low=1,
        high=30,
        unit="days",
    )
    appointment_hold_minutes: int = setting(
        5,
        "选定时段后占位几分钟",
        "A chosen seat is held for (minutes)",
        "A seat that a person chose is offered to nobody else for so long.",
        low=1,
        high=30,
        unit="min",
    )
    appointment_source_holds: int = setting(
        5,
        "同一来源同时占位最多几个",
        "Holds of one source at a time",
        (
            "Most seats that are held from one network address at the same time. A portal through "
            "which everybody comes has to pass on the addresses, or this has to be higher."
        ),
        low=1,
        high=1000,
    )
    appointment_source_most: int = setting(
        20,
        "同一来源每天最多预约几个",
        "Appointments of one source (a day)",
        "Most appointments that are booked from one network address on one day.",
        low=1,
        high=10_000,
    )
    appointment_person_most: int = setting(
        3,
        "每人未到期的预约最多几个",
        "Open appointments of one person",
        (
            "Most appointments to come of one telephone number. For one item and day there is one "
            "at most."
        ),
        low=1,
        high=20,
    )
    appointment_cancel_hours: int = setting(
        2,
        "开始前几小时可以取消或改期",
        "Cancelled in time until (hours before)",
        "Until then an appointment is moved, or cancelled in time; later it is cancelled late.",
        low=0,
        high=72,
        unit="h",
    )
    appointment_early_minutes: int = setting(
        15,
        "最早提前几分钟签到",
        "Arrival earliest (minutes before)",
        "Whoever comes earlier is told from when on to come back.",
        low=0,
        high=120,
        unit="min",
    )
    appointment_late_minutes: int = setting(
        15,
        "晚到几分钟以内仍按预约叫号",
        "Arrival in time until (minutes after)",
        "Whoever comes later gets an ordinary number of the same day.",
        low=0,
        high=120,
        unit="min",
    )
    appointment_misses: int = setting(
        4,
        "爽约几次停止预约",
        "Missed appointments that bar",
        "So many missed appointments within the days below bar a telephone number; 0: never.",
        low=0,
        high=20,
    )
    appointment_misses_days: int = setting(
        30,
        "在多少天以内计爽约次数",
        "Missed within (days)",
        "Calendar days within which missed appointments are counted.",
        low=1,
        high=90,
        unit="days",
    )
    appointment_bar_days: int = setting(
        30,
        "停止预约多少天",
        "Barred for (days)",
        "Calendar days from the last of them on.",
        low=1,
        high=90,
        unit="days",
    )
    appointment_first_hours: int = setting(
        48,
        "大厅取消后优先改约几小时",
        "First choice after the hall cancelled (hours)",
        "So long the person may take the seats that are set aside for it, also at short notice.",
        low=0,
        high=240,
        unit="h",
    )
    appointment_first_seats: int = setting(
        1,
        "每个时段为优先改约另留几个席位",
        "Seats of a slot set aside for them",
        (
            "Beyond the public seats, within what the windows can serve; only for people whose "
            "appointment the hall cancelled."
        ),
        low=0,
        high=10,
    )
    appointment_unmeasured_minutes: int = setting(
        10,
        "实测不足时按每人几分钟计算名额",
        "Minutes for a person, not yet measured",
        "Used for the number of seats while fewer than 30 services of the items are measured.",
        low=1,
        high=120,
        unit="min",
    )
    appointment_networks: str = setting(
        "",
        "大厅内的网络地址",
        "Networks of the hall",
        (
            "A phone checks in by itself from these networks, such as 192.168.8.0/24. Empty: only "
            "with the code that is shown in the hall."
        ),
        is_valid=is_networks,
        form="`192.168.8.0/24, 10.1.0.0/16`",
    )
    keep_appointment_contact_days: int = setting(
        180,
        "预约人姓名和电话保存多少天",
        "Contacts of appointments are kept for (days)",
        (
            "After the appointment's day the masked name, the telephone and its key are erased "
            "after this time."
        ),
        low=180,
        high=1095,
        unit="days",
    )


GROUPS = (AppointmentSettings,)

"""Definition of the workbook's sheets: titles, columns, kinds of cells, references.

Writing, reading and checking share this table. It uses no file and no catalogue. The hall's
office sees the Chinese texts in its spreadsheet program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from server.catalogue.model import (
    Handling,
    ItemKind,
    NetworkScope,
    Presence,
    Scope,
    WindowKind,
)
from server.core.actors import Role

MAX_ROWS = 5000
"""Maximum data rows of a sheet; far above any real hall (194 items, 114 people)."""
WEEKDAYS = "一二三四五六日"


class Kind(StrEnum):
    """Kind of a column's cells."""

    CODE = "code"
    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CODES = "codes"
    WORDS = "words"
    WEEKDAYS = "weekdays"
    FOR_READING = "for_reading"
    """Written for people only, never imported."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `field`: the record's field. `refers`: the sheet whose codes it contains."""

    field: str
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 14
    required: bool = True
    refers: str = ""
    choices: tuple[tuple[str, object], ...] = ()
    low: int = 0
    high: int = 60
    """Bounds of a number; for text, `high` is the maximum length."""
    unique: bool = False
    falls_back: str = ""
    """Field whose value is used for an empty cell."""
    added: bool = False
    """True for a column that older workbooks do not have; without it all its cells are empty."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `together`: fields whose combination must be unique.

    `added`: older workbooks do not have it; without it there are no rows.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    together: tuple[str, ...] = ()
    note: str = ""
    added: bool = False

    def column(self, field: str) -> Column:
        """Return the column of a field."""
        return next(c for c in self.columns if c.field == field)


def _code(field: str = "code", heading: str = "编码") -> Column:
    note = "字母、数字、点、横线，不重复"
    return Column(field, heading, Kind.CODE, 12, unique=True, high=32, note=note)


def _name(width: int = 16, high: int = 60) -> tuple[Column, Column]:
    english = Column(
        "name_en", "英文名称", width=24, high=120, falls_back="name", note="不填则用中文名称"
    )
    return Column("name", "名称", width=width, high=high), english


def _ref(field: str, heading: str, sheet: str, *, required: bool = True, note: str = "") -> Column:
    return Column(
        field, heading, Kind.CODE, 12, required=required, refers=sheet, high=32, note=note
    )


def _refs(field: str, heading: str, sheet: str, *, required: bool, note: str) -> Column:
    return Column(
        field, heading, Kind.CODES, 24, required=required, refers=sheet, high=200, note=note
    )


def _choice(field: str, heading: str, *choices: tuple[str, object], note: str = "") -> Column:
    return Column(field, heading, Kind.CHOICE, 12, choices=choices, note=note)


def _free(
    field: str, heading: str, width: int, high: int, *, required: bool = False, note: str = ""
) -> Column:
    kind = Kind.LONG if high > 60 else Kind.TEXT
    return Column(field, heading, kind, width, required=required, high=high, note=note)


def _whole(field: str, heading: str, low: int, high: int, note: str = "") -> Column:
    return Column(field, heading, Kind.WHOLE, 12, low=low, high=high, note=note)


def _later(*columns: Column) -> tuple[Column, ...]:
    """Return columns that older workbooks do not have."""
    return tuple(replace(column, added=True) for column in columns)


def _for_reading(field: str, heading: str, refers: str) -> Column:
    return Column(
        field, heading, Kind.FOR_READING, 28, required=False, refers=refers, note="供阅读，不导入"
    )


_MANY = "多个用顿号隔开"
_WEEKDAY_CHOICES = tuple((f"周{c}", n) for n, c in enumerate(WEEKDAYS, 1))

_GUIDE = _later(
    _free("official_code", "国家事项编码", 24, 60),
    _free("service_object", "服务对象", 24, 120, note="如：自然人、企业法人"),
    _free("conditions", "办理条件", 48, 1000, note="一个条件一行"),
    _free("quota", "数量限制", 24, 200, note="没有限制的填：无数量限制"),
    _free("limit_note", "时限说明", 32, 300, note="如哪些环节不计入"),
    _free("fee_basis", "收费依据", 32, 300, note="收费的必填：哪个文件定的标准"),
    _free("fee_reductions", "减免规定", 32, 300),
    _free("result", "办理结果", 28, 120, note="证照、批文或决定的名称"),
    _free("result_validity", "结果有效期", 20, 120, note="如：五年；长期有效；不适用"),
    _free("office", "承办机构", 24, 60),
    _free("joint_units", "联办机构", 24, 120),
    _free("intermediary", "中介服务", 28, 200),
    _choice(
        "network_scope",
        "通办范围",
        ("未填", NetworkScope.UNSTATED),
        ("仅本厅", NetworkScope.HALL),
        ("全县通办", NetworkScope.COUNTY),
        ("全市通办", NetworkScope.CITY),
        ("全省通办", NetworkScope.PROVINCE),
        ("跨省通办", NetworkScope.REGIONS),
        ("全国通办", NetworkScope.NATION),
    ),
    _free("ways", "办理形式", 24, 120, note="如：窗口办理、网上办理"),
    Column(
        "visits",
        "到现场次数",
        Kind.WHOLE,
        10,
        required=False,
        high=9,
        note="全程网上可办的填0",
    ),
    _free("places", "其他办理地点", 40, 500, note="本厅窗口不用填；一处一行"),
    _free("consult_phone", "咨询电话", 16, 60, note="不填则用单位的电话"),
    _free("complaint_phone", "投诉电话", 16, 60, note="不填则用单位的投诉电话"),
    _free("remedies", "救济途径", 48, 500, note="对决定不服的，向谁、在多少天内提出"),
)
"""Columns of the official guide (办事指南)."""

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "hall",
        "大厅",
        (
            Column("hall", "大厅编码", Kind.CODE, 12, high=32, note="与系统中的大厅一致"),
            Column("hall_name", "名称", width=28),
            Column("hall_name_en", "英文名称", width=32, high=120, falls_back="hall_name"),
            _whole("version", "导出版本", 1, 10**9, "导入时另行编号"),
        ),
        note="只有一行",
    ),
    Sheet(
        "sites",
        "办公地点",
        (
            _code(),
            *_name(),
            _free("address", "地址", 40, 300, required=True),
            _free("address_en", "英文地址", 40, 300),
        ),
        note="只有一处的大厅不填；有多处的，主楼填在第一行",
        added=True,
    ),
    Sheet(
        "zones",
        "区域",
        (
            _code(),
            *_name(),
            Column(
                "site",
                "办公地点",
                Kind.CODE,
                12,
                required=False,
                refers="sites",
                high=32,
                added=True,
                note="有多处办公地点时必填",
            ),
        ),
        note="有独立大屏和广播的厅室",
    ),
    Sheet(
        "units",
        "单位",
        (
            _code(),
            *_name(28),
            _free("short", "简称", 12, 10, required=True),
            Column(
                "prefix",
                "号码字母",
                width=10,
                high=2,
                unique=True,
                note="一个或两个大写字母，不用I和O",
            ),
            _choice(
                "presence",
                "进驻情况",
                ("本厅", Presence.HALL),
                ("已撤出", Presence.WITHDRAWN),
                ("在其他地点", Presence.ELSEWHERE),
            ),
            _whole("target_wait", "等候目标（分钟）", 1, 480),
            _free("place", "现办理地点", 40, 300, note="不在本厅时必填：去哪里、怎么走"),
            _free("place_en", "英文现办理地点", 40, 300, note="不在本厅时必填"),
            _free("phone", "电话", 16, 40),
            *_later(_free("complaint_phone", "投诉电话", 16, 40)),
        ),
    ),
    Sheet("groups", "主题", (_code(), *_name(16, 20)), note="群众怎么说就怎么写，如：买房卖房"),
    Sheet(
        "items",
        "事项",
        (
            _code(),
            _ref("unit", "单位", "units"),
            _ref("group", "主题", "groups"),
            *_name(36, 80),
            _choice(
                "kind",
                "类别",
                ("审批事项", ItemKind.APPROVAL),
                ("公共服务事项", ItemKind.SERVICE),
            ),
            _choice(
                "handling", "办理方式", ("受理", Handling.ACCEPTED), ("仅咨询", Handling.CONSULT)
            ),
            _free("legal_basis", "办理依据", 40, 500, required=True),
            _whole("promised_days", "承诺时限（工作日）", 0, 999, "当场办结填0"),
            _whole(
                "legal_days", "法定时限（工作日）", 0, 999, "法律未规定填0；按工作日计，不是自然日"
            ),
            _free("fee", "收费", 20, 200, required=True, note="不收费也要写明"),
            Column(
                "service_minutes",
                "窗口办理用时（分钟）",
                Kind.DECIMAL,
                12,
                low=1,
                high=480,
                note="最多一位小数",
            ),
            Column("keywords", "搜索词", Kind.WORDS, 28, required=False, high=20, note=_MANY),
            _free("advice", "受理地点指引", 40, 300, note="仅咨询时必填：由谁受理、在哪里"),
            _free("advice_en", "英文受理地点指引", 40, 300, note="仅咨询时必填"),
            *_GUIDE,
        ),
        note="材料另填在“材料”表，办理流程另填在“流程”表",
    ),
    Sheet(
        "materials",
        "材料",
        (
            _ref("item", "事项编码", "items"),
            _for_reading("item_name", "事项名称", "items"),
            _free("name", "材料名称", 40, 120, required=True),
            _free("form", "形式和份数", 24, 60, note="如：原件1份"),
            Column("required", "是否必须提供", Kind.YES_NO, 8),
            *_later(
                _free("issuer", "出具单位", 24, 60, note="由谁出具；自己准备的填：申请人自备"),
                _free("when_needed", "何时需要", 28, 120, note="视情况提供的材料：什么情况下提供"),
                _free("requirement", "填写和形式要求", 40, 300, note="怎样才算合格"),
                _free("how_to_get", "怎么取得", 40, 300, note="不容易取得的材料：到哪里、怎么办"),
                Column(
                    "tolerable", "可容缺", Kind.YES_NO, 8, required=False, note="可以后补的填是"
                ),
                Column(
                    "by_sharing",
                    "数据共享取得",
                    Kind.YES_NO,
                    8,
                    required=False,
                    note="由窗口从系统中取得、不用提交的填是",
                ),
                _free("sample", "示范文本", 28, 200, note="在哪里可以看到填好的样子"),
            ),
        ),
        together=("item", "name"),
        note="一份材料一行，按出示顺序",
    ),
    Sheet(
        "flow",
        "流程",
        (
            _ref("item", "事项编码", "items"),
            _for_reading("item_name", "事项名称", "items"),
            _free("stage", "环节", 16, 40, required=True, note="如：受理、审查、决定、送达"),
            _free("handler", "办理人", 20, 60, required=True, note="填岗位，不填姓名"),
            Column(
                "days",
                "时限（工作日）",
                Kind.DECIMAL,
                12,
                high=999,
                note="当场办结填0，最多一位小数",
            ),
            _free("result", "环节结果", 28, 120, required=True),
            Column("counted", "计入承诺时限", Kind.YES_NO, 10, note="不计入的填否，如专家评审"),
        ),
        note="一个环节一行，按先后顺序；计入的时限加起来等于承诺时限",
        added=True,
    ),
    Sheet(
        "windows",
        "窗口",
        (
            _code(),
            Column("number", "窗口号", Kind.WHOLE, 10, low=1, high=999, unique=True, note="叫号用"),
            *_name(16, 20),
            _choice(
                "kind",
                "种类",
                ("综合窗口", WindowKind.COMPREHENSIVE),
                ("专项窗口", WindowKind.SPECIALISED),
            ),
            _ref("zone", "区域", "zones"),
            _refs(
                "units",
                "单位",
                "units",
                required=False,
                note="专项窗口填单位编码，综合窗口不填；" + _MANY,
            ),
        ),
        note="专项窗口只办部分事项的，另填“窗口事项”表",
    ),
    Sheet(
        "window_items",
        "窗口事项",
        (
            _ref("window", "窗口编码", "windows"),
            _ref("item", "事项编码", "items"),
            _for_reading("item_name", "事项名称", "items"),
        ),
        together=("window", "item"),
        note="没有列出的专项窗口办理本单位全部事项",
    ),
    Sheet(
        "mandates",
        "委托书",
        (
            _code(heading="委托书编号"),
            _ref("unit", "单位", "units"),
            Column("signed_on", "签订日期", Kind.DATE),
            Column("valid_from", "生效日期", Kind.DATE),
            Column("valid_to", "终止日期", Kind.DATE, required=False, note="长期有效则不填"),
            _refs("windows", "综合窗口", "windows", required=True, note=_MANY),
            _free("powers", "权限", 40, 500),
            _free("duties", "职责", 40, 500),
        ),
        note="受理委托授权书；委托的事项另填“委托事项”表",
    ),
    Sheet(
        "mandate_items",
        "委托事项",
        (
            _ref("mandate", "委托书编号", "mandates"),
            _ref("item", "事项编码", "items"),
            _for_reading("item_name", "事项名称", "items"),
        ),
        together=("mandate", "item"),
    ),
    Sheet(
        "staff",
        "人员",
        (
            _code("number", "工号"),
            Column("name", "姓名", width=12, high=40),
            _ref("unit", "派出单位", "units", required=False, note="中心人员不填"),
            _choice(
                "role",
                "角色",
                ("窗口人员", Role.CLERK),
                ("管理人员", Role.MANAGER),
                ("系统管理员", Role.ADMINISTRATOR),
            ),
            _refs("windows", "可用窗口", "windows", required=False, note=_MANY),
            _free("post", "岗位", 18, 40),
            Column("chief", "首席代表", Kind.YES_NO, 10, note="每个单位至多一人"),
            _ref("cover", "B角工号", "staff", required=False, note="本人不在岗时由谁代岗"),
        ),
    ),
    Sheet(
        "hours",
        "开放时间",
        (
            _choice(
                "scope",
                "范围",
                ("大厅", Scope.HALL),
                ("窗口", Scope.WINDOW),
                ("事项", Scope.ITEM),
            ),
            Column(
                "subject",
                "窗口或事项编码",
                Kind.CODE,
                16,
                required=False,
                high=32,
                note="范围为大厅时不填",
            ),
            Column("weekdays", "星期", Kind.WEEKDAYS, 14, note="如：一二三四五"),
            Column("opens", "开始", Kind.TIME, 10),
            Column("closes", "结束", Kind.TIME, 10),
        ),
        note="窗口或事项一旦有自己的时间，就不再用大厅的时间",
    ),
    Sheet(
        "special_days",
        "特殊日期",
        (
            Column("day", "日期", Kind.DATE, unique=True),
            Column("opens", "开放", Kind.YES_NO, 8, note="放假填否，调休上班填是"),
            _free("note", "说明", 20, 60, required=True),
            _choice("like_weekday", "按周几开放", *_WEEKDAY_CHOICES, note="放假时不起作用"),
        ),
    ),
    Sheet(
        "classes",
        "人群类别",
        (
            _code(),
            *_name(24),
            _whole("level", "优先级", 0, 9, "普通为0，越大越先"),
            _free("mark", "标记（一个字）", 8, 1, note="一个字，显示在号码旁"),
            _free("proof", "应出示证件", 40, 100),
        ),
        note="必须有一种优先级为0的",
    ),
)
SHEET = {sheet.key: sheet for sheet in SHEETS}

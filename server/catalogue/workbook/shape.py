"""Definition of the workbook's sheets: titles, columns, kinds of cells, references.

Writing, reading and checking share this table. It uses no file and no catalogue. The hall's
office sees the Chinese texts in its spreadsheet program.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.catalogue.model import (
    Handling,
    ItemKind,
    Presence,
    Scope,
    WindowKind,
)
from server.catalogue.workbook.columns import (
    CASES,
    GUIDE,
    LEGAL_UNIT,
    WEEKDAYS,
    Column,
    Kind,
    choice,
    code_column,
    for_reading,
    free_text,
    later,
    name_columns,
    reference,
    references,
    whole_number,
)
from server.core.actors import Role

MAX_ROWS = 5000
"""Maximum data rows of a sheet; far above any real hall (194 items, 114 people)."""


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


_MANY = "多个用顿号隔开"
_WEEKDAY_CHOICES = tuple((f"周{c}", n) for n, c in enumerate(WEEKDAYS, 1))

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "hall",
        "大厅",
        (
            Column("hall", "大厅编码", Kind.CODE, 12, high=32, note="与系统中的大厅一致"),
            Column("hall_name", "名称", width=28),
            Column("hall_name_en", "英文名称", width=32, high=120, falls_back="hall_name"),
            whole_number("version", "导出版本", 1, 10**9, "导入时另行编号"),
        ),
        note="只有一行",
    ),
    Sheet(
        "sites",
        "办公地点",
        (
            code_column(),
            *name_columns(),
            free_text("address", "地址", 40, 300, required=True),
            free_text("address_en", "英文地址", 40, 300),
            *later(
                free_text("directions", "怎么走", 48, 500, note="一样一行，如：公交、停车、入口"),
                free_text("directions_en", "英文怎么走", 48, 500),
            ),
        ),
        note="只有一处的大厅可以不填；有多处的，主楼填在第一行",
        added=True,
    ),
    Sheet(
        "zones",
        "区域",
        (
            code_column(),
            *name_columns(),
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
            code_column(),
            *name_columns(28),
            free_text("short", "简称", 12, 10, required=True),
            Column(
                "prefix",
                "号码字母",
                width=10,
                high=2,
                unique=True,
                note="一个或两个大写字母，不用I和O",
            ),
            choice(
                "presence",
                "进驻情况",
                ("本厅", Presence.HALL),
                ("已撤出", Presence.WITHDRAWN),
                ("在其他地点", Presence.ELSEWHERE),
            ),
            whole_number("target_wait", "等候目标（分钟）", 1, 480),
            free_text("place", "现办理地点", 40, 300, note="不在本厅时必填：去哪里、怎么走"),
            free_text("place_en", "英文现办理地点", 40, 300, note="不在本厅时必填"),
            free_text("phone", "电话", 16, 40),
            *later(free_text("complaint_phone", "投诉电话", 16, 40)),
        ),
    ),
    Sheet(
        "groups",
        "主题",
        (code_column(), *name_columns(16, 20)),
        note="群众怎么说就怎么写，如：买房卖房",
    ),
    Sheet(
        "items",
        "事项",
        (
            code_column(),
            reference("unit", "单位", "units"),
            reference("group", "主题", "groups"),
            *name_columns(36, 80),
            choice(
                "kind",
                "类别",
                ("审批事项", ItemKind.APPROVAL),
                ("公共服务事项", ItemKind.SERVICE),
            ),
            choice(
                "handling", "办理方式", ("受理", Handling.ACCEPTED), ("仅咨询", Handling.CONSULT)
            ),
            free_text("legal_basis", "办理依据", 40, 500, required=True),
            whole_number("promised_days", "承诺时限（工作日）", 0, 999, "当场办结填0"),
            whole_number("legal_days", "法定时限", 0, 999, "法律未规定填0；单位见右边一列"),
            *later(LEGAL_UNIT),
            free_text("fee", "收费", 20, 200, required=True, note="不收费也要写明"),
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
            free_text("advice", "受理地点指引", 40, 300, note="仅咨询时必填：由谁受理、在哪里"),
            free_text("advice_en", "英文受理地点指引", 40, 300, note="仅咨询时必填"),
            *GUIDE,
            *CASES,
        ),
        note="材料另填在“材料”表，办理流程另填在“流程”表，收费标准另填在“收费标准”表",
    ),
    Sheet(
        "materials",
        "材料",
        (
            reference("item", "事项编码", "items"),
            for_reading("item_name", "事项名称", "items"),
            free_text("name", "材料名称", 40, 120, required=True),
            free_text("form", "形式和份数", 24, 60, note="如：原件1份"),
            Column("required", "是否必须提供", Kind.YES_NO, 8),
            *later(
                free_text("issuer", "出具单位", 24, 60, note="由谁出具；自己准备的填：申请人自备"),
                free_text(
                    "when_needed", "何时需要", 28, 120, note="视情况提供的材料：什么情况下提供"
                ),
                free_text("requirement", "填写和形式要求", 40, 300, note="怎样才算合格"),
                free_text(
                    "how_to_get", "怎么取得", 40, 300, note="不容易取得的材料：到哪里、怎么办"
                ),
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
                free_text("sample", "示范文本", 28, 200, note="在哪里可以看到填好的样子"),
            ),
        ),
        together=("item", "name"),
        note="一份材料一行，按出示顺序",
    ),
    Sheet(
        "flow",
        "流程",
        (
            reference("item", "事项编码", "items"),
            for_reading("item_name", "事项名称", "items"),
            free_text("stage", "环节", 16, 40, required=True, note="如：受理、审查、决定、送达"),
            free_text("handler", "办理人", 20, 60, required=True, note="填岗位，不填姓名"),
            Column(
                "days",
                "时限（工作日）",
                Kind.DECIMAL,
                12,
                high=999,
                note="当场办结填0，最多一位小数",
            ),
            free_text("result", "环节结果", 28, 120, required=True),
            Column("counted", "计入承诺时限", Kind.YES_NO, 10, note="不计入的填否，如专家评审"),
        ),
        note="一个环节一行，按先后顺序；计入的时限加起来等于承诺时限",
        added=True,
    ),
    Sheet(
        "fees",
        "收费标准",
        (
            reference("item", "事项编码", "items"),
            for_reading("item_name", "事项名称", "items"),
            Column("code", "标准编码", Kind.CODE, 12, high=32, note="同一事项内不重复"),
            free_text("name", "收费项目", 28, 60, required=True, note="如：登记费（住宅类）"),
            Column(
                "amount",
                "金额（元）",
                Kind.MONEY,
                12,
                low=1,
                high=1_000_000_00,
                note="每一计费单位的金额，最多两位小数",
            ),
            free_text("unit", "计费单位", 10, 20, required=True, note="如：件、本、副"),
            free_text("basis", "收费依据", 48, 300, required=True, note="哪个文件定的标准"),
        ),
        together=("item", "code"),
        note="一项标准一行；缴款通知书只能按这里的标准开具，不收费的事项不填",
        added=True,
    ),
    Sheet(
        "windows",
        "窗口",
        (
            code_column(),
            Column("number", "窗口号", Kind.WHOLE, 10, low=1, high=999, unique=True, note="叫号用"),
            *name_columns(16, 20),
            choice(
                "kind",
                "种类",
                ("综合窗口", WindowKind.COMPREHENSIVE),
                ("专项窗口", WindowKind.SPECIALISED),
            ),
            reference("zone", "区域", "zones"),
            references(
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
            reference("window", "窗口编码", "windows"),
            reference("item", "事项编码", "items"),
            for_reading("item_name", "事项名称", "items"),
        ),
        together=("window", "item"),
        note="没有列出的专项窗口办理本单位全部事项",
    ),
    Sheet(
        "mandates",
        "委托书",
        (
            code_column(heading="委托书编号"),
            reference("unit", "单位", "units"),
            Column("signed_on", "签订日期", Kind.DATE),
            Column("valid_from", "生效日期", Kind.DATE),
            Column("valid_to", "终止日期", Kind.DATE, required=False, note="长期有效则不填"),
            references("windows", "综合窗口", "windows", required=True, note=_MANY),
            free_text("powers", "权限", 40, 500),
            free_text("duties", "职责", 40, 500),
        ),
        note="受理委托授权书；委托的事项另填“委托事项”表",
    ),
    Sheet(
        "mandate_items",
        "委托事项",
        (
            reference("mandate", "委托书编号", "mandates"),
            reference("item", "事项编码", "items"),
            for_reading("item_name", "事项名称", "items"),
        ),
        together=("mandate", "item"),
    ),
    Sheet(
        "staff",
        "人员",
        (
            code_column("number", "工号"),
            Column("name", "姓名", width=12, high=40),
            reference("unit", "派出单位", "units", required=False, note="中心人员不填"),
            choice(
                "role",
                "角色",
                ("窗口人员", Role.CLERK),
                ("管理人员", Role.MANAGER),
                ("系统管理员", Role.ADMINISTRATOR),
            ),
            references("windows", "可用窗口", "windows", required=False, note=_MANY),
            free_text("post", "岗位", 18, 40),
            Column("chief", "首席代表", Kind.YES_NO, 10, note="每个单位至多一人"),
            reference("cover", "B角工号", "staff", required=False, note="本人不在岗时由谁代岗"),
        ),
    ),
    Sheet(
        "hours",
        "开放时间",
        (
            choice(
                "scope",
                "范围",
                ("大厅", Scope.HALL),
                ("办公地点", Scope.SITE),
                ("窗口", Scope.WINDOW),
                ("事项", Scope.ITEM),
            ),
            Column(
                "subject",
                "对象编码",
                Kind.CODE,
                16,
                required=False,
                high=32,
                note="办公地点、窗口或事项的编码；范围为大厅时不填",
            ),
            Column("weekdays", "星期", Kind.WEEKDAYS, 14, note="如：一二三四五"),
            Column("opens", "开始", Kind.TIME, 10),
            Column("closes", "结束", Kind.TIME, 10),
        ),
        note="办公地点、窗口或事项一旦有自己的时间，就不再用大厅的；窗口先看自己的，再看办公地点的；"
        "流动窗口：每处办公地点一个窗口，各填自己的星期",
    ),
    Sheet(
        "special_days",
        "特殊日期",
        (
            Column("day", "日期", Kind.DATE, unique=True),
            Column("opens", "开放", Kind.YES_NO, 8, note="放假填否，调休上班填是"),
            free_text("note", "说明", 20, 60, required=True),
            choice("like_weekday", "按周几开放", *_WEEKDAY_CHOICES, note="放假时不起作用"),
        ),
    ),
    Sheet(
        "classes",
        "人群类别",
        (
            code_column(),
            *name_columns(24),
            whole_number("level", "优先级", 0, 9, "普通为0，越大越先"),
            free_text("mark", "标记（一个字）", 8, 1, note="一个字，显示在号码旁"),
            free_text("proof", "应出示证件", 40, 100),
        ),
        note="必须有一种优先级为0的",
    ),
)
SHEET = {sheet.key: sheet for sheet in SHEETS}

"""What a row of an old register of permits means: 只登记结果, with what seems wrong said beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils import timezone

from config.identity import check_credit_code, check_id_number
from permits.charging import LAW_OF_CHARGES
from permits.deadlines import DECIDE
from permits.enums import ActKind, ApplicantKind, Surface
from permits.fees import plain
from permits.kinds import ItemKind, SpaceKind
from permits.models import Application, ItemVersion, Road, Segment, area_of
from permits.protection import ARTICLE
from permits.workflow.records import Result, check_order
from staff import workdays
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.refusals import Refused
from staff.resources.people import day, full_number, text
from staff.workdays import CalendarYearMissing

OUTCOMES = (("granted", "准予"), ("denied", "不予许可"))
SPOKEN = {
    "挖掘": "挖掘城市道路", "挖掘道路": "挖掘城市道路", "道路挖掘": "挖掘城市道路", "破占": "挖掘城市道路", "占用": "占用城市道路",
    "占道": "占用城市道路", "临时占道": "占用城市道路", "临时占用城市道路": "占用城市道路", "公共场地": "占用公共场地",
    "同意": "准予", "批准": "准予", "通过": "准予", "不同意": "不予许可", "不予": "不予许可", "未批准": "不予许可",
    "沥青": "沥青路面", "水泥": "水泥路面", "砼": "水泥路面", "混凝土": "水泥路面", "人行道砖": "普通人行道", "花岗岩": "花岗岩人行道",
    "彩砖": "彩色人行道", "彩色板": "彩色人行道", "机动车道": "车行道", "绿化": "绿化带", "公共场地（红线外）": "红线外公共场地",
}  # fmt: skip


def choice(
    name: str, label: str, *aliases: str, choices: Sequence[tuple[str, Any]], required: bool = False, example: str = "",
    default: str | None = None,
) -> SheetField:  # fmt: skip
    words = tuple((value, str(each)) for value, each in choices)
    spec = FieldSpec(name, label, aliases, required=required, example=example, kind="choice",
                     choices=tuple(each for _, each in words))  # fmt: skip
    return SheetField(spec, partial(values.to_choice, choices=words, default=default, synonyms=SPOKEN))


def number(name: str, label: str, *aliases: str, example: str = "", units: tuple[str, ...] = ()) -> SheetField:
    spec = FieldSpec(name, label, aliases, example=example, kind="decimal")
    return SheetField(spec, partial(values.to_decimal, minimum=Decimal("0.01"), units=units))


@dataclass
class OldPermit:
    """One row, read: what is stored, what was paid, and what the procedure did not allow."""

    application: Application
    segments: list[Segment]
    result: Result
    fee: Decimal | None = None
    paid_on: date | None = None
    receipt: str = ""
    flaws: list[tuple[str, str, str, date]] = field(default_factory=list)  # code, article, text, day


class OldPermitResource(SheetResource):
    """A register of permits as it was kept before; the course of each lies elsewhere."""

    private = frozenset({"applicant_code", "phone"})

    external_number = text("external_number", "外部编号", "办件编号", "编号", "受理号", example="2025-0012", longest=60)
    kind = choice("kind", "事项", "许可事项", "类别", "审批事项", choices=ItemKind.choices, required=True, example="挖掘城市道路")  # fmt: skip
    applicant = text("applicant", "申请单位（个人）", "申请人", "申请单位", "单位名称", required=True, example="示例水务公司", longest=80)  # fmt: skip
    applicant_code = full_number("applicant_code", "统一社会信用代码（身份证号）", "统一社会信用代码", "信用代码", "证件号码", longest=18)  # fmt: skip
    contact = text("contact", "联系人", "经办人", example="员示例", longest=30)
    phone = full_number("phone", "联系电话", "电话", longest=20)
    purpose = text("purpose", "事由", "用途", "申请事由", required=True, example="敷设给水管", longest=200)
    road = text("road", "道路", "道路名称", "路名", example="示例路", longest=60)
    location = text("location", "地点", "位置", "起止点", required=True, example="示例路口东侧", longest=160)
    part = choice("part", "部位", "占用部位", "空间类型", choices=SpaceKind.choices, example="人行道", default=SpaceKind.CARRIAGEWAY)  # fmt: skip
    surface = choice("surface", "路面", "路面材料", "面层", choices=Surface.choices, example="彩色人行道", default=Surface.OTHER)  # fmt: skip
    length = number("length", "长（米）", "长", "长度", example="17.2", units=("米", "m"))
    width = number("width", "宽（米）", "宽", "宽度", example="0.6", units=("米", "m"))
    area = number("area", "面积（㎡）", "面积", "总面积", example="10.32", units=("平方米", "㎡", "m2", "m²"))
    starts_on = day("starts_on", "期限自", "开始日期", "开工日期", required=True, example="2025-03-10")
    ends_on = day("ends_on", "期限至", "结束日期", "截止日期", required=True, example="2025-03-19")
    received_on = day("received_on", "收件日期", "申请日期", example="2025-03-01")
    accepted_on = day("accepted_on", "受理日期", example="2025-03-03")
    decided_on = day("decided_on", "决定日期", "审批日期", "批准日期", required=True, example="2025-03-07")
    outcome = choice("outcome", "结论", "审批结果", "决定", choices=OUTCOMES, example="准予", default="granted")
    words = text("words", "条件或理由", "许可条件", "不予许可理由", "备注", longest=300)
    decided_by = text("decided_by", "决定人", "审批人", example="局示例", longest=60)
    licence_number = text("licence_number", "许可证号", "证号", "文号", longest=60)
    issued_on = day("issued_on", "发证日期", example="2025-03-08")
    restored_on = day("restored_on", "验收合格日期", "验收日期", "恢复日期")
    fee = number("fee", "收费金额（元）", "收费", "缴费金额", "金额", example="6076.57", units=("元",))
    paid_on = day("paid_on", "缴费日期")
    receipt = text("receipt", "票据号", "收据号", longest=40)

    def prepare(self) -> None:
        self.today = timezone.localdate()
        self.roads: dict[str, Road] = {}
        for road in Road.objects.order_by("-stretch"):
            self.roads[str(road)] = self.roads[road.name] = road
        self.versions = list(ItemVersion.objects.own().select_related("item").order_by("-valid_from"))
        self.calendar = workdays.load()

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        version = self._version(row, cells)
        result = self._result(row, cells)
        self._identity(row, cells)
        if cells["ends_on"] < cells["starts_on"]:
            row.problems.append(("ends_on", "期限的截止日期早于起始日期。请核对。"))
        if row.problems or version is None or result is None:
            return
        digs = cells["kind"] == ItemKind.DIG
        application = self._application(cells, version)
        old = OldPermit(application, self._segments(row, cells, application, digs=digs), result)
        old.fee, old.paid_on = cells["fee"], cells["paid_on"] or cells["issued_on"] or cells["decided_on"]
        old.receipt = cells["receipt"] or ""
        self._judge(row, old, digs=digs)
        row.facts, row.key = old, key_of(application, result.licence_number)
        road = old.segments[0].road if old.segments else None
        row.meaning = f"{version.item.name}，{road or '道路未登记'}，{plain(application.total_area)} ㎡"

    def _version(self, row: CheckedRow, cells: dict[str, Any]) -> ItemVersion | None:
        """The edition that held on the day of receipt; the oldest where the register reaches further back."""
        on = cells["received_on"] or cells["decided_on"]
        own = [each for each in self.versions if each.item.kind == cells["kind"]]
        if not own:
            row.problems.append(("kind", "这类事项还没有登记版本。请先在“许可事项”里登记。"))
            return None
        return next((each for each in own if each.is_valid_on(on)), own[-1])

    def _result(self, row: CheckedRow, cells: dict[str, Any]) -> Result | None:
        granted = cells["outcome"] == "granted"
        if not granted and not cells["words"]:
            row.problems.append(("words", "不予许可的要填理由（《行政许可法》第三十八条第二款）。"))
        result = Result(
            granted=granted,
            received_on=cells["received_on"] or cells["accepted_on"] or cells["decided_on"],
            accepted_on=cells["accepted_on"],
            decided_on=cells["decided_on"],
            text=cells["words"] or "",
            decided_by=cells["decided_by"] or "",
            licence_number=cells["licence_number"] or "",
            issued_on=cells["issued_on"] if granted else None,
            restored_on=cells["restored_on"] if granted else None,
        )
        try:
            check_order(result)
        except Refused as refusal:
            row.problems.append((refusal.field, str(refusal)))
            return None
        return result

    def _identity(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        """A wrong code does not keep an old permit out: it is said, and stays as the register has it."""
        code = (cells["applicant_code"] or "").upper()
        cells["applicant_code"] = code
        if code and check_credit_code(code) and check_id_number(code):
            row.warnings += ("信用代码（身份证号）校验不对，照原表登记，请以后核对。",)

    def _application(self, cells: dict[str, Any], version: ItemVersion) -> Application:
        is_person = not check_id_number(cells["applicant_code"])
        return Application(
            item=version,
            external_number=cells["external_number"] or "",
            external_system="原登记台账" if cells["external_number"] else "",
            space_kind=cells["part"],
            applicant_kind=ApplicantKind.PERSON if is_person else ApplicantKind.UNIT,
            applicant_name=cells["applicant"],
            applicant_code=cells["applicant_code"],
            contact=cells["contact"] or cells["applicant"][:30],
            phone=cells["phone"] or "",
            purpose=cells["purpose"],
            location=cells["location"],
            starts_on=cells["starts_on"],
            ends_on=cells["ends_on"],
            total_area=cells["area"] or Decimal(0),
        )

    def _segments(
        self, row: CheckedRow, cells: dict[str, Any], application: Application, *, digs: bool
    ) -> list[Segment]:
        """One segment where length and width are known: then the area is their product, whatever the sheet says."""
        name, road = cells["road"] or "", self.roads.get(cells["road"] or "")
        if name and road is None:
            row.warnings += (f"没有登记“{name}”这条路，只记文字；要核对禁挖期的先在“道路”里登记。",)
        length, width = cells["length"], cells["width"]
        if length is None or width is None:
            application.location = f"{name}{application.location}"[:160]
            return []
        area = area_of(length, width)
        if cells["area"] is not None and cells["area"] != area:
            words = f"原表面积 {plain(cells['area'])} ㎡，长×宽是 {plain(area)} ㎡"
            row.warnings += (f"{words}，按长×宽登记，原数写进备注。",)
            application.note = words
        application.total_area = area
        return [
            Segment(
                act=ActKind.DIG if digs else ActKind.OCCUPY,
                road=road,
                stretch=cells["location"][:80],
                part=cells["part"],
                surface=cells["surface"],
                length=length,
                width=width,
                area=area,
            )
        ]

    def _judge(self, row: CheckedRow, old: OldPermit, *, digs: bool) -> None:
        """What the old course shows of itself: dug in a protected period, decided late. Flagged, not refused."""
        application, result = old.application, old.result
        road = old.segments[0].road if old.segments else None
        protection = road.protection_on(application.starts_on) if road is not None and digs else None
        if result.granted and protection is not None:
            old.flaws.append(
                (
                    "protected-road",
                    ARTICLE,
                    f"禁挖期（至 {protection.until}）内准予挖掘，原表没有政府批准文件",
                    result.decided_on,
                )
            )
        try:
            due = DECIDE.due(result.accepted_on or result.received_on, self.calendar).day
            DECIDE.due(result.decided_on, self.calendar)  # the periods after the decision need their years, too
        except CalendarYearMissing as error:
            row.problems.append(("decided_on", str(error)))
            return
        if result.accepted_on is not None and result.decided_on > due:
            words = f"应于 {due} 前决定，{result.decided_on} 才决定"
            old.flaws.append(("decided-late", DECIDE.basis, words, result.decided_on))
        if old.fee is not None and result.decided_on > old.paid_on:  # type: ignore[operator]
            old.flaws.append(("paid-before-decision", LAW_OF_CHARGES, f"决定前（{old.paid_on}）已收费", old.paid_on))  # type: ignore[arg-type]
        row.warnings += tuple(f"程序瑕疵：{text}（{article}）。" for _, article, text, _ in old.flaws)

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        names = {row.facts.application.applicant_name for row in rows}
        stored = Application.objects.filter(applicant_name__in=names, results_only=True)
        return {key_of(each, each.licence_number) for each in stored}


def key_of(application: Application, licence_number: str) -> str:
    """What makes an old permit the same one when its sheet comes twice."""
    own = application.external_number or licence_number
    return f"{application.applicant_name}|{own or application.location}|{application.starts_on}"

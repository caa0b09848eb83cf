"""What a row of an old ledger of cases means: 只登记结果, no step is claimed that nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from billboards.enums.cases import DecisionKind, LeadSource, PartyKind
from billboards.models import Case, Decision, Violation
from billboards.resources.boards import choice
from config.identity import check_credit_code, check_id_number
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import ServiceMethod, Unit, UnitKind
from staff.resources.people import day, text

KINDS = (UnitKind.SQUAD, UnitKind.DEPARTMENT)
METHODS = [each for each in ServiceMethod.choices if each[0] != ServiceMethod.PUSHED]
FINE = SheetField(
    FieldSpec("amount", "罚款（元）", ("罚款", "罚款金额", "处罚金额"), example="5000", kind="decimal"),
    partial(values.to_decimal, minimum=Decimal(0), maximum=Decimal(10_000_000), places=2, units=("元",)),
)
# Each day with the one that it may not precede.
COURSE = (
    ("filed_on", "立案日期", "received_on", "收到线索日期"),
    ("issued_on", "决定日期", "filed_on", "立案日期"),
    ("served_on", "送达日期", "issued_on", "决定日期"),
    ("closed_on", "结案日期", "issued_on", "决定日期"),
)


@dataclass(frozen=True)
class OldCase:
    """An unsaved case with its days, and its decision if there was one."""

    case: Case
    decision: Decision | None


class CaseResultResource(SheetResource):
    private = SheetResource.private | {"party_id"}

    external_number = text("external_number", "案号（外部编号）", "案号", "外部编号", "案件编号", example="岳南城管罚〔2023〕12号", longest=60)  # fmt: skip
    external_system = text("external_system", "外部系统", "办理平台", example="", longest=40)
    filing_number = text("filing_number", "立案号", "立案文号", example="", longest=60)
    violation = text("violation", "案由", "违法行为", "违法事项", example="", longest=80)
    place = text("place", "地点", "违法地点", "位置", required=True, example="南湖大道 12 号", longest=120)
    unit = text("unit", "承办单位", "承办中队", "办案单位", required=True, example="", longest=60)
    party_name = text("party_name", "当事人", "当事人名称", "被处罚人", example="示例广告公司", longest=80)
    party_kind = choice("party_kind", "当事人类型", choices=PartyKind.choices, default="", example="")
    party_credit_code = text("party_credit_code", "统一社会信用代码", "信用代码", example="", longest=18)
    party_id = text("party_id", "公民身份号码", "身份证号", example="", longest=18)
    received_on = day("received_on", "收到线索日期", "受案日期", "发现日期", example="2023-03-01")
    filed_on = day("filed_on", "立案日期", "立案时间", example="2023-03-05")
    kind = choice("kind", "决定种类", "处理结果", choices=DecisionKind.choices, default="", example="行政处罚")
    number = text("number", "决定书文号", "处罚决定书文号", "处罚文号", example="", longest=60)
    issued_on = day("issued_on", "决定日期", "处罚日期", "处罚决定日期", example="2023-04-10")
    amount = FINE
    served_on = day("served_on", "送达日期", "送达时间", example="2023-04-12")
    service_method = choice("service_method", "送达方式", choices=METHODS, default="", example="直接送达")
    closed_on = day("closed_on", "结案日期", "结案时间", example="2023-05-20")
    facts_words = text("facts_words", "基本情况", "违法事实", "备注", example="", longest=2000)

    def prepare(self) -> None:
        self.units = Unit.objects.by_name()
        self.today = timezone.localdate()
        self.violations: dict[str, list[Violation]] = {}
        for each in Violation.objects.order_by("valid_from"):
            for word in (each.name, each.code):
                self.violations.setdefault(word, []).append(each)

    def template_specs(self) -> list[FieldSpec]:
        names = [unit.label for unit in Unit.objects.active_on(self.today).filter(kind__in=KINDS)]
        return [spec.with_choices(names) if spec.name == "unit" else spec for spec in self.specs()]

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        unit = self.units.get(cells["unit"])
        if unit is None or unit.kind not in KINDS:
            row.problems.append(("unit", f"没有“{cells['unit']}”这个中队（科室）。请用名称、简称或别名。"))
        self.check_days(row, cells)
        self.check_decision(row, cells)
        if row.problems or unit is None:
            return
        case = self.case_of(row, cells, unit)
        row.facts = OldCase(case, self.decision_of(row, cells, case))
        row.key = key_of(row.facts)
        cells |= {"unit": unit, "violation": case.violation or cells["violation"]}
        row.meaning = f"{unit.label}，{case.violation or '案由未定'}，{case.party_name or '当事人未查明'}"

    def check_days(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        """One day of the beginning is needed; none ahead of us, none before the one that it follows."""
        if not any(cells[name] for name in ("received_on", "filed_on", "issued_on")):
            row.problems.append(("received_on", "收到线索、立案、决定的日期至少填一个。"))
        for name, label, before, before_label in COURSE:
            if cells[name] and cells[name] > self.today:
                row.problems.append((name, f"{label}晚于今天。请核对年份。"))
            if cells[name] and cells[before] and cells[name] < cells[before]:
                row.problems.append((name, f"{label}早于{before_label}（{cells[before]}）。请核对。"))

    def check_decision(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        if (cells["amount"] or cells["number"] or cells["kind"]) and not cells["issued_on"]:
            row.problems.append(("issued_on", "有决定的，请填决定日期。"))
        if cells["served_on"] and not cells["issued_on"]:
            row.problems.append(("served_on", "没有决定日期，不能有送达日期。"))
        if cells["amount"] and cells["kind"] and cells["kind"] not in DecisionKind.PENALTIES:
            row.problems.append(("amount", "不予处罚、撤销案件的没有罚款。请核对决定种类。"))

    def case_of(self, row: CheckedRow, cells: dict[str, Any], unit: Unit) -> Case:
        received = cells["received_on"] or cells["filed_on"] or cells["issued_on"]
        words = ("external_number", "external_system", "filing_number")
        violation = self.violation_of(row, cells, received)
        case = Case(
            unit=unit,
            source=LeadSource.PATROL,
            received_on=received,
            place=cells["place"],
            facts=cells["facts_words"] or "",
            violation=violation,
            filed_on=cells["filed_on"],
            closed_on=cells["closed_on"],
            **{name: cells[name] or "" for name in words},
            **self.party_of(row, cells),
        )
        if not cells["received_on"]:
            row.warnings += ("没有收到线索的日期，按立案（决定）日期登记。",)
        if case.closed_on and not cells["issued_on"]:
            row.warnings += ("结案了但没有决定日期，按结案登记，不计入决定。",)
        return case

    def violation_of(self, row: CheckedRow, cells: dict[str, Any], on: Any) -> Violation | None:
        """The version in force on the day; the wording of an old ledger that the catalogue lacks is kept in words."""
        found = self.violations.get(cells["violation"] or "", [])
        held = [each for each in found if each.valid_from <= on and (each.valid_to is None or on <= each.valid_to)]
        if not found and cells["violation"]:
            row.warnings += (f"违法行为目录里没有“{cells['violation']}”，案由记为未定，原文写进基本情况。",)
            cells["facts_words"] = f"原登记案由：{cells['violation']}。{cells['facts_words'] or ''}"
        return held[-1] if held else found[-1] if found else None

    def party_of(self, row: CheckedRow, cells: dict[str, Any]) -> dict[str, str]:
        """The kind by the number that is given; a number that does not check is entered as it stands, and said."""
        name, number, code = (cells[each] or "" for each in ("party_name", "party_id", "party_credit_code"))
        kind = cells["party_kind"] or (PartyKind.ORGANISATION if code else PartyKind.CITIZEN if number else "")
        if not name:
            return {"party_kind": PartyKind.UNKNOWN}
        if not kind:
            kind = PartyKind.CITIZEN if len(name) <= 4 else PartyKind.ORGANISATION
            row.warnings += (f"没有写当事人类型，按{PartyKind(kind).label}登记。",)
        if (number and check_id_number(number)) or (code and check_credit_code(code)):
            row.warnings += ("身份证号（信用代码）校验不对，照原表登记，请以后核对。",)
        own = {"party_id": number} if kind == PartyKind.CITIZEN else {"party_credit_code": code}
        return {"party_kind": kind, "party_name": name, **(own if kind != PartyKind.UNKNOWN else {})}

    def decision_of(self, row: CheckedRow, cells: dict[str, Any], case: Case) -> Decision | None:
        if not cells["issued_on"]:
            return None
        if cells["served_on"] and not cells["service_method"]:
            row.warnings += ("没有写送达方式，按直接送达登记。",)
        decision = Decision(
            kind=cells["kind"] or DecisionKind.PENALTY,
            number=cells["number"] or "",
            issued_on=cells["issued_on"],
            amount=cells["amount"] or Decimal(0),
            served_on=cells["served_on"],
            service_method=(cells["service_method"] or ServiceMethod.DIRECT) if cells["served_on"] else "",
            facts=case.facts or "见纸质卷宗",
            basis=str(case.violation.basis if case.violation else "见纸质卷宗"),
        )
        try:
            decision.clean_fields(exclude=["case"])
            decision.validate_constraints(exclude={"case"})
        except ValidationError as error:
            row.problems.append(("issued_on", "；".join(error.messages)))
        return decision

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        numbers = {row.facts.case.external_number for row in rows} - {""}
        places = {row.facts.case.place for row in rows}
        known = Case.objects.counted().filter(Q(external_number__in=numbers) | Q(place__in=places))
        return {
            key_of(OldCase(case, case.decisions.order_by("pk").last())) for case in known.prefetch_related("decisions")
        }


def key_of(old: OldCase) -> str:
    """What makes a case the same one when its ledger comes twice: its number, or place, party and day."""
    number = old.case.external_number or (old.decision.number if old.decision else "") or old.case.filing_number
    return number or f"{old.case.place}|{old.case.party_name}|{old.case.received_on}"

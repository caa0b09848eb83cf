"""What a row of a personnel sheet means: people, movements, certificates, quotas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from config.identity import birth_date_of, check_id_number
from staff.enums import ENTRY_KINDS, Education, Employment, MovementKind, Party, Sex
from staff.filters.people import our_units
from staff.imports import values
from staff.imports.headers import FieldSpec
from staff.imports.kinds import CheckedRow, SheetField, SheetResource
from staff.models import Certificate, Movement, Person, PersonIdentity, Quota, ReportedTable, Unit
from staff.refusals import Refused
from staff.workflow.people import (
    NewPerson,
    check_words,
    compared,
    completion_of,
    described_person,
    known_person,
    same_number,
)

ENTRIES = tuple((kind, str(MovementKind(kind).label)) for kind in ENTRY_KINDS)


def text(name: str, label: str, *aliases: str, required: bool = False, example: str = "", longest: int) -> SheetField:
    spec = FieldSpec(name, label, aliases, required=required, example=example)
    return SheetField(spec, partial(values.to_text, max_length=longest))


def full_number(name: str, label: str, *aliases: str, example: str = "", longest: int) -> SheetField:
    """A telephone or identifying number, which lists show masked."""
    return SheetField(
        FieldSpec(name, label, aliases, example=example), partial(values.to_full_number, max_length=longest)
    )


BORN_AFTER = date(1920, 1, 1)


def day(
    name: str, label: str, *aliases: str, required: bool = False, example: str = "", earliest: date = values.EARLIEST
) -> SheetField:
    spec = FieldSpec(name, label, aliases, required=required, example=example, kind="date")
    return SheetField(spec, partial(values.to_date, earliest=earliest))


def month(name: str, label: str, *aliases: str, example: str = "") -> SheetField:
    """A day, or as personnel files write it a month (1985.03), which is its first day."""
    spec = FieldSpec(name, label, aliases, example=example, kind="date")
    return SheetField(spec, partial(values.to_date, earliest=BORN_AFTER, months=True))


# What sheets say for the words of the register.
SYNONYMS = {
    "本科": "大学本科", "大学": "大学本科", "学士": "大学本科", "大专": "大学专科", "专科": "大学专科",
    "硕士": "研究生", "博士": "研究生", "硕士研究生": "研究生", "博士研究生": "研究生",
    "高中": "高中（中专）及以下", "中专": "高中（中专）及以下", "初中": "高中（中专）及以下",
    "党员": "中共党员", "预备党员": "中共预备党员", "团员": "共青团员", "无党派": "群众",
    "行政": "行政编制", "公务员": "行政编制", "事业": "参公/事业编制", "事业编": "参公/事业编制", "事业编制": "参公/事业编制",
    "参公": "参公/事业编制", "参公事业编": "参公/事业编制", "参公事业编制": "参公/事业编制", "工勤": "机关工勤",
    "合同": "合同聘用", "合同制": "合同聘用", "聘用": "合同聘用", "临聘": "合同聘用", "派遣": "劳务派遣",
    "协管": "协管/辅助", "协管员": "协管/辅助", "辅助": "协管/辅助", "辅助人员": "协管/辅助", "公益岗": "公益性岗位",
    "调离": "调出", "退职": "辞职", "开始借用": "借入",
}  # fmt: skip


def choice(
    name: str,
    label: str,
    *aliases: str,
    choices: Sequence[tuple[str, str]],
    required: bool = False,
    example: str = "",
    default: str | None = None,
) -> SheetField:
    spec = FieldSpec(
        name,
        label,
        aliases,
        required=required,
        example=example,
        kind="choice",
        choices=tuple(str(words) for _, words in choices),
    )
    return SheetField(spec, partial(values.to_choice, choices=tuple(choices), default=default, synonyms=SYNONYMS))


def told_otherwise(row: CheckedRow, stored: Any, names: dict[str, str], *, what: str, remedy: str) -> None:
    """A row that is on record already: where the two differ the record stands, and it is said."""
    _, differs = compared(stored, row.facts, names)
    if differs:
        row.differs = f"{what}已登记过，{'、'.join(differs)}与登记的不同，没有改动。请核对，须改的{remedy}。"


def same_name(one: str, other: str) -> bool:
    """Rosters space names of two characters out."""
    return "".join(one.split()) == "".join(other.split())


class OfficeResource(SheetResource):
    """Rows that name units and people of the bureau."""

    def prepare(self) -> None:
        ours = set(our_units().values_list("pk", flat=True))
        self.units = {name: unit for name, unit in Unit.objects.by_name().items() if unit.pk in ours}
        self.people: dict[str, list[Person]] = {}
        for person in Person.objects.only("pk", "name", "staff_number", "birth_date"):
            self.people.setdefault(person.name, []).append(person)
            if person.staff_number:
                self.people.setdefault(person.staff_number, []).append(person)
        self.locked = ReportedTable.objects.locked_until()
        self.today = timezone.localdate()

    def named_unit(self, row: CheckedRow, name: str | None) -> Unit | None:
        if not name:
            return None
        unit = self.units.get(name)
        if unit is None:
            row.problems.append(
                ("unit", f"没有“{name}”这个科室或中队。请用单位名称、简称；新单位请先在基础数据里登记。")
            )
        row.values["unit"] = unit
        return unit

    def named_person(self, row: CheckedRow, cells: dict[str, Any]) -> Person | None:
        """By 工号 where the sheet has it, else by a name that only one person bears."""
        asked = cells.get("staff_number") or cells["name"]
        found = self.people.get(asked, [])
        if len(found) == 1 and same_name(found[0].name, cells["name"]):
            row.values |= {"name": found[0], "staff_number": None}
            return found[0]
        if len(found) == 1:  # a row that slipped by one: what it says is meant for somebody else
            row.problems.append(("staff_number", f"工号 {asked} 是{found[0].name}的，与表里的姓名不同。请核对。"))
            return None
        why = "名册里没有" if not found else "名册里有同名的人，请加“工号”列区分："
        row.problems.append(("staff_number" if cells.get("staff_number") else "name", f"{why}“{asked}”。"))
        return None

    def template_specs(self) -> list[FieldSpec]:
        names = [unit.label for unit in our_units()]
        return [spec.with_choices(names) if spec.name == "unit" else spec for spec in self.specs()]


TAKEN = "这个公民身份号码已登记在{who}名下，姓名不同。请核对；本人改了名的，先到其页面修改姓名。"


class PersonResource(OfficeResource):
    name = text("name", "姓名", "人员姓名", required=True, example="张示例", longest=30)
    sex = choice("sex", "性别", choices=Sex.choices, required=True, example="男")
    id_number = text("id_number", "公民身份号码", "身份证号", "身份证号码", "证件号码", example="", longest=18)
    birth_date = month("birth_date", "出生日期", "出生年月日", "出生年月", example="1985-03-07")
    staff_number = text("staff_number", "工号", "编号", "人员编号", example="2001", longest=20)
    unit = text(
        "unit", "单位", "所在单位", "工作单位", "科室", "部门", "中队", required=True, example="执法一中队", longest=60
    )
    post = text("post", "岗位", "职务", "现任职务", "职位", example="队员", longest=40)
    employment = choice(
        "employment", "用工性质", "人员性质", "身份", "人员身份", "编制类别", "人员类别", choices=Employment.choices, required=True, example="行政编制"
    )  # fmt: skip
    entered_on = day("entered_on", "进入日期", "到岗日期", "入职日期", "建账日期", example="2024-01-01")
    kind = choice("kind", "进入方式", "来源方式", choices=ENTRIES, example="建账", default=MovementKind.OPENING.value)
    education = choice("education", "学历", "文化程度", choices=Education.choices, example="大学本科")
    party = choice("party", "政治面貌", choices=Party.choices, example="群众")
    rank = text("rank", "执法类职级", "职级", example="", longest=30)
    joined_on = month("joined_on", "参加工作时间", "参工时间", example="2008-07-01")
    phone = full_number("phone", "手机号", "联系电话", "电话", example="", longest=20)

    def prepare(self) -> None:
        super().prepare()
        self.numbers = set(Person.objects.exclude(staff_number=None).values_list("staff_number", flat=True))
        self.filed: set[str] = set()  # keys of people on record to whom the sheet adds nothing
        self.seen: dict[str, int] = {}  # 工号 → the row of this sheet that has it
        self.bearers: dict[
            str, tuple[int, str]
        ] = {}  # ID number → the row of this sheet that has it, and the name there

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        number = (cells["id_number"] or "").upper()
        unit = self.named_unit(row, cells["unit"])
        birth = self.born(cells["birth_date"], number)
        if number and (problem := check_id_number(number, birth=birth, sex=str(Sex(cells["sex"]).label))):
            row.problems.append(("id_number", problem))
        entered = cells["entered_on"] or date(self.today.year, 1, 1)
        if entered > self.today + timedelta(days=366):
            row.problems.append(("entered_on", "进入日期在一年以后。请核对年份。"))
        if birth and birth >= min(entered, cells["joined_on"] or entered):
            row.problems.append(("birth_date", "出生日期应早于参加工作和进入的日期。请核对。"))
        if row.problems or unit is None:
            return
        person = Person(
            name=cells["name"],
            sex=cells["sex"],
            birth_date=birth,
            staff_number=cells["staff_number"] or None,
            education=cells["education"] or "",
            party=cells["party"] or "",
            enforcement_rank=cells["rank"] or "",
            joined_on=cells["joined_on"],
        )
        entry = Movement(
            kind=cells["kind"] or MovementKind.OPENING,
            happened_on=entered,
            unit=unit,
            employment=cells["employment"],
            post=cells["post"] or "",
            note="导入建账，所属期间已报送" if self.locked and entered <= self.locked else "",
        )
        row.facts = NewPerson(person, PersonIdentity(id_number=number or None, phone=cells["phone"] or ""), entry)
        row.key = number or f"{person.name}|{birth or '—'}|{person.staff_number or '—'}"
        cells |= {"name": "".join(person.name.split()), "id_number": number, "birth_date": birth}
        self.check_bearer(row, person.name, number)
        known = self.on_record(row.facts)
        if known is not None and not same_name(known.name, person.name):
            row.problems.append(("id_number", TAKEN.format(who=described_person(known))))
        elif known is not None and self.is_one_of_several(known, row.facts):
            row.problems.append(("name", "名册里有几个同名、同日出生的人，请加“工号”或“公民身份号码”列区分。"))
        elif known is not None:
            self.complete(row, known)
        elif person.staff_number in self.numbers:
            row.problems.append(("staff_number", f"工号 {person.staff_number} 已是别人的。请核对。"))
        if person.staff_number and self.seen.setdefault(person.staff_number, row.number) != row.number:
            row.problems.append(
                ("staff_number", f"工号 {person.staff_number} 与第 {self.seen[person.staff_number]} 行重复。请核对。")
            )

    def check_bearer(self, row: CheckedRow, name: str, number: str) -> None:
        """One number under two names: one of them has somebody else's."""
        first, bearer = self.bearers.setdefault(number, (row.number, name)) if number else (row.number, name)
        if not same_name(bearer, name):
            row.problems.append(("id_number", f"与第 {first} 行是同一个公民身份号码，姓名不同。请核对。"))

    @staticmethod
    def born(typed: date | None, number: str) -> date | None:
        """The day in the ID number where the sheet gives none, or only the month."""
        known = birth_date_of(number) if number else None
        only_month = typed is not None and typed.day == 1 and known is not None
        return known if typed is None or (only_month and known.replace(day=1) == typed) else typed  # type: ignore[union-attr]

    def on_record(self, new: NewPerson) -> Person | None:
        known = known_person(new.person, new.identity.id_number)
        if known is not None:
            return known
        same = self.people.get(new.person.staff_number or "", [])
        return next((person for person in same if person.name == new.person.name), None)

    @staticmethod
    def is_one_of_several(known: Person, new: NewPerson) -> bool:
        """Namesakes born on one day, and nothing on the sheet that says which."""
        if same_number(known, new) or (known.staff_number and known.staff_number == new.person.staff_number):
            return False
        return Person.objects.filter(name=known.name, birth_date=known.birth_date).count() > 1

    def complete(self, row: CheckedRow, known: Person) -> None:
        """Somebody on record: what the file lacks is filled in; where the two differ, the file stands and it is said."""
        completion, differs = completion_of(known, row.facts)
        if completion.facts.get("staff_number") in self.numbers:
            del completion.facts["staff_number"]
            differs.append("工号（已是别人的）")
        if differs:
            row.differs = (
                f"{known.name}已在名册，{'、'.join(differs)}与名册不同，没有改动。请核对，须改的到其页面修改。"
            )
        if completion.labels:
            row.facts, row.key = completion, f"{row.key}|补齐"
            row.meaning = f"补齐：{'、'.join(completion.labels)}"
        else:
            self.filed.add(row.key)

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return {row.key for row in rows if row.key in self.filed}


class MovementResource(OfficeResource):
    name = text("name", "姓名", "人员姓名", required=True, example="张示例", longest=30)
    staff_number = text("staff_number", "工号", "编号", example="2001", longest=20)
    kind = choice("kind", "变动类型", "变动类别", "变动", choices=MovementKind.choices, required=True, example="调出")
    happened_on = day("happened_on", "变动日期", "日期", "时间", "生效日期", required=True, example="2026-03-05")
    unit = text("unit", "变动后单位", "现单位", "单位", example="", longest=60)
    employment = choice("employment", "变动后用工性质", "用工性质", choices=Employment.choices)
    post = text("post", "变动后岗位", "岗位", "职务", longest=40)
    reason = text("reason", "原因", "变动原因", example="个人原因", longest=100)
    destination = text("destination", "去向（来源）", "去向", "来源", example="示例局", longest=60)
    document = text("document", "文件号", "文号", "依据", example="", longest=80)
    note = text("note", "备注", longest=200)

    TOLD = {"unit": "变动后单位", "employment": "变动后用工性质", "post": "变动后岗位", "destination": "去向（来源）", "document": "文件号"}  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        rows = Movement.objects.recorded().select_related("unit")
        self.stored = {(row.person_id, row.kind, row.happened_on): row for row in rows}

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        person, unit = self.named_person(row, cells), self.named_unit(row, cells["unit"])
        if cells["kind"] == MovementKind.CORRECTED:
            row.problems.append(("kind", "“更正”须逐条登记，不能导入。"))
        if cells["happened_on"] > self.today + timedelta(days=366):
            row.problems.append(("happened_on", "变动日期在一年以后。请核对年份。"))
        if self.locked and cells["happened_on"] <= self.locked and not cells["note"]:
            row.problems.append(("note", f"{self.locked}及以前已报送锁定，将记入下一期，请在备注里说明。"))
        if cells["kind"] in ENTRY_KINDS and not (cells["unit"] and cells["employment"]):
            row.problems.append(("unit", "进入的人员须写明单位和用工性质。"))
        if row.problems or person is None:
            return
        row.facts = Movement(
            person=person,
            kind=cells["kind"],
            happened_on=cells["happened_on"],
            unit=unit,
            employment=cells["employment"] or "",
            post=cells["post"] or "",
            reason=cells["reason"] or "",
            destination=cells["destination"] or "",
            document=cells["document"] or "",
            note=cells["note"] or "",
        )
        row.key = f"{person.pk}|{cells['kind']}|{cells['happened_on']}"
        if known := self.stored.get((person.pk, cells["kind"], cells["happened_on"])):
            told_otherwise(row, known, self.TOLD, what=str(known), remedy="到这条变动的页面修改")
        try:
            check_words(row.facts)
        except Refused as refusal:
            row.problems.append((refusal.field, str(refusal)))

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        people = {row.facts.person_id for row in rows}
        stored = Movement.objects.recorded().filter(person__in=people).values_list("person", "kind", "happened_on")
        return {f"{person}|{kind}|{happened}" for person, kind, happened in stored}


class CertificateResource(OfficeResource):
    name = text("name", "姓名", "持证人", required=True, example="张示例", longest=30)
    staff_number = text("staff_number", "工号", "编号", example="2001", longest=20)
    number = text(
        "number", "证号", "执法证号", "证件编号", "执法证编号", required=True, example="湘F000001", longest=40
    )
    issuer = text("issuer", "发证机关", example="示例机关", longest=60)
    issued_on = day("issued_on", "发证日期", "签发日期", required=True, example="2022-11-01")
    expires_on = day("expires_on", "有效期至", "到期日期", "有效期", "失效日期", required=True, example="2027-10-31")

    TOLD = {"person": "持证人", "issuer": "发证机关", "issued_on": "发证日期", "expires_on": "有效期至"}

    def prepare(self) -> None:
        super().prepare()
        self.stored = {card.number: card for card in Certificate.objects.select_related("person")}

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        person = self.named_person(row, cells)
        if cells["expires_on"] <= cells["issued_on"]:
            row.problems.append(("expires_on", "有效期应晚于发证日期。"))
        if cells["issued_on"] > self.today:
            row.problems.append(("issued_on", "发证日期晚于今天。请核对年份和日期。"))
        if row.problems or person is None:
            return
        row.facts = Certificate(
            person=person,
            number=cells["number"],
            issuer=cells["issuer"] or "",
            issued_on=cells["issued_on"],
            expires_on=cells["expires_on"],
        )
        row.key = cells["number"]
        if known := self.stored.get(row.key):
            told_otherwise(row, known, self.TOLD, what=f"执法证 {row.key} ", remedy="到证件页面修改")

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        return set(Certificate.objects.filter(number__in=[row.key for row in rows]).values_list("number", flat=True))


class QuotaResource(OfficeResource):
    unit = text("unit", "单位", "科室", "部门", required=True, example="执法一中队", longest=60)
    employment = choice(
        "employment", "编制性质", "编制类别", "编制", required=True, example="行政编制",
        choices=[(kind.value, str(kind.label)) for kind in Quota.KINDS],
    )  # fmt: skip
    count = SheetField(
        FieldSpec("count", "编制数", ("核定编制", "数量"), required=True, example="8", kind="integer"),
        partial(values.to_integer, minimum=0, maximum=9_999, units=("名", "个", "人")),
    )
    valid_from = day("valid_from", "生效日期", "核定日期", "批复日期", required=True, example="2024-01-01")
    document = text("document", "依据文件", "文号", "文件", required=True, example="示编办〔2024〕1号", longest=120)

    TOLD = {"count": "编制数", "document": "依据文件"}

    def prepare(self) -> None:
        super().prepare()
        self.stored = {(row.unit_id, row.employment, row.valid_from): row for row in Quota.objects.all()}

    def facts(self, row: CheckedRow, cells: dict[str, Any]) -> None:
        unit = self.named_unit(row, cells["unit"])
        if unit is None:
            return
        row.facts = Quota(
            unit=unit,
            employment=cells["employment"],
            count=cells["count"],
            valid_from=cells["valid_from"],
            document=cells["document"],
        )
        row.key = f"{unit.pk}|{cells['employment']}|{cells['valid_from']}"
        if known := self.stored.get((unit.pk, cells["employment"], cells["valid_from"])):
            what = f"{unit.label} {cells['valid_from']} 起的编制数"
            told_otherwise(row, known, self.TOLD, what=what, remedy="按同一生效日期再登记一次")
            return
        stored = Quota.objects.filter(unit=unit, employment=cells["employment"], valid_from__gt=cells["valid_from"])
        if later := stored.order_by("valid_from").first():
            row.problems.append(("valid_from", f"已有自{later.valid_from}起的编制数，新的应晚于这一天生效。"))

    def known_keys(self, rows: Sequence[CheckedRow]) -> set[str]:
        stored = Quota.objects.values_list("unit", "employment", "valid_from")
        return {f"{unit}|{employment}|{valid_from}" for unit, employment, valid_from in stored}

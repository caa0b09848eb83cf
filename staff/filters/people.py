"""Filters of the personnel lists; they own all reading of GET."""

from __future__ import annotations

from datetime import date, timedelta

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from config.inputs import DATE
from config.periods import Period
from staff.enums import CourseKind, Education, Employment, MovementKind, Party, Sex
from staff.filters.records import of_batch
from staff.headcount import Scope, certified_on, entering, leavers, leaving, scope_choices, scopes
from staff.models import Certificate, Course, Movement, Quota, Unit, UnitKind
from staff.officers import to_withdraw

OUR_KINDS = (UnitKind.BUREAU, UnitKind.DEPARTMENT, UnitKind.SQUAD)


def our_units() -> QuerySet[Unit]:
    return Unit.objects.filter(kind__in=OUR_KINDS)


def scope_named(name: str, day: date) -> Scope:
    return scopes(day)[name]


class PersonFilter(django_filters.FilterSet):
    """Filters rows of the ledger that hold on the day asked for: one row a person."""

    q = django_filters.CharFilter(label="搜索姓名、工号、岗位", method="search")
    on = django_filters.DateFilter(label="截至日期", method="by_day", widget=DATE)
    scope = django_filters.ChoiceFilter(
        label="口径", choices=scope_choices, method="by_scope", empty_label="在册和借入"
    )
    unit = django_filters.ModelChoiceFilter(label="单位", field_name="unit_after", queryset=lambda request: our_units())
    employment = django_filters.ChoiceFilter(
        label="用工性质", field_name="employment_after", choices=Employment.choices
    )
    certified = django_filters.BooleanFilter(label="持有效执法证", method="by_certificate")
    education = django_filters.ChoiceFilter(label="学历", field_name="person__education", choices=Education.choices)
    party = django_filters.ChoiceFilter(label="政治面貌", field_name="person__party", choices=Party.choices)
    sex = django_filters.ChoiceFilter(label="性别", field_name="person__sex", choices=Sex.choices)
    age_from = django_filters.NumberFilter(label="年龄从", method="by_youngest")
    age_to = django_filters.NumberFilter(label="到", method="by_oldest")
    booked_until = django_filters.DateFilter(label="含此日以前建账", method="by_day", widget=forms.HiddenInput())

    class Meta:
        model = Movement
        fields = ["q"]

    @property
    def day(self) -> date:
        return self.form.cleaned_data.get("on") or timezone.localdate()

    def filter_queryset(self, queryset: QuerySet[Movement]) -> QuerySet[Movement]:
        rows = super().filter_queryset(queryset.filter(self.stands()))
        return rows if self.form.cleaned_data.get("scope") else rows.filter(scope_named("here", self.day).q())

    def stands(self) -> Q:
        """The rows that hold on the day; with `booked_until` also those with which the ledger was begun since."""
        on = Q(pk__in=Movement.objects.standing_on(self.day).order_by().values("pk"))
        until = self.form.cleaned_data.get("booked_until")
        if until is None:
            return on
        return on | Q(
            kind=MovementKind.OPENING,
            flag="",
            voided_at=None,
            effective_on__gt=self.day,
            effective_on__lte=until,
        )

    def by_day(self, rows: QuerySet[Movement], name: str, value: date) -> QuerySet[Movement]:
        return rows  # the day is read in filter_queryset, before everything else

    def by_scope(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        return rows.filter(scope_named(value, self.day).q())

    def by_certificate(self, rows: QuerySet[Movement], name: str, value: bool) -> QuerySet[Movement]:
        holders = Q(pk__in=certified_on(self.day).order_by().values("pk"))
        return rows.filter(holders if value else ~holders)

    def by_youngest(self, rows: QuerySet[Movement], name: str, value: int) -> QuerySet[Movement]:
        return rows.filter(person__birth_date__lte=years_before(self.day, int(value)))

    def by_oldest(self, rows: QuerySet[Movement], name: str, value: int) -> QuerySet[Movement]:
        return rows.filter(person__birth_date__gt=years_before(self.day, int(value) + 1))

    def search(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        text = value.strip()
        return rows.filter(
            Q(person__name__contains=text) | Q(person__staff_number__iexact=text) | Q(post_after__contains=text)
        )


def years_before(day: date, years: int) -> date:
    """The birthday of somebody who turns `years` on the day. Years beyond the calendar count as its first day."""
    if not 0 <= years < day.year:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February in a year that has none
        return day.replace(year=day.year - years, day=28)


class MovementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索姓名、文件号、去向", method="search")
    since = django_filters.DateFilter(label="入账日期从", field_name="effective_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="effective_on", lookup_expr="lte", widget=DATE)
    kind = django_filters.MultipleChoiceFilter(label="变动类型", choices=MovementKind.choices)
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=lambda request: our_units(), method="by_unit")
    check = django_filters.ChoiceFilter(
        label="核对",
        choices=[("counted", "已计入"), ("flagged", "待核对"), ("late", "补登"), ("voided", "已作废")],
        method="by_check",
        empty_label="未作废",
    )
    enters = django_filters.ChoiceFilter(label="使其增加", choices=scope_choices, method="by_enters")
    leaves = django_filters.ChoiceFilter(label="使其减少", choices=scope_choices, method="by_leaves")
    across = django_filters.ChoiceFilter(
        label="内外", choices=[("outside", "进出本局"), ("inside", "内部调动")], method="by_across"
    )
    left = django_filters.BooleanFilter(label="辞职或调离（每人一次）", method="by_left", widget=forms.HiddenInput())
    batch = of_batch()

    class Meta:
        model = Movement
        fields = ["q"]

    @property
    def last_day(self) -> date:
        return self.form.cleaned_data.get("until") or timezone.localdate()

    @property
    def unit_asked(self) -> int | None:
        unit = self.form.cleaned_data.get("unit")
        return unit.pk if unit else None

    @property
    def moves_inside(self) -> bool:
        """All moves between units of the bureau, which for the bureau as a whole neither come nor go."""
        return self.form.cleaned_data.get("across") == "inside" and self.unit_asked is None

    def filter_queryset(self, queryset: QuerySet[Movement]) -> QuerySet[Movement]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("check") == "voided" else rows.filter(voided_at=None)

    def by_check(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        match value:
            case "counted":
                return rows.filter(flag="")
            case "flagged":
                return rows.exclude(flag="")
            case "late":
                return rows.exclude(effective_on=F("happened_on"))
        return rows.exclude(voided_at=None)

    def by_unit(self, rows: QuerySet[Movement], name: str, value: Unit) -> QuerySet[Movement]:
        """Where a scope is asked for as well, it is that unit's; otherwise whatever began or ended there."""
        if self.form.cleaned_data.get("enters") or self.form.cleaned_data.get("leaves"):
            return rows
        return rows.filter(Q(unit_before=value) | Q(unit_after=value))

    def by_enters(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        if self.moves_inside:
            return rows
        return rows.filter(entering(scope_named(value, self.last_day).of_unit(self.unit_asked)), flag="")

    def by_leaves(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        if self.moves_inside:
            return rows
        return rows.filter(leaving(scope_named(value, self.last_day).of_unit(self.unit_asked)), flag="")

    def by_across(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        roll = scope_named("roll", self.last_day)
        inside = roll.q("before") & roll.q("after") & ~Q(unit_before=F("unit_after"))
        return rows.filter(inside if value == "inside" else ~inside, flag="")

    def by_left(self, rows: QuerySet[Movement], name: str, value: bool) -> QuerySet[Movement]:
        found = leavers(self.form.cleaned_data.get("since") or date.min, self.last_day)
        return rows.filter(pk__in=found) if value else rows

    def search(self, rows: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        text = value.strip()
        return rows.filter(Q(person__name__contains=text) | Q(document__contains=text) | Q(destination__contains=text))


class QuotaFilter(django_filters.FilterSet):
    on = django_filters.DateFilter(label="有效于", method="by_day", widget=DATE)
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=lambda request: our_units())
    employment = django_filters.MultipleChoiceFilter(
        label="编制性质", choices=[(kind.value, kind.label) for kind in Quota.KINDS]
    )

    class Meta:
        model = Quota
        fields = ["on"]

    def by_day(self, rows: QuerySet[Quota], name: str, value: date) -> QuerySet[Quota]:
        return rows.in_force_on(value)  # type: ignore[attr-defined]


class CertificateFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索姓名、证号", method="search")
    condition = django_filters.ChoiceFilter(
        label="情形",
        choices=[
            ("valid", "有效"),
            ("180", "180天内到期"),
            ("90", "90天内到期"),
            ("30", "30天内到期"),
            ("expired", "已过期未换"),
            ("ended", "已注销、收回、换发"),
            ("withdraw", "应收回（离岗或非执法人员）"),
        ],
        method="by_condition",
        empty_label="未注销",
    )
    expires_from = django_filters.DateFilter(
        label="到期日期从", field_name="expires_on", lookup_expr="gte", widget=DATE
    )
    expires_to = django_filters.DateFilter(label="到", field_name="expires_on", lookup_expr="lte", widget=DATE)

    class Meta:
        model = Certificate
        fields = ["q"]

    def filter_queryset(self, queryset: QuerySet[Certificate]) -> QuerySet[Certificate]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("condition") == "ended" else rows.filter(ended_on=None)

    def by_condition(self, rows: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        today = timezone.localdate()
        match value:
            case "valid":
                return rows.filter(issued_on__lte=today, expires_on__gte=today)
            case "expired":
                return rows.filter(expires_on__lt=today)
            case "ended":
                return rows.exclude(ended_on=None)
            case "withdraw":
                return to_withdraw(rows, today)
        return rows.filter(expires_on__range=(today, today + timedelta(days=int(value))))

    def search(self, rows: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        return rows.filter(Q(person__name__contains=value.strip()) | Q(number__icontains=value.strip()))


class CourseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="搜索主题", field_name="title", lookup_expr="contains")
    kind = django_filters.MultipleChoiceFilter(label="类别", choices=CourseKind.choices)
    since = django_filters.DateFilter(label="日期从", field_name="held_on", lookup_expr="gte", widget=DATE)
    until = django_filters.DateFilter(label="到", field_name="held_on", lookup_expr="lte", widget=DATE)

    class Meta:
        model = Course
        fields = ["q"]


def asked_period(text: str) -> Period | None:
    """A month, quarter, half-year or year key; None for anything else."""
    try:
        period = Period.parse(text)
    except ValueError:
        return None
    return None if "~" in period.key else period

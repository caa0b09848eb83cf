"""Coming to a decision: prior notice with the party's statement, hearing, joint discussion, the decision itself."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from billboards.discretion import Range
from billboards.enums.cases import DecisionKind, StatementOutcome
from billboards.models.case import CaseStep, OfCaseQuerySet
from billboards.models.steps import ServedRecord, StepRecord
from billboards.models.violations import DiscretionStep
from staff.models import Person, ServiceMethod

MONEY = {"max_digits": 12, "decimal_places": 2}
NOT_NEGATIVE = [MinValueValidator(Decimal(0))]


class Notice(ServedRecord):
    """事先告知: what is proposed and on which facts; with it the right to a hearing where Art. 63 gives one."""

    with_hearing = models.BooleanField("告知听证权利", default=False)
    facts = models.TextField("告知的事实和理由", max_length=2000)
    basis = models.CharField("处罚依据", max_length=300)
    proposed = models.CharField("拟处罚内容", max_length=300)
    amount = models.DecimalField("拟罚款（元）", default=Decimal(0), validators=NOT_NEGATIVE, **MONEY)
    orders_removal = models.BooleanField("拟责令限期拆除", default=False)
    waived_on = models.DateField(
        "书面放弃陈述申辩日期",
        null=True,
        blank=True,
        help_text="当事人书面明确放弃的才填（《行政处罚法》第六十二条）。",
    )
    statement_on = models.DateField("收到陈述申辩日期", null=True, blank=True)
    statement = models.TextField("陈述申辩内容", max_length=2000, blank=True)
    outcome = models.CharField("复核结论", max_length=10, choices=StatementOutcome.choices, blank=True)
    reply = models.TextField("复核意见", max_length=1000, blank=True)
    replied_on = models.DateField("复核日期", null=True, blank=True)
    hearing_asked_on = models.DateField("申请听证日期", null=True, blank=True)

    class Meta(ServedRecord.Meta):
        verbose_name = verbose_name_plural = "事先告知"
        constraints = [
            *ServedRecord.Meta.constraints,
            models.CheckConstraint(
                name="notice_amount_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message="罚款金额不能为负数。",
            ),
            models.CheckConstraint(
                name="notice_reply_whole",
                condition=Q(replied_on=None, outcome="")
                | (Q(replied_on__isnull=False) & ~Q(outcome="") & ~Q(reply="")),
                violation_error_message="复核应同时有日期、结论和意见。",
            ),
        ]

    def __str__(self) -> str:
        return f"事先告知 {self.issued_on}"


class Hearing(StepRecord):
    """听证: asked for within five working days, told seven working days ahead, chaired by who did not investigate."""

    requested_on = models.DateField("申请日期")
    notice_served_on = models.DateField("听证通知送达日期", null=True, blank=True)
    planned_on = models.DateField("举行日期")
    place = models.CharField("地点", max_length=120)
    chair = models.ForeignKey(
        Person, verbose_name="听证主持人", on_delete=models.PROTECT, related_name="+", help_text="不能是本案调查人员。"
    )
    recorder = models.CharField("记录人", max_length=40, blank=True)
    open_to_public = models.BooleanField("公开举行", default=True)
    closed_reason = models.CharField("不公开理由", max_length=100, blank=True)
    held_on = models.DateField("实际举行日期", null=True, blank=True)
    attendance = models.CharField("参加人", max_length=200, blank=True)
    record = models.TextField("听证笔录要点", max_length=4000, blank=True)
    conclusion = models.TextField("听证意见", max_length=1000, blank=True)
    dropped_on = models.DateField("放弃（撤回）日期", null=True, blank=True)
    dropped_reason = models.CharField("放弃（撤回）情形", max_length=200, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "听证"
        constraints = [
            models.CheckConstraint(
                name="hearing_held_or_dropped",
                condition=Q(held_on=None) | Q(dropped_on=None),
                violation_error_message="听证不能既举行又放弃。",
            )
        ]

    def __str__(self) -> str:
        return f"听证 {self.held_on or self.planned_on}"


class Discussion(StepRecord):
    """集体讨论 of the heads of the bureau (处罚法 Art. 57(2))."""

    held_on = models.DateField("日期")
    held_time = models.TimeField("时间", null=True, blank=True, help_text="几时几分开始，写进笔录。")
    place = models.CharField("地点", max_length=120, blank=True)
    chair = models.CharField("主持人", max_length=40)
    attendees = models.CharField("出席人", max_length=300)
    reporter = models.CharField("汇报人", max_length=40, blank=True)
    clerk = models.CharField("记录人", max_length=40, blank=True)
    opinions = models.TextField("讨论意见", max_length=3000, blank=True)
    conclusion = models.TextField("结论", max_length=1000)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "集体讨论"

    def __str__(self) -> str:
        return f"集体讨论 {self.held_on}"

    @property
    def held_at(self) -> datetime | None:
        """Day and hour as the record of the meeting writes them; None where the hour was not entered."""
        return timezone.make_aware(datetime.combine(self.held_on, self.held_time)) if self.held_time else None


class DecisionQuerySet(OfCaseQuerySet):
    def standing(self, on: date | None = None) -> Self:
        """Without those that were quashed, by that day if one is given: 决定被撤销 undoes what its case had decided before."""
        quashed = CaseStep.objects.filter(case=OuterRef("case"), edge="annul")
        if on is not None:
            quashed = quashed.filter(happened_on__lte=on)
        same_day = Q(happened_on=OuterRef("issued_on"), recorded_at__gte=OuterRef("recorded_at"))
        return self.filter(~Exists(quashed.filter(Q(happened_on__gt=OuterRef("issued_on")) | same_day)))

    def fining(self) -> Self:
        return self.filter(kind__in=DecisionKind.PENALTIES, amount__gt=0)


class Decision(ServedRecord):
    """The decision: penalty, on-the-spot penalty, no penalty, case dropped; the circumstances that were found (Art. 33)."""

    kind = models.CharField("决定种类", max_length=12, choices=DecisionKind.choices)
    facts = models.TextField("认定的事实和证据", max_length=3000)
    basis = models.CharField("法律依据", max_length=300)
    warning = models.BooleanField("警告（通报批评）", default=False)
    amount = models.DecimalField("罚款（元）", default=Decimal(0), validators=NOT_NEGATIVE, **MONEY)
    discretion_step = models.ForeignKey(
        DiscretionStep,
        verbose_name="裁量阶次",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="数额只落在一个阶次的自动记入；落在几个阶次的请选择。",
    )
    orders_removal = models.BooleanField("责令限期拆除", default=False)
    remove_by = models.DateField("拆除期限", null=True, blank=True)
    reasons = models.TextField("裁量理由和申辩采纳情况", max_length=1000, blank=True)
    approver = models.CharField("批准人", max_length=40, blank=True)
    minor = models.BooleanField("违法行为轻微", default=False)
    corrected_in_time = models.BooleanField("及时改正", default=False)
    no_harm = models.BooleanField("没有造成危害后果", default=False)
    minor_harm = models.BooleanField("危害后果轻微", default=False)
    first_offence = models.BooleanField("初次违法", default=False)
    no_fault_proven = models.BooleanField("当事人证明没有主观过错", default=False)
    no_capacity = models.BooleanField("不满十四周岁或无责任能力", default=False)
    remedies_told = models.BooleanField(
        "载明了复议、诉讼的途径和期限",
        default=True,
        help_text="没有载明或写错的，起诉期限延至最长一年（《最高人民法院关于适用〈中华人民共和国行政诉讼法〉的解释》第六十四条）。",
    )
    surcharge_told = models.BooleanField("载明了加处罚款的标准", default=True)
    cash = models.DecimalField("当场收缴（元）", default=Decimal(0), validators=NOT_NEGATIVE, **MONEY)

    objects = DecisionQuerySet.as_manager()

    class Meta(ServedRecord.Meta):
        verbose_name = verbose_name_plural = "决定"
        constraints = [
            *ServedRecord.Meta.constraints,
            models.CheckConstraint(
                name="decision_fines_only_as_a_penalty",
                condition=Q(amount__gte=0, kind__in=DecisionKind.PENALTIES)
                | Q(amount=0, warning=False, kind__in=[DecisionKind.NO_PENALTY, DecisionKind.DROPPED]),
                violation_error_message="不予处罚、撤销案件的决定不能有警告或罚款；罚款金额不能为负数。",
            ),
            models.CheckConstraint(
                name="decision_removal_has_a_day",
                condition=Q(orders_removal=False) | Q(remove_by__gte=F("issued_on")),
                violation_error_message="责令拆除应写明期限，且不早于决定日期。",
            ),
            models.CheckConstraint(
                name="decision_cash_within_amount",
                condition=Q(cash__gte=0, cash__lte=F("amount")),
                violation_error_message="当场收缴的金额不能多于罚款。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}决定 {self.number or self.issued_on}"

    @property
    def is_penalty(self) -> bool:
        return self.kind in DecisionKind.PENALTIES

    @property
    def line(self) -> Range | None:
        """The line of the table that the decision names, as plain values for billboards/discretion.py."""
        return self.discretion_step.range if self.discretion_step else None

    @property
    def discretion_words(self) -> str:
        """The line of the table with its circumstances; "" where the violation has no table."""
        step = self.discretion_step
        return f"裁量阶次：{step}，{step.circumstances}".rstrip("，。") if step else ""

    @property
    def electronic(self) -> bool:
        return self.service_method == ServiceMethod.ELECTRONIC

"""An enforcement case: lead, party as of filing, facts, officers, state; the clocks that run; review and suit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Min, Q
from django.urls import reverse
from django.utils import timezone

from billboards.deadlines import OUTLASTING
from billboards.enums.cases import (
    CaseState,
    LeadSource,
    OfficerRole,
    PartyKind,
    PauseKind,
    RemedyKind,
    RemedyResult,
    RemedyTarget,
    Route,
)
from billboards.models.board import Board
from billboards.models.violations import Violation
from config.identity import mask_id_number, mask_phone
from staff.models import ClockPause, OfflineApproval, Person, ProcedureFlaw, Unit
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


IMPORTED = "import-"  # how the entry key of a case from a sheet begins: import-<batch>-<row>


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """All for those who see all units; else those of the own unit and those one handles or entered."""
        if not user.has_perm(Perms.VIEW_CASES):
            return self.none()
        if user.sees_all_units or user.has_perm(Perms.MANAGE_CASE_MONEY):
            return self
        mine = CaseOfficer.objects.filter(person__account=user.pk).values("case")
        return self.filter(Q(unit__in=user.unit_ids) | Q(recorded_by=user.pk) | Q(pk__in=mine))

    def counted(self) -> CaseQuerySet:
        return self.exclude(state=CaseState.VOIDED)

    def running(self) -> CaseQuerySet:
        return self.exclude(state__in=CaseState.DONE)

    def counting(self) -> CaseQuerySet:
        """Those with a period that still counts."""
        return self.filter(pk__in=CaseClock.objects.running().values("case"))

    def with_next_due(self) -> CaseQuerySet:
        """`next_due`: the nearest day of a running clock that binds the bureau."""
        return self.annotate(next_due=Min("clocks__due_on", filter=Q(clocks__finished_on=None, clocks__ours=True)))


class Case(models.Model):
    """One case. `came_from`: the state to which a suspension, a stay or a review returns."""

    number = models.CharField("案件编号", max_length=40, unique=True, editable=False)
    filing_number = models.CharField(
        "立案号", max_length=60, blank=True, editable=False, help_text="立案审批表的文号；线下立案的填纸质文号。"
    )
    source = models.CharField("线索来源", max_length=12, choices=LeadSource.choices, default=LeadSource.PATROL)
    received_on = models.DateField("收到线索日期", default=timezone.localdate, db_index=True)
    found_on = models.DateField("发现违法行为日期", null=True, blank=True)
    ended_on = models.DateField(
        "违法行为终了日期",
        null=True,
        blank=True,
        help_text="还在继续的不填；追责期限从终了之日起算（《行政处罚法》第三十六条）。",
    )
    endangers = models.BooleanField(
        "涉及生命健康安全、金融安全且有危害后果",
        default=False,
        help_text="是的，追责期限为五年（《行政处罚法》第三十六条）。",
    )
    violation = models.ForeignKey(
        Violation, verbose_name="案由", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )  # fmt: skip
    board = models.ForeignKey(
        Board, verbose_name="涉案设施", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )  # fmt: skip
    unit = models.ForeignKey(Unit, verbose_name="承办单位", on_delete=models.PROTECT, related_name="billboard_cases")
    place = models.CharField("地点", max_length=120, help_text="写到门牌、楼栋或路口。")
    facts = models.TextField("基本情况", max_length=2000, blank=True)

    party_kind = models.CharField("当事人类型", max_length=14, choices=PartyKind.choices, default=PartyKind.UNKNOWN)
    party_name = models.CharField("当事人", max_length=80, blank=True, help_text="单位写全称；尚未查明的不填。")
    party_sex = models.CharField("性别", max_length=2, choices=[("男", "男"), ("女", "女")], blank=True)
    party_id = models.CharField("公民身份号码", max_length=18, blank=True)
    party_credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    party_head = models.CharField("法定代表人（负责人）", max_length=40, blank=True)
    party_address = models.CharField("住所（住址）", max_length=160, blank=True)
    party_phone = models.CharField("联系电话", max_length=20, blank=True)
    electronic_consent_on = models.DateField(
        "同意电子送达日期",
        null=True,
        blank=True,
        help_text="有书面确认才能电子送达（《行政处罚法》第六十一条第二款）。",
    )

    state = models.CharField("状态", max_length=14, choices=CaseState.choices, default=CaseState.LEAD, editable=False)
    came_from = models.CharField("原状态", max_length=14, choices=CaseState.choices, blank=True, editable=False)
    filed_on = models.DateField("立案日期", null=True, editable=False, db_index=True)
    decided_on = models.DateField("决定日期", null=True, editable=False, db_index=True)
    served_on = models.DateField("决定送达日期", null=True, editable=False)
    closed_on = models.DateField("结案日期", null=True, editable=False, db_index=True)
    route = models.CharField("执行途径", max_length=4, choices=Route.choices, blank=True, editable=False)
    coercion_from = models.DateField("最早可强制日期", null=True, editable=False, db_index=True)
    coercion_words = models.CharField("可强制的说明", max_length=300, blank=True, editable=False)
    major = models.BooleanField(
        "复杂、重大案件", default=False, help_text="须法制审核、集体讨论（《行政处罚法》第五十七条、第五十八条）。"
    )

    results_only = models.BooleanField("只登记结果", default=False, editable=False)
    external_system = models.CharField(
        "外部系统", max_length=40, blank=True, help_text="在其他平台办理的，填平台名称。"
    )
    external_number = models.CharField("外部编号", max_length=60, blank=True, db_index=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    entry_key = models.CharField("登记识别码", max_length=40, unique=True, null=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法案件"
        ordering = ["-received_on", "-pk"]
        indexes = [models.Index(fields=["state", "received_on"], name="case_by_state")]
        permissions = [
            ("view_cases", "查看执法案件"),
            ("handle_case", "办理执法案件"),
            ("lead_case", "审核执法案件（中队）"),
            ("review_case", "法制审核"),
            ("approve_case", "审批执法案件"),
            ("manage_case_money", "管理罚没款"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_identified_by_kind",
                condition=Q(party_kind=PartyKind.CITIZEN, party_credit_code="")
                | Q(party_kind=PartyKind.ORGANISATION, party_id="", party_sex="")
                | Q(party_kind=PartyKind.UNKNOWN, party_id="", party_credit_code=""),
                violation_error_message="公民填身份号码，单位填信用代码；尚未查明的都不填。",
            ),
            models.CheckConstraint(
                name="case_named_unless_unknown",
                condition=Q(party_kind=PartyKind.UNKNOWN) | ~Q(party_name=""),
                violation_error_message="请填写当事人姓名或名称；尚未查明的选“尚未查明”。",
            ),
            models.CheckConstraint(
                name="case_served_only_when_decided",
                condition=Q(served_on=None) | Q(decided_on__isnull=False, served_on__gte=F("decided_on")),
                violation_error_message="未作出决定不能送达；送达日期不能早于决定日期。",
            ),
            models.CheckConstraint(
                name="case_closed_has_a_day",
                condition=Q(state__in=[CaseState.CLOSED], closed_on__isnull=False) | ~Q(state__in=[CaseState.CLOSED]),
                violation_error_message="结案必须有结案日期。",
            ),
            models.CheckConstraint(
                name="case_waits_with_a_way_back",
                condition=~Q(state__in=[CaseState.SUSPENDED, CaseState.STAYED, CaseState.LEGAL_REVIEW])
                | ~Q(came_from=""),
                violation_error_message="中止或送审的案件必须记下原状态。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.party_name or '当事人未查明'}"

    def get_absolute_url(self) -> str:
        return reverse("billboards:case-detail", args=[self.pk])

    @property
    def masked_id(self) -> str:
        return mask_id_number(self.party_id)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.party_phone)

    @property
    def is_done(self) -> bool:
        return self.state in CaseState.DONE

    @property
    def state_tone(self) -> str:
        if self.state in CaseState.DONE:
            return "grey"
        return "amber" if self.state in (*CaseState.TO_PERFORM, CaseState.SUSPENDED) else "blue"


class OfCaseQuerySet(models.QuerySet[Any]):
    """Rows of a case: seen by whoever sees the case. A subclass names the path to it."""

    case_path = "case"

    def visible_to(self, user: User) -> Self:
        return self.filter(**{f"{self.case_path}__in": Case.objects.visible_to(user)})


class CaseOfficer(models.Model):
    """An officer of the case with the card as it was on the day (处罚法 Art. 42); recused ones stay on record (Art. 43)."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, verbose_name="执法人员", on_delete=models.PROTECT, related_name="+")
    certificate = models.CharField("执法证号", max_length=40, blank=True, editable=False)
    role = models.CharField("分工", max_length=10, choices=OfficerRole.choices, default=OfficerRole.ASSISTANT)
    since = models.DateField("自", default=timezone.localdate)
    recused_on = models.DateField("回避日期", null=True, blank=True)
    recusal_reason = models.CharField("回避事由", max_length=200, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办案人员"
        ordering = ["-role", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="officer_once_per_case",
                fields=["case", "person"],
                violation_error_message="这名执法人员已在本案。",
            ),
            models.CheckConstraint(
                name="officer_recused_with_a_reason",
                condition=Q(recused_on=None, recusal_reason="") | (Q(recused_on__isnull=False) & ~Q(recusal_reason="")),
                violation_error_message="回避应写明日期和事由。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}（{self.certificate}）" if self.certificate else self.person.name


class ClockQuerySet(OfCaseQuerySet):
    def running(self) -> Self:
        """Not finished: of open cases all, of closed ones what outlasts them."""
        lasts = Q(rule__in=OUTLASTING) | ~Q(case__state__in=CaseState.DONE)
        return self.filter(lasts, finished_on=None)


class CaseClock(models.Model):
    """A statutory period of a case as counted: stored, and counted anew when the calendar or a setting changes."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.CASCADE, related_name="clocks")
    rule = models.CharField("期限", max_length=24)
    label = models.CharField("名称", max_length=40)
    started_on = models.DateField("起算日")
    amount = models.PositiveSmallIntegerField("期限长度", null=True, blank=True)
    due_on = models.DateField("届满日", db_index=True)
    provisional = models.BooleanField("暂定", default=False)
    ours = models.BooleanField("约束本机关", default=True, help_text="否的，是当事人的权利期限。")
    finished_on = models.DateField("完成日", null=True, blank=True)
    warned = models.BooleanField("已提醒", default=False, editable=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "案件期限"
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["finished_on", "due_on"], name="clock_by_due")]
        constraints = [
            models.UniqueConstraint(
                name="one_running_clock_per_rule",
                fields=["case", "rule"],
                condition=Q(finished_on=None),
                violation_error_message="这个期限已经在计算。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.due_on}"


class CaseStep(models.Model):
    """One step that the case took, in the order of happening: what the timeline of documents shows."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="steps")
    edge = models.CharField("步骤", max_length=20)
    label = models.CharField("事项", max_length=40)
    happened_on = models.DateField("发生日期")
    late = models.BooleanField("补录", default=False)
    note = models.CharField("说明", max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办案步骤"
        ordering = ["happened_on", "pk"]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.label}"


class RemedyAction(models.Model):
    """A review or a suit that the party brought: filed, decided, with what result, and when we received that."""

    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="remedies")
    kind = models.CharField("种类", max_length=8, choices=RemedyKind.choices)
    target = models.CharField("针对", max_length=12, choices=RemedyTarget.choices, default=RemedyTarget.PENALTY)
    body = models.CharField("受理机关（法院）", max_length=80)
    docket = models.CharField("案号", max_length=60, blank=True)
    filed_on = models.DateField("提出日期")
    suspends = models.BooleanField(
        "决定停止执行",
        default=False,
        help_text="复议机关、法院或本机关另行决定停止执行的勾选；没有决定的，处罚不停止执行（《行政处罚法》第七十三条第一款）。",
    )
    ended_on = models.DateField("结束日期", null=True, blank=True)
    party_received_on = models.DateField("当事人收到日期", null=True, blank=True)
    told = models.BooleanField("文书告知了起诉期限", default=True)
    result = models.CharField("结果", max_length=10, choices=RemedyResult.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复议和诉讼"
        ordering = ["filed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="remedy_ended_with_a_result",
                condition=Q(ended_on=None, result="") | (Q(ended_on__isnull=False, ended_on__gte=F("filed_on")) & ~Q(result="")),
                violation_error_message="结束日期和结果应同时填写，且不早于提出日期。",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.filed_on}"

    @property
    def is_pending(self) -> bool:
        return self.ended_on is None

    @property
    def awaits_receipt(self) -> bool:
        """A review has ended, and when the party received that is not on record: the period for a suit has no beginning."""
        over = self.kind == RemedyKind.REVIEW and self.ended_on is not None and self.result != RemedyResult.WITHDRAWN
        return over and self.party_received_on is None


class CaseFlaw(ProcedureFlaw):
    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="flaws")

    objects = OfCaseQuerySet.as_manager()

    class Meta(ProcedureFlaw.Meta):
        verbose_name = verbose_name_plural = "程序瑕疵"


class CaseApproval(OfflineApproval):
    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="approvals")
    edge = models.CharField("用于步骤", max_length=20, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta(OfflineApproval.Meta):
        verbose_name = verbose_name_plural = "线下签批"


class CasePause(ClockPause):
    case = models.ForeignKey(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="pauses")
    kind = models.CharField("原因", max_length=14, choices=PauseKind.choices)

    objects = OfCaseQuerySet.as_manager()

    class Meta(ClockPause.Meta):
        verbose_name = verbose_name_plural = "期限中止"

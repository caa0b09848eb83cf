"""After the decision: performance, dunning, authority and route, announcement, enforcement decision, execution, closing."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from billboards.enums.cases import AuthorityKind, ClosingReason, PerformanceKind, Route, StatementOutcome
from billboards.models.case import CaseOfficer
from billboards.models.steps import ServedRecord, StepRecord
from config.display import day

MONEY = {"max_digits": 12, "decimal_places": 2, "validators": [MinValueValidator(Decimal(0))]}


class Performance(StepRecord):
    """What the party did of its own accord (处罚法 Art. 66), looked at by whom."""

    kind = models.CharField("履行内容", max_length=12, choices=PerformanceKind.choices)
    performed_on = models.DateField("履行日期")
    verified_by = models.CharField("核实人", max_length=60, blank=True)
    consent_on = models.DateField("书面同意协助拆除日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "履行情况"
        constraints = [
            models.CheckConstraint(
                name="assisted_removal_has_consent",
                condition=~Q(kind=PerformanceKind.ASSISTED) | Q(consent_on__isnull=False),
                violation_error_message="协助拆除应有当事人的书面同意，请填同意日期。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.performed_on}"


class Dunning(ServedRecord):
    """催告 (行政强制法 Art. 35; Art. 54 before a court): period, manner, amount, the right to be heard."""

    perform_by = models.DateField("履行期限")
    manner = models.CharField("履行方式", max_length=200)
    amount = models.DecimalField("应缴金额（元）", default=Decimal(0), **MONEY)
    statement_on = models.DateField("收到陈述申辩日期", null=True, blank=True)
    statement = models.TextField("陈述申辩内容", max_length=2000, blank=True)
    outcome = models.CharField("复核结论", max_length=10, choices=StatementOutcome.choices, blank=True)
    reply = models.TextField("复核意见", max_length=1000, blank=True)
    replied_on = models.DateField("复核日期", null=True, blank=True)

    class Meta(ServedRecord.Meta):
        verbose_name = verbose_name_plural = "催告"
        constraints = [
            *ServedRecord.Meta.constraints,
            models.CheckConstraint(
                name="dunning_gives_time",
                condition=Q(perform_by__gte=F("issued_on")),
                violation_error_message="履行期限不能早于催告日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"催告 {self.issued_on}"


class GovernmentOrder(StepRecord):
    """What a people's government ordered (责成, 城乡规划法 Art. 68) or approved (市容条例 Art. 37)."""

    kind = models.CharField("种类", max_length=10, choices=AuthorityKind.choices)
    issuer = models.CharField("机关", max_length=80)
    number = models.CharField("文号", max_length=60)
    issued_on = models.DateField("日期")
    scope = models.CharField("内容", max_length=200, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "政府责成（批准）"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class RouteChoice(StepRecord):
    """Which way is taken, and on which facts the choice rests."""

    route = models.CharField("途径", max_length=4, choices=Route.choices)
    chosen_on = models.DateField("日期")
    reason = models.CharField("理由", max_length=300)
    obstacle = models.BooleanField("道路、公共场所上须立即清除的障碍物（污染物）", default=False)
    traffic_danger = models.BooleanField("后果已经或者将危害交通安全、破坏环境", default=False)
    emergency = models.CharField("紧急情况", max_length=200, blank=True, help_text="应急排险的填：何时、何险情。")
    consent_on = models.DateField("当事人书面同意日期", null=True, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "执行途径"

    def __str__(self) -> str:
        return f"{self.get_route_display()} {self.chosen_on}"


class CourtApplication(StepRecord):
    """申请法院强制执行 (行政强制法 Art. 53–60)."""

    court = models.CharField("法院", max_length=80)
    applied_on = models.DateField("申请日期")
    docket = models.CharField("案号", max_length=60, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    ruled_on = models.DateField("裁定日期", null=True, blank=True)
    granted = models.BooleanField("准予执行", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "申请法院执行"

    def __str__(self) -> str:
        return f"申请法院执行 {self.applied_on}"


class Announcement(StepRecord):
    """限期拆除公告 (行政强制法 Art. 44): on the spot, with photos; how long the party may still remove by itself."""

    number = models.CharField("文号", max_length=60, blank=True)
    posted_on = models.DateField("张贴日期")
    places = models.CharField("张贴（发布）地点", max_length=200)
    remove_by = models.DateField("自行拆除期限")
    photographed = models.BooleanField("张贴已拍照", default=False)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "限期拆除公告"
        constraints = [
            models.CheckConstraint(
                name="announcement_gives_time",
                condition=Q(remove_by__gte=F("posted_on")),
                violation_error_message="自行拆除期限不能早于张贴日期。",
            )
        ]

    def __str__(self) -> str:
        return f"限期拆除公告 {self.posted_on}"


class EnforcementDecision(ServedRecord):
    """强制执行决定 (行政强制法 Art. 37): reasons and basis, manner and time, remedies."""

    reasons = models.CharField("理由和依据", max_length=300)
    manner = models.CharField("强制执行方式", max_length=200)
    planned_on = models.DateField("强制执行时间")
    substitute = models.BooleanField("代履行", default=False)
    performer = models.CharField("代履行人", max_length=80, blank=True)
    budget = models.DecimalField("代履行费用预算（元）", null=True, blank=True, **MONEY)
    remedies_told = models.BooleanField("载明了复议、诉讼的途径和期限", default=True)

    class Meta(ServedRecord.Meta):
        verbose_name = verbose_name_plural = "强制执行决定"
        constraints = [
            *ServedRecord.Meta.constraints,
            models.CheckConstraint(
                name="substitute_has_performer_and_budget",
                condition=Q(substitute=False) | (~Q(performer="") & Q(budget__isnull=False)),
                violation_error_message="代履行决定应写明代履行人和费用预算（《行政强制法》第五十一条）。",
            ),
        ]

    def __str__(self) -> str:
        return f"强制执行决定 {self.number or self.issued_on}"


class Execution(StepRecord):
    """实施: when, by whom, how it was recorded, what was found and kept, what it cost."""

    route = models.CharField("途径", max_length=4, choices=Route.choices)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    plan = models.CharField("实施方案", max_length=200, blank=True)
    officers = models.ManyToManyField(CaseOfficer, verbose_name="执法人员", related_name="+")
    emergency_reason = models.CharField("夜间、法定节假日执行的紧急情况", max_length=200, blank=True)
    weekend_reason = models.CharField("休息日执行的理由", max_length=200, blank=True)
    video = models.BooleanField("全程音像记录", default=False)
    goods_list = models.CharField("物品清单", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=60, blank=True)
    party_present = models.BooleanField("当事人到场", default=False)
    result = models.CharField("执行情况", max_length=300, blank=True)
    removed_count = models.PositiveSmallIntegerField("拆除块数", null=True, blank=True)
    removed_area = models.DecimalField("拆除面积（㎡）", max_digits=9, decimal_places=2, null=True, blank=True)
    costs = models.DecimalField("费用（元）", null=True, blank=True, **MONEY)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "强制执行"
        constraints = [
            models.CheckConstraint(
                name="execution_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                violation_error_message="结束时间不能早于开始时间。",
            )
        ]

    def __str__(self) -> str:
        return f"强制执行 {day(self.started_at)}"


class Closing(StepRecord):
    """结案: why, and who approved it."""

    reason = models.CharField("结案理由", max_length=12, choices=ClosingReason.choices)
    closed_on = models.DateField("结案日期")
    performance = models.CharField("履行（执行）情况", max_length=300)
    approver = models.CharField("批准人", max_length=40)

    class Meta(StepRecord.Meta):
        verbose_name = verbose_name_plural = "结案"

    def __str__(self) -> str:
        return f"结案 {self.closed_on}"

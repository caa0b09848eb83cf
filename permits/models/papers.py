"""The papers of a case: drafted as data, signed with number and frozen PDF, served on the party, published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone

from permits.models.applications import Application
from permits.paper_kinds import ONCE, RULES, PaperKind
from staff.models import CasePaper, ServiceMethod, ServiceRecord
from staff.models.bases import attachment_path

if TYPE_CHECKING:
    from staff.models import User


class PermitPaperQuerySet(models.QuerySet["PermitPaper"]):
    def visible_to(self, user: User) -> PermitPaperQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))

    def standing(self) -> PermitPaperQuerySet:
        return self.filter(voided_at=None)

    def with_issue_day(self) -> PermitPaperQuerySet:
        """With `issue_day`, the date on the paper: of our signature, or of the other platform."""
        return self.annotate(issue_day=Coalesce(TruncDate("signed_at"), "outside_on"))

    def issued(self) -> PermitPaperQuerySet:
        return self.standing().filter(Q(signed_at__isnull=False) | ~Q(outside_number=""))


class PermitPaper(CasePaper):
    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("文书", max_length=20, choices=PaperKind.choices)
    published_on = models.DateField("公示日期", null=True, editable=False)
    published_at_place = models.CharField("公示处", max_length=120, blank=True, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = PermitPaperQuerySet.as_manager()

    class Meta(CasePaper.Meta):
        verbose_name = verbose_name_plural = "许可文书"
        indexes = [models.Index(fields=["application", "kind"], name="permit_paper_by_case")]
        constraints = [
            *CasePaper.Meta.constraints,
            models.UniqueConstraint(
                name="one_standing_paper_per_kind",
                fields=["application", "kind"],
                condition=Q(voided_at=None, kind__in=[str(kind) for kind in ONCE]),
                violation_error_message="这件申请已经有这种文书；要重新出文的，先作废原来的。",
            ),
            models.CheckConstraint(
                name="permit_paper_published_whole",
                condition=Q(published_on=None, published_at_place="")
                | (Q(published_on__isnull=False) & ~Q(published_at_place="")),
                violation_error_message="公示应同时登记日期和公示处。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label_number}".strip()

    def get_absolute_url(self) -> str:
        return reverse("permits:paper-detail", args=[self.application_id, self.pk])

    @property
    def rule_basis(self) -> str:
        return RULES[PaperKind(self.kind)].basis

    @property
    def state_label(self) -> tuple[str, str]:
        """Word and tone of the badge."""
        if self.voided_at is not None:
            return "已作废", "grey"
        if self.outside_number:
            return "外部出文", "green"
        return ("已签发", "green") if self.is_signed else ("草稿", "amber")

    @property
    def needs_service(self) -> bool:
        return self.is_issued and RULES[PaperKind(self.kind)].serves

    @property
    def waits_for_service(self) -> bool:
        """It has to be served, and nothing that the law takes for service is recorded. For rows with their services."""
        return self.needs_service and not any(service.is_lawful for service in self.services.all())

    @property
    def needs_publication(self) -> bool:
        return self.is_issued and RULES[PaperKind(self.kind)].publish and self.published_on is None


class PaperServiceQuerySet(models.QuerySet["PaperService"]):
    def lawful(self) -> PaperServiceQuerySet:
        """Those that serve the paper; the others are kept as what happened."""
        return self.exclude(
            Q(method=ServiceMethod.PUSHED)
            | Q(method=ServiceMethod.ELECTRONIC, consent_on=None)
            | Q(method=ServiceMethod.LEFT, witness="", recorded_on_video=False)
        )


class PaperService(ServiceRecord):
    """送达 of one paper. What happened is recorded; how it should have been done otherwise is a flaw of the case."""

    paper = models.ForeignKey(PermitPaper, verbose_name="文书", on_delete=models.PROTECT, related_name="services")
    servers = models.CharField("送达人", max_length=60, blank=True, help_text="两人，用顿号分开。")
    relation = models.CharField(
        "收件人身份", max_length=30, blank=True, help_text="本人、法定代表人、代理人、收发人员等。"
    )
    consent_on = models.DateField(
        "书面同意电子送达日期", null=True, blank=True, help_text="电子送达须经受送达人同意并有签名确认。"
    )
    recorded_on_video = models.BooleanField("留置过程有拍照、录像", default=False)
    announced_on = models.DateField(
        "公告日期", null=True, blank=True, help_text="公告送达的，自公告之日起满三十日视为送达。"
    )
    effective_on = models.DateField("视为送达日期", editable=False)
    scan = models.FileField("签收扫描件", upload_to=attachment_path, blank=True)

    objects = PaperServiceQuerySet.as_manager()

    class Meta(ServiceRecord.Meta):
        verbose_name = verbose_name_plural = "送达记录"
        constraints = [
            models.CheckConstraint(
                name="announcement_says_when",
                condition=~Q(method=ServiceMethod.ANNOUNCEMENT) | Q(announced_on__isnull=False),
                violation_error_message="公告送达应填公告日期。",
            ),
            models.CheckConstraint(
                name="announced_thirty_days",
                condition=~Q(method=ServiceMethod.ANNOUNCEMENT) | Q(effective_on__gt=F("announced_on")),
                violation_error_message="公告满三十日才视为送达（《民事诉讼法》第九十五条）。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.recipient}"

    def get_absolute_url(self) -> str:
        return self.paper.get_absolute_url()

    @property
    def is_lawful(self) -> bool:
        """In a way of the law, with what that way asks for (民事诉讼法 87–95); otherwise it serves nothing."""
        match self.method:
            case ServiceMethod.PUSHED:
                return False
            case ServiceMethod.ELECTRONIC:
                return self.consent_on is not None
            case ServiceMethod.LEFT:
                return bool(self.witness) or self.recorded_on_video
        return True

    @property
    def is_effective(self) -> bool:
        return self.effective_on <= timezone.localdate()

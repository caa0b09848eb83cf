"""The kernel's tables with their case: flaws of procedure, what was signed on paper, stretches when the clock stood."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from permits.enums import PauseKind
from permits.models.applications import Application
from staff.models import ClockPause as BasePause
from staff.models import OfflineApproval as BaseApproval
from staff.models import ProcedureFlaw as BaseFlaw


class ProcedureFlaw(BaseFlaw):
    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="flaws")
    edge = models.CharField("环节", max_length=30, blank=True)

    class Meta(BaseFlaw.Meta):
        verbose_name = verbose_name_plural = "程序瑕疵"


class OfflineApproval(BaseApproval):
    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.CASCADE, related_name="offline_approvals"
    )

    class Meta(BaseApproval.Meta):
        verbose_name = verbose_name_plural = "线下签批"


class ClockPause(BasePause):
    application = models.ForeignKey(Application, verbose_name="申请", on_delete=models.CASCADE, related_name="pauses")
    kind = models.CharField("事由类别", max_length=10, choices=PauseKind.choices)

    class Meta(BasePause.Meta):
        verbose_name = verbose_name_plural = "期限中止"
        constraints = [
            *BasePause.Meta.constraints,
            models.UniqueConstraint(
                name="one_open_pause_per_permit",
                fields=["application"],
                condition=Q(ended_on=None),
                violation_error_message="这件申请的期限已经中止。",
            ),
        ]

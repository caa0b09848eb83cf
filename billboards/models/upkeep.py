"""What happens to a board while it stands: looks at its structure, pictures, and its history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from billboards.enums.boards import BoardEventKind, InspectionKind, InspectionResult, PhotoView
from billboards.models.board import Board
from staff.models import AppendOnly, Attachment, Record, User


class InspectionQuerySet(models.QuerySet["SafetyInspection"]):
    def visible_to(self, user: User) -> InspectionQuerySet:
        return self.filter(board__in=Board.objects.visible_to(user))

    def recorded(self) -> InspectionQuerySet:
        return self.filter(voided_at=None, board__voided_at=None)


class SafetyInspection(Record):
    """One look at a structure: what was gone through, what was wrong, when the next is due."""

    board = models.ForeignKey(Board, verbose_name="户外广告", on_delete=models.PROTECT, related_name="inspections")
    kind = models.CharField("检查类别", max_length=10, choices=InspectionKind.choices, default=InspectionKind.ROUTINE)
    inspected_on = models.DateField("检查日期", default=timezone.localdate, db_index=True)
    inspectors = models.CharField("检查人", max_length=60, help_text="两人以上用顿号分开。")
    agency = models.CharField("检测机构", max_length=80, blank=True, help_text="委托检测、鉴定的填机构名称和报告编号。")
    defects = models.JSONField("有问题的项目", default=list, blank=True)
    result = models.CharField("结果", max_length=8, choices=InspectionResult.choices)
    findings = models.CharField("情况", max_length=300, blank=True)
    next_due_on = models.DateField("下次检查", null=True, blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "安全检查"
        ordering = ["-inspected_on", "-pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="inspection_next_after_this",
                condition=Q(next_due_on=None) | Q(next_due_on__gt=F("inspected_on")),
                violation_error_message="下次检查的日期应晚于本次。",
            ),
            models.CheckConstraint(
                name="inspection_trouble_says_what",
                condition=Q(result=InspectionResult.PASSED) | ~Q(findings=""),
                violation_error_message="需维修或者有隐患的，应写明情况。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspected_on} {self.get_result_display()}"

    def get_absolute_url(self) -> str:
        return self.board.get_absolute_url()


class BoardPhoto(Attachment):
    board = models.ForeignKey(Board, verbose_name="户外广告", on_delete=models.CASCADE, related_name="photos")
    view = models.CharField("拍摄面", max_length=6, choices=PhotoView.choices, default=PhotoView.FRONT)

    class Meta(Attachment.Meta):
        verbose_name = verbose_name_plural = "户外广告照片"

    @property
    def caption(self) -> str:
        return str(self.get_view_display())

    def get_absolute_url(self) -> str:
        return reverse("billboards:board-photo", args=[self.board_id, self.pk])


class BoardEvent(AppendOnly):
    """The life of a board, as its plate tells it. Appended only."""

    board = models.ForeignKey(Board, verbose_name="户外广告", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("事项", max_length=12, choices=BoardEventKind.choices)
    happened_on = models.DateField("日期", default=timezone.localdate)
    note = models.CharField("说明", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="登记人", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "设施经过"
        ordering = ["-happened_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"

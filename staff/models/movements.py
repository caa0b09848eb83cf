"""The movement ledger (人员变动台账): one row a movement, with the standing that holds from its day until the next.

Whoever stood where on a day is one indexed condition (`standing_on`), so every head count of any day is a list of rows.
The standings are computed by staff/ledger.py and stored by staff/workflow/people.py; nothing else writes them.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from staff.enums import Employment, MovementKind, Standing
from staff.ledger import Fact, Place
from staff.models.imports import ImportBatch
from staff.models.people import User
from staff.models.persons import Person
from staff.models.units import Unit
from staff.permissions import Perms


class MovementQuerySet(models.QuerySet["Movement"]):
    def visible_to(self, user: User) -> MovementQuerySet:
        """Those who see all units see everything; others what began or ended in their own unit."""
        if not user.has_perm(Perms.VIEW_PEOPLE):
            return self.none()
        if user.sees_all_units:
            return self
        return self.filter(Q(unit_before__in=user.unit_ids) | Q(unit_after__in=user.unit_ids))

    def recorded(self) -> MovementQuerySet:
        return self.filter(voided_at=None)

    def counted(self) -> MovementQuerySet:
        """Recorded, and in keeping with the ledger."""
        return self.filter(voided_at=None, flag="")

    def standing_on(self, day: date) -> MovementQuerySet:
        """For each person the row that holds on a day. Voided and flagged rows hold for no day at all."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), effective_on__lte=day)

    def on_roll(self) -> MovementQuerySet:
        return self.filter(standing_after__in=Standing.ON_ROLL)

    def on_duty(self, *, auxiliaries: bool) -> MovementQuerySet:
        rows = self.filter(standing_after__in=Standing.ON_DUTY)
        return rows if auxiliaries else rows.exclude(employment_after__in=Employment.AUXILIARIES)

    def between(self, start: date, end: date) -> MovementQuerySet:
        return self.filter(effective_on__gte=start, effective_on__lte=end)


class Movement(models.Model):
    person = models.ForeignKey(Person, verbose_name="人员", on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField("变动类型", max_length=20, choices=MovementKind.choices)
    happened_on = models.DateField("变动日期", default=timezone.localdate)
    effective_on = models.DateField("入账日期", editable=False)
    unit = models.ForeignKey(
        Unit, verbose_name="变动后单位", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    employment = models.CharField("变动后用工性质", max_length=20, choices=Employment.choices, blank=True)
    post = models.CharField("变动后岗位", max_length=40, blank=True)
    standing = models.CharField("更正为", max_length=12, choices=Standing.choices, blank=True)
    reason = models.CharField("原因", max_length=100, blank=True)
    destination = models.CharField("去向（来源）", max_length=60, blank=True)
    document = models.CharField("文件号", max_length=80, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    # What the ledger makes of it.
    standing_before = models.CharField("变动前状态", max_length=12, choices=Standing.choices, editable=False)
    unit_before = models.ForeignKey(
        Unit,
        verbose_name="变动前单位",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="movements_out",
    )
    employment_before = models.CharField(
        "变动前用工性质", max_length=20, choices=Employment.choices, blank=True, editable=False
    )
    post_before = models.CharField("变动前岗位", max_length=40, blank=True, editable=False)
    standing_after = models.CharField("状态", max_length=12, choices=Standing.choices, editable=False)
    unit_after = models.ForeignKey(
        Unit,
        verbose_name="单位",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="movements_in",
    )
    employment_after = models.CharField(
        "用工性质", max_length=20, choices=Employment.choices, blank=True, editable=False
    )
    post_after = models.CharField("岗位", max_length=40, blank=True, editable=False)
    ends_on = models.DateField("状态截止", null=True, blank=True, editable=False)
    flag = models.CharField("待核对", max_length=120, blank=True, editable=False)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废理由", max_length=200, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    batch = models.ForeignKey(
        ImportBatch,
        verbose_name="导入批次",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="movements",
    )
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员变动"
        ordering = ["-effective_on", "-happened_on", "-pk"]
        indexes = [
            models.Index(fields=["effective_on", "ends_on"], name="movement_interval"),
            models.Index(fields=["person", "effective_on"], name="movement_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_movement_per_person_kind_and_day",
                fields=["person", "kind", "happened_on"],
                condition=Q(voided_at=None),
                violation_error_message="此人当天的这种变动已经登记过。",
            ),
            models.CheckConstraint(
                name="movement_interval_forwards",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("effective_on")),
                violation_error_message="状态截止日期不得早于入账日期。",
            ),
            models.CheckConstraint(
                name="movement_booked_late_with_note",
                condition=Q(effective_on=F("happened_on")) | Q(effective_on__gt=F("happened_on")) & ~Q(note=""),
                violation_error_message="变动日期所在期间已报送锁定，记入下一期时须在备注里说明。",
            ),
            models.CheckConstraint(
                name="movement_void_has_reason",
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                violation_error_message="作废必须写明理由。",
            ),
            models.CheckConstraint(
                name="movement_uncounted_holds_no_day",
                condition=Q(voided_at=None, flag="") | Q(ends_on__isnull=False, ends_on=F("effective_on")),
                violation_error_message="作废或待核对的变动不能计入任何一天的人数。",
            ),
            models.CheckConstraint(
                name="movement_leaver_is_outside",
                condition=~Q(kind__in=MovementKind.ENDING, voided_at=None, flag="")
                | Q(standing_after=Standing.OUTSIDE, unit_after=None),
                violation_error_message="离开单位的人不再有单位和岗位。",
            ),
            models.CheckConstraint(
                name="movement_here_has_unit",
                condition=Q(standing_after=Standing.OUTSIDE) | Q(unit_after__isnull=False) & ~Q(employment_after=""),
                violation_error_message="在册人员必须有单位和用工性质。",
            ),
            models.CheckConstraint(
                name="movement_correction_has_note",
                condition=~Q(kind=MovementKind.CORRECTED) | ~Q(note="") & ~Q(standing=""),
                violation_error_message="更正必须选择更正后的状态，并在备注里说明。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_kind_display()} {self.happened_on}"

    def get_absolute_url(self) -> str:
        return reverse("staff:movement-detail", args=[self.pk])

    @property
    def fact(self) -> Fact:
        return Fact(self.kind, self.effective_on, self.unit_id, self.employment, self.post, self.standing)

    @property
    def before(self) -> Place:
        return Place(self.standing_before, self.unit_before_id, self.employment_before, self.post_before)

    @property
    def after(self) -> Place:
        return Place(self.standing_after, self.unit_after_id, self.employment_after, self.post_after)

    @property
    def roll_effect(self) -> int:
        return int(self.after.on_roll) - int(self.before.on_roll)

    @property
    def duty_effect(self) -> int:
        return int(self.after.on_duty) - int(self.before.on_duty)

    @property
    def is_late(self) -> bool:
        """Booked in a later period than it happened, because that one was reported."""
        return self.effective_on > self.happened_on

"""The roster of a window: posts in shifts (Slot), people on them (Assignment), and changes of hands (Swap)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from fireworks.enums import DutyRole, RosterState, SwapState
from fireworks.models.grids import Grid, Post
from fireworks.models.people import DutyPerson
from fireworks.models.windows import ShiftPattern, Window
from staff.permissions import Perms

if TYPE_CHECKING:
    from fireworks.models.watch import CheckIn, StandIn
    from staff.models import User


class RosterQuerySet(models.QuerySet["Roster"]):
    def visible_to(self, user: User) -> RosterQuerySet:
        """Drafts are the planners'."""
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.none()
        return self if user.has_perm(Perms.PLAN_DUTY) else self.published()

    def published(self) -> RosterQuerySet:
        return self.filter(state=RosterState.PUBLISHED)


class Roster(models.Model):
    window = models.OneToOneField(Window, verbose_name="重点时段", on_delete=models.PROTECT, related_name="roster")
    state = models.CharField(
        "状态", max_length=10, choices=RosterState.choices, default=RosterState.DRAFT, editable=False
    )
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发布人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    breaches_accepted = models.PositiveSmallIntegerField("发布时未满足的条数", default=0, editable=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班表"
        ordering = ["-window__start"]
        permissions = [("plan_duty", "编排和发布值班表")]
        constraints = [
            models.CheckConstraint(
                name="roster_published_with_time",
                condition=~Q(state=RosterState.PUBLISHED) | Q(published_at__isnull=False),
                violation_error_message="已发布的值班表须有发布时间。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.window.name}值班表"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:roster-detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == RosterState.DRAFT


def names_of(*paths: str) -> list[Prefetch]:
    """What to prefetch so that crews are written without asking for each name who else bears it."""
    people = DutyPerson.objects.with_namesakes().select_related("person")
    return [Prefetch(path, queryset=people) for path in paths]


class SlotQuerySet(models.QuerySet["Slot"]):
    def visible_to(self, user: User) -> SlotQuerySet:
        """Those of one's grids, and those where one stands oneself."""
        mine = self.model.objects.published().filter(assignments__person__person__account=user)
        ground = Q(grid__in=Grid.objects.visible_to(user), roster__in=Roster.objects.visible_to(user))
        return self.filter(ground | Q(pk__in=mine.values("pk")))

    def published(self) -> SlotQuerySet:
        return self.filter(roster__state=RosterState.PUBLISHED)

    def running_at(self, moment: datetime) -> SlotQuerySet:
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)

    def with_names(self) -> SlotQuerySet:
        return self.select_related("roster__window", "grid", "post", "shift").prefetch_related(
            *names_of("assignments__person", "assignments__substitute")
        )


class Slot(models.Model):
    """One post (or the whole grid) in one shift of one day. `day` is the one on which the shift begins."""

    roster = models.ForeignKey(Roster, verbose_name="值班表", on_delete=models.PROTECT, related_name="slots")
    grid = models.ForeignKey(Grid, verbose_name="网格", on_delete=models.PROTECT, related_name="slots")
    post = models.ForeignKey(
        Post, verbose_name="岗位", null=True, blank=True, on_delete=models.PROTECT, related_name="slots"
    )
    shift = models.ForeignKey(ShiftPattern, verbose_name="班次", on_delete=models.PROTECT, related_name="slots")
    day = models.DateField("日期", db_index=True)
    starts_at = models.DateTimeField("开始时间", db_index=True)
    ends_at = models.DateTimeField("结束时间")
    needed = models.PositiveSmallIntegerField("应到人数", default=1)
    needs_certificate = models.BooleanField("须有持证人员", default=False)
    is_night = models.BooleanField("夜班", default=False)
    is_holiday = models.BooleanField("法定节假日", default=False)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗班"
        ordering = ["starts_at", "grid__code", "post", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_slot_per_post_shift_and_day",
                fields=["roster", "post", "shift", "day"],
                condition=Q(post__isnull=False),
                violation_error_message="这个岗位当天的这一班已经在值班表里。",
            ),
            models.UniqueConstraint(
                name="one_slot_per_grid_shift_and_day",
                fields=["roster", "grid", "shift", "day"],
                condition=Q(post=None),
                violation_error_message="这个网格当天的这一班已经在值班表里。",
            ),
            models.CheckConstraint(
                name="slot_runs_forwards",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.CheckConstraint(
                name="slot_needs_somebody",
                condition=Q(needed__gte=1),
                violation_error_message="应到人数不能少于 1 人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.place} {self.shift.name}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:slot-detail", args=[self.pk])

    @property
    def place(self) -> str:
        return f"{self.grid.name} {self.post.name}" if self.post else f"{self.grid.name} 巡查"

    @property
    def hours(self) -> str:
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        return f"{start:%H:%M}—{'次日' if end.date() > self.day else ''}{end:%H:%M}"

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def people(self) -> list[Assignment]:
        """The leader first; from the prefetched rows."""
        return sorted(self.assignments.all(), key=lambda each: (each.role != DutyRole.LEAD, each.pk))

    @property
    def names(self) -> str:
        """张三（带班）、李四: as one writes it in the grid and in a sheet."""
        return "、".join(each.words for each in self.people)

    @property
    def here_instead(self) -> list[StandIn]:
        """Those who stand in for others, as far as it stands; from the prefetched rows."""
        return [each for each in self.stand_ins.all() if each.voided_at is None]


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User) -> AssignmentQuerySet:
        """Those of one's grids, and one's own."""
        return self.filter(
            Q(slot__in=Slot.objects.visible_to(user)) | Q(pk__in=self.model.objects.of(user).values("pk"))
        )

    def of(self, user: User) -> AssignmentQuerySet:
        """One's own published duties."""
        return self.filter(person__person__account=user, slot__roster__state=RosterState.PUBLISHED)

    def published(self) -> AssignmentQuerySet:
        return self.filter(slot__roster__state=RosterState.PUBLISHED)


class Assignment(models.Model):
    slot = models.ForeignKey(Slot, verbose_name="岗班", on_delete=models.CASCADE, related_name="assignments")
    person = models.ForeignKey(
        DutyPerson, verbose_name="值守人员", on_delete=models.PROTECT, related_name="assignments"
    )
    role = models.CharField("职责", max_length=10, choices=DutyRole.choices, default=DutyRole.WATCH)
    substitute = models.ForeignKey(
        DutyPerson, verbose_name="替补", null=True, blank=True, on_delete=models.PROTECT, related_name="standing_in"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值守安排"
        ordering = ["slot__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_assignment_per_slot_and_person",
                fields=["slot", "person"],
                violation_error_message="此人已在这一班里。",
            ),
            models.CheckConstraint(
                name="substitute_is_somebody_else",
                condition=Q(substitute=None) | ~Q(substitute=F("person")),
                violation_error_message="替补不能是本人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.slot}"

    @property
    def check_in(self) -> CheckIn | None:
        """The one that stands; from the prefetched rows."""
        return next((each for each in self.check_ins.all() if each.voided_at is None), None)

    @property
    def words(self) -> str:
        """As read_crew in fireworks/crews.py reads it."""
        role = "" if self.role == DutyRole.WATCH else f"（{self.get_role_display()}）"
        instead = f"（替补{self.substitute.clear_name}）" if self.substitute else ""
        return f"{self.person.clear_name}{role}{instead}"


class SwapQuerySet(models.QuerySet["Swap"]):
    def visible_to(self, user: User) -> SwapQuerySet:
        """One's own, asked or received, and those of the grids one sees."""
        mine = Q(from_person__person__account=user) | Q(to__person__account=user)
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.filter(mine)
        return self.filter(mine | Q(slot__grid__in=Grid.objects.visible_to(user)))

    def open(self) -> SwapQuerySet:
        return self.filter(state__in=SwapState.OPEN)


class Swap(models.Model):
    """换班: one asks, the other accepts, the leader approves before the shift begins."""

    slot = models.ForeignKey(Slot, verbose_name="岗班", on_delete=models.PROTECT, related_name="swaps")
    from_person = models.ForeignKey(
        DutyPerson, verbose_name="申请人", on_delete=models.PROTECT, related_name="swaps_asked"
    )
    to = models.ForeignKey(
        DutyPerson,
        verbose_name="换给",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="swaps_received",
        help_text="没有人接替的不填；会使岗位缺人的，须由批准人写明。",
    )
    reason = models.CharField("事由", max_length=100)
    state = models.CharField("状态", max_length=10, choices=SwapState.choices, default=SwapState.ASKED, editable=False)
    asked_at = models.DateTimeField("申请时间", default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="批准人",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("办结时间", null=True, blank=True, editable=False)
    breaks = models.TextField("批准时未满足的规则", blank=True, editable=False)
    note = models.CharField("批准意见", max_length=200, blank=True, editable=False)

    objects = SwapQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        ordering = ["-asked_at", "-pk"]
        permissions = [("approve_swap", "批准换班")]
        constraints = [
            models.UniqueConstraint(
                name="one_open_swap_per_slot_and_person",
                fields=["slot", "from_person"],
                condition=Q(state__in=SwapState.OPEN),
                violation_error_message="这一班已有换班申请在办。",
            ),
            models.CheckConstraint(
                name="swap_decided_with_time",
                condition=Q(state__in=SwapState.OPEN, decided_at=None)
                | ~Q(state__in=SwapState.OPEN) & Q(decided_at__isnull=False),
                violation_error_message="换班办结须有时间。",
            ),
            models.CheckConstraint(
                name="swap_breaking_rules_has_note",
                condition=~Q(state=SwapState.APPROVED) | Q(breaks="") | ~Q(note=""),
                violation_error_message="换班后岗位不满足规则的，批准人须写明理由。",
            ),
            models.CheckConstraint(
                name="swap_between_two_people",
                condition=Q(to=None) | ~Q(to=F("from_person")),
                violation_error_message="不能换给本人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_person}换给{self.to or '（无人）'}"

    def get_absolute_url(self) -> str:
        return reverse("fireworks:swap-detail", args=[self.pk])

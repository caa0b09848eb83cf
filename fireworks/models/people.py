"""Who stands on the roster: people of the bureau, and of communities and the police without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from config.identity import mask_phone
from fireworks.models.grids import Grid
from staff.models import Person
from staff.permissions import Perms

if TYPE_CHECKING:
    from staff.models import User


class DutyPersonQuerySet(models.QuerySet["DutyPerson"]):
    def visible_to(self, user: User) -> DutyPersonQuerySet:
        """Telephone numbers stand here: one sees those of one's own grids, and oneself."""
        if not user.has_perm(Perms.VIEW_FIREWORKS):
            return self.none()
        if user.sees_all_units:
            return self
        grids = Grid.objects.visible_to(user).values("pk")
        here = self.model.objects.filter(assignments__slot__grid__in=grids).values("pk")
        return self.filter(Q(home_grid__in=grids) | Q(pk__in=here) | Q(person__account=user))

    def of(self, user: User) -> DutyPersonQuerySet:
        return self.filter(person__account=user)

    def active(self) -> DutyPersonQuerySet:
        return self.filter(is_active=True)

    def with_namesakes(self) -> DutyPersonQuerySet:
        """With `has_namesake`: whether somebody else who can be placed bears the same name."""
        others = self.model.objects.active().filter(name=OuterRef("name")).exclude(pk=OuterRef("pk"))
        return self.annotate(has_namesake=Exists(others))


class DutyPerson(models.Model):
    person = models.OneToOneField(
        Person,
        verbose_name="本局人员",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duty_person",
        help_text="本局人员从名册选；执法证、协管身份和长假随名册。社区、公安人员不选，填姓名。",
    )
    name = models.CharField("姓名", max_length=30)
    agency = models.CharField("单位", max_length=60, help_text="如湖滨社区、派出所。")
    phone = models.CharField("电话", max_length=20, blank=True)
    has_certificate = models.BooleanField("持执法证（警官证）", default=False, help_text="只对外单位人员起作用。")
    is_auxiliary = models.BooleanField("协管、辅警、志愿者", default=False, help_text="只能协助，不能单独成岗。")
    home_grid = models.ForeignKey(
        Grid, verbose_name="常驻网格", null=True, blank=True, on_delete=models.PROTECT, related_name="duty_people"
    )
    is_active = models.BooleanField("可以排班", default=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = DutyPersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值守人员"
        ordering = ["agency", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_duty_person_per_name_and_agency",
                fields=["name", "agency"],
                violation_error_message="这个单位已有同名的值守人员。请在姓名后加序号区分。",
            ),
            models.CheckConstraint(
                name="duty_person_has_a_name",
                condition=~Q(name="") & ~Q(agency=""),
                violation_error_message="姓名和单位不能为空。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    @property
    def clear_name(self) -> str:
        """The name, with the unit where somebody else bears it too: 张三（湖滨社区）."""
        shared = getattr(self, "has_namesake", None)
        if shared is None:
            shared = DutyPerson.objects.active().filter(name=self.name).exclude(pk=self.pk).exists()
        return f"{self.name}（{self.agency}）" if shared else self.name

    def get_absolute_url(self) -> str:
        return reverse("fireworks:duty-person-edit", args=[self.pk])


class Absence(models.Model):
    """请假 (must not be on the roster) or 意愿 (would rather not be): days of one person."""

    person = models.ForeignKey(DutyPerson, verbose_name="值守人员", on_delete=models.CASCADE, related_name="absences")
    start = models.DateField("起始日期")
    end = models.DateField("截止日期")
    is_wish = models.BooleanField("只是意愿", default=False, help_text="勾选的尽量照顾；不勾选的是请假，不能排班。")
    reason = models.CharField("事由", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "请假和意愿"
        ordering = ["-start", "pk"]
        constraints = [
            models.CheckConstraint(
                name="absence_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="截止日期不得早于起始日期。",
            ),
            models.UniqueConstraint(
                name="one_absence_per_person_and_start",
                fields=["person", "start", "is_wish"],
                violation_error_message="此人从这一天起已经登记过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.start}至{self.end}"

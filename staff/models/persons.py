"""People of the bureau. What identifies them (ID number, phone) lies in a table of its own, opened by few."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from config.identity import check_id_number, mask_id_number, mask_phone
from staff.enums import Education, Party, Sex
from staff.models.people import User
from staff.permissions import Perms


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> PersonQuerySet:
        """Those who see all units see everybody; others the people of their own unit as of today."""
        if not user.has_perm(Perms.VIEW_PEOPLE):
            return self.none()
        if user.sees_all_units:
            return self
        today = timezone.localdate()
        return self.filter(
            Q(movements__ends_on=None) | Q(movements__ends_on__gt=today),
            movements__effective_on__lte=today,
            movements__unit_after__in=user.unit_ids,
        )


class Person(models.Model):
    """One person, once, whatever comes and goes; unit, post and employment follow from the movements."""

    name = models.CharField("姓名", max_length=30)
    sex = models.CharField("性别", max_length=6, choices=Sex.choices)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    staff_number = models.CharField("工号", max_length=20, unique=True, null=True, blank=True)
    education = models.CharField("学历", max_length=12, choices=Education.choices, blank=True)
    party = models.CharField("政治面貌", max_length=12, choices=Party.choices, blank=True)
    enforcement_rank = models.CharField(
        "执法类职级", max_length=30, blank=True, help_text="行政执法类公务员职务职级，如“一级行政执法员”。"
    )
    joined_on = models.DateField("参加工作时间", null=True, blank=True)
    account = models.OneToOneField(
        User, verbose_name="登录账号", null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    note = models.CharField("备注", max_length=200, blank=True)
    version = models.PositiveIntegerField("版次", default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        ordering = ["name", "pk"]
        permissions = [
            ("view_people", "查看人员"),
            ("view_identity", "查看证件号码和电话"),
            ("manage_people", "登记人员和变动"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_born_before_joining",
                condition=Q(birth_date=None) | Q(joined_on=None) | Q(joined_on__gt=models.F("birth_date")),
                violation_error_message="参加工作时间应晚于出生日期。",
            ),
            models.CheckConstraint(
                name="person_has_a_name", condition=~Q(name=""), violation_error_message="姓名不能为空。"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("staff:person-detail", args=[self.pk])

    def age_on(self, day: date) -> int | None:
        """Whole years; None where the date of birth is not on record."""
        if self.birth_date is None:
            return None
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class PersonIdentity(models.Model):
    """ID number and phone. Never joined by a list: only the person's page opens it, for those with the right."""

    person = models.OneToOneField(Person, verbose_name="人员", on_delete=models.CASCADE, related_name="identity")
    id_number = models.CharField("公民身份号码", max_length=18, unique=True, null=True, blank=True)
    phone = models.CharField("手机号", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "证件号码和电话"

    def __str__(self) -> str:
        return self.masked_id_number

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number or "")

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)

    def clean(self) -> None:
        """ValidationError if the number is miswritten or does not belong to the person's birth date and sex."""
        if self.id_number and self.person_id:
            sex = "男" if self.person.sex == Sex.MALE else "女"
            if problem := check_id_number(self.id_number, birth=self.person.birth_date, sex=sex):
                raise ValidationError({"id_number": problem})

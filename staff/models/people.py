"""Accounts, and who acts for whom. The person's file (posts, certificates, movements) is kept beside the account."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from staff.enums import DigestWay
from staff.models.units import Unit
from staff.permissions import Perms


class PeopleManager(UserManager["User"]):
    def holding(self, perm: str) -> models.QuerySet[User]:
        """Active accounts whose roles carry a permission: whom a message about such a matter is for."""
        label, codename = perm.split(".")
        carrying = {"groups__permissions__content_type__app_label": label, "groups__permissions__codename": codename}
        return self.filter(is_active=True, **carrying).distinct()

    def visible_to(self, user: User) -> models.QuerySet[User]:
        """Administrators see all accounts, others none."""
        return self.all() if user.has_perm(Perms.MANAGE_ACCOUNTS) else self.none()


class User(AbstractUser):
    """An account belongs to one person; the username is the 工号. Roles come from groups (staff/permissions.py)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=30)
    unit = models.ForeignKey(
        Unit, verbose_name="所属单位", null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    phone = models.CharField("手机号", max_length=20, blank=True)
    mail_messages = models.BooleanField("消息同时发到邮箱", default=False)
    digest = models.CharField("每日提要", max_length=10, choices=DigestWay.choices, default=DigestWay.NONE)
    must_change_password = models.BooleanField("下次登录须修改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now, editable=False)
    second_factor_since = models.DateTimeField("绑定动态验证码时间", null=True, blank=True, editable=False)

    REQUIRED_FIELDS = ["display_name"]

    objects = PeopleManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        permissions = [
            ("manage_accounts", "管理账号"),
            ("view_staff_admin", "进入基础数据"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    # Set for one request by staff.middleware.ActingPerson when the user acts for somebody else.
    principal: User | None = None

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:  # type: ignore[override]
        """A deputy has, while acting, the permissions of the person whom he or she stands in for."""
        return super().has_perm(perm, obj) or (self.principal is not None and self.principal.has_perm(perm, obj))

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        """The user's own unit, the units below it, and while acting those of the principal."""
        if self.unit_id is None:
            own: set[int] = set()
        else:
            children = Unit.objects.filter(parent_id=self.unit_id).values_list("pk", flat=True)
            own = {self.unit_id, *children}
        return frozenset(own | (self.principal.unit_ids if self.principal else frozenset()))

    @cached_property
    def sees_all_units(self) -> bool:
        return self.has_perm(Perms.SEE_ALL_UNITS)

    def principals_on(self, day: date) -> models.QuerySet[User]:
        """Those whom this user may stand in for on a day."""
        return User.objects.filter(
            is_active=True,
            deputyships_given__deputy=self,
            deputyships_given__start__lte=day,
            deputyships_given__end__gte=day,
        ).distinct()


class UsedPassword(models.Model):
    """A hash of a password that an account had, so that it is not taken again (staff/passwords.py keeps the last few)."""

    user = models.ForeignKey(User, verbose_name="账号", on_delete=models.CASCADE, related_name="used_passwords")
    password = models.CharField("密码的散列值", max_length=128)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}用过的密码"


class DeputyshipQuerySet(models.QuerySet["Deputyship"]):
    def visible_to(self, user: User) -> DeputyshipQuerySet:
        """Administrators see all, others those that they give or hold."""
        return self if user.has_perm(Perms.MANAGE_ACCOUNTS) else self.filter(Q(principal=user) | Q(deputy=user))


class Deputyship(models.Model):
    """A/B 岗: between two dates the deputy may act for the principal; the log names both."""

    principal = models.ForeignKey(
        User, verbose_name="被代理人", on_delete=models.CASCADE, related_name="deputyships_given"
    )
    deputy = models.ForeignKey(User, verbose_name="代理人", on_delete=models.CASCADE, related_name="deputyships_held")
    start = models.DateField("起始日期", default=timezone.localdate)
    end = models.DateField("截止日期")
    reason = models.CharField("事由", max_length=100, blank=True)

    objects = DeputyshipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代理关系"
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(
                name="deputyship_end_not_before_start",
                condition=Q(end__gte=F("start")),
                violation_error_message="截止日期不得早于起始日期。",
            ),
            models.CheckConstraint(
                name="deputyship_between_two_people",
                condition=~Q(principal=F("deputy")),
                violation_error_message="代理人不能是本人。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy}代{self.principal}（{self.start}至{self.end}）"

    def clean(self) -> None:
        if self.principal_id and self.principal.is_superuser:
            raise ValidationError({"principal": "系统管理员的权限不能由他人代理。"})

"""Django admin: reference data and accounts only. Every save is an Activity; case tables are read-only there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from staff.models import (
    Activity,
    CalendarDay,
    CalendarYear,
    Deputyship,
    NumberCounter,
    NumberSeries,
    Setting,
    Unit,
    UnitAlias,
    User,
    Verb,
    changed_fields,
)
from staff.permissions import EXCLUSIVE_ROLES, Perms


def field_values(obj: models.Model) -> dict[str, Any]:
    """The stored values by verbose name, without the password."""
    return {
        str(field.verbose_name): field.value_from_object(obj)
        for field in obj._meta.concrete_fields
        if field.name not in {"password", "last_login"}
    }


class LoggedAdmin(admin.ModelAdmin):
    """Writes what was changed, before and after, to the one log instead of Django's own."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        before = field_values(type(obj)._default_manager.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        after = field_values(obj)
        verb = Verb.UPDATE if change else Verb.CREATE
        Activity.record(verb, obj, by=request.user, title="基础数据", changes=changed_fields(before, after))

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        before = {name: [value, None] for name, value in field_values(obj).items()}
        Activity.record(Verb.DELETE, obj, by=request.user, title="基础数据", changes=before)
        super().delete_model(request, obj)

    def log_addition(self, *args: Any, **kwargs: Any) -> None:
        """Replaced by save_model."""

    def log_change(self, *args: Any, **kwargs: Any) -> None:
        """Replaced by save_model."""

    def log_deletions(self, *args: Any, **kwargs: Any) -> None:
        """Replaced by delete_model."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Reference data ends by a date of validity; what cases point at is never deleted."""
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """A look at case tables; they are changed through their workflow only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class UnitAliasInline(admin.TabularInline):
    model = UnitAlias
    extra = 1


@admin.register(Unit)
class UnitAdmin(LoggedAdmin):
    list_display = ["name", "short_name", "kind", "parent", "squad", "ranking_group", "order", "valid_from", "valid_to"]
    list_filter = ["kind", "ranking_group"]
    search_fields = ["name", "short_name", "aliases__name"]
    list_select_related = ["parent", "squad"]
    inlines = [UnitAliasInline]


@admin.register(Setting)
class SettingAdmin(LoggedAdmin):
    list_display = ["key", "value", "source", "valid_from", "valid_to"]
    list_filter = ["key"]


class CalendarDayInline(admin.TabularInline):
    model = CalendarDay
    extra = 1


@admin.register(CalendarYear)
class CalendarYearAdmin(LoggedAdmin):
    list_display = ["year", "status", "source"]
    inlines = [CalendarDayInline]


@admin.register(NumberSeries)
class NumberSeriesAdmin(LoggedAdmin):
    list_display = ["name", "code", "mark", "pattern", "first"]


@admin.register(NumberCounter)
class NumberCounterAdmin(ReadOnlyAdmin):
    list_display = ["series", "year", "last"]
    list_select_related = ["series"]


@admin.register(Deputyship)
class DeputyshipAdmin(LoggedAdmin):
    list_display = ["principal", "deputy", "start", "end", "reason"]
    list_select_related = ["principal", "deputy"]


class SeparatedRoles:
    """Refuses the roles that nobody may hold together."""

    def clean_groups(self) -> Any:
        groups = self.cleaned_data["groups"]  # type: ignore[attr-defined]
        names = {group.name for group in groups}
        for exclusive in EXCLUSIVE_ROLES:
            if exclusive <= names:
                raise ValidationError(f"{'和'.join(sorted(exclusive))}不能由同一个人担任。")
        return groups


class AccountForm(SeparatedRoles, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        fields = "__all__"


class NewAccountForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "display_name", "unit")


@admin.register(User)
class AccountAdmin(LoggedAdmin, UserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    list_display = ["username", "display_name", "unit", "is_active", "last_login"]
    list_filter = ["is_active", "groups", "unit"]
    list_select_related = ["unit"]
    search_fields = ["username", "display_name"]
    ordering = ["username"]
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["username", "password", "must_change_password"]}),
        ("本人", {"fields": ["display_name", "unit", "phone"]}),
        ("权限", {"fields": ["is_active", "is_staff", "groups"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "display_name", "unit", "usable_password", "password1", "password2"]}),
    ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Perms.MANAGE_ACCOUNTS)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = sorted(group.name for group in form.instance.groups.all())
        super().save_related(request, form, formsets, change)
        after = sorted(group.name for group in form.instance.groups.all())
        if before != after:
            Activity.record(
                Verb.UPDATE, form.instance, by=request.user, title="角色", changes={"角色": [before, after]}
            )


admin.site.unregister(Group)  # roles come from staff/permissions.py, not from clicks

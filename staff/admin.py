"""Django admin: reference data and accounts only. Every save is an Activity; case tables are read-only there.

It shows nobody a row that the site would not show: lists, pages, choices and suggestions all go through `visible_to`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

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
from staff.permissions import Perms


def field_values(obj: models.Model) -> dict[str, Any]:
    """The stored values by verbose name, without the password."""
    return {
        str(field.verbose_name): field.value_from_object(obj)
        for field in obj._meta.concrete_fields
        if field.name not in {"password", "last_login"}
    }


def visible_rows(model: type[models.Model], user: User) -> models.QuerySet[Any] | None:
    """What the site shows of a model; None for reference data, which has no scope."""
    visible_to = getattr(model._default_manager, "visible_to", None)
    return None if visible_to is None else visible_to(user)


class ScopedAdmin(admin.ModelAdmin):
    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows, ordering = visible_rows(self.model, request.user), self.get_ordering(request)
        if rows is None:
            return super().get_queryset(request)
        return rows.order_by(*ordering) if ordering else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = visible_rows(db_field.remote_field.model, request.user)
        if rows is not None:
            kwargs.setdefault("queryset", rows)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters that are shown: `?password__startswith=` would read out what no page displays."""
        return any(lookup == name or lookup.startswith(f"{name}__") for name in self.get_list_filter(request))


class LoggedAdmin(ScopedAdmin):
    """Writes what was changed, before and after, to the one log instead of Django's own."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        before = field_values(type(obj)._default_manager.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        after = field_values(obj)
        verb = Verb.UPDATE if change else Verb.CREATE
        Activity.record(verb, obj, by=request.user, title="基础数据", changes=changed_fields(before, after))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The rows below as well: the days of a year's calendar decide every deadline."""
        known = [each.instance.pk for each in formset.initial_forms]
        stored = {row.pk: field_values(row) for row in formset.model._default_manager.filter(pk__in=known)}
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            self.log_row(request, Verb.CREATE, row, changed_fields({}, field_values(row)))
        for row, _ in formset.changed_objects:
            self.log_row(request, Verb.UPDATE, row, changed_fields(stored[row.pk], field_values(row)))
        for row in formset.deleted_objects:
            Activity.record(Verb.DELETE, form.instance, by=request.user, title="基础数据", note=f"删除 {row}")

    def log_row(self, request: HttpRequest, verb: Verb, row: models.Model, changes: dict[str, Any]) -> None:
        Activity.record(verb, row, by=request.user, title="基础数据", changes=changes)

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


class ReadOnlyAdmin(ScopedAdmin):
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

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A day typed by mistake goes; the log keeps it (`save_formset`)."""
        return self.has_change_permission(request, obj)


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
class DeputyshipAdmin(ReadOnlyAdmin):
    list_display = ["principal", "deputy", "start", "end", "reason"]
    list_select_related = ["principal", "deputy"]


@admin.register(User)
class AccountAdmin(ReadOnlyAdmin):
    """A look only: accounts, roles and deputies have one door, the page 账号 (staff/workflow/accounts.py)."""

    list_display = ["username", "display_name", "unit", "is_active", "last_login"]
    list_filter = ["is_active", "groups", "unit"]
    list_select_related = ["unit"]
    search_fields = ["username", "display_name"]
    ordering = ["username"]
    fields = ["username", "display_name", "unit", "is_active", "is_staff", "groups", "last_login"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Perms.MANAGE_ACCOUNTS)


for _registrar in ("django.contrib.auth", "django_otp.plugins.otp_totp", "django_otp.plugins.otp_static"):
    import_module(f"{_registrar}.admin")
# Roles come from staff/permissions.py, not from clicks; keys of phones and recovery codes are nobody's to read.
admin.site.unregister([Group, TOTPDevice, StaticDevice])

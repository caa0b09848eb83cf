"""Which role may do what: the rights of the database beside those of staff/permissions.py."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, Q

from staff.management.commands.create_groups import admin_rights, permissions_by_name
from staff.permissions import GROUPS, Perms, Roles


@dataclass(frozen=True, slots=True)
class RoleColumn:
    name: str
    holders: int  # active accounts


@dataclass(frozen=True, slots=True)
class Grant:
    """What stands in one cell: what applies (the database), and what should (the code)."""

    role: str
    granted: bool
    expected: bool

    @property
    def words(self) -> str:
        if self.granted:
            return "有" if self.expected else "有（多出）"
        return "缺" if self.expected else ""


@dataclass(frozen=True, slots=True)
class RightRow:
    app: str
    label: str
    grants: tuple[Grant, ...]

    def words_of(self, role: str) -> str:
        return next(grant.words for grant in self.grants if grant.role == role)


@dataclass(frozen=True, slots=True)
class Matrix:
    roles: tuple[RoleColumn, ...]
    rows: tuple[RightRow, ...]
    drift: tuple[str, ...]

    @property
    def apps(self) -> dict[str, list[RightRow]]:
        grouped: dict[str, list[RightRow]] = {}
        for row in self.rows:
            grouped.setdefault(row.app, []).append(row)
        return grouped


def right_names() -> dict[str, str]:
    """{"staff.read_log": "查看操作日志"} for the whole catalogue, from Meta.permissions, in its order."""
    declared = {
        f"{model._meta.app_label}.{codename}": str(name)
        for model in apps.get_models()
        for codename, name in model._meta.permissions
    }
    return {right.value: declared[right] for right in Perms}


def stored_rights() -> dict[str, set[str]]:
    """{role: rights} as the database has them, Django's own rights included."""
    pairs = Group.objects.values_list("name", "permissions__content_type__app_label", "permissions__codename")
    stored: dict[str, set[str]] = {}
    for name, app, codename in pairs:
        rights = stored.setdefault(name, set())
        if codename is not None:
            rights.add(f"{app}.{codename}")
    return stored


def drift_of(stored: dict[str, set[str]]) -> tuple[str, ...]:
    """Where the database differs from the table, one sentence a role."""
    known = permissions_by_name()
    found = []
    for role, rights in GROUPS.items():
        if role.value not in stored:
            found.append(f"数据库里没有角色“{role.value}”")
            continue
        expected = {right.value for right in rights} | {f"{_app(p)}.{p.codename}" for p in admin_rights(known, role)}
        more, fewer = stored[role.value] - expected, expected - stored[role.value]
        parts = [f"多出 {_named(more)}"] * bool(more) + [f"缺少 {_named(fewer)}"] * bool(fewer)
        if parts:
            found.append(f"“{role.value}”" + "，".join(parts))
    found += [f"权限表里没有角色“{name}”" for name in sorted(stored.keys() - {role.value for role in Roles})]
    return tuple(found)


def _app(permission: Permission) -> str:
    return permission.content_type.app_label


def _named(rights: set[str]) -> str:
    names = right_names()
    return "、".join(names.get(right, right) for right in sorted(rights))


def build_matrix() -> Matrix:
    stored, names = stored_rights(), right_names()
    holders = dict(
        Group.objects.annotate(holders=Count("user", filter=Q(user__is_active=True))).values_list("name", "holders")
    )
    order = [role.value for role in Roles] + sorted(stored.keys() - {role.value for role in Roles})
    expected = {role.value: {right.value for right in rights} for role, rights in GROUPS.items()}
    rows = tuple(
        RightRow(
            app=str(apps.get_app_config(right.partition(".")[0]).verbose_name),
            label=label,
            grants=tuple(Grant(role, right in stored.get(role, ()), right in expected.get(role, ())) for role in order),
        )
        for right, label in names.items()
    )
    return Matrix(tuple(RoleColumn(role, holders.get(role, 0)) for role in order), rows, drift_of(stored))

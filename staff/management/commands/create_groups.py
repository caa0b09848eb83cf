"""manage.py create_groups: write the roles of staff/permissions.py to the database. Safe to repeat."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from staff.permissions import GROUPS, Perms, Roles


def permissions_by_name() -> dict[str, Permission]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }


def admin_rights(known: dict[str, Permission], role: Roles) -> list[Permission]:
    """Django admin works with its own add/change/view permissions; they follow from ours.

    The whole codename counts: view_user is Django's, view_identity on the same model is a right of ours.
    """
    granted = GROUPS[role]
    models: set[str] = set()
    if Perms.MANAGE_REFERENCE in granted:
        models |= {"unit", "unitalias", "setting", "calendaryear", "calendarday", "numberseries", "deputyship"}
    if Perms.MANAGE_ACCOUNTS in granted:
        models |= {"user", "group"}
    if Perms.MANAGE_STANDARD in granted:
        models |= {"standardversion", "category", "item", "itemshare"}
    return [
        permission
        for name, permission in known.items()
        if permission.content_type.model in models
        and permission.codename in {f"{action}_{permission.content_type.model}" for action in ("add", "change", "view")}
    ]


class Command(BaseCommand):
    help = "按 staff/permissions.py 建立角色及其权限；可重复执行。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        known = permissions_by_name()
        for role, permissions in GROUPS.items():
            group, _ = Group.objects.get_or_create(name=role.value)
            group.permissions.set([known[permission] for permission in permissions] + admin_rights(known, role))
        if options["verbosity"]:
            self.stdout.write(f"已建立 {len(GROUPS)} 个角色。")

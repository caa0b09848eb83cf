"""The one door to accounts: made, corrected, given roles, disabled, enabled, password reset, unlocked, deputised.

Each action is done in person: a deputy of an administrator has none of these rights. `seen` is the stamp of what stood
on the screen; who comes second is told. A password that is made here is returned once and kept nowhere in clear.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from config.identity import mask_phone
from staff.models import Activity, Deputyship, Unit, User, Verb, notify
from staff.permissions import EXCLUSIVE_ROLES, GROUPS, Perms, Roles
from staff.refusals import ChangedMeanwhile, Refused

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
PASSWORD_GROUPS, GROUP_LENGTH = 3, 4  # 59 bits


def stamp(user: User) -> str:
    """A digest of what an administrator may change; it tells nothing about the password."""
    facts = [user.display_name, user.unit_id, user.phone, user.is_active, user.password, user.second_factor_since]
    facts += role_names(user)
    return salted_hmac("staff.accounts", repr(facts)).hexdigest()[:16]


def role_names(user: User) -> list[str]:
    return sorted(group.name for group in user.groups.all())


def first_password() -> str:
    """k7mp-x3fq-9tdw: easy to read out, random throughout."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(GROUP_LENGTH)) for _ in range(PASSWORD_GROUPS))
    return "-".join(groups)


def lockouts() -> QuerySet[AccessAttempt]:
    """Names with too many wrong passwords within the cooling time, as django-axes counts them (by name)."""
    since = timezone.now() - timedelta(seconds=settings.AXES_COOLOFF_TIME.total_seconds())
    return (
        AccessAttempt.objects.filter(attempt_time__gt=since)
        .values("username")
        .annotate(wrong=Sum("failures_since_start"))
        .filter(wrong__gte=settings.AXES_FAILURE_LIMIT)
    )


def forget_wrong_attempts(user: User) -> None:
    """The counter of wrong passwords and codes begins anew: after a login that is complete, or unlocked by hand."""
    reset(username=user.username)


def with_lock_state(users: QuerySet[User]) -> QuerySet[User]:
    """Each account with `locked`."""
    return users.annotate(locked=Exists(lockouts().filter(username=OuterRef("username"))))


def _administrator(by: User) -> User:
    """The acting person as the database has him or her now, without whom he or she stands in for."""
    current = User.objects.get(pk=by.pk)
    if not current.is_active or not current.has_perm(Perms.MANAGE_ACCOUNTS):
        raise Refused("您现在没有管理账号的权限，操作没有完成。管理账号须由系统管理员本人办理，不能代理。")
    return current


def opened(user: User, *, by: User, seen: str) -> User:
    """The account, locked. All changes queue at the administrators' role, so that two cannot remove each other."""
    list(Group.objects.select_for_update().filter(name=Roles.ADMINISTRATOR.value))
    actor = _administrator(by)
    current = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if current.is_superuser and not actor.is_superuser:
        raise Refused("超级用户的账号只能由超级用户本人办理。")
    if stamp(current) != seen:
        raise ChangedMeanwhile("这个账号")
    return current


def _check_roles(names: Iterable[str]) -> None:
    held = set(names)
    for exclusive in EXCLUSIVE_ROLES:
        if exclusive <= held:
            pair = "和".join(sorted(exclusive))
            raise Refused(f"{pair}不能由同一个人担任：管系统的人不得审自己的日志（GB/T 22239-2019 8.1.5.2）。", "roles")


def _check_last_administrator(user: User) -> None:
    others = User.objects.filter(is_active=True, groups__name=Roles.ADMINISTRATOR.value).exclude(pk=user.pk)
    if user.is_active and Roles.ADMINISTRATOR in role_names(user) and not others.exists():
        raise Refused("这是最后一个在用的系统管理员。请先给另一人设置系统管理员角色。")


def _check_deputies(user: User, names: Iterable[str]) -> None:
    """A deputyship must not bring together what one person may not hold."""
    running = Deputyship.objects.filter(end__gte=timezone.localdate()).prefetch_related(
        "principal__groups", "deputy__groups"
    )
    for each in running.filter(principal=user):
        _check_pair(set(names), set(role_names(each.deputy)))
    for each in running.filter(deputy=user):
        _check_pair(set(role_names(each.principal)), set(names))


def _check_pair(principal: set[str], deputy: set[str]) -> None:
    if Roles.ADMINISTRATOR in principal:
        raise Refused("系统管理员的权限不能由他人代理。")
    _check_roles(principal | deputy)


def _set_groups(user: User, roles: Iterable[Group]) -> None:
    """Roles, and with them whether Django's admin opens."""
    chosen = list(roles)
    user.groups.set(chosen)
    user.is_staff = user.is_superuser or any(
        Perms.VIEW_STAFF_ADMIN in GROUPS[Roles(group.name)] for group in chosen if group.name in set(Roles)
    )
    user.save(update_fields=["is_staff"])


@sensitive_variables("password")
@transaction.atomic
def create_account(
    *, username: str, display_name: str, unit: Unit | None, phone: str, roles: Iterable[Group], by: User
) -> tuple[User, str]:
    """A new account and its first password, which must be changed at the first login."""
    _administrator(by)
    chosen, password = list(roles), first_password()
    _check_roles(group.name for group in chosen)
    user = User(username=username, display_name=display_name, unit=unit, phone=phone, must_change_password=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused(f"工号 {username} 已有账号。请到账号列表里查找。", "username") from error
    _set_groups(user, chosen)
    changes = {
        "姓名": [None, display_name],
        "单位": [None, unit],
        "角色": [None, "、".join(sorted(group.name for group in chosen))],
    }
    Activity.record(Verb.CREATE, user, by=by, title="新建账号", changes=changes)
    return user, password


@transaction.atomic
def edit_account(user: User, *, display_name: str, unit: Unit | None, phone: str, by: User, seen: str) -> User:
    current = opened(user, by=by, seen=seen)
    changes: dict[str, list[object]] = {}
    if current.display_name != display_name:
        changes["姓名"] = [current.display_name, display_name]
    if current.unit != unit:
        changes["单位"] = [current.unit, unit]
    if current.phone != phone:
        changes["手机号"] = [mask_phone(current.phone), mask_phone(phone)]
    if changes:
        current.display_name, current.unit, current.phone = display_name, unit, phone
        current.save(update_fields=["display_name", "unit", "phone"])
        Activity.record(Verb.UPDATE, current, by=by, title="修改账号", changes=changes)
    return current


@transaction.atomic
def set_roles(user: User, roles: Iterable[Group], *, by: User, seen: str) -> User:
    current, chosen = opened(user, by=by, seen=seen), list(roles)
    before, after = role_names(current), sorted(group.name for group in chosen)
    if current.pk == by.pk:
        raise Refused("本人不能改自己的角色。请由另一位系统管理员办理。")
    _check_roles(after)
    if Roles.ADMINISTRATOR not in after:
        _check_last_administrator(current)
    _check_deputies(current, after)
    if before != after:
        _set_groups(current, chosen)
        Activity.record(
            Verb.UPDATE, current, by=by, title="设置角色", changes={"角色": ["、".join(before), "、".join(after)]}
        )
        text = f"您的角色已改为：{'、'.join(after) or '（无）'}。"
        notify([current], text, url=reverse("staff:account"))
    return current


@transaction.atomic
def disable_account(user: User, *, reason: str, by: User, seen: str) -> User:
    """No login any more; open sessions end at their next request (Django asks is_active each time)."""
    current = opened(user, by=by, seen=seen)
    if current.pk == by.pk:
        raise Refused("本人不能停用自己的账号。请由另一位系统管理员办理。")
    if not current.is_active:
        raise Refused("这个账号已经停用。")
    _check_last_administrator(current)
    current.is_active = False
    current.save(update_fields=["is_active"])
    Activity.record(Verb.TRANSITION, current, by=by, title="停用账号", note=reason, changes={"在用": [True, False]})
    return current


@transaction.atomic
def enable_account(user: User, *, reason: str, by: User, seen: str) -> User:
    current = opened(user, by=by, seen=seen)
    if current.is_active:
        raise Refused("这个账号正在使用，不用启用。")
    current.is_active = True
    current.save(update_fields=["is_active"])
    Activity.record(Verb.TRANSITION, current, by=by, title="启用账号", note=reason, changes={"在用": [False, True]})
    notify([current], "您的账号已重新启用。", url=reverse("staff:account"))
    return current


@sensitive_variables("password")
@transaction.atomic
def reset_password(user: User, *, by: User, seen: str) -> tuple[User, str]:
    """A new password, to be changed at the next login; the old one and all open sessions end."""
    current, password = opened(user, by=by, seen=seen), first_password()
    if current.pk == by.pk:
        raise Refused("自己的密码请在“我的—修改密码”里改。")
    current.set_password(password)
    current.must_change_password = True
    current.save(update_fields=["password", "must_change_password"])
    Activity.record(Verb.PASSWORD, current, by=by, title="重置密码")
    notify([current], "系统管理员重置了您的密码。如非您本人要求，请立即联系办公室。")
    return current, password


@transaction.atomic
def unlock_account(user: User, *, by: User, seen: str) -> User:
    current = opened(user, by=by, seen=seen)
    if not lockouts().filter(username=current.username).exists():
        raise Refused("这个账号没有被锁定。")
    forget_wrong_attempts(current)
    Activity.record(Verb.TRANSITION, current, by=by, title="解除锁定")
    return current


@transaction.atomic
def give_deputyship(deputyship: Deputyship, *, by: User, seen: str) -> Deputyship:
    """A/B 岗 from–to; `deputyship` is unsaved and has passed its own clean()."""
    principal = opened(deputyship.principal, by=by, seen=seen)
    deputy = User.objects.select_for_update(of=("self",)).get(pk=deputyship.deputy_id)
    if not principal.is_active or not deputy.is_active:
        raise Refused("停用的账号不能代理，也不能由人代理。", "deputy")
    if deputy.pk == by.pk:
        raise Refused("本人不能让自己代理他人。请由另一位系统管理员办理。", "deputy")
    if deputyship.end < timezone.localdate():
        raise Refused("截止日期已经过去。", "end")
    _check_pair(set(role_names(principal)), set(role_names(deputy)))
    same = Deputyship.objects.filter(
        principal=principal, deputy=deputy, start__lte=deputyship.end, end__gte=deputyship.start
    )
    if same.exists():
        raise Refused(f"这段时间里{deputy}已经代理{principal}。", "start")
    deputyship.save()
    Activity.record(Verb.DEPUTY, principal, by=by, title="设置代理", note=str(deputyship))
    notify([principal, deputy], f"代理关系已设置：{deputyship}", url=reverse("staff:account"))
    return deputyship


@transaction.atomic
def end_deputyship(deputyship: Deputyship, *, by: User) -> None:
    """End it today, or take back one that has not begun. Ended twice is said."""
    current = Deputyship.objects.select_for_update(of=("self",)).get(pk=deputyship.pk)
    today = timezone.localdate()
    if current.end < today:
        raise Refused("这项代理已经结束。")
    label = str(current)
    if current.start >= today:
        current.delete()
    else:
        current.end = today - timedelta(days=1)
        current.save(update_fields=["end"])
    Activity.record(Verb.UPDATE, deputyship.principal, by=by, title="提前结束代理", note=label)
    notify([deputyship.principal, deputyship.deputy], f"代理已提前结束：{label}")

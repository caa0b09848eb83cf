"""The one door to one-time codes: a phone bound, a code checked, recovery codes made, a phone taken off by an administrator.

A person has at most one phone. What a code opens is told by `Answer`; a wrong one is written to the log and counted towards
locking by whoever asked (staff/views/second_factor.py), since both belong to the request.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from staff.models import Activity, User, Verb, notify
from staff.refusals import Refused
from staff.second_factor import RECOVERY_FORM
from staff.workflow import accounts

RECOVERY_CODES = 10


@dataclass(frozen=True)
class Answer:
    """`device`: that accepted the code, None if none did. `wait`: seconds until the next try is looked at; it did not count.

    `left`: recovery codes that remain, where one was used.
    """

    device: Device | None = None
    wait: int = 0
    left: int | None = None


@transaction.atomic
def check_code(user: User, code: str) -> Answer:
    """Hold a code (tidied) against the person's phone or recovery codes. Two at once with the same code: one passes."""
    is_recovery = RECOVERY_FORM.fullmatch(code) is not None
    model = StaticDevice if is_recovery else TOTPDevice
    device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None:
        return Answer()
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return Answer(wait=max(1, round((why["locked_until"] - timezone.now()).total_seconds() + 0.5)))
    if not device.verify_token(code):
        return Answer()
    return Answer(device, left=device.token_set.count() if is_recovery else None)


@transaction.atomic
def bind_phone(user: User, key: str, code: str) -> tuple[TOTPDevice, list[str]]:
    """Bind the phone that made `code` from `key` (hex); an earlier one goes, with its recovery codes.

    Returns the device and the new recovery codes, which are shown once.
    """
    current = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if current.second_factor_since != user.second_factor_since:
        raise Refused("这个账号刚在别处绑定过手机。请重新打开页面，核对后再操作。")
    TOTPDevice.objects.filter(user=user).delete()
    device = TOTPDevice.objects.create(user=user, name="手机", key=key)
    if not device.verify_token(code):
        raise Refused("验证码不对。请核对手机的时间是否准确，等换成下一个验证码再输。", "code")
    replaced = current.second_factor_since is not None
    user.second_factor_since = current.second_factor_since = timezone.now()
    current.save(update_fields=["second_factor_since"])
    title = "更换动态验证码的手机" if replaced else "绑定动态验证码"
    Activity.record(Verb.SECOND_FACTOR, current, by=current, title=title)
    notify([current], f"您的账号已{title}。如非您本人操作，请立即联系系统管理员。", url=reverse("staff:account"))
    return device, _new_codes(current)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """Ten new ones; the old ones end."""
    current = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if current.second_factor_since is None:
        raise Refused("还没有绑定手机，请先绑定。")
    Activity.record(Verb.SECOND_FACTOR, current, by=current, title="重做备用验证码")
    return _new_codes(current)


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="备用验证码")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


@transaction.atomic
def reset_second_factor(user: User, *, by: User, seen: str) -> User:
    """By an administrator, when phone and recovery codes are lost: the person binds anew. Open sessions stand at that door."""
    current = accounts.opened(user, by=by, seen=seen)
    if current.pk == by.pk:
        raise Refused("本人不能重置自己的动态验证码。请由另一位系统管理员办理。")
    return take_off(current, by=by)


@transaction.atomic
def take_off(user: User, *, by: User | None) -> User:
    """The phone and its recovery codes end. `by` is None where the operator does it at the machine itself."""
    if user.second_factor_since is None:
        raise Refused("这个账号没有绑定动态验证码。")
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    user.second_factor_since = None
    user.save(update_fields=["second_factor_since"])
    Activity.record(Verb.SECOND_FACTOR, user, by=by, title="重置动态验证码")
    notify([user], "您的动态验证码已重置，请重新绑定手机。如非您本人要求，请立即联系办公室。")
    return user

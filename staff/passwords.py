"""What a password must be: named profiles, one of which the setting PASSWORD_PROFILE chooses.

GB/T 22239-2019 8.1.4.1 a) wants complexity and regular change and gives no figures; those of `dengbao2` and `dengbao3` are
what assessors commonly hold against it (three of four kinds of characters, 90 days). OWASP ASVS 5.0, 6.2 forbids both rules
and wants length and a list of common passwords instead: `asvs`. Nobody can have it both ways, so the profile has a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from staff.models import UsedPassword, User

KINDS = {"小写字母": str.islower, "大写字母": str.isupper, "数字": str.isdigit}
SIGN = "符号"  # whatever is none of those


@dataclass(frozen=True)
class Profile:
    """`kinds`: of the four kinds of characters so many must occur (0: any). `remembered`: so many old ones are refused."""

    min_length: int
    kinds: int = 0
    max_age: timedelta | None = None
    remembered: int = 0


PROFILES = {
    "dengbao2": Profile(min_length=10, kinds=3, max_age=timedelta(days=90), remembered=5),
    "dengbao3": Profile(min_length=12, kinds=3, max_age=timedelta(days=90), remembered=10),
    "asvs": Profile(min_length=12),
}


def profile() -> Profile:
    return PROFILES[settings.PASSWORD_PROFILE]


def kinds_in(password: str) -> list[str]:
    """Which of the four kinds of characters occur, in their fixed order."""
    found = {next((name for name, holds in KINDS.items() if holds(character)), SIGN) for character in password}
    return [name for name in (*KINDS, SIGN) if name in found]


def why_not_kinds(password: str, least: int) -> str:
    """Which kinds are missing, "" if enough occur."""
    found = kinds_in(password)
    if not password or len(found) >= least:
        return ""
    missing = [name for name in (*KINDS, SIGN) if name not in found]
    how_many = least - len(found)
    return f"密码里只有{'、'.join(found)}，还要有{'、'.join(missing)}中的至少 {how_many} 种。"


def describe() -> str:
    """The rules in one line, beside the field."""
    rules = profile()
    parts = [f"至少 {rules.min_length} 位"]
    if rules.kinds:
        parts.append(f"小写字母、大写字母、数字、符号中至少有 {rules.kinds} 种")
    parts.append("不能是常见密码，不能与姓名、工号相近")
    if rules.remembered:
        parts.append(f"不能是最近用过的 {rules.remembered} 个密码")
    if rules.max_age:
        parts.append(f"{rules.max_age.days} 天内须更换一次")
    return "，".join(parts) + "。"


def is_expired(user: User) -> bool:
    """Whether the profile's time for one password is over."""
    age = profile().max_age
    return age is not None and timezone.now() - user.password_changed_at > age


class ProfileValidator:
    """Django's door to the profile: asked before a password is set, told after it was."""

    def __init__(self) -> None:
        self.others = (
            CommonPasswordValidator(),
            UserAttributeSimilarityValidator(user_attributes=("username", "display_name", "email", "phone")),
        )

    def validate(self, password: str, user: User | None = None) -> None:
        rules, wrong = profile(), []
        if len(password) < rules.min_length:
            missing = rules.min_length - len(password)
            wrong.append(f"密码至少 {rules.min_length} 位，现在是 {len(password)} 位，还差 {missing} 位。")
        if reason := why_not_kinds(password, rules.kinds):
            wrong.append(reason)
        if user is not None and user.pk and rules.remembered and was_used(user, password, rules.remembered):
            wrong.append(f"这是最近用过的 {rules.remembered} 个密码之一，请换一个没用过的。")
        found = [ValidationError(text) for text in wrong]
        for other in self.others:
            try:
                other.validate(password, user)
            except ValidationError as error:
                found.append(error)
        if found:
            raise ValidationError(found)

    def password_changed(self, password: str, user: User | None = None) -> None:
        """The date of the change is kept under every profile, old ones only where the profile refuses them."""
        if user is None:
            return
        user.password_changed_at = timezone.now()
        User.objects.filter(pk=user.pk).update(password_changed_at=user.password_changed_at)
        if kept := profile().remembered:
            UsedPassword.objects.create(user=user, password=user.password)
            newest = list(UsedPassword.objects.filter(user=user).values_list("pk", flat=True)[:kept])
            UsedPassword.objects.filter(user=user).exclude(pk__in=newest).delete()

    def get_help_text(self) -> str:
        return describe()


def was_used(user: User, password: str, most: int) -> bool:
    old = UsedPassword.objects.filter(user=user).values_list("password", flat=True)[:most]
    return any(check_password(password, each) for each in old)

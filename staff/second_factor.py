"""The second factor: of whom a one-time code is asked, and what stands between the password and the first page.

SECOND_FACTOR says how strictly: `required` (whoever may do what staff.permissions.NEED_SECOND_FACTOR names, and whoever has
bound a phone), `offered` (only who has bound one), `off` (nobody; for the day when all phones fail). The codes themselves
are RFC 6238, by django-otp: six digits, 30 seconds, one step early or late, each once.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b32encode
from enum import Enum

from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from staff.models import User
from staff.permissions import NEED_SECOND_FACTOR

TOTP_FORM = re.compile(r"[0-9]{6}")
RECOVERY_FORM = re.compile(r"[a-z2-7]{8}")  # base32, as django-otp makes them


class Demand(Enum):
    """What a person must do before anything else."""

    NOTHING = ""
    CODE = "staff:second-factor"
    BINDING = "staff:second-factor-bind"


def must_have(user: User) -> bool:
    """Whether the person's rights ask for a second factor; while acting, those of the principal as well."""
    return settings.SECOND_FACTOR == "required" and any(user.has_perm(right) for right in NEED_SECOND_FACTOR)


def has_one(user: User) -> bool:
    return settings.SECOND_FACTOR != "off" and user.second_factor_since is not None


def demand_of(user: User, *, verified: bool) -> Demand:
    """`verified`: this session has given a code of a phone that is still bound. Asks the database nothing new."""
    if settings.SECOND_FACTOR == "off" or verified:
        return Demand.NOTHING
    if has_one(user):
        return Demand.CODE
    return Demand.BINDING if must_have(user) else Demand.NOTHING


def tidy_code(typed: str) -> str:
    """What was typed as it is stored: full-width digits, spaces, dashes and capitals are the keyboard's affair."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", typed)).lower()


def address_for_app(user: User, key: str) -> str:
    """otpauth://… as authenticator apps read it; `key` in hex."""
    return str(TOTPDevice(user=user, key=key).config_url)


def key_in_groups(key: str) -> str:
    """The key for typing: base32 in groups of four."""
    text = b32encode(bytes.fromhex(key)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

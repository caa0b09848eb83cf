"""The token in the code on a licence and its board: signed, short, says nothing but which case. Forged ones are None."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse

# SHA-1 keeps the code coarse enough to be scanned from a board: as an HMAC it is not broken, and no secret hangs on it.
_signer = Signer(salt="permits.licence", sep=".", algorithm="sha1")


def token_of(application_pk: int) -> str:
    return _signer.sign(str(application_pk))


def read_token(token: str) -> int | None:
    """The case that a token names; None if we did not sign it."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def verify_url(application_pk: int, site: str) -> str:
    """The whole address for the code; "" while nobody said under which address the system is reached."""
    path = reverse("permits:verify", args=[token_of(application_pk)])
    return f"{site.rstrip('/')}{path}" if site else ""

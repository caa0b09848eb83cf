"""What every page shows of the office: the bureau's name, unread messages, for whom one acts."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from staff.models import setting


def bureau(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "bureau": SimpleLazyObject(
            lambda: {"name": setting("bureau.name"), "short_name": setting("bureau.short_name")}
        ),
        "principal": getattr(user, "principal", None) if signed_in else None,
    }

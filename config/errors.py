"""Error pages in Chinese, each with the way back."""

import errno
import logging
import secrets
import sys
from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
DISK_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
DISK_WORDS = ("disk is full", "disk I/O error", "readonly database", "No space left", "Input/output error")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with what the refusal says, and the way that there is instead (an exception's `way`: label and address)."""
    context = {"exception": str(exception), "way": getattr(exception, "way", None)}
    return render(request, "403.html", context, status=403)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 where more was sent than a form may hold; 507 where a session could not be written, which Django calls bad too."""
    if of_disk(exception):
        return failed(request, exception)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a number that stands in the server's log too; 507 where the disk is at fault, which a restart does not mend.

    Django calls this while it handles the exception, so it is at hand.
    """
    return failed(request, sys.exc_info()[1])


def failed(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    number = secrets.token_hex(4).upper()
    logger.error("错误编号 %s：%s %s", number, request.method, request.path, exc_info=error)
    if of_disk(error):
        return alone("507.html", number, 507)
    return alone("500.html", number, 500)


def of_disk(error: BaseException | None) -> bool:
    return any(is_disk_trouble(cause) for cause in causes(error))


def alone(template: str, number: str, status: int) -> HttpResponse:
    """Without the request: what pages usually ask for may be what has fallen."""
    return HttpResponse(render_to_string(template, {"error_number": number}), status=status)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def is_disk_trouble(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in DISK_TROUBLE:
        return True
    return isinstance(error, DatabaseError) and any(words in str(error) for words in DISK_WORDS)

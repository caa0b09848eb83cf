"""Error pages in Chinese, each with the way back."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


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
    """400; or 413 where more was sent than a form may hold."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)

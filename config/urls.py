"""Addresses. Each app brings its own; strings, so that the floor below knows nothing of the floors above."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

admin.site.site_header = "城管工作系统 · 基础数据"
admin.site.site_title = "基础数据"
admin.site.index_title = "基础数据与账号"


@login_not_required
def side_door(request: HttpRequest) -> HttpResponse:
    """Where the admin sends whoever may not enter: strangers on to the house's login, colleagues away."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here for the mark of a tab that shows a PDF or a file, which can name none itself."""
    return redirect(static("img/favicon.svg"))


urlpatterns = [
    path("favicon.ico", favicon),
    path("", include("reports.urls")),
    path("staff/", include("staff.urls")),
    path("inspections/", include("inspections.urls")),
    path("fireworks/", include("fireworks.urls")),
    path("permits/", include("permits.urls")),
    path("billboards/", include("billboards.urls")),
    # One door: the admin's own pages for signing in and changing a password would know nothing of the house's rules.
    path("admin/login/", side_door),
    path("admin/password_change/", RedirectView.as_view(pattern_name="staff:password-change")),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler500 = "config.errors.server_error"

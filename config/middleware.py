"""What every answer carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PAGE_TYPES = ("text/html", "application/json", "application/pdf", "application/vnd.")


class PrivatePages:
    """Pages with data stay out of shared and browser caches, and ask for no powers beyond camera and position."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith(PAGE_TYPES) and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
        return response

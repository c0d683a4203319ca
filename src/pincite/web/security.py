"""Headers that stop a page from loading or running what is not ours, and browsers and proxies from keeping what is private."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; object-src 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
PRIVATE = "private, no-store"
# What only signed-in people, or one person, may see; kept by nobody even before sign-in is known.
PRIVATE_PATHS = ("/account/", "/accounts/", "/threads/", "/editorial/", "/jobs/", "/questions/", "/check/")


class Headers:
    """Middleware, outermost: every response gets these headers, errors, redirects and static files among them."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what the response does not bring itself."""
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _private(request):
            headers["Cache-Control"] = PRIVATE
        return response


def _private(request: HttpRequest) -> bool:
    if request.path.startswith(PRIVATE_PATHS) or "HTTP_AUTHORIZATION" in request.META:
        return True
    user = getattr(request, "_cached_user", None)  # set only where a page asked who is reading
    return bool(user is not None and user.is_authenticated)

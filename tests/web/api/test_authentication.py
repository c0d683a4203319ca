import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pincite.web.accounts.models import ApiToken, User
from pincite.web.editorial.models import AuditRow
from tests.web.api.conftest import Caller, is_problem
from tests.web.conftest import QUESTION


def test_a_token_says_who_calls_and_notes_that_it_was_used(token: Callable[..., str]) -> None:
    me = Caller(token("carol", "read")).ok("GET", "/me")
    assert (me["username"], me["roles"], me["scopes"], me["token"]) == ("carol", ["editor"], ["read"], "test")
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_is_kept_as_a_hash_only(token: Callable[..., str]) -> None:
    secret = token("carol")
    assert secret not in str(ApiToken.objects.values().get())


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer pin_wrong", "Basic Y2Fyb2w6eA==", "pin_wrong", "Bearer \x00", "Bearer é", "Bearer " + "x" * 5000],
)
def test_a_wrong_token_is_refused_even_where_none_is_needed(anybody: Caller, header: str) -> None:
    response = anybody.post("/ask", {"question": QUESTION}, headers={"Authorization": header})
    is_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")


def test_expired_revoked_and_closed_accounts_tokens_are_refused(token: Callable[..., str], people: dict[str, Any]) -> None:
    expired = Caller(token("carol", expires_at=timezone.now() - datetime.timedelta(seconds=1)))
    is_problem(expired.get("/me"), 401)
    revoked = Caller(token("carol"))
    revoked.ok("GET", "/me")
    ApiToken.objects.filter(expires_at=None).update(revoked_at=timezone.now())
    is_problem(revoked.get("/me"), 401)
    closed = Caller(token("bob"))
    User.objects.filter(username="bob").update(is_active=False)
    is_problem(closed.get("/me"), 401)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/ask", "ask"),
        ("GET", "/search?q=pain", "ask"),
        ("GET", "/documents", "read"),
        ("GET", "/me", "read"),
        ("POST", "/articles/1/publish", "write"),
        ("POST", "/documents", "library"),
        ("GET", "/audit-trail", "audit-trail"),
    ],
)
def test_a_token_without_the_scope_opens_nothing(token: Callable[..., str], method: str, path: str, scope: str) -> None:
    others = [one for one in ("ask", "read", "write", "library", "audit-trail") if one != scope]
    response = Caller(token("carol", *others)).call(method, path, {} if method == "POST" else None)
    assert scope in is_problem(response, 403)["detail"]
    assert f'scope="{scope}"' in response.headers["WWW-Authenticate"]


def test_a_scope_gives_nothing_that_the_role_does_not(as_: Callable[[str], Caller]) -> None:
    is_problem(as_("alice").get("/audit-trail"), 403)
    is_problem(as_("carol").post("/library/retire", {"document_id": "x", "why": "y"}), 403)
    is_problem(as_("alice").get("/reports"), 403)


def _signed_in(people: dict[str, Any], name: str) -> Client:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("path", ["/articles/{}/submit", "/articles/{}/publish", "/articles/{}/withdraw"])
def test_another_sites_post_with_the_session_cookie_is_refused(people: dict[str, Any], article: Any, path: str) -> None:
    rows = AuditRow.objects.count()
    for headers in ({}, {"Origin": "https://evil.example"}, {"X-CSRFToken": "a" * 64}):
        caller = Caller(client=_signed_in(people, "carol"))
        response = caller.post(path.format(article.pk), {"why": "x"}, headers=headers)
        assert "CSRF" in is_problem(response, 403)["detail"]
    article.refresh_from_db()
    assert (article.state, article.published_at, AuditRow.objects.count()) == ("submitted", None, rows)


def test_a_session_cannot_be_abused_for_what_visitors_may_do_either(people: dict[str, Any]) -> None:
    is_problem(Caller(client=_signed_in(people, "carol")).post("/ask", {"question": QUESTION}), 403)
    is_problem(Caller(client=_signed_in(people, "carol")).post("/reports", {"text": "x"}), 403)


def test_a_session_with_its_csrf_token_may_act_and_read(people: dict[str, Any], article: Any) -> None:
    client = _signed_in(people, "carol")
    client.get("/accounts/password/change/")
    csrf = client.cookies["csrftoken"].value
    caller = Caller(client=client)
    assert caller.get("/me").json()["token"] is None
    response = caller.post(f"/articles/{article.pk}/publish", headers={"X-CSRFToken": csrf})
    assert response.status_code == 200, response.content
    is_problem(caller.post(f"/articles/{article.pk}/publish", headers={"X-CSRFToken": csrf, "Origin": "https://evil.example"}), 403)


def test_a_bearer_needs_no_csrf_token_even_with_a_cookie_beside_it(people: dict[str, Any], article: Any, token: Callable[..., str]) -> None:
    caller = Caller(token("carol"), client=_signed_in(people, "frank"))
    assert caller.post(f"/articles/{article.pk}/publish").status_code == 200
    assert AuditRow.objects.last().actor == "carol"


def test_a_visitor_is_asked_who_they_are(anybody: Caller, article: Any) -> None:
    for method, path in (("GET", "/me"), ("GET", "/threads"), ("GET", "/audit-trail"), ("POST", f"/articles/{article.pk}/approve")):
        response = anybody.call(method, path)
        is_problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_role_that_needs_a_second_factor_needs_it_for_tokens_too(as_: Callable[[str], Caller], settings: Any) -> None:
    settings.WEB = settings.WEB.model_copy(update={"mfa_required": "editor"})
    assert "second factor" in is_problem(as_("carol").get("/me"), 403)["detail"]
    as_("alice").ok("GET", "/me")

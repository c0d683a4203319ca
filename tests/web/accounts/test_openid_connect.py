"""Sign-in by OpenID Connect against a small provider on loopback that speaks discovery, token, keys and userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pincite.web.accounts.models import User
from pincite.web.accounts.roles import roles_of
from pincite.web.editorial.models import AuditRow


class Provider(ThreadingHTTPServer):
    """Says of everybody what `claims` holds."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {"sub": "42", "email": "zoe@example.org", "email_verified": True, "name": "Zoe Zimmer"}
        self.challenge = self.nonce = ""
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        at = self.server.url
        if self.path.endswith("/.well-known/openid-configuration"):
            self._say(
                {
                    "issuer": at,
                    "authorization_endpoint": f"{at}/authorize",
                    "token_endpoint": f"{at}/token",
                    "userinfo_endpoint": f"{at}/userinfo",
                    "jwks_uri": f"{at}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                }
            )
        elif self.path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self._say({"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]})
        elif self.path == "/userinfo":
            self._say(self.server.claims)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        verifier = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.server.challenge
        claims = {"iss": self.server.url, "aud": "pincite", "exp": int(time.time()) + 60, "iat": int(time.time()), **self.server.claims}
        token = jwt.encode(claims, self.server.key, algorithm="RS256", headers={"kid": "1"})
        self._say({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def _say(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def provider(settings: Any, db: Any) -> Iterator[Provider]:
    cache.clear()
    with Provider() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        settings.WEB = settings.WEB.model_copy(update={"oidc_server": made.url, "oidc_name": "Hospital", "oidc_client_id": "pincite"})
        app = {"provider_id": "oidc", "name": "Hospital", "client_id": "pincite", "secret": "s3cret"}
        app["settings"] = {"server_url": made.url, "oauth_pkce_enabled": True}  # type: ignore[assignment]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        yield made
        made.shutdown()


def sign_in(client: Client, provider: Provider, **query: str) -> Any:
    """Through the button, past the provider, back to us."""
    address = reverse("openid_connect_login", args=["oidc"])
    there = client.post(address + ("?next=" + query["next"] if query else ""))
    asked = parse_qs(urlsplit(there["Location"]).query)
    assert there["Location"].startswith(f"{provider.url}/authorize")
    provider.challenge = asked["code_challenge"][0]
    back = urlsplit(asked["redirect_uri"][0])
    return client.get(back.path, {"code": "c", "state": asked["state"][0]})


def test_the_sign_in_page_offers_it_where_it_is_configured(client: Client, provider: Provider) -> None:
    assert b"Sign in with Hospital" in client.get(reverse("account_login")).content


def test_a_new_person_becomes_a_reader(client: Client, provider: Provider) -> None:
    assert sign_in(client, provider).status_code == 302
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("zoe@example.org", "Zoe Zimmer", False)
    assert roles_of(user) == {"reader"}
    assert client.session["_auth_user_id"] == str(user.pk)
    assert AuditRow.objects.get().detail["how"] == "OpenID Connect"
    sign_in(again := Client(), provider)
    assert again.session["_auth_user_id"] == str(user.pk), "the same person, not a second account"


def test_an_account_is_found_by_a_verified_address(client: Client, provider: Provider, people: dict[str, User]) -> None:
    provider.claims |= {"email": "carol@example.org"}
    sign_in(client, provider)
    assert client.session["_auth_user_id"] == str(people["carol"].pk)
    assert "editor" in roles_of(people["carol"])


@pytest.mark.parametrize("verified", [False, None, "false"])
def test_an_account_is_not_found_by_an_address_that_is_not_verified(
    client: Client, provider: Provider, people: dict[str, User], verified: object
) -> None:
    provider.claims |= {"email": "carol@example.org", "email_verified": verified}
    sign_in(client, provider)
    assert client.session.get("_auth_user_id") != str(people["carol"].pk)


def test_a_closed_account_stays_closed(client: Client, provider: Provider, people: dict[str, User]) -> None:
    User.objects.filter(username="carol").update(is_active=False)
    provider.claims |= {"email": "carol@example.org"}
    sign_in(client, provider)
    assert "_auth_user_id" not in client.session


def test_an_answer_without_our_state_is_refused(client: Client, provider: Provider) -> None:
    response = client.get(reverse("openid_connect_callback", args=["oidc"]), {"code": "c", "state": "made up"})
    assert "_auth_user_id" not in client.session
    assert b"failed" in response.content
    assert not User.objects.exists()


def test_it_never_leads_to_another_site(client: Client, provider: Provider) -> None:
    assert sign_in(client, provider, next="https://evil.example/")["Location"] == "/"

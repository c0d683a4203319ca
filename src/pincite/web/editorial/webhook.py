"""Tells another system what changed: one signed POST to the address in the settings. Off unless one is set.

The address is checked as every address is (`network.addresses`): no private one, unless the settings say that it may be;
the connection goes to the very address that was checked; no redirect is followed. The receiver computes

    HMAC-SHA256(secret, timestamp + "." + body)

and compares it with `Pincite-Signature: t=TIMESTAMP,v1=HEX`. What is sent may come twice (a reply that got lost); its
`Pincite-Delivery` is then the same.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import ssl
from collections.abc import Sequence
from importlib.metadata import version

from pincite.errors import NetworkError, UnreadableError
from pincite.network.addresses import PORTS, resolved, target_of
from pincite.records import Event, WatchChange

SECONDS = 10.0
MOST_ITEMS = 100  # in one delivery; more follow in the next


def body_of(events: Sequence[Event], answers: Sequence[WatchChange], *, site: str) -> bytes:
    """What is sent: `pincite.changes/1`, the same bytes for the same changes."""
    told = {
        "schema": "pincite.changes/1",
        "site": site,
        "events": [event.model_dump(mode="json") for event in events],
        "answers": [change.model_dump(mode="json") for change in answers],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def signature(body: bytes, *, secret: str, timestamp: int) -> str:
    """The value of `Pincite-Signature`.

    >>> signature(b"{}", secret="a" * 16, timestamp=1)[:9]
    't=1,v1=42'
    """
    told = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={told}"


def deliver(body: bytes, *, url: str, secret: str, timestamp: int, allow_private: bool = False) -> int:
    """POST the body and return the status, which is one of 2xx; raises NetworkError."""
    connection: http.client.HTTPConnection | None = None
    try:
        target = target_of(url, allow_private=allow_private)
        address = resolved(target.host, target.port, document=url, allow_private=allow_private)
        raw = socket.create_connection((address, target.port), timeout=SECONDS)
        if target.scheme == "https":
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
        connection.sock = raw
        shown = f"[{target.host}]" if ":" in target.host else target.host
        headers = {
            "Host": shown if target.port == PORTS[target.scheme] else f"{shown}:{target.port}",
            "User-Agent": f"Pincite/{version('pincite')} (+changes)",
            "Content-Type": "application/json",
            "Pincite-Delivery": hashlib.sha256(body).hexdigest()[:32],
            "Pincite-Signature": signature(body, secret=secret, timestamp=timestamp),
            "Connection": "close",
        }
        connection.request("POST", target.path, body=body, headers=headers)
        status = connection.getresponse().status
    except UnreadableError as error:
        raise NetworkError(f"The webhook's address {error.what_happened}.", what_to_do="Correct PINCITE_WEB_WEBHOOK_URL.") from error
    except (OSError, http.client.HTTPException) as error:
        raise NetworkError(f"The webhook could not be reached: {error or type(error).__name__}.", retryable=True) from error
    finally:
        if connection is not None:
            connection.close()
    if not 200 <= status < 300:
        raise NetworkError(f"The webhook's server answered {status}.", what_to_do="Its log may say why.", retryable=True)
    return status

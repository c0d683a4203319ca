"""A model writes beside the page in a real browser; then its server dies in mid-stream, and the page is whole."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.models import scripted
from tests.models.scripted import Server, saying, serving

QUESTION = "What is the treatment for Baastrup's disease?"
WORDS = "fluoroscopy-guided interspinous infiltration lowered mean pain"
CLOSE = f"In Baastrup's disease, {WORDS}."
LIE = f"In Baastrup's disease, gabapentin and {WORDS}."


def dies(handler: scripted.Handler) -> None:
    """One good sentence and a lie; then nothing, until the test lets go, and the connection breaks."""
    quotes = json.loads(handler.server.asked[-1]["messages"][1]["content"])["quotes"]
    number = next(one["number"] for one in quotes if WORDS in one["words"])
    handler.events([saying((CLOSE, [number]), (LIE, [number]))[:-2] + ', {"text": "Half a'], finish=False)
    handler.server.released.wait(60)
    handler.close_connection = True


@pytest.fixture
def model() -> Iterator[Server]:
    with serving(dies) as server:
        yield server


@pytest.fixture
def address(model: Server, tmp_path: Path) -> Iterator[str]:
    """`pincite serve` with written answers turned on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    told = {"PINCITE_HOME": str(tmp_path), "PINCITE_ENCODER": "none", "PINCITE_WEB_WRITTEN": "1"}
    told |= {"PINCITE_MODEL_URL": model.url, "PINCITE_MODEL": "scripted", "PINCITE_MODEL_SECONDS": "120"}
    server = subprocess.Popen(
        [sys.executable, "-m", "pincite.cli", "serve", "--port", str(port)],
        env=environ | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                opener.open(f"{url}/healthz", timeout=5)
                break
            except OSError:
                assert server.poll() is None
                threading.Event().wait(0.2)
        yield url
    finally:
        model.released.set()
        server.terminate()
        server.wait(30)


def test_checked_sentences_appear_and_a_dead_model_leaves_a_whole_page(address: str, model: Server, chromium: Any) -> None:
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/ask?q={quote(QUESTION)}")
    expect(page.locator("[data-writing-said] li")).to_have_text([CLOSE], timeout=60_000)
    expect(page.locator("#bottom-line")).not_to_contain_text(CLOSE)  # the page stands extractively meanwhile
    model.released.set()
    says = page.locator("[data-writing-says]")
    expect(says).to_contain_text("every sentence checked against its quotes", timeout=60_000)
    expect(says).to_contain_text("It did not finish")
    expect(page.locator("#bottom-line")).to_contain_text(CLOSE)
    expect(page.get_by_text("The bottom line in the sources' own words")).to_be_visible()
    expect(page.locator("#steps")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("gabapentin and")
    expect(page.locator("main")).not_to_contain_text("Half a")
    page.locator("#bottom-line a.pin").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.close()
    assert not complaints

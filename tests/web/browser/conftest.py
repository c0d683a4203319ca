"""A real server of the demonstration and a real Chromium: what a person would see, on loopback alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STARTS_WITHIN = 90.0


@dataclass
class Site:
    """A running demonstration."""

    url: str
    home: Path
    passwords: dict[str, str] = field(default_factory=dict)

    def pincite(self, *arguments: str) -> str:
        """Run a command of the command line on this site's library."""
        done = subprocess.run(
            [sys.executable, "-m", "pincite.cli", *arguments],
            env=os.environ | {"PINCITE_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def pytest_collection_modifyitems(items: list[Any]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Closed after each file: while it is open an event loop runs in this thread, and Django refuses its database to whatever test comes next."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install Debian's package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`pincite serve --demo` on a free port, in a home of its own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install Debian's package chromium")
    home = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "pincite.cli", "serve", "--demo", "--port", str(port)],
        env=environ | {"PINCITE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    found = Site(f"http://127.0.0.1:{port}", home)
    lines: list[str] = []
    ready = threading.Event()

    def follow() -> None:
        assert server.stdout is not None
        for line in server.stdout:
            lines.append(line)
            if match := re.match(r"\s+(\w+)\s+(\S+-\S+)\s+(\w+)\s*$", line):
                found.passwords[match[1]] = match[2]
            if found.url in line:
                ready.set()

    threading.Thread(target=follow, daemon=True).start()
    try:
        assert ready.wait(STARTS_WITHIN), "".join(lines)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(100):
            try:
                opener.open(f"{found.url}/healthz", timeout=2)
                break
            except OSError:
                threading.Event().wait(0.1)
        yield found
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            raise AssertionError("The server did not end.") from None


@pytest.fixture
def visit(chromium: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """`visit("carol")` → a page signed in as carol; `visit()` a visitor's. Any error in the page's console fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def complain(message: Any) -> None:
        # The browser itself logs every answer of 400 and above; whether one was right is the test's business.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_page(who: str = "", **options: Any) -> Any:
        context = chromium.new_context(base_url=site.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill(who)
            page.locator("input[name=password]").fill(site.passwords[who])
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, complaints

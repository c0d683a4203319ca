"""Nothing calls out unless somebody asked for it: every command, a served page and both assistants' doors, without one attempt.

All run in one process (and the children it starts) whose Python reports each connection, name look-up and datagram through an audit
hook. Where the kernel allows it, that process lives in a network namespace without routes, whose counters also see what libraries
in other languages try; where not, the test says so, and the hook alone decides.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pincite.cli.commands import COMMANDS
from pincite.cli.running import run as run_line

QUESTION = "What is the treatment for Baastrup's disease?"
# Command → the command lines that are run, in this order, with the exit codes that are right here. FILES are made by `_prepare`.
LINES: dict[str, list[tuple[str, int]]] = {
    "library": [("library", 0)],
    "encode": [("encode", 0)],
    "ask": [("ask QUESTION", 0), ("ask QUESTION --format json", 0), ("ask QUESTION --audience patient --format html", 0)],
    "search": [("search interspinous injection", 0)],
    "audit": [("audit page.html", 0), ("audit folder --out reports", 0)],
    "add": [("add folder", 0), ("add page.html", 0)],
    "feed": [("feed list", 0)],
    "list": [("list", 0)],
    "show": [("show okada-2014-interspinous-injection-baastrup", 0)],
    "mark": [("mark okada-2014-interspinous-injection-baastrup --preferred", 0)],
    "retire": [("retire okada-2014-interspinous-injection-baastrup --why test", 0)],
    "remove": [("remove okada-2014-interspinous-injection-baastrup", 0)],
    "events": [("events", 0)],
    "watch": [("watch add QUESTION", 0), ("watch run", 0), ("watch list", 0)],
    "check": [("check answer.json", 1)],  # one of its sources has just been removed
    "export": [(f"export answer.json --to {form}", 0) for form in ("ris", "docx", "fhir", "html")],
    "verify": [("verify", 0)],
    "stats": [("stats", 0)],
    "account": [("account alice --email alice@example.org --role administrator", 0)],
    "audit-trail": [("audit-trail verify", 0)],
    "backup": [("backup kept.tar.gz", 0)],
    "restore": [("restore kept.tar.gz --force", 0)],
    "models": [("models check", 1)],  # none is configured
    "eval": [("eval pubmedqa nothing-there", 1)],
    "version": [("version", 0)],
}
SERVED = ("serve", "mcp")  # run as they are started: see `_serve` and `_mcp`
PAGE = """<html><head><title>Back pain</title><link rel=stylesheet href="https://example.org/a.css"><script src="https://example.org/a.js">
</script></head><body><img src="https://example.org/pixel.png"><h1>Back pain</h1><p>Exercise helps adults with chronic low back pain
<a href="https://doi.org/10.1000/182">[1]</a>.</p><iframe src="https://example.org/"></iframe></body></html>"""
FETCH = """import json, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for address, body in json.load(sys.stdin):
    request = urllib.request.Request(address, data=body.encode() or None, headers={"Content-Type": "application/json"})
    assert opener.open(request, timeout=100).read(), address"""
HOOK = """import os, sys
def hook(event, args, file=os.environ["ATTEMPTS"]):
    if event == "socket.connect" and not isinstance(args[1], (str, bytes)):
        what = args[1]
    elif event == "socket.sendto" and not isinstance(args[1], (str, bytes, type(None))):
        what = args[1]
    elif event == "socket.getaddrinfo" and args[0] not in (None, "", "localhost", "127.0.0.1", "::1"):
        what = args[0]
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        what = args[0]
    else:
        return
    with open(file, "a") as out:
        out.write(f"{event} {what!r} {sys.argv[:4]}\\n")
sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the process that ran everything reports."""
    home = tmp_path_factory.mktemp("unconnected")
    (home / "hook").mkdir()
    (home / "hook" / "sitecustomize.py").write_text(HOOK)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PINCITE_", "DJANGO_"))}
    repository = Path(__file__).resolve().parent.parent
    environ |= {
        "PINCITE_HOME": str(home / "data"),
        "PYTHONPATH": os.pathsep.join([str(home / "hook"), str(repository)]),
        "ATTEMPTS": str(home / "attempts"),
    }
    command = [sys.executable, "-m", "tests.test_no_connections"]
    apart = ["unshare", "--map-root-user", "--net"] if _namespaces() else []
    done = subprocess.run([*apart, *command], env=environ, cwd=home, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    attempts = home / "attempts"
    return {**found, "attempts": attempts.read_text().splitlines() if attempts.exists() else [], "apart": bool(apart)}


def _namespaces() -> bool:
    """Whether this kernel lets us have a network namespace."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--map-root-user", "--net", "true"], capture_output=True, check=False).returncode == 0


def test_no_command_is_left_out(run: dict[str, Any]) -> None:
    assert {*LINES, *SERVED} == set(COMMANDS)
    lines = [line for each in LINES.values() for line in each]
    assert run["codes"] == dict(lines), run["said"]
    assert all(run["served"].values()), run["served"]


def test_no_command_and_no_page_tries_to_connect_to_anything(run: dict[str, Any]) -> None:
    assert run["attempts"] == []


def test_the_hook_would_have_seen_an_attempt(run: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "ATTEMPTS": str(tmp_path / "attempts")}
    code = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert "('127.0.0.1', 9)" in (tmp_path / "attempts").read_text()


def test_the_runtime_of_the_encoder_is_told_to_report_nothing() -> None:
    """Its reports are made in C++, where no audit hook sees them."""
    environ = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    code = "import pincite, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    assert subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True).stdout == "1\n"


def test_a_network_namespace_without_routes_counts_no_attempt(run: dict[str, Any]) -> None:
    if not run["apart"]:
        pytest.skip("this kernel gives no network namespace to an ordinary user (unshare --net); the audit hook saw no attempt")
    counted = run["counted"]
    assert counted["no route"] == 0
    assert counted["datagrams"] == 0
    assert counted["connections"] == run["fetched"]  # the test's own, to the page that was served


def main() -> None:
    """Run everything in this process and print what came of it."""
    _prepare()
    codes, said = _commands()
    served = {"serve": False, "mcp": _mcp()}
    fetched = _serve(served)
    print(json.dumps({"codes": codes, "said": said, "served": served, "fetched": fetched, "counted": _counted()}))


def _prepare() -> None:
    Path("folder").mkdir()
    Path("folder/note.md").write_text("# Back pain\n\nExercise helps adults with chronic low back pain; see https://example.org/.\n")
    Path("page.html").write_text(PAGE)


def _commands() -> tuple[dict[str, int], dict[str, str]]:
    codes, said = {}, {}
    for line, _ in (line for lines in LINES.values() for line in lines):
        out, wrong = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(wrong):
            codes[line] = run_line([QUESTION if word == "QUESTION" else word for word in line.split()])
        said[line] = wrong.getvalue()[-300:]
        if line == "ask QUESTION --format json":
            Path("answer.json").write_bytes(out.buffer.getvalue())  # type: ignore[attr-defined]
    return codes, said


def _mcp() -> bool:
    """A tool called over standard input and output."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = {"name": "ask", "arguments": {"question": QUESTION}}
    messages: tuple[dict[str, Any], ...] = (
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    )
    server = subprocess.Popen([sys.executable, "-m", "pincite.cli", "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    for message in messages:
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    server.stdin.flush()
    answered = any('"id":2' in line and '"isError":true' not in line for line in iter(server.stdout.readline, "") if '"id":2' in line)
    server.stdin.close()
    return answered and server.wait(60) == 0


def _serve(served: dict[str, bool]) -> int:
    """Pages and both doors of a running server; returns how many connections this test made to it."""
    with contextlib.suppress(OSError):  # in a namespace of its own even loopback is down at first
        subprocess.run(["ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    environ = {**os.environ, "PINCITE_WEB_ASSISTANTS_ON_LOOPBACK": "1"}
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "pincite.cli", "serve", "--port", "0"], env=environ, stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    line = next((line for line in server.stderr if "Pincite is at" in line), "")
    address = line.partition("Pincite is at ")[2].split()[0]
    chat = json.dumps({"model": "pincite", "messages": [{"role": "user", "content": QUESTION}]})
    pages = ("/", "/ask?q=What+helps+sciatica%3F", "/library/", "/articles/", "/robots.txt", "/readyz")
    wanted = [*((page, "") for page in pages), ("/v1/chat/completions", chat)]
    given = json.dumps([(address + page, body) for page, body in wanted])
    # Apart from the hook (-I): this is the reader's browser.
    read = subprocess.run([sys.executable, "-I", "-c", FETCH], input=given, capture_output=True, text=True, check=False)
    served["serve"] = read.returncode == 0
    time.sleep(1)  # the job worker has looked for work by now
    server.terminate()
    server.communicate(timeout=60)
    return len(wanted)


def _counted() -> dict[str, int]:
    """The namespace's own counters, of IPv4 and IPv6 together."""
    found: dict[str, int] = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        protocol = names.partition(":")[0]
        found |= {f"{protocol}{name}": int(value) for name, value in zip(names.split()[1:], values.split()[1:], strict=True)}
    six = Path("/proc/net/snmp6")
    found |= {name: int(value) for name, value in (line.split() for line in six.read_text().splitlines())} if six.exists() else {}
    return {
        "no route": found["IpOutNoRoutes"] + found.get("Ip6OutNoRoutes", 0),
        "datagrams": found["UdpOutDatagrams"] + found.get("Udp6OutDatagrams", 0),
        "connections": found["TcpActiveOpens"],
    }


if __name__ == "__main__":
    main()

"""The recipes of docs/assistants.md as they stand there, against one `pincite serve`; and a client that goes away in mid-stream."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.web.conftest import QUESTION
from tests.web.operations.test_serving import Site, status

RECIPES = Path(__file__).resolve().parents[3] / "docs" / "assistants.md"
SITE = "http://127.0.0.1:8000"
CITED = re.compile(r"\[\[1\]\]\(http://127\.0\.0\.1:\d+/source/")


@pytest.fixture(scope="module")
def address(shared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a site is that lets its own machine in."""
    home = tmp_path_factory.mktemp("assisted")
    shutil.copytree(shared_home / "library", home / "library")
    site = Site(home, "--port", "0", PINCITE_WEB_ASSISTANTS_ON_LOOPBACK="1")
    try:
        yield site.ready()
    finally:
        site.process.terminate()
        site.process.wait(30)


def recipe(name: str, address: str) -> str:
    """The block of code that begins with `# name`, for this site; any word is a key where no token is needed."""
    block = re.search(rf"```\w+\n# {name}\n(.*?)```", RECIPES.read_text("utf-8"), re.DOTALL)
    assert block is not None
    return block.group(1).replace(SITE, address).replace("pin_…", "none")


def ran(command: list[str], **environ: str) -> str:
    done = subprocess.run(command, env=os.environ | environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["openai", "mcp"])
def test_a_conversation_of_three_turns_in_python(address: str, name: str) -> None:
    said = ran([sys.executable, "-c", recipe(name, address)])
    assert CITED.search(said)
    assert "following: What is the treatment for Baastrup" in said or "⟦" in said
    if name == "openai":
        assert said.count("Understood as") == 3


def test_a_conversation_with_llm(address: str, tmp_path: Path) -> None:
    if find_spec("llm") is None:
        pytest.skip("llm is not installed")
    settings = re.search(r"```yaml\n(- model_id: pincite\n.*?)```", RECIPES.read_text("utf-8"), re.DOTALL)
    assert settings is not None
    (tmp_path / "extra-openai-models.yaml").write_text(settings.group(1).replace(SITE, address))
    lines = recipe("llm", address).replace("llm ", f"{sys.executable} -m llm ")
    said = ran(["bash", "-ec", lines], LLM_USER_PATH=str(tmp_path))
    assert CITED.search(said)
    assert said.count("Understood as") == 2
    assert "following: What is the treatment for Baastrup" in said


def test_a_question_with_curl(address: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    assert '"citations"' in ran(["bash", "-ec", recipe("curl", address)])


def test_a_client_that_goes_away_in_mid_stream_leaves_the_site_well(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    body = f'{{"model": "pincite", "stream": true, "messages": [{{"role": "user", "content": "{QUESTION}"}}]}}'
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for read in (0, 1, 600):
        with socket.create_connection((host, int(port))) as client:
            client.sendall((head + body).encode())
            if read:
                client.recv(read)
    assert status(f"{address}/readyz") == 200
    assert status(f"{address}/v1/models") == 200

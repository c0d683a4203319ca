"""Runs one of our programs on somebody else's file, in a process of its own that may fail in any way.

The program gets neither keys nor addresses of the application: only what finding Python's modules needs, one JSON value on
standard input that says what to do, and a file for its standard output. It confines itself (`parsing.confine`); here it is
watched, and its whole group is ended with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT")


def run(
    module: str,
    asked: dict[str, Any],
    *,
    output: IO[bytes],
    folder: Path,
    cpu_seconds: int,
    wall_seconds: float,
    check: Callable[[], None],
) -> str | None:
    """Why the program did not come to its end, or None; what `check`, which is called five times a second, raises ends it."""
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    environment |= {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "HOME": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    until = time.monotonic() + wall_seconds
    try:
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(asked).encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
        while process.poll() is None:
            if time.monotonic() > until:
                return f"took longer than {wall_seconds:.0f} seconds to read"
            check()
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode == 0:
        return None
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"took more than {cpu_seconds} seconds of computing, or more memory than a file may"
    return "broke the reader (it ran in a process of its own): it is damaged, too large or hostile"

"""`pincite serve`: the web application on this machine: ask, read, publish."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pincite.errors import PinciteError, SettingsError


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others than this machine need PINCITE_WEB_URL.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes (default: PINCITE_WEB_WORKERS, else 1).")
@click.option("--demo", is_flag=True, help="A home of its own with one account per role, printed passwords and two articles.")
def command(host: str, port: int, workers: int | None, demo: bool) -> None:
    """Run the web application, to be opened in a browser: ask, read, publish.

    Asking needs no account. With --demo everything can be tried: reading, editing, reviewing, approving. Ctrl-C ends it.
    Settings: PINCITE_WEB_… in the environment, see docs/web-operations.md.
    """
    from pincite.cli.opening import open_library, settings_of
    from pincite.cli.web import need_web

    need_web()
    if demo:
        _demo_home()
    from pincite.web import serving
    from pincite.web.configuration import load_web_settings

    _check_reach(host)
    listening = serving.listen(host, port)
    if not os.environ.get("PINCITE_WEB_URL"):
        shown = f"[{host}]" if ":" in host else host
        os.environ["PINCITE_WEB_URL"] = f"http://{shown}:{listening.getsockname()[1]}"
    from pincite.web import demo as demonstration
    from pincite.web.backup import in_use

    with in_use():
        open_library(settings_of(None))
        if demo or demonstration.is_demo():
            os.environ["PINCITE_WEB_DEMO"] = "1"  # before Django reads the settings: the pages say so

        def say(line: str) -> None:
            click.echo(line, err=True)

        serving.prepare(say=say)
        hints = demonstration.prepare(say=say) if demo or demonstration.is_demo() else serving.first_steps()
        workers = workers or load_web_settings().workers
        serving.serve(listening, workers=workers, say=lambda line: say(f"{hints}\n{line}" if hints else line))


def _demo_home() -> None:
    """Demonstrations live apart: what people really decided never meets accounts whose passwords were printed."""
    if not os.environ.get("PINCITE_HOME"):
        import platformdirs

        os.environ["PINCITE_HOME"] = str(Path(platformdirs.user_data_dir("pincite")) / "demo")
    os.environ["PINCITE_WEB_DEMO"] = "1"


def _check_reach(host: str) -> None:
    """Raises SettingsError where requests would only be refused."""
    from pincite.web.configuration import LOOPBACK, load_web_settings

    web = load_web_settings()
    local = host in {*LOOPBACK, "::1"} or host.startswith("127.")
    if not local and not os.environ.get("PINCITE_WEB_URL"):
        raise SettingsError(
            f"Listening at {host} lets other machines in, but not under which name they ask.",
            what_to_do="Set PINCITE_WEB_URL to the address that people type, for example http://pincite.example.org:8000; "
            "further names go into PINCITE_WEB_HOSTS, separated by commas.",
        )
    if web.secure and not web.proxies:
        raise PinciteError(
            f"PINCITE_WEB_URL is {web.url}, but Pincite itself speaks http: a proxy in front of it must do https.",
            what_to_do="Name the proxy's address in PINCITE_WEB_PROXIES, for example 127.0.0.1, so that its X-Forwarded headers are believed.",
        )

"""What loads at the first question and at the first reworded statement, loaded beside the first requests instead.

Vocabularies, the tables of the checks and the matrix of vectors take seconds when they are first used: nobody should
wait for them on a workspace's first page.
"""

from __future__ import annotations

import logging
import threading

from pincite.errors import PinciteError

# Pages that are asked for at once come first.
DELAY_SECONDS = 0.5

_log = logging.getLogger(__name__)


def begin() -> threading.Timer:
    """Warm this process in a thread of its own, soon."""
    timer = threading.Timer(DELAY_SECONDS, warm)
    timer.daemon = True
    timer.start()
    return timer


def warm() -> bool:
    """Answer an example and judge one of its statements; True when both were done. Nothing is written, nothing raised."""
    from pincite.web import engine  # noqa: PLC0415 - Django is loaded by now
    from pincite.web.editorial import checking  # noqa: PLC0415
    from pincite.web.engine import Asked  # noqa: PLC0415
    from pincite.web.reading.examples import examples  # noqa: PLC0415

    try:
        for question in examples(engine.library(), count=1):
            answer = engine.ask(Asked(question))
            for statement in answer.bottom_line[:1]:
                checking.judge(statement, statement.text, context=answer.question)
                return True
    except PinciteError as error:
        _log.warning("Not warmed: %s", error)
    except Exception:  # the request that needs it will say what is wrong
        _log.exception("Not warmed.")
    return False

"""Topics: a YAML file that names what to subscribe to, so that one command builds a library."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pincite.errors import FeedError
from pincite.feeds.running import feed_called
from pincite.feeds.subscriptions import Subscription, new, utc_now


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: str
    query: list[str] = []
    since: int | None = None
    most: int | None = None
    licence: str | None = None
    every_days: int = Field(7, ge=1)


class _Topic(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topic: str
    about: str = ""
    subscriptions: list[_Wanted]


def subscriptions_of(name: str) -> list[Subscription]:
    """The subscriptions of a topic that ships with Pincite, or of a file; raises FeedError, UnknownNameError."""
    shipped = files("pincite") / "data" / "topics"
    known = sorted(entry.name.removesuffix(".yaml") for entry in shipped.iterdir() if entry.name.endswith(".yaml"))
    try:
        text = (shipped / f"{name}.yaml").read_text("utf-8") if name in known else Path(name).expanduser().read_text("utf-8")
        topic = _Topic.model_validate(yaml.safe_load(text))
    except OSError as error:
        raise FeedError(f"There is no topic {name!r}.", what_to_do=f"Known: {', '.join(known)}; or name a file.") from error
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise FeedError(f"The topic {name} cannot be used: {_short(error)}.", what_to_do="See docs/feeds.md for its form.") from error
    made = []
    for wanted in topic.subscriptions:
        feed_called(wanted.source)
        options: dict[str, Any] = wanted.model_dump(exclude={"source", "query"})
        made.append(new(wanted.source, tuple(wanted.query), now=utc_now(), topic=topic.topic, **options))
    return made


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return " ".join(str(error).split())[:200]

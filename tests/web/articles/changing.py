"""Real changes of a library for tests: a document whose sentences read otherwise, a retraction notice, a newer version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pincite.library.store import Library
from pincite.records import Passage, Reading
from pincite.text.sentences import sentences
from tests.library.making import made


def rewrite(place: Path, identifier: str, change: Callable[[str], str], **header: Any) -> None:
    """Store the document again under its name, every passage's text changed by `change`, and its header by `header`."""
    library = Library.open(place)
    document, held = library.document(identifier), library.passages(identifier)
    passages: list[Passage] = []
    text = ""
    for passage in held:
        new = change(passage.text)
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{new}" if text else new
        found = tuple((start + first, start + last) for first, last in sentences(new))
        passages.append(passage.model_copy(update={"text": new, "start": start, "end": start + len(new), "sentences": found}))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    document = document.model_copy(update={"text": text, "text_sha256": sha256, **header})
    library.add([Reading(document=document, passages=tuple(passages))])


def retract(place: Path, identifier: str) -> str:
    """Take in a notice that retracts the document; returns the notice's id."""
    library = Library.open(place)
    document = library.document(identifier)
    target = f"doi:{document.doi}" if document.doi else f"pmid:{document.pmid}"
    notice = made(
        "notice:1", f"Retraction of {document.title}.", relations=[("retracts", target)], design="retraction-notice", pmid="99999999"
    )
    library.add([notice])
    return notice.document.id


def remove(place: Path, identifier: str) -> Reading:
    """Forget the document; what was held is given back, so that it can be taken in again."""
    library = Library.open(place)
    held = Reading(document=library.document(identifier), passages=tuple(library.passages(identifier)))
    library.remove([identifier])
    return held


def add(place: Path, reading: Reading) -> None:
    Library.open(place).add([reading])


def approve(article: Any, people: dict[str, Any]) -> Any:
    """Reviewed and approved by bob."""
    from pincite.web.editorial import actions

    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=article.current.sha256, decision="accept")
    actions.approve(article, by=people["bob"], base=article.current.sha256)
    article.refresh_from_db()
    return article


def publish(article: Any, people: dict[str, Any]) -> Any:
    """Approved by bob and published by carol."""
    from pincite.web.editorial import actions

    actions.publish(approve(article, people), by=people["carol"])
    article.refresh_from_db()
    return article

"""From the raw changes that the library keeps to events: what changed, old and new, and how it matters.

An event is worked out when it is asked for, from a row that was written with the change itself: nothing can be lost in
between, and the same row always gives the same event with the same key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import get_args

from pincite.library.changes import Change, changes, text_after
from pincite.library.store import Library
from pincite.living.comparing import changes_dose, sentence_changes
from pincite.records import Event, EventKind, FieldChange, Header, SentenceChange

# Sentences that an event lists; the count of all of them stands beside.
MOST_SENTENCES = 60
_ORDER: tuple[EventKind, ...] = get_args(EventKind)
_STATUS_KINDS: dict[str, EventKind] = {"retracted": "retracted", "concern": "concern", "superseded": "superseded"}
_FIELDS = ("status", "version", "date", "doi", "pmid", "pmcid", "setid", "superseded_by", "retired", "precedence")
_ITS = re.compile(r"^The ([\w ]+) (?:of|in) \{title\}")
_SAYS: dict[EventKind, str] = {
    "retracted": "{title} was retracted.",
    "concern": "An expression of concern was published about {title}.",
    "boxed-warning": "The boxed warning of {title} changed.",
    "contraindication": "The contraindications of {title} changed.",
    "dose": "The doses in {title} changed.",
    "gone": "{title} is no longer in the library.",
    "retired": "{title} was retired from the library.",
    "superseded": "{title} was superseded by a newer version.",
    "reinstated": "{title} is no longer listed as retracted or under concern.",
    "restored": "{title} is used to answer again.",
    "erratum": "A correction of {title} was published.",
    "version": "{title} was replaced by another version{version}.",
    "text": "The text of {title} changed.",
    "identifiers": "The identifiers of {title} changed.",
    "merged": "{title} is now held as another form of the same publication.",
    "precedence": "The precedence of {title} changed.",
}


def events(library: Library, *, since: int = 0, documents: Iterable[str] | None = None, latest: int | None = None) -> list[Event]:
    """The events of commits after number `since`, oldest first; of `documents` only where named, and of about that many of the `latest`.

    Raises LibraryError.
    """
    found = changes(library, since=since, documents=documents, latest=latest)
    return [event for change in found if (event := event_of(change, library)) is not None]


def event_of(change: Change, library: Library) -> Event | None:
    """The event of one change; None where nothing changed that an answer could rest on."""
    known: dict[tuple[int, str], Event | None] = library.cache.setdefault("events", {})  # a label takes 30 ms; a page asks for many, often
    key = (change.number, change.document_id)
    if key not in known:
        known[key] = _event_of(change, library)
    return known[key]


def _event_of(change: Change, library: Library) -> Event | None:
    now_id = change.document_id if change.after is not None else change.successor
    after = change.after
    if after is None and now_id is not None:
        held = library.headers([now_id]).get(now_id)
        after = held.header if held else None
    sentences: list[SentenceChange] = []
    new_sha = change.sha_after
    # An abstract that became a full text is another extent, not another wording.
    if change.former is not None and after is not None and after.extent == change.before.extent:
        new = text_after(library, change)
        if new is not None:
            new_sha = new[0].text_sha256
            sentences = sentence_changes(change.former, change.former_passages, *new)
    fields = _fields(change.before, after) if after is not None else []
    kinds = _kinds(change, after, fields, sentences)
    if not kinds:
        return None
    named = f"“{change.before.title.rstrip('.')}”" + (f" ({change.before.year})" if change.before.year else "")
    version = f" ({after.version}{f' of {after.date}' if after.date else ''})" if after is not None and after.version else ""
    told = f"{change.number}\n{change.document_id}\n{now_id}\n{change.before.model_dump_json()}\n{change.sha_before}\n{change.sha_after}"
    return Event(
        key=hashlib.sha256(told.encode()).hexdigest()[:32],
        number=change.number,
        at=change.at,
        document_id=change.document_id,
        now_id=now_id,
        title=change.before.title,
        tier=change.before.tier,
        kinds=kinds,
        says=_said(kinds, named=named, version=version),
        fields=tuple(fields),
        sentences=tuple(sentences[:MOST_SENTENCES]),
        sentences_in_all=len(sentences),
        old_sha256=change.sha_before,
        new_sha256=new_sha,
    )


def _said(kinds: Iterable[EventKind], *, named: str, version: str) -> str:
    """A sentence for each kind; the first names the document, the others say "it". That the text differs goes without saying after more."""
    said: list[str] = []
    for kind in kinds:
        if said and kind == "text":
            continue
        template = _ITS.sub(r"Its \1", _SAYS[kind]) if said else _SAYS[kind]
        it = "It" if template.startswith("{title}") else "it"
        said.append(template.format(title=it if said else named, version=version))
    return " ".join(said)


def _fields(before: Header, after: Header) -> list[FieldChange]:
    found = [(name, getattr(before, name), getattr(after, name)) for name in _FIELDS]
    return [FieldChange(name=name, old=old, new=new) for name, old, new in found if old != new]


def _kinds(change: Change, after: Header | None, fields: list[FieldChange], sentences: list[SentenceChange]) -> tuple[EventKind, ...]:
    """How a change matters, gravest first."""
    before = change.before
    if after is None:
        return ("gone",)
    found: set[EventKind] = set()
    changed = {field.name for field in fields}
    if "status" in changed:
        if after.status in _STATUS_KINDS:
            found.add(_STATUS_KINDS[after.status])
        elif before.status in ("retracted", "concern"):
            found.add("reinstated")
        elif before.status == "superseded":
            found.add("restored")
    if "retired" in changed and bool(before.retired) != bool(after.retired):
        found.add("retired" if after.retired else "restored")
    if _errata(after) - _errata(before):
        found.add("erratum")
    if changed & {"version", "date"}:
        found.add("version")
    if changed & {"doi", "pmid", "pmcid", "setid"}:
        found.add("identifiers")
    if "precedence" in changed:
        found.add("precedence")
    if change.after is None and before.extent != after.extent:
        found.add("merged")
    if (change.sha_after is not None and change.sha_after != change.sha_before) or (change.after is None and sentences):
        found.add("text")
    if before.tier == "label":
        found |= {kind for kind in ("boxed-warning", "contraindication") if any(one.kind == kind for one in sentences)}
    if any(changes_dose(one) for one in sentences):
        found.add("dose")
    return tuple(sorted(found, key=_ORDER.index))


def _errata(header: Header) -> set[str]:
    printed = {relation.target for relation in header.relations if relation.kind == "corrected-by"}
    return printed | {f"{notice.by} {notice.id or notice.date}" for notice in header.notices if notice.kind == "erratum"}

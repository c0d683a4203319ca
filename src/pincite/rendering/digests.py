"""Events and changed answers as a feed: Atom (RFC 4287) or JSON Feed 1.1. The same input gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple
from xml.etree import ElementTree as Xml

from pincite.records import Event, SentenceChange, WatchChange
from pincite.rendering.safe import plain

_ATOM = "http://www.w3.org/2005/Atom"
_EPOCH = "2000-01-01T00:00:00Z"  # of a feed without entries: the format wants a date, and the clock is never asked
LATEST = 100


class Entry(NamedTuple):
    """One entry of a feed: `key` never changes, `text` is plain lines, `address` where it can be seen (empty: nowhere)."""

    key: str
    title: str
    at: str
    text: str
    address: str = ""


def entry_of(item: Event | WatchChange, *, address: str = "") -> Entry:
    """The entry of one event or of one changed answer."""
    if isinstance(item, Event):
        return Entry(f"event:{item.key}", plain(item.says), item.at, "\n".join(event_lines(item)), address)
    return Entry(f"watch:{item.key}", plain(f"{item.question} — {item.says}"), item.at, "\n".join(change_lines(item)), address)


def event_lines(event: Event, *, most: int = 10) -> list[str]:
    """An event in plain lines: facts before and after, then sentences in both wordings."""
    lines = [f"{plain(event.says)} ({plain(event.document_id)})"]
    lines += [f"{field.name.replace('_', ' ')}: {plain(field.old or 'none')} → {plain(field.new or 'none')}" for field in event.fields]
    for sentence in event.sentences[:most]:
        lines += _sentence(sentence)
    if event.sentences_in_all > most:
        lines.append(f"… and {event.sentences_in_all - most:,} further sentences.")
    return lines


def change_lines(change: WatchChange) -> list[str]:
    """A changed answer in plain lines: bottom lines, new and lost evidence, disagreements."""
    lines = [plain(change.says)]
    if change.bottom_line_changed:
        lines += [f"- {plain(text)}" for text in change.bottom_line_before if text not in change.bottom_line_after]
        lines += [f"+ {plain(text)}" for text in change.bottom_line_after if text not in change.bottom_line_before]
    lines += [f"New: “{plain(piece.text)}” ({plain(piece.title)})" for piece in change.new]
    lines += [f"Lost: “{plain(piece.text)}” ({plain(piece.title)}){f': {plain(piece.why)}' if piece.why else ''}" for piece in change.lost]
    lines += [f"Sources now disagree: {plain(name)}" for name in change.disagreements_new]
    lines += [f"Sources no longer disagree: {plain(name)}" for name in change.disagreements_ended]
    return lines


def digest(entries: Sequence[Entry], form: Literal["atom", "json"], *, title: str, own: str = "", home: str = "") -> bytes:
    """The feed of the newest entries; `own` and `home` are its own address and that of a page, where there are any."""
    newest = sorted(entries, key=lambda entry: (entry.at, entry.key), reverse=True)[:LATEST]
    return (_atom if form == "atom" else _json)(newest, title=title, own=own, home=home)


def _sentence(change: SentenceChange) -> list[str]:
    where = f"[{plain(change.section)}] " if change.section else ""
    lines = [f"{where}- {plain(change.old)}"] if change.old else []
    return [*lines, *([f"{where}+ {plain(change.new)}"] if change.new else [])]


def _atom(entries: Sequence[Entry], *, title: str, own: str, home: str) -> bytes:
    feed = Xml.Element("feed", xmlns=_ATOM)
    _put(feed, "id", own or "urn:pincite:changes")
    _put(feed, "title", title)
    _put(feed, "updated", _stamp(entries[0].at) if entries else _EPOCH)
    if own:
        _put(feed, "link", rel="self", type="application/atom+xml", href=own)
    if home:
        _put(feed, "link", rel="alternate", type="text/html", href=home)
    _put(_put(feed, "author"), "name", "Pincite")
    for entry in entries:
        one = _put(feed, "entry")
        _put(one, "id", f"urn:pincite:{entry.key}")
        _put(one, "title", entry.title, type="text")
        _put(one, "updated", _stamp(entry.at))
        if entry.address:
            _put(one, "link", rel="alternate", type="text/html", href=entry.address)
        _put(one, "content", entry.text, type="text")
    return bytes(Xml.tostring(feed, encoding="utf-8", xml_declaration=True))


def _json(entries: Sequence[Entry], *, title: str, own: str, home: str) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        **({"home_page_url": home} if home else {}),
        **({"feed_url": own} if own else {}),
        "language": "en",
        "items": [
            {
                "id": f"urn:pincite:{entry.key}",
                **({"url": entry.address} if entry.address else {}),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": _stamp(entry.at),
            }
            for entry in entries
        ],
    }
    return f"{json.dumps(feed, ensure_ascii=False, indent=1)}\n".encode()


def _stamp(at: str) -> str:
    """RFC 3339 in whole seconds."""
    return f"{at[:19]}Z"


def _put(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> Xml.Element:
    element = Xml.SubElement(parent, name, attributes)
    element.text = text
    return element

"""Questions that this library can answer, for the empty field: the shipped ones where the shipped records are held, else made from documents.

Every example was asked before it is shown. A library that grows gets new ones in the background; until then the last ones stay.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pincite.errors import PinciteError
from pincite.pipeline import ask
from pincite.rendering.safe import plain

if TYPE_CHECKING:
    from pincite.library.store import Library

# Question and a shipped record without which it is not offered.
STARTER = (
    ("What is the treatment for Baastrup's disease?", "anon-undated-baastrup-systematic-review"),
    ("Is vertebroplasty effective for osteoporotic fractures?", "aaos-2010-osteoporotic-spinal-compression-fracture"),
    ("What helps acute low back pain?", "acp-2017-noninvasive-low-back-pain"),
    ("Is surgery better than conservative care for sciatica?", "bailey-2020-microdiscectomy-chronic-sciatica"),
)
# Tried before giving up; each costs an answer, once per library version.
_TRIED = 12
_TOO_LONG = 60  # characters of a condition that still reads as one

_lock = threading.Lock()
_known: dict[str, tuple[str, tuple[str, ...]]] = {}  # place → (version, examples)
_working: set[str] = set()


def examples(library: Library, *, count: int = 4) -> Sequence[str]:
    """Up to `count` questions, each answered by this library; none for an empty one."""
    if library.commit.documents == 0:
        return ()
    starters = _held_starters(library)
    if len(starters) >= count:
        return starters[:count]
    with _lock:
        known = _known.get(library.place)
        if known and (known[0] == library.commit.version or library.place in _working):
            return known[1][:count]
        if known:
            _working.add(library.place)
    if known:  # another version: the old ones serve while new ones are tried
        threading.Thread(target=_renew, args=(library, count), name="examples", daemon=True).start()
        return known[1][:count]
    return _found(library, count)[:count]


def _renew(library: Library, count: int) -> None:
    try:
        _found(library, count)
    finally:
        with _lock:
            _working.discard(library.place)


def _found(library: Library, count: int) -> tuple[str, ...]:
    """Try candidates until enough were answered, and remember them for this version."""
    answered: list[str] = []
    for tried, question in enumerate(_candidates(library)):
        if tried >= _TRIED or len(answered) >= count:
            break
        try:
            if ask(question, library=library).answered:
                answered.append(question)
        except PinciteError:
            continue
    with _lock:
        _known[library.place] = (library.commit.version, tuple(answered))
    return tuple(answered)


def _held_starters(library: Library) -> list[str]:
    held = library.headers(document for _, document in STARTER)
    return [question for question, document in STARTER if document in held]


def _candidates(library: Library) -> Iterator[str]:
    """Shipped questions whose records are held, then what documents are most often about, then the drugs of labels."""
    yield from _held_starters(library)
    about: Counter[str] = Counter()
    shown: dict[str, str] = {}
    drugs: list[str] = []
    for held in library.documents():
        header = held.header
        if header.tier == "label" and header.drug:
            drugs.append(plain(header.drug))
        for name in map(plain, header.conditions or header.mesh[:3]):
            if 3 < len(name) < _TOO_LONG:
                about[name.casefold()] += 1
                shown.setdefault(name.casefold(), name)
    common = [shown[name] for name, _ in sorted(about.items(), key=lambda pair: (-pair[1], pair[0]))]
    for position, name in enumerate(common):
        yield f"What is the treatment for {name}?"
        if position < len(drugs):
            yield f"What is the dose of {drugs[position]}?"
    yield from (f"What is {drug} used for?" for drug in drugs[len(common) :])

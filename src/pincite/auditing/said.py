"""The sentences of a text as its own arithmetic reads them: with offsets, without citation marks and reference list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pincite.auditing.claims import masked
from pincite.auditing.references import sections
from pincite.records import InternalFinding, Loaded, Stretch
from pincite.records.audits import FindingKind
from pincite.text.sentences import sentences

_NUMBER = re.compile(r"\d+")
# A sentence of more numbers is a list of values or an attack; each number costs a third of a millisecond.
_MOST_NUMBERS = 80


class Said(NamedTuple):
    """One sentence: its words (marks blanked, so that offsets hold), where it starts, and the stretch it stands in."""

    text: str
    start: int
    stretch: Stretch

    def finding(self, start: int, end: int, problem: str, *, kind: FindingKind = "arithmetic") -> InternalFinding:
        """A finding on `text[start:end]` of this sentence."""
        return InternalFinding(
            text=" ".join(self.text[start:end].split()), start=self.start + start, end=self.start + end, problem=problem, kind=kind
        )


def said(loaded: Loaded) -> Iterator[Said]:
    """Sentences of paragraphs, items, captions, cells and headings, in order."""
    words = masked(loaded.text, loaded.marks)
    apart = sections(loaded.text, stretches=loaded.stretches)
    for stretch in loaded.stretches:
        if any(start <= stretch.start < end for start, end in apart):
            continue
        for start, end in sentences(words[stretch.start : stretch.end]):
            if len(_NUMBER.findall(words, stretch.start + start, stretch.start + end)) > _MOST_NUMBERS:
                continue
            yield Said(words[stretch.start + start : stretch.start + end], stretch.start + start, stretch)

"""Section headings → `SectionKind`, for all readers; the table is `data/sections.tsv`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

from pincite.records import SectionKind

# "2.1 ", "IV. ", "a) " before a heading; colons, stops and dashes after it.
_NUMBERING = re.compile(r"^(?:section |chapter )?(?:\d+(?:\.\d+)*\.?|[ivx]{1,5}[.)]|[a-h][.)]|\(\w{1,3}\))[\s:–-]+(?=\S)")


@cache
def _table() -> tuple[tuple[SectionKind, re.Pattern[str]], ...]:
    rows = []
    for line in (files("pincite") / "data" / "sections.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith(("#", "kind\t")):
            kind, pattern = line.split("\t")
            rows.append((cast(SectionKind, kind), re.compile(pattern)))
    return tuple(rows)


@lru_cache(maxsize=4096)
def section_kind(heading: str) -> SectionKind:
    """The kind of section that `heading` announces; "body" when it says nothing about that.

    >>> section_kind("2. Materials and Methods:"), section_kind("CONCLUSIONS"), section_kind("Lumbar spine")
    ('methods', 'conclusion', 'body')
    """
    text = " ".join(heading.casefold().replace("’", "'").split()).strip(" .:;–—-*")
    text = _NUMBERING.sub("", text)[:200]
    for kind, pattern in _table():
        if pattern.search(text):
            return kind
    return "body"


# Sections of these kinds keep their kind in subsections ("Methods > Outcomes" reports none), but for the ones named.
_KEEPS: dict[SectionKind, frozenset[SectionKind]] = {
    "methods": frozenset(),
    "results": frozenset({"adverse", "discussion", "conclusion"}),
    "conclusion": frozenset({"recommendation"}),
    "background": frozenset({"objective", "methods", "conclusion"}),
    "discussion": frozenset({"conclusion", "recommendation", "adverse"}),
    "other": frozenset(),
}


def nested_kind(headings: tuple[str, ...]) -> SectionKind:
    """The kind of nested headings, outermost first: "Results > Pain" is results, "Discussion > Conclusion" conclusion.

    >>> nested_kind(("Methods", "Outcomes")), nested_kind(("Abstract", "Results"))
    ('methods', 'results')
    """
    kind: SectionKind = "body"
    for heading in headings:
        inner = section_kind(heading)
        if inner != "body" and inner in _KEEPS.get(kind, frozenset({inner})):
            kind = inner
    return kind

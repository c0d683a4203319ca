"""The vocabulary: concepts with their names, parents, children and classes, read from the shipped tables.

The tables are mapped into memory and opened at the first look-up; nothing else is read from disk. How they are built,
from what and under which licences stands in docs/vocabulary.md; their layout in tools/vocabulary_tables.py.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import marisa_trie

from pincite.records import Record
from pincite.terms.normalising import normalise

Kind = Literal["condition", "drug", "intervention", "population", "outcome", "animal"]
KINDS: tuple[Kind, ...] = ("condition", "drug", "intervention", "population", "outcome", "animal")

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "vocabulary"
_BLOCK = 32
_MANY = 1 << 31
_CHAPTER = 128


class Concept(Record):
    """One meaning: primary id, display name, kind, and the step of care it belongs to (interventions, drugs)."""

    id: str
    label: str
    kind: Kind
    category: str | None = None


def table_path(name: str) -> Path:
    """Where a shipped table lies."""
    return _FOLDER / name


def _view(name: str, unit: Literal["B", "I"]) -> memoryview[int]:
    with table_path(name).open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("B").cast(unit)


def _trie(name: str) -> marisa_trie.Trie:
    trie = marisa_trie.Trie()
    trie.mmap(str(table_path(name)))
    return trie


class Tables:
    """The shipped tables, each opened when first needed."""

    @cached_property
    def terms(self) -> marisa_trie.Trie:
        """Folded terms, each ending in a blank."""
        return _trie("terms.marisa")

    @cached_property
    def kinds(self) -> memoryview:
        """Concept number → place in KINDS, plus 128 for a chapter of a vocabulary."""
        return _view("kinds.u8", "B")

    @cached_property
    def _values(self) -> memoryview:
        return _view("terms.u32", "I")

    @cached_property
    def _more(self) -> memoryview:
        return _view("more.u32", "I")

    @cached_property
    def _ids(self) -> tuple[marisa_trie.Trie, memoryview]:
        return _trie("ids.marisa"), _view("ids.u32", "I")

    @cached_property
    def _primary(self) -> memoryview[int]:
        return _view("primary.u32", "I")

    @cached_property
    def _children(self) -> memoryview[int]:
        return _view("children.u32", "I")

    @cached_property
    def _blocks(self) -> tuple[memoryview, memoryview]:
        raw = _view("concepts.bin", "B")
        (count,) = struct.unpack_from("<I", raw)
        return raw[4 : 4 + 4 * count].cast("I"), raw[4 + 4 * count :]

    def meanings(self, term: str) -> tuple[int, ...]:
        """Concept numbers of a folded term that ends in a blank, best first; () when it is no term."""
        place = self.terms.get(term)
        if place is None:
            return ()
        value = self._values[place]
        if value < _MANY:
            return (value,)
        at = value - _MANY
        return tuple(self._more[at + 1 : at + 1 + self._more[at]])

    def kind(self, number: int) -> Kind:
        """The kind of a concept."""
        return KINDS[self.kinds[number] & ~_CHAPTER]

    def number(self, ident: str) -> int | None:
        """The concept number of any identifier, None when unknown."""
        trie, values = self._ids
        place = trie.get(ident)
        return None if place is None else int(values[place])

    @lru_cache(maxsize=512)  # noqa: B019  one instance lives as long as the process
    def _lines(self, block: int) -> tuple[tuple[str, ...], ...]:
        ends, packed = self._blocks
        start = ends[block - 1] if block else 0
        text = zlib.decompress(packed[start : ends[block]]).decode()
        return tuple(tuple(line.split("\t")) for line in text.split("\n"))

    def row(self, number: int) -> tuple[str, ...]:
        """The row of a concept: ids, label, category, parents, related, display forms."""
        return self._lines(number // _BLOCK)[number % _BLOCK]

    def ident(self, number: int) -> str:
        """The primary identifier of a concept."""
        return str(self._ids[0].restore_key(self._primary[number]))

    def children(self, number: int) -> list[int]:
        """The concept numbers directly below a concept."""
        ends = self._children
        first = len(self.kinds) + 1
        return ends[first + ends[number] : first + ends[number + 1]].tolist()


TABLES = Tables()

_PARENTS, _RELATED, _FORMS = 3, 4, 5
# More descendants than this are of no use to a search, and only chapters of a vocabulary have them.
_MOST = 4000


def _linked(number: int, column: int) -> list[int]:
    cell = TABLES.row(number)[column]
    return [int(part) for part in cell.split("|")] if cell else []


def _known(ident: str) -> int:
    number = TABLES.number(ident)
    if number is None:
        raise KeyError(f"no concept {ident!r} in the vocabulary")
    return number


def _idents(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(TABLES.ident(number) for number in numbers)


@lru_cache(maxsize=8192)
def concept_of_number(number: int) -> Concept:
    """The concept with a number in the tables."""
    row = TABLES.row(number)
    category = row[2] if row[2] != "class" else "medicine"
    kind = TABLES.kind(number)
    if kind == "drug":
        category = category or "medicine"
    return Concept(id=row[0].partition("|")[0], label=row[1], kind=kind, category=category or None)


def concept(ident: str) -> Concept:
    """The concept of an identifier (`MONDO:…`, `MESH:…`, `ICD10CM:…`, `UNII:…`, `PINCITE:…`); KeyError when unknown."""
    return concept_of_number(_known(ident))


def aliases(ident: str) -> tuple[str, ...]:
    """All identifiers of a concept in the vocabularies that were merged, primary first."""
    return tuple(TABLES.row(_known(ident))[0].split("|"))


def synonyms(ident: str, *, limit: int = 12) -> tuple[str, ...]:
    """Readable names of a concept, its display name first, then the commonest, at most `limit`."""
    return tuple(TABLES.row(_known(ident))[_FORMS].split("|"))[:limit]


def wider(ident: str, *, steps: int = 1) -> tuple[str, ...]:
    """Concepts up to `steps` above one, nearest first; chapters ("nervous system disorder") are left out."""
    start = _known(ident)
    found: dict[int, None] = {}
    level = [start]
    for _ in range(steps):
        above = (p for number in level for p in _linked(number, _PARENTS))
        level = [p for p in dict.fromkeys(above) if p not in found and p != start and TABLES.kinds[p] < _CHAPTER]
        found.update(dict.fromkeys(level))
    return _idents(found)


@lru_cache(maxsize=256)
def _below(number: int) -> tuple[int, ...]:
    found: dict[int, None] = {}
    level = [number]
    while level and len(found) < _MOST:
        level = [c for n in level for c in TABLES.children(n) if c not in found and c != number]
        found.update(dict.fromkeys(level))
    return tuple(found)[:_MOST]


def narrower(ident: str) -> tuple[str, ...]:
    """All concepts below one, nearest first, at most 4,000."""
    return _idents(_below(_known(ident)))


def related(ident: str) -> tuple[str, ...]:
    """Concepts that our reviewed rows call related, neither wider nor narrower (sciatica and lumbar radiculopathy)."""
    return _idents(_linked(_known(ident), _RELATED))


@lru_cache(maxsize=256)
def same_or_narrower(ident: str) -> frozenset[str]:
    """Primary identifiers of a concept and of all below it: what counts as evidence about it directly."""
    number = _known(ident)
    return frozenset(_idents((number, *_below(number))))


def classes(ident: str) -> tuple[str, ...]:
    """Classes that a drug belongs to, nearest first, chapters left out."""
    return tuple(above for above in wider(ident, steps=4) if concept(above).kind == "drug")


def members(ident: str) -> tuple[str, ...]:
    """Drugs of a class, without the classes below it."""
    number = _known(ident)
    return _idents(n for n in _below(number) if TABLES.row(n)[2] != "class")


def meanings(term: str) -> tuple[Concept, ...]:
    """What a whole term means, best meaning first; () when the vocabulary does not hold it."""
    return tuple(concept_of_number(number) for number in TABLES.meanings(normalise(term) + " "))

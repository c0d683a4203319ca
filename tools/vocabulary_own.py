"""Our own reviewed rows (data/own.tsv): read last, they win over every public source.

Columns: kind, label, synonyms, wider, related, category, joins; lists are parted by `|`. A row becomes one concept with
the public concepts that carry its label or one of its synonyms as *their* label, or that `joins` names by id; `-` in
`joins` keeps a row apart, `!ID` one concept. `wider` and `related` are labels or synonyms of other concepts; a leading
`=` in `wider` replaces the public parents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from vocabulary_merge import Merged
from vocabulary_rules import is_short_form
from vocabulary_sources import Raw

from pincite.terms.normalising import normalise

KINDS = ("condition", "drug", "intervention", "population", "outcome", "animal")
CATEGORIES = (
    "",
    "self-care",
    "exercise",
    "psychological",
    "medicine",
    "injection",
    "procedure",
    "surgery",
    "device",
    "radiotherapy",
    "diagnostic",
    "comparator",
    "service",
    "class",
)


@dataclass
class Row:
    """One line of own.tsv, and the id of the concept it became."""

    kind: str
    label: str
    synonyms: list[str]
    wider: list[str]
    related: list[str]
    category: str
    joins: list[str]
    line: int
    id: str = ""
    keys: list[str] = field(default_factory=list)


def read(path: Path) -> list[Row]:
    """The rows of own.tsv; a malformed line, an unknown kind or category, or a term used twice stops the build."""
    rows: list[Row] = []
    owner: dict[str, int] = {}
    wrong: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        cells += [""] * (7 - len(cells))
        kind, label, synonyms, wider, related, category, joins = cells
        if kind not in KINDS or category not in CATEGORIES:
            wrong.append(f"own.tsv line {number}: unknown kind {kind!r} or category {category!r}")
        lists = [[part.strip() for part in cell.split("|") if part.strip()] for cell in (synonyms, wider, related, joins)]
        row = Row(kind, label, lists[0], lists[1], lists[2], category, lists[3], number)
        # A short form is shown among the names, but only abbreviations.tsv may give it a meaning: "ADD" is a word too.
        spoken = [term for term in row.synonyms if not is_short_form(term)]
        row.keys = list(dict.fromkeys(normalise(term) for term in [label, *spoken]))
        for key in row.keys:
            if key in owner and owner[key] != number:
                wrong.append(f"own.tsv line {number}: {key!r} stands in line {owner[key]} too")
            owner[key] = number
        rows.append(row)
    if wrong:
        raise SystemExit("\n".join(wrong))
    return rows


def join(rows: list[Row], found: dict[str, Raw], merged: Merged) -> list[str]:
    """Joins each row with its public concepts and gives it an id; returns one note a row for review."""
    by_label: dict[tuple[str, str], set[str]] = defaultdict(set)
    by_term: dict[tuple[str, str], set[str]] = defaultdict(set)
    for ident, raw in found.items():
        by_label[raw.kind, normalise(raw.label)].add(ident)
        for term in raw.terms:
            by_term[raw.kind, normalise(term)].add(ident)
    notes = []
    for row in rows:
        ids = set()
        if row.joins != ["-"]:
            unknown = [i for i in row.joins if i.lstrip("!") not in found]
            if unknown:
                raise SystemExit(f"own.tsv line {row.line}: no concept {unknown}")
            ids |= {i for i in row.joins if not i.startswith("!")}
            for key in row.keys:
                ids |= by_label[row.kind, key]
            if not ids:
                roots = {merged.root(i) for i in by_term[row.kind, row.keys[0]]}
                ids = roots if len(roots) == 1 else set()
            ids -= {i[1:] for i in row.joins if i.startswith("!")}
        mine = "PINCITE:" + re.sub(r"[^a-z0-9]+", "-", row.label.lower()).strip("-")
        found[mine] = Raw(mine, row.kind, row.label, [row.label, *row.synonyms])
        for ident in sorted(ids):
            merged.join(mine, ident)
        row.id = mine
        notes.append(f"own\t{row.label}\t" + ", ".join(f"{i} {found[i].label}" for i in sorted(ids)))
    return notes


def stems(concepts: dict[str, Raw], path: Path) -> None:
    """Gives drugs the class that the stem of their international name stands for (-statin, -dronate)."""
    table = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    classes = {normalise(raw.label): raw.id for raw in concepts.values() if raw.kind == "drug"}
    by_term = {normalise(t): raw.id for raw in concepts.values() if raw.kind == "drug" for t in raw.terms}
    for raw in concepts.values():
        word = normalise(raw.label)
        if raw.kind != "drug" or raw.category == "class" or " " in word or len(word) < 6:
            continue
        for stem, label in table:
            if re.search(stem, word):
                target = classes.get(normalise(label)) or by_term.get(normalise(label))
                if target is None:
                    raise SystemExit(f"stems.tsv: no class {label!r}")
                if target != raw.id:
                    raw.parents.add(target)


def apply(rows: list[Row], concepts: dict[str, Raw], merged: Merged) -> dict[str, str]:
    """Writes labels, categories, parents and relations of the rows into the concepts; returns term → concept id."""
    own: dict[str, str] = {}
    by_root: dict[str, Row] = {}
    wrong: list[str] = []
    for row in rows:
        row.id = merged.root(row.id)
        if row.id in by_root:
            wrong.append(f"own.tsv: {by_root[row.id].label!r} and {row.label!r} became one concept, {row.id}")
        by_root[row.id] = row
        raw = concepts[row.id]
        raw.label = row.label
        raw.category = row.category or raw.category
        raw.terms = [row.label, *row.synonyms, *raw.terms]
        for key in row.keys:
            own[key] = row.id
    public: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for raw in concepts.values():
        labels[normalise(raw.label)].add(raw.id)
        for term in raw.terms:
            public[normalise(term)].add(raw.id)

    def resolve(term: str, row: Row) -> str:
        key = normalise(term)
        if key in own:
            return own[key]
        for index in (labels, public):
            ids = {i for i in index.get(key, ()) if concepts[i].kind == row.kind}
            if len(ids) == 1:
                return ids.pop()
        wrong.append(f"own.tsv line {row.line}: {term!r} names {sorted(public.get(key, ())) or 'nothing'}")
        return row.id

    for row in rows:
        raw = concepts[row.id]
        if row.wider and row.wider[0].startswith("="):
            raw.parents.clear()
        for term in filter(None, (name.lstrip("=") for name in row.wider)):
            raw.parents.add(resolve(term, row))
        raw.parents.discard(row.id)
        raw.related |= {resolve(term, row) for term in row.related} - {row.id}
    if wrong:
        raise SystemExit("\n".join(wrong))
    return own

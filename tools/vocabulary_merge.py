"""Which ids of different vocabularies are one concept: by cross-reference, then by equal label."""

from __future__ import annotations

from collections import defaultdict

from vocabulary_sources import SALTS, Raw

from pincite.terms.normalising import normalise

_RANK = {"MONDO": 0, "MESH": 1, "ICD10CM": 2, "UNII": 3, "DRUGBANK": 4, "CHEBI": 5, "NER": 6, "PINCITE": 7}


def rank(ident: str) -> tuple[int, str]:
    """Sort key of an id: the source that names the merged concept comes first."""
    return _RANK[ident.partition(":")[0]], ident


class Merged:
    """Groups of ids that are one concept: union-find whose root is the best-ranked id."""

    def __init__(self) -> None:
        self.above: dict[str, str] = {}

    def root(self, ident: str) -> str:
        """The best-ranked id of the group that an id is in."""
        while ident in self.above:
            ident = self.above[ident]
        return ident

    def join(self, one: str, two: str) -> None:
        """Makes the groups of two ids one."""
        first, second = sorted((self.root(one), self.root(two)), key=rank)
        if first != second:
            self.above[second] = first


def merge(found: dict[str, Raw]) -> Merged:
    """Joins ids of one concept: by MONDO xref (each foreign id once), then by equal label, never by synonym alone."""
    merged = Merged()
    wanted = defaultdict(set)
    for raw in found.values():
        for other in raw.same:
            if other in found:
                wanted[other].add(raw.id)
    keys = {ident: {normalise(t) for t in raw.terms} for ident, raw in found.items()}
    for other, ids in sorted(wanted.items()):
        label = normalise(found[other].label)

        def closeness(ident: str, label: str = label, other: str = other) -> tuple[bool, int, str]:
            return (normalise(found[ident].label) != label, -len(keys[ident] & keys[other]), ident)

        best = min(ids, key=closeness)
        if keys[best] & keys[other] or len(ids) == 1:
            merged.join(best, other)
    labels: dict[tuple[str, str], str] = {}
    for ident in sorted(found, key=rank):
        raw = found[ident]
        key = (raw.kind, normalise(raw.label))
        if not key[1]:
            continue
        if key in labels and not (ident.startswith("MONDO") and labels[key].startswith("MONDO")):
            merged.join(labels[key], ident)
        labels.setdefault(key, ident)
    # A DrugBank name that the FDA lists for one substance is that substance (acetylsalicylic acid, aspirin).
    of_term = defaultdict(set)
    for ident, raw in found.items():
        if raw.kind == "drug" and ident.startswith("UNII"):
            for key_ in keys[ident]:
                of_term[key_].add(merged.root(ident))
    for ident, raw in sorted(found.items()):
        if ident.startswith(("DRUGBANK", "NER", "MESH")) and raw.kind == "drug" and raw.category != "class":
            targets = {merged.root(t) for t in of_term.get(normalise(raw.label), ())}
            if len(targets) == 1:
                merged.join(ident, targets.pop())
    return merged


def combine(found: dict[str, Raw], merged: Merged) -> dict[str, Raw]:
    """One `Raw` per merged concept; `same` then holds all its ids, `terms` keep the order of the sources' rank."""
    out: dict[str, Raw] = {}
    for ident in sorted(found, key=rank):
        raw, root = found[ident], merged.root(ident)
        target = out.get(root)
        if target is None:
            target = out[root] = Raw(root, raw.kind, raw.label, category=raw.category)
        target.same.add(ident)
        target.terms += raw.terms
        target.parents |= {merged.root(p) for p in raw.parents if p in found}
        target.category = target.category or raw.category
        words = target.label.lower().split()
        if raw.kind == "drug" and len(words) > 1 and words[-1] in SALTS and raw.label.lower().split() == words[:-1]:
            target.label = raw.label.lower()  # Formoterol Fumarate is shown as formoterol
    for raw in out.values():
        raw.parents.discard(raw.id)
    return out

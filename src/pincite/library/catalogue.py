"""Which documents are one and the same, which of them stays, and what status it has: pure rules, no storage.

Between the readings that are offered and the tables that hold them. Every choice is the greatest under a total order
and
everything shared is a union, so the outcome is the same in whatever order the documents arrive.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pincite.records import Header, Reading, Status

Outcome = Literal["added", "updated", "replaced", "merged", "unchanged", "skipped"]

_EXTENT_RANK = {"record": 0, "abstract": 1, "label": 2, "full-text": 3}
_STATUS_RANK: dict[Status, int] = {"unknown": 0, "current": 1, "superseded": 2, "concern": 3, "retracted": 4}
# What a relation says of its target, and what it says of the document that prints it.
_STATUS_OF_TARGET: dict[str, Status] = {"retracts": "retracted", "concern-about": "concern"}
_STATUS_OF_SELF: dict[str, Status] = {"retracted-by": "retracted", "concern-in": "concern"}


@dataclass(frozen=True)
class Entry:
    """One held document as the rules see it."""

    id: str
    text_sha256: str
    fingerprint: str  # of the document as offered: text, header, passages
    extent: str
    rank: tuple[int, str, str, int, str]  # the greatest stays: extent, date and version of a label, length, id
    own_status: Status
    keys: frozenset[str]  # doi:… pmid:… pmcid:… setid:…, its own and those of what was merged into it
    absorbed: frozenset[str] = frozenset()  # "id fingerprint" of documents merged into it
    relations: frozenset[tuple[str, str]] = frozenset()
    newest: str = ""
    retired: str | None = None  # why; a decision about the publication, so that no other text or form of it undoes it

    def shared(self) -> dict[str, Any]:
        """What the tables keep beside the document as offered; `restored` reads it back."""
        values = asdict(self)
        if self.retired is None:
            del values["retired"]  # so that a library without retired documents is the same as before there were any
        return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in values.items()}


def restored(values: dict[str, Any]) -> Entry:
    """The entry that `Entry.shared` wrote."""
    return Entry(
        **{
            **values,
            "rank": tuple(values["rank"]),
            "keys": frozenset(values["keys"]),
            "absorbed": frozenset(values["absorbed"]),
            "relations": frozenset((kind, target) for kind, target in values["relations"]),
        }
    )


def identities(header: Header) -> frozenset[str]:
    """The identifiers of a document, each with its scheme, folded so that equal ones compare equal."""
    found = {"doi": header.doi, "pmid": header.pmid, "pmcid": header.pmcid, "setid": header.setid}
    return frozenset(fold_identity(f"{scheme}:{value}") for scheme, value in found.items() if value and value.strip())


def fold_identity(name: str) -> str:
    """`scheme:value` in lower case, without the resolver's address that often stands before a DOI.

    >>> fold_identity("doi:https://doi.org/10.1056/NEJMoa0900563")
    'doi:10.1056/nejmoa0900563'
    """
    scheme, _, value = name.strip().lower().partition(":")
    value = value.strip()
    if scheme == "doi":
        for prefix in ("https://", "http://", "dx.doi.org/", "doi.org/", "doi:"):
            value = value.removeprefix(prefix)
    if scheme == "pmcid" and value.isdigit():
        value = f"pmc{value}"
    return f"{scheme}:{value.strip()}"


def entry_of(reading: Reading) -> Entry:
    """The entry of a document as offered, before anything was merged into it."""
    document = reading.document
    label = document.extent == "label"
    newest = document.date or (str(document.year) if document.year else "")
    return Entry(
        id=document.id,
        text_sha256=document.text_sha256,
        fingerprint=hashlib.sha256(reading.model_dump_json(exclude={"document": {"source", "retired"}}).encode()).hexdigest(),
        extent=document.extent,
        rank=(
            _EXTENT_RANK[document.extent],
            (document.date or "") if label else "",
            _padded(document.version) if label else "",
            len(document.text),
            document.id,
        ),
        own_status=document.status,
        keys=identities(document),
        relations=frozenset((relation.kind, fold_identity(relation.target)) for relation in document.relations),
        newest=newest,
    )


def _padded(version: str | None) -> str:
    """A version whose text order is its number order, so that 10 follows 9."""
    return ".".join(part.zfill(8) for part in (version or "").split("."))


@dataclass
class Change:
    """What one batch does to the tables."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: defaultdict(int))
    written: set[str] = field(default_factory=set)  # held ids whose text or header comes from this batch
    touched: set[str] = field(default_factory=set)  # held ids whose shared part or status may differ
    gone: set[str] = field(default_factory=set)  # ids that are no longer held


class Catalogue:
    """All held entries, found by id and by identifier; decides, and forgets nothing that a later arrival needs."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: dict[str, Entry] = {}
        self._by_key: dict[str, set[str]] = defaultdict(set)
        self._by_absorbed: dict[str, set[str]] = defaultdict(set)
        self._claims: dict[str, set[tuple[str, Status]]] = defaultdict(set)  # target → (claiming id, status)
        for entry in entries:
            self._put(entry)

    def offer(self, reading: Reading, change: Change) -> bool:
        """Decide about one document; True when its text and passages are to be held."""
        new = entry_of(reading)
        if self._known(new):
            change.outcomes["unchanged"] += 1
            return False
        kin = self._kin(new)
        same = self.entries.get(new.id)
        older_label = same is not None and new.extent == "label" and new.rank[:3] < same.rank[:3]
        # Another text under the same name replaces the former, fuller or not: its source says so now.
        rivals = [entry for entry in kin if entry.id != new.id or older_label]
        winner = max([new, *rivals], key=lambda entry: entry.rank)
        merged = self._united(winner, [new, *kin])
        for entry in kin:
            self._drop(entry)
            if entry.id != winner.id:
                change.gone.add(entry.id)
                change.written.discard(entry.id)
                change.touched.discard(entry.id)
        self._put(merged)
        change.touched.add(merged.id)
        change.touched |= self._targets(merged) | {held for entry in kin for held in self._targets(entry)}
        held = winner is new
        if held:
            change.gone.discard(new.id)
            change.written.add(new.id)
        change.outcomes[self._outcome(new, kin, held=held)] += 1
        return held

    def remove(self, identifier: str, change: Change) -> bool:
        """Forget a document; False when it is not held."""
        entry = self.entries.get(identifier)
        if entry is None:
            return False
        self._drop(entry)
        change.gone.add(identifier)
        change.touched |= self._targets(entry)
        return True

    def retire(self, identifier: str, why: str | None, change: Change) -> bool:
        """Note why a document is not used to answer, or with None that it is again; False when that changes nothing."""
        entry = self.entries.get(identifier)
        if entry is None or entry.retired == why:
            return False
        self.entries[identifier] = replace(entry, retired=why)
        change.touched.add(identifier)
        return True

    def status(self, entry: Entry) -> Status:
        """The gravest of what the document says of itself and what held documents say of it."""
        said: list[Status] = [entry.own_status]
        said += [_STATUS_OF_SELF[kind] for kind, _ in entry.relations if kind in _STATUS_OF_SELF]
        said += [status for key in entry.keys for by, status in self._claims.get(key, ()) if by != entry.id]
        return max(said, key=lambda status: _STATUS_RANK[status])

    def _known(self, new: Entry) -> bool:
        same = self.entries.get(new.id)
        if same is not None:
            return same.fingerprint == new.fingerprint or f"{new.id} {new.fingerprint}" in same.absorbed
        return any(f"{new.id} {new.fingerprint}" in self.entries[held].absorbed for held in self._by_absorbed.get(new.id, ()))

    def _kin(self, new: Entry) -> list[Entry]:
        """Held entries that are the same publication. A summary record is kin to nothing but its own earlier text."""
        ids = {new.id} & set(self.entries)
        if new.extent != "record":
            ids |= {held for key in new.keys for held in self._by_key.get(key, ())}
            ids |= self._by_absorbed.get(new.id, set())
            ids = {held for held in ids if held == new.id or self.entries[held].extent != "record"}
        return [self.entries[held] for held in sorted(ids)]

    def _united(self, winner: Entry, parts: list[Entry]) -> Entry:
        # The former text under the winner's own name is replaced, not merged: what only it said is gone with it.
        others = [part for part in parts if part.id != winner.id]
        former = [part for part in parts if part.id == winner.id and part is not winner]
        names = {f"{part.id} {part.fingerprint}" for part in others}
        absorbed = names.union(*(part.absorbed for part in [winner, *others, *former]))
        bonds = [winner, *others, *(part for part in former if part.absorbed)]
        winner = replace(winner, retired=max((part.retired for part in parts if part.retired), default=None))
        if winner.extent == "label":
            # An older label says nothing of the newer one's standing.
            return replace(winner, absorbed=frozenset(absorbed), keys=frozenset().union(*(part.keys for part in bonds)))
        statuses = [part.own_status for part in [winner, *others]]
        return replace(
            winner,
            absorbed=frozenset(absorbed),
            keys=frozenset().union(*(part.keys for part in bonds)),
            relations=frozenset().union(*(part.relations for part in bonds)),
            own_status=max(statuses, key=lambda status: _STATUS_RANK[status]),
        )

    def _outcome(self, new: Entry, kin: list[Entry], *, held: bool) -> Outcome:
        if not kin:
            return "added"
        same_label = new.extent == "label" and any(entry.extent == "label" for entry in kin)
        if not held:
            return "skipped" if same_label else "merged"
        if any(entry.id == new.id and entry.text_sha256 == new.text_sha256 for entry in kin):
            return "updated"
        return "replaced" if same_label or any(entry.id == new.id for entry in kin) else "merged"

    def _targets(self, entry: Entry) -> set[str]:
        """Held ids that the entry's relations name."""
        named = {target for kind, target in entry.relations if kind in _STATUS_OF_TARGET}
        return {held for target in named for held in self._by_key.get(target, ())}

    def _put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry
        for key in entry.keys:
            self._by_key[key].add(entry.id)
        for name in entry.absorbed:
            self._by_absorbed[name.rpartition(" ")[0]].add(entry.id)
        for kind, target in entry.relations:
            if kind in _STATUS_OF_TARGET:
                self._claims[target].add((entry.id, _STATUS_OF_TARGET[kind]))

    def _drop(self, entry: Entry) -> None:
        del self.entries[entry.id]
        for key in entry.keys:
            self._by_key[key].discard(entry.id)
        for name in entry.absorbed:
            self._by_absorbed[name.rpartition(" ")[0]].discard(entry.id)
        for kind, target in entry.relations:
            if kind in _STATUS_OF_TARGET:
                self._claims[target].discard((entry.id, _STATUS_OF_TARGET[kind]))

"""Which documents are one and the same, which of them stays, and what status it has: pure rules, no storage.

Between the readings that are offered and the tables that hold them. Every choice is the greatest under a total order
and
everything shared is a union, so the outcome is the same in whatever order the documents arrive.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from pincite.library.series import issued, newer, series_of
from pincite.records import LIBRARY_SAYS, Header, Notice, Precedence, Reading, Status

Outcome = Literal["added", "updated", "replaced", "merged", "unchanged", "skipped"]

_EXTENT_RANK = {"record": 0, "abstract": 1, "label": 2, "full-text": 3}
_STATUS_RANK: dict[Status, int] = {"unknown": 0, "current": 1, "superseded": 2, "concern": 3, "retracted": 4}
# What a relation says of its target, and what it says of the document that prints it.
_STATUS_OF_TARGET: dict[str, Status] = {"retracts": "retracted", "concern-about": "concern", "updates": "superseded"}
_STATUS_OF_SELF: dict[str, Status] = {"retracted-by": "retracted", "concern-in": "concern", "updated-by": "superseded"}
_STATUS_OF_NOTICE: dict[str, Status] = {"retraction": "retracted", "concern": "concern"}


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
    series: str = ""  # what the issues of one guideline have in common
    issued: str = ""  # of a guideline with a series: when it came out
    precedence: Precedence | None = None  # a librarian's mark, as `retired` about the publication
    stands: bool = False  # a librarian said that no newer issue supersedes it
    looked_up: str | None = None  # date on which a list was asked about it: the first whole list, or the last that was asked for it alone
    notices: frozenset[tuple[str, ...]] = frozenset()  # the fields of `Notice`, "" for what is not known

    def shared(self) -> dict[str, Any]:
        """What the tables keep beside the document as offered; `restored` reads it back."""
        values = asdict(self)
        for name in _LATER:
            if not values[name]:
                del values[name]  # so that a library that does not use them is the same as before there were any
        return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in values.items()}


_LATER = ("retired", "series", "issued", "precedence", "stands", "looked_up", "notices")


def restored(values: dict[str, Any]) -> Entry:
    """The entry that `Entry.shared` wrote."""
    return Entry(
        **{
            **{name: value for name, value in values.items() if name != "superseded_by"},
            "rank": tuple(values["rank"]),
            "keys": frozenset(values["keys"]),
            "absorbed": frozenset(values["absorbed"]),
            "relations": frozenset((kind, target) for kind, target in values["relations"]),
            "notices": frozenset(tuple(notice) for notice in values.get("notices", ())),
        }
    )


def notices_of(entry: Entry) -> tuple[Notice, ...]:
    """The notices of an entry, oldest first."""
    found = (dict(zip(Notice.model_fields, fields, strict=True)) for fields in entry.notices)
    notices = (Notice.model_validate({name: value or None for name, value in each.items()}) for each in found)
    return tuple(sorted(notices, key=lambda notice: (notice.date or "", notice.kind, notice.by, notice.id or "")))


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
    newest = issued(document)
    series = series_of(document)
    return Entry(
        id=document.id,
        text_sha256=document.text_sha256,
        fingerprint=hashlib.sha256(reading.model_dump_json(exclude={"document": {"source", *LIBRARY_SAYS}}).encode()).hexdigest(),
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
        series=series,
        issued=newest if series else "",
    )


_BY = tuple(Notice.model_fields).index("by")


def _fields(notice: Notice) -> tuple[str, ...]:
    return tuple(value or "" for value in notice.model_dump().values())


def _noticed(entry: Entry) -> list[Status]:
    """What the lists say, each by its latest word: a reinstatement takes back what the same list said before it."""
    said: list[Status] = []
    for by in sorted({fields[_BY] for fields in entry.notices}):
        notices = [notice for notice in notices_of(entry) if notice.by == by]
        back = max((notice.date or "" for notice in notices if notice.kind == "reinstatement"), default=None)
        said += [
            _STATUS_OF_NOTICE[notice.kind]
            for notice in notices
            if notice.kind in _STATUS_OF_NOTICE and (back is None or (notice.date or "") > back)
        ]
    return said


def _own_standing(entry: Entry) -> Status:
    """The gravest of a document's own status and of what lists say of it, without what other documents say."""
    return max([entry.own_status, *_noticed(entry)], key=lambda status: _STATUS_RANK[status])


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
        self._by_series: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            self._put(entry)

    def offer(self, reading: Reading, change: Change) -> bool:
        """Decide about one document; True when its text and passages are to be held."""
        new = entry_of(reading)
        if self._known(new):
            self._given_series(new, change)
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
        change.touched |= {identifier} | self._targets(entry)  # a retired issue supersedes nothing
        return True

    def mark(self, identifier: str, change: Change, **marks: Any) -> bool:
        """Set `precedence` or `stands`; False when that changes nothing."""
        entry = self.entries.get(identifier)
        if entry is None or all(getattr(entry, name) == value for name, value in marks.items()):
            return False
        self.entries[identifier] = replace(entry, **marks)
        change.touched.add(identifier)
        return True

    def look_up(self, found: Mapping[str, Sequence[Notice]], change: Change, *, by: str, on: str, asked: Iterable[str] | None) -> None:
        """Note what the list `by` says on the day `on`: of the publications asked about, or of all with an identifier."""
        names = None if asked is None else {fold_identity(name) for name in asked} | set(found)
        held = self.entries if names is None else {one for name in names for one in self._by_key.get(name, ())}
        for entry in [self.entries[name] for name in sorted(held)]:
            known = {key for key in entry.keys if key.startswith(("pmid:", "doi:", "pmcid:"))}
            if not known:
                continue
            told = {_fields(notice) for key in known for notice in found.get(key, ())}
            kept = {fields for fields in entry.notices if fields[_BY] != by}
            # A whole list covers everything that was looked up before, and its date stands once, in the commit: no row changes for it.
            date = entry.looked_up if asked is None and entry.looked_up else max(on, entry.looked_up or "")
            updated = replace(entry, notices=frozenset(told | kept), looked_up=date)
            if updated != entry:
                self.entries[entry.id] = updated
                change.touched |= {entry.id} | (self._by_series[entry.series] if entry.series else set())

    def holder(self, identifier: str) -> str | None:
        """The held document that a document of this id was merged into."""
        return min(self._by_absorbed.get(identifier, ()), default=None)

    def status(self, entry: Entry) -> Status:
        """The gravest of what the document says of itself, what held documents say of it, and what lists of notices say."""
        said: list[Status] = [entry.own_status]
        said += [_STATUS_OF_SELF[kind] for kind, _ in entry.relations if kind in _STATUS_OF_SELF]
        said += [status for key in entry.keys for by, status in self._claims.get(key, ()) if by != entry.id]
        said += _noticed(entry)
        if self.superseded_by(entry):
            said.append("superseded")
        if entry.stands:
            said = [status for status in said if status != "superseded"] or ["unknown"]
        return max(said, key=lambda status: _STATUS_RANK[status])

    def superseded_by(self, entry: Entry) -> str | None:
        """The newest held issue of the same guideline, where it came out in a later year."""
        if not entry.series or entry.stands:
            return None
        issues = [self.entries[held] for held in self._by_series[entry.series]]
        later = [one for one in issues if newer(one.issued, entry.issued) and not one.retired and _own_standing(one) != "retracted"]
        return max(later, key=lambda one: (one.issued, one.id)).id if later else None

    def _given_series(self, new: Entry, change: Change) -> None:
        """A guideline held since before series were kept gets its own when it is offered again."""
        same = self.entries.get(new.id)
        if same is not None and new.series and not same.series and same.fingerprint == new.fingerprint:
            self._drop(same)
            self._put(replace(same, series=new.series, issued=new.issued))
            change.touched |= {new.id} | self._by_series[new.series]

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
        winner = replace(
            winner,
            retired=max((part.retired for part in parts if part.retired), default=None),
            precedence=min((part.precedence for part in parts if part.precedence), default=None),  # "local" before "preferred"
            stands=any(part.stands for part in parts),
            looked_up=max((part.looked_up for part in parts if part.looked_up), default=None),
            notices=frozenset().union(*(part.notices for part in parts)),
        )
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
        """Held ids that the entry's relations name, and other issues of the same guideline."""
        named = {target for kind, target in entry.relations if kind in _STATUS_OF_TARGET}
        issues = self._by_series[entry.series] if entry.series else set()
        return {held for target in named for held in self._by_key.get(target, ())} | issues

    def _put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry
        for key in entry.keys:
            self._by_key[key].add(entry.id)
        if entry.series:
            self._by_series[entry.series].add(entry.id)
        for name in entry.absorbed:
            self._by_absorbed[name.rpartition(" ")[0]].add(entry.id)
        for kind, target in entry.relations:
            if kind in _STATUS_OF_TARGET:
                self._claims[target].add((entry.id, _STATUS_OF_TARGET[kind]))

    def _drop(self, entry: Entry) -> None:
        del self.entries[entry.id]
        for key in entry.keys:
            self._by_key[key].discard(entry.id)
        if entry.series:
            self._by_series[entry.series].discard(entry.id)
        for name in entry.absorbed:
            self._by_absorbed[name.rpartition(" ")[0]].discard(entry.id)
        for kind, target in entry.relations:
            if kind in _STATUS_OF_TARGET:
                self._claims[target].discard((entry.id, _STATUS_OF_TARGET[kind]))

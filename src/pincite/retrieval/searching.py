"""A query → scored passages: candidates by words and by meaning, scored the same way whatever index state found them.

After `understanding`, before appraisal. The index only proposes candidates; their lexical score is BM25 computed
here from
counts over the whole library, so equal libraries rank equally however and in whatever order they were filled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from pincite.library.guarding import guarded
from pincite.library.index import FLAT_BELOW
from pincite.library.store import Library, condition
from pincite.library.tables import one_of, passage_from
from pincite.library.words import query_stems
from pincite.records import Filters, Passage, ScoredPassage, Tier
from pincite.retrieval.fusing import fuse

if TYPE_CHECKING:
    import numpy as np

    from pincite.library.encoder import Encoder

CANDIDATES = 200  # of each search; more gave nothing on 1,000 held questions
_CANDIDATES_FOR_ONE = 8  # fewer where few are asked for
# Calibrated together with the shares in fusing.py: +0.009 nDCG@10 against the usual 1.2 and 0.75.
_K1, _B = 0.6, 0.5
# A synonym says the same with less certainty than the word that was typed.
_EXPANSION_WEIGHT = 0.5
# Up to so many passages their words are held in memory (about 3 kB each): a search costs 1 ms then, not 10.
HELD_BELOW = 5_000
# About 3 kB each.
_ROWS_KEPT = 10_000
_COLUMNS = ["id", "document_id", "ordinal", "text", "place", "stems", "tier"]
_ANSWERING: tuple[Tier, ...] = ("guideline", "label", "research")


def search(
    library: Library,
    query: str,
    *,
    expansions: Sequence[str] = (),
    filters: Filters | None = None,
    limit: int = 50,
    encoder: Encoder | None = None,
) -> list[ScoredPassage]:
    """The best passages for a query of any characters, best first; empty when nothing shares a word or the library
    is empty.

    `expansions` are synonyms that count half; `encoder` is used when it made the library's vectors.
    """
    wanted = [filters or Filters()]
    found = _search(library, query, expansions=expansions, wanted=wanted, limit=limit, encoder=encoder)
    return _scored(library, found[:limit])


def search_tiers(
    library: Library,
    query: str,
    *,
    tiers: Sequence[Tier] = _ANSWERING,
    expansions: Sequence[str] = (),
    filters: Filters | None = None,
    limit: int = 50,
    encoder: Encoder | None = None,
) -> dict[Tier, list[ScoredPassage]]:
    """The best passages of each tier, on one scale, so that a tier with many passages cannot crowd out another."""
    base = filters or Filters()
    tiers = [tier for tier in tiers if not base.tiers or tier in base.tiers]
    wanted = [base.model_copy(update={"tiers": (tier,)}) for tier in tiers]
    found = _search(library, query, expansions=expansions, wanted=wanted, limit=limit, encoder=encoder)
    kept = {tier: [one for one in found if one.row["tier"] == tier][:limit] for tier in tiers}
    scored = _scored(library, [one for part in kept.values() for one in part])
    return {tier: [one for one in scored if one.header.tier == tier] for tier in tiers}


class _Hit(NamedTuple):
    """A row of the passages table with its scores; a record is made only of those that are handed on."""

    row: dict[str, Any]
    lexical: float
    cosine: float | None
    score: float


def _search(
    library: Library,
    query: str,
    *,
    expansions: Sequence[str],
    wanted: Sequence[Filters],
    limit: int,
    encoder: Encoder | None,
) -> list[_Hit]:
    weights = _weights(query, expansions)
    most = min(CANDIDATES, limit * _CANDIDATES_FOR_ONE)
    # The engine searches outside the interpreter's lock: three searches side by side cost little more than one.
    if library.commit.passages <= HELD_BELOW:
        proposed = _by_held_words(library, weights, wanted, most=most)
    elif len(wanted) == 1:
        proposed = {row["id"]: row for row in _by_words(library, weights, wanted[0], most=most)}
    else:
        with ThreadPoolExecutor(len(wanted) or 1) as pool:
            lists = pool.map(lambda filters: _by_words(library, weights, filters, most=most), wanted)
            proposed = {row["id"]: row for rows in lists for row in rows}
    cosine: dict[str, float] = {}
    if encoder is not None and library.commit.vectors and library.commit.encoder == encoder.name and query.strip():
        vector = encoder.encode([query])[0]
        by_meaning = _by_scan if library.commit.vectors <= FLAT_BELOW else _by_graph
        cosine = by_meaning(library, vector, wanted=wanted, also=sorted(proposed), most=most)
        proposed |= _rows(library, sorted(name for name in cosine if name not in proposed))
    lexical = _bm25(library, weights, proposed)
    ranked = fuse(lexical, {name: value for name, value in cosine.items() if name in proposed})
    return [_Hit(proposed[name], lexical[name], cosine.get(name), score) for name, score in ranked]


def _rows(library: Library, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Rows of the passages table by id; the few thousand last read are kept for the commit, for one text or thread asks of the same again and again."""
    if library.commit.passages <= HELD_BELOW:
        rows = _held_words(library).rows
        return {name: rows[name] for name in names if name in rows}
    kept: dict[str, dict[str, Any]] = library.cache.setdefault("passage rows", {})
    found = {name: row for name in names if (row := kept.get(name)) is not None}
    missing = [name for name in names if name not in found]
    if missing:
        read = {row["id"]: row for row in library.rows("passages", where=one_of("id", missing), columns=_COLUMNS)}
        found |= read
        if len(kept) > _ROWS_KEPT:
            library.cache["passage rows"] = kept = {}
        kept |= read
    return found


def _weights(query: str, expansions: Sequence[str]) -> dict[str, float]:
    weights = dict.fromkeys(query_stems(query), 1.0)
    for expansion in expansions:
        for stem in query_stems(expansion):
            weights.setdefault(stem, _EXPANSION_WEIGHT)
    return weights


def _by_words(library: Library, weights: Mapping[str, float], filters: Filters, *, most: int) -> list[dict[str, Any]]:
    if not weights or not library.commit.passages:
        return []
    from lancedb.query import BooleanQuery, MatchQuery, Occur  # noqa: PLC0415 - heavy

    groups = {weight: " ".join(stem for stem, own in weights.items() if own == weight) for weight in (1.0, _EXPANSION_WEIGHT)}
    match: Any = MatchQuery  # its stub asks for arguments that have defaults
    parts = [(Occur.SHOULD, match(text, "stems", boost=weight)) for weight, text in groups.items() if text]
    search = library.table("passages").search(BooleanQuery(parts) if len(parts) > 1 else parts[0][1])
    where = condition(filters)
    if where:
        search = search.where(where, prefilter=True)
    with guarded(library.place):
        found: list[dict[str, Any]] = search.select([*_COLUMNS, "_score"]).limit(most).to_list()
    return found


class _Words(NamedTuple):
    """The words of a whole small library: rows of the passages table by id; for each id how often it has each stem, and how many it has."""

    rows: dict[str, dict[str, Any]]
    holders: dict[str, list[str]]
    counts: dict[str, Counter[str]]
    lengths: dict[str, int]


def _by_held_words(library: Library, weights: Mapping[str, float], wanted: Sequence[Filters], *, most: int) -> dict[str, dict[str, Any]]:
    """The same for a library small enough to be held: for each of the filters the best passages with a word of the query, by id."""
    held = _held_words(library)
    with_words = {name: held.rows[name] for name in sorted({name for stem in weights for name in held.holders.get(stem, ())})}
    scores = _bm25(library, weights, with_words) if len(with_words) > most else {}
    proposed: dict[str, dict[str, Any]] = {}
    for filters in wanted:
        names = [name for name, row in with_words.items() if _fits(row, filters)]
        if len(names) > most:
            names = sorted(names, key=lambda name: (-scores[name], name))[:most]
        proposed |= {name: with_words[name] for name in names}
    return proposed


def _held_words(library: Library) -> _Words:
    """Read once for each commit."""
    held = library.cache.get("held words")
    if held is None:
        rows = {row["id"]: row for row in library.rows("passages", columns=[*_COLUMNS, "design", "year"])}
        counts = {name: Counter(row["stems"].split()) for name, row in rows.items()}
        holders: dict[str, list[str]] = {}
        for name, found in counts.items():
            for stem in found:
                holders.setdefault(stem, []).append(name)
        library.headers(row["document_id"] for row in rows.values())  # in one query, for all that follow
        held = _Words(rows, holders, counts, {name: found.total() for name, found in counts.items()})
        library.cache["held words"] = held
    assert isinstance(held, _Words)
    return held


def _fits(row: dict[str, Any], filters: Filters) -> bool:
    """What `condition` asks of a row in the engine."""
    if filters.tiers and row["tier"] not in filters.tiers:
        return False
    if filters.designs and row["design"] not in filters.designs:
        return False
    return filters.since is None or not row["year"] or row["year"] >= filters.since


def _bm25(library: Library, weights: Mapping[str, float], rows: Mapping[str, dict[str, Any]]) -> dict[str, float]:
    total = max(1, library.commit.passages)
    average = max(1.0, library.commit.stems / total)
    held = _held_words(library) if library.commit.passages <= HELD_BELOW else None
    counts = library.stem_counts(sorted(weights)) if held is None else {stem: len(held.holders.get(stem, ())) for stem in weights}
    idf = {stem: math.log(1 + (total - count + 0.5) / (count + 0.5)) for stem, count in counts.items()}
    scores = {}
    gains = {stem: weight * idf[stem] * (_K1 + 1) for stem, weight in weights.items()}
    for name, row in rows.items():
        found: Mapping[str, int]
        if held is None:
            own = row["stems"].split()
            length, found = len(own), Counter([one for one in own if one in weights])
        else:
            length, found = held.lengths[name], held.counts[name]
        norm = _K1 * (1 - _B + _B * length / average)
        parts = [gain * n / (n + norm) for stem, gain in gains.items() if (n := found.get(stem, 0))]
        scores[name] = round(math.fsum(parts), 6)  # fsum: the same in whatever order
    return scores


def _by_scan(library: Library, vector: np.ndarray, *, wanted: Sequence[Filters], also: Sequence[str], most: int) -> dict[str, float]:
    """Id → cosine of the nearest passages for each of the filters, and of `also`: exact, one product for all."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    names, facts, matrix = _matrix(library)
    values = np.round(matrix @ vector, 6)
    asked = pc.is_in(names, value_set=pa.array(also, pa.string())).to_numpy(zero_copy_only=False)
    chosen = set(np.flatnonzero(asked).tolist())
    for filters in wanted:
        allowed = np.ones(len(values), dtype=bool)
        if filters.tiers:
            allowed &= np.isin(facts["tier"], filters.tiers)
        if filters.designs:
            allowed &= np.isin(facts["design"], filters.designs)
        if filters.since is not None:
            allowed &= (facts["year"] == 0) | (facts["year"] >= filters.since)
        kept = np.flatnonzero(allowed)
        if len(kept) > most:
            own = values[kept]
            kept = kept[own >= np.partition(own, len(own) - most)[len(own) - most]]
        # Rows lie in the order of adding; equal values are cut by id, so that the order cannot show.
        best = sorted((-float(values[at]), names[at].as_py(), at) for at in kept.tolist())[:most]
        chosen.update(at for _, _, at in best)
    return {names[at].as_py(): round(float(values[at]), 6) for at in chosen}


def _matrix(library: Library) -> tuple[Any, dict[str, np.ndarray], np.ndarray]:
    """Ids, what filters ask of them, and all vectors [n, dimension] in the order of adding; kept for the commit."""
    if "matrix" not in library.cache:
        import numpy as np  # noqa: PLC0415 - heavy

        with guarded(library.place):
            rows = library.table("vectors").to_arrow()
        matrix = rows["vector"].combine_chunks().flatten().to_numpy().reshape(rows.num_rows, -1)
        facts = {
            "tier": np.array(rows["tier"].to_pylist()),
            "design": np.array(rows["design"].to_pylist()),
            "year": rows["year"].fill_null(0).to_numpy(),
        }
        library.cache["matrix"] = (rows["id"].combine_chunks(), facts, matrix)
    found: tuple[Any, dict[str, np.ndarray], np.ndarray] = library.cache["matrix"]
    return found


def _by_graph(library: Library, vector: np.ndarray, *, wanted: Sequence[Filters], also: Sequence[str], most: int) -> dict[str, float]:
    """The same through the index, for libraries whose vectors are too many to hold; the cosines are exact here too."""

    def nearest(filters: Filters) -> list[dict[str, Any]]:
        search = library.table("vectors").search(vector).distance_type("cosine").ef(300)
        where = condition(filters)
        if where:
            search = search.where(where, prefilter=True)
        with guarded(library.place):
            found: list[dict[str, Any]] = search.select(["id", "_distance"]).limit(most).to_list()
        return found

    with ThreadPoolExecutor(len(wanted) or 1) as pool:
        chosen = set(also).union(row["id"] for rows in pool.map(nearest, wanted) for row in rows)
    query = library.table("vectors").search().where(one_of("id", sorted(chosen))).select(["id", "vector"])
    with guarded(library.place):
        rows = query.limit(None).to_arrow()
    if not rows.num_rows:
        return {}
    matrix = rows["vector"].combine_chunks().flatten().to_numpy().reshape(rows.num_rows, -1)
    return {name: round(float(value), 6) for name, value in zip(rows["id"].to_pylist(), matrix @ vector, strict=True)}


def _passage(library: Library, row: dict[str, Any]) -> Passage:
    """The row as a record; those of a small library are made once."""
    if library.commit.passages > HELD_BELOW:
        return passage_from(row)
    made: dict[str, Passage] = library.cache.setdefault("passages made", {})
    name = row["id"]
    if name not in made:
        made[name] = passage_from(row)
    return made[name]


def _scored(library: Library, hits: Sequence[_Hit]) -> list[ScoredPassage]:
    headers = library.headers(hit.row["document_id"] for hit in hits)
    return [
        ScoredPassage(
            passage=_passage(library, hit.row),
            document_id=(held := headers[hit.row["document_id"]]).id,
            header=held.header,
            text_sha256=held.text_sha256,
            abbreviations=held.abbreviations,
            flags=held.flags,
            lexical=hit.lexical,
            cosine=hit.cosine,
            score=hit.score,
        )
        for hit in hits
    ]

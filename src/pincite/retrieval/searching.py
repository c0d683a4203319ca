"""A query → scored passages: candidates by words and by meaning, scored the same way whatever index state found them.

After `understanding`, before appraisal. The index only proposes candidates; their lexical score is BM25 computed
here from
counts over the whole library, so equal libraries rank equally however and in whatever order they were filled.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pincite.library.guarding import guarded
from pincite.library.index import FLAT_BELOW
from pincite.library.store import Library, condition
from pincite.library.tables import one_of, passage_from
from pincite.library.words import query_stems
from pincite.records import Filters, ScoredPassage, Tier
from pincite.retrieval.fusing import fuse

if TYPE_CHECKING:
    import numpy as np

    from pincite.library.encoder import Encoder

CANDIDATES = 200  # of each search; more gave nothing on 1,000 held questions
# Calibrated together with the shares in fusing.py: +0.009 nDCG@10 against the usual 1.2 and 0.75.
_K1, _B = 0.6, 0.5
# A synonym says the same with less certainty than the word that was typed.
_EXPANSION_WEIGHT = 0.5
_COLUMNS = ["id", "document_id", "ordinal", "text", "place", "stems"]
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
    return _search(library, query, expansions=expansions, wanted=wanted, encoder=encoder)[:limit]


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
    found = _search(library, query, expansions=expansions, wanted=wanted, encoder=encoder)
    return {tier: [one for one in found if one.header.tier == tier][:limit] for tier in tiers}


def _search(
    library: Library, query: str, *, expansions: Sequence[str], wanted: Sequence[Filters], encoder: Encoder | None
) -> list[ScoredPassage]:
    weights = _weights(query, expansions)
    proposed: dict[str, dict[str, Any]] = {}
    for filters in wanted:
        for row in _by_words(library, weights, filters):
            proposed[row["id"]] = row
    cosine: dict[str, float] = {}
    if encoder is not None and library.commit.vectors and library.commit.encoder == encoder.name and query.strip():
        vector = encoder.encode([query])[0]
        for filters in wanted:
            cosine.update(_by_meaning(library, vector, filters))
        cosine.update(_cosines(library, vector, [name for name in proposed if name not in cosine]))
        missing = [name for name in cosine if name not in proposed]
        for row in library.rows("passages", where=one_of("id", missing), columns=_COLUMNS) if missing else ():
            proposed[row["id"]] = row
    lexical = _bm25(library, weights, proposed)
    headers = library.headers(row["document_id"] for row in proposed.values())
    ranked = fuse(lexical, {name: value for name, value in cosine.items() if name in proposed})
    return [_scored(proposed[name], headers, lexical[name], cosine.get(name), score) for name, score in ranked]


def _weights(query: str, expansions: Sequence[str]) -> dict[str, float]:
    weights = dict.fromkeys(query_stems(query), 1.0)
    for expansion in expansions:
        for stem in query_stems(expansion):
            weights.setdefault(stem, _EXPANSION_WEIGHT)
    return weights


def _by_words(library: Library, weights: Mapping[str, float], filters: Filters) -> list[dict[str, Any]]:
    if not weights or not library.commit.passages:
        return []
    from lancedb.query import BooleanQuery, MatchQuery, Occur  # noqa: PLC0415 - heavy

    groups = {
        weight: " ".join(stem for stem, own in weights.items() if own == weight) for weight in (1.0, _EXPANSION_WEIGHT)
    }
    match: Any = MatchQuery  # its stub asks for arguments that have defaults
    parts = [(Occur.SHOULD, match(text, "stems", boost=weight)) for weight, text in groups.items() if text]
    search = library.table("passages").search(BooleanQuery(parts) if len(parts) > 1 else parts[0][1])
    where = condition(filters)
    if where:
        search = search.where(where, prefilter=True)
    with guarded(library.place):
        found: list[dict[str, Any]] = search.select([*_COLUMNS, "_score"]).limit(CANDIDATES).to_list()
    return found


def _bm25(library: Library, weights: Mapping[str, float], rows: Mapping[str, dict[str, Any]]) -> dict[str, float]:
    total = max(1, library.commit.passages)
    average = max(1.0, library.commit.stems / total)
    counts = library.stem_counts(sorted(weights))
    idf = {stem: math.log(1 + (total - count + 0.5) / (count + 0.5)) for stem, count in counts.items()}
    scores = {}
    for name, row in rows.items():
        own = row["stems"].split()
        found = Counter(one for one in own if one in weights)
        norm = _K1 * (1 - _B + _B * len(own) / average)
        parts = (weights[one] * idf[one] * n * (_K1 + 1) / (n + norm) for one, n in sorted(found.items()))
        scores[name] = round(math.fsum(parts), 6)
    return scores


def _by_meaning(library: Library, vector: np.ndarray, filters: Filters) -> dict[str, float]:
    if library.commit.vectors > FLAT_BELOW:
        search = library.table("vectors").search(vector).distance_type("cosine").ef(300)
        where = condition(filters)
        if where:
            search = search.where(where, prefilter=True)
        with guarded(library.place):
            found = search.select(["id", "_distance"]).limit(CANDIDATES).to_list()
        return _cosines(library, vector, [row["id"] for row in found])
    import numpy as np  # noqa: PLC0415 - heavy

    names, facts, matrix = _matrix(library)
    values = np.round(matrix @ vector, 6)
    allowed = np.ones(len(names), dtype=bool)
    if filters.tiers:
        allowed &= np.isin(facts["tier"], filters.tiers)
    if filters.designs:
        allowed &= np.isin(facts["design"], filters.designs)
    if filters.since is not None:
        allowed &= (facts["year"] == 0) | (facts["year"] >= filters.since)
    kept = np.flatnonzero(allowed)
    best = kept[np.argsort(-values[kept], kind="stable")][:CANDIDATES]  # names are sorted: ties go by id
    return {str(names[at]): float(values[at]) for at in best}


def _matrix(library: Library) -> tuple[Any, dict[str, Any], Any]:
    """Ids in order, what filters ask of them, and all vectors [n, dimension]; kept for the commit."""
    if "matrix" not in library.cache:
        import numpy as np  # noqa: PLC0415 - heavy

        with guarded(library.place):
            rows = library.table("vectors").to_arrow().sort_by("id")
        matrix = rows["vector"].combine_chunks().flatten().to_numpy().reshape(rows.num_rows, -1)
        facts = {
            "tier": np.array(rows["tier"].to_pylist()),
            "design": np.array(rows["design"].to_pylist()),
            "year": np.array([year or 0 for year in rows["year"].to_pylist()]),
        }
        names = rows["id"].to_pylist()
        library.cache["matrix"] = (names, facts, matrix)
        library.cache["rank"] = {name: at for at, name in enumerate(names)}
    found: tuple[Any, dict[str, Any], Any] = library.cache["matrix"]
    return found


def _cosines(library: Library, vector: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    if not names:
        return {}
    import numpy as np  # noqa: PLC0415 - heavy

    if library.commit.vectors <= FLAT_BELOW:
        _, _, matrix = _matrix(library)
        rank = library.cache["rank"]
        return {name: round(float(matrix[rank[name]] @ vector), 6) for name in names if name in rank}
    rows = library.rows("vectors", where=one_of("id", list(names)), columns=["id", "vector"])
    return {row["id"]: round(float(np.asarray(row["vector"], dtype=np.float32) @ vector), 6) for row in rows}


def _scored(
    row: dict[str, Any], headers: Mapping[str, Any], lexical: float, cosine: float | None, score: float
) -> ScoredPassage:
    held = headers[row["document_id"]]
    return ScoredPassage(
        passage=passage_from(row),
        document_id=held.id,
        header=held.header,
        text_sha256=held.text_sha256,
        abbreviations=held.abbreviations,
        flags=held.flags,
        lexical=lexical,
        cosine=cosine,
        score=score,
    )

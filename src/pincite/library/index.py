"""Indexes over the tables: lexical over stems, look-up by id, vectors; rows not yet
indexed are scanned, so nothing waits for this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pincite.library.commits import KEEP_DAYS

# Up to here all vectors are held in memory (230 MB) and one product over them is exact: 20 ms for all tiers at 100,000,
# where three searches of the graph and the vectors of the lexical hits took 100. Above it the graph searches, at
# recall@10 0.97.
FLAT_BELOW = 150_000

_LOOKUPS = (
    ("documents", "id"),
    ("passages", "id"),
    ("passages", "document_id"),
    ("words", "word"),
    ("terms", "key"),
    ("vectors", "id"),
)


def finish(tables: dict[str, Any], commit: Callable[[], None]) -> None:
    """Build missing indexes, bring the others up to date, commit, then clear versions too old to be read."""
    from lancedb.index import FTS, BTree, HnswSq  # noqa: PLC0415 - heavy

    def lacks(table: Any, column: str) -> bool:
        return not any(index.columns == [column] for index in table.list_indices())

    for name, column in _LOOKUPS:
        if tables[name].count_rows() and lacks(tables[name], column):
            tables[name].create_index(column, config=BTree())
    if tables["passages"].count_rows() and lacks(tables["passages"], "stems"):
        # The stems are ready made (library/words.py): the index only splits them at blanks.
        plain = FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False, lower_case=False)
        tables["passages"].create_index("stems", config=plain)
    if tables["vectors"].count_rows() > FLAT_BELOW and lacks(tables["vectors"], "vector"):
        tables["vectors"].create_index("vector", config=HnswSq(distance_type="cosine", num_partitions=1, m=16, ef_construction=100))
    for table in tables.values():
        table.optimize()
    commit()
    # Clearing goes by age alone. A table that nobody changed lately is left out: its committed version is old itself.
    keep = timedelta(days=KEEP_DAYS)
    before = {name: table.version for name, table in tables.items()}
    for table in tables.values():
        held = next((each for each in table.list_versions() if each["version"] == table.version), None)
        if held is not None and datetime.now() - held["timestamp"].replace(tzinfo=None) < keep / 2:
            table.optimize(cleanup_older_than=keep)
    if before != {name: table.version for name, table in tables.items()}:
        commit()


def tidy_words(words: Any) -> None:
    """Sum the additions and subtractions of all batches into one row for each word."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    rows = words.to_arrow()
    summed = rows.group_by(["word", "kind"]).aggregate([("count", "sum")]).rename_columns({"count_sum": "count"})
    summed = summed.filter(pc.field("count") > 0).select(["word", "kind", "count"])
    if summed.num_rows < rows.num_rows:
        words.add(summed.sort_by([("kind", "ascending"), ("word", "ascending")]), mode="overwrite")

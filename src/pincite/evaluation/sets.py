"""Public question sets as frozen values: questions, the documents that answer them, and where in those documents the answer stands.

First stage of evaluation. The documents become `Reading`s by the same door as everything that is ingested (`ingest.building`),
so what is measured is what users get. BioASQ (golden files, `{"questions": [{body, snippets, ideal_answer, …}]}`) publishes only
the snippets that experts marked, not the abstracts around them: a document here is the snippets of one article. PubMedQA
(`{pmid: {QUESTION, CONTEXTS, LABELS, LONG_ANSWER, …}}`) has the abstract without its conclusion; the question is the article's title
and stays out of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pincite.errors import PinciteError, UnreadableError
from pincite.ingest.building import build, clean
from pincite.ingest.sections import section_kind
from pincite.records import Block, Draft, Header, Reading, Record
from pincite.terms.designs import classify_design

NAMES = ("bioasq", "pubmedqa")
# Two snippets of one article that share this many characters at their ends are one stretch of its text.
_SHARED = 20
_T = TypeVar("_T")
_PMID = re.compile(r"(\d+)/?$")


class Gold(Record):
    """A stretch of a document that experts marked as answering: `document.text[start:end]`."""

    document_id: str
    start: int
    end: int


class Asked(Record):
    """A question with what experts say answers it."""

    id: str
    text: str
    type: str  # factoid | list | yesno | summary
    documents: tuple[str, ...]
    gold: tuple[Gold, ...] = ()  # none where the set marks whole documents only
    ideal: tuple[str, ...] = ()  # answers as experts wrote them


class TestSet(Record):
    """Questions and the documents that answer them."""

    __test__ = False  # not a test case for pytest

    name: str
    questions: tuple[Asked, ...]
    readings: tuple[Reading, ...]

    @property
    def passages(self) -> int:
        """How many passages the documents have."""
        return sum(len(reading.passages) for reading in self.readings)


def read_set(name: str, path: Path | str, *, limit: int | None = None) -> TestSet:
    """The set `name` from a file or a folder of files; `limit` keeps that many questions, spread evenly, and their documents.

    Raises UnreadableError for a file that is not of this form and PinciteError for a name that is not known.
    """
    if name not in NAMES:
        raise PinciteError(f"There is no test set {name!r}.", what_to_do=f"Known sets: {', '.join(NAMES)}.")
    files = _files(Path(path))
    try:
        read = read_bioasq if name == "bioasq" else read_pubmedqa
        return read([json.loads(file.read_text("utf-8")) for file in files], limit=limit)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(
            f"{path} does not have the form of {name} ({type(error).__name__}: {error}).",
            what_to_do="See docs/measurements.md for where the sets come from.",
        ) from error


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(path.glob("*.json"))
        if not found:
            raise UnreadableError(f"{path} holds no JSON files.", what_to_do="Name the folder or file of the test set.")
        return found
    if not path.is_file():
        raise UnreadableError(f"{path} does not exist.", what_to_do="Name the folder or file of the test set.")
    return [path]


def read_bioasq(files: Sequence[dict[str, Any]], *, limit: int | None = None) -> TestSet:
    """BioASQ golden files → questions with snippets placed in the documents that those snippets make up."""
    questions = _spread([question for file in files for question in file["questions"] if question.get("snippets")], limit)
    held: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for question in questions:
        for snippet in question["snippets"]:
            text = clean(snippet["text"])
            if text:
                place = "title" if snippet.get("beginSection") == "title" else "abstract"
                held.setdefault(_document(snippet["document"]), {}).setdefault(place, []).append((snippet["offsetInBeginSection"], text))
    readings = {name: _snippet_reading(name, places) for name, places in held.items()}
    asked = []
    for question in questions:
        gold = [found for snippet in question["snippets"] if (found := _located(snippet, readings))]
        ideal = question.get("ideal_answer") or ()
        asked.append(
            Asked(
                id=question["id"],
                text=question["body"].strip(),
                type=question["type"],
                documents=tuple(dict.fromkeys(one.document_id for one in gold)),
                gold=tuple(dict.fromkeys(gold)),
                ideal=(ideal,) if isinstance(ideal, str) else tuple(ideal),
            )
        )
    return TestSet(name="bioasq", questions=tuple(one for one in asked if one.documents), readings=tuple(readings.values()))


def read_pubmedqa(files: Sequence[dict[str, Any]], *, limit: int | None = None) -> TestSet:
    """PubMedQA files → yes/no/maybe questions, each with the one abstract that it was made from."""
    entries = _spread([item for file in files for item in file.items()], limit)
    readings = []
    asked = []
    for pmid, entry in entries:
        blocks = tuple(
            Block(text=text, section=label.capitalize(), kind=_abstract_kind(label))
            for label, text in zip(entry["LABELS"], entry["CONTEXTS"], strict=True)
        )
        design = classify_design(publication_types=(), title="", abstract=" ".join(entry["CONTEXTS"]))
        header = Header(
            tier="research",
            extent="abstract",
            design=design,
            title=f"PubMed {pmid}",
            pmid=pmid,
            year=int(entry["YEAR"]) if entry.get("YEAR") else None,
            mesh=tuple(entry.get("MESHES", ())),
        )
        reading = _without_made_up_title(build(Draft(header=header, blocks=blocks), source=f"pubmedqa {pmid}"))
        readings.append(reading)
        asked.append(
            Asked(
                id=pmid,
                text=entry["QUESTION"].strip(),
                type="yesno",
                documents=(reading.document.id,),
                ideal=(entry["LONG_ANSWER"],),
            )
        )
    return TestSet(name="pubmedqa", questions=tuple(asked), readings=tuple(readings))


def relevant_passages(question: Asked, readings: dict[str, Reading]) -> frozenset[str]:
    """Ids of the passages that overlap a gold snippet, or of all passages where the set marks whole documents."""
    found = set()
    for name in question.documents:
        spans = [(one.start, one.end) for one in question.gold if one.document_id == name]
        for passage in readings[name].passages:
            if not question.gold or any(start < passage.end and passage.start < end for start, end in spans):
                found.add(passage.id)
    return frozenset(found)


def merged(snippets: Iterable[tuple[int, str]]) -> list[str]:
    """Snippets (offset, text) of one section in order, without repeats, overlapping ones joined.

    Offsets only order them: in the public files some are off by a few characters, so overlap is decided by the words.

    >>> merged([(0, "Rest does not help sciatica at all."), (10, "help sciatica at all. Exercise does."), (5, "not help")])
    ['Rest does not help sciatica at all. Exercise does.']
    """
    found: list[str] = []
    for _, text in sorted(set(snippets), key=lambda one: (one[0], -len(one[1]), one[1])):
        if any(text in other for other in found):
            continue
        found = [other for other in found if other not in text]
        if found and (shared := _overlap(found[-1], text)):
            found[-1] += text[shared:]
        else:
            found.append(text)
    return [text for at, text in enumerate(found) if not any(text in other for other in found[:at] + found[at + 1 :])]


def _overlap(first: str, second: str) -> int:
    """How many characters the end of `first` shares with the start of `second`; 0 below _SHARED."""
    for size in range(min(len(first), len(second)), _SHARED - 1, -1):
        if first.endswith(second[:size]):
            return size
    return 0


def _snippet_reading(name: str, places: dict[str, list[tuple[int, str]]]) -> Reading:
    titles = merged(places.get("title", ()))
    title = " ".join(titles)
    texts = merged(places.get("abstract", ()))
    blocks = [Block(text=title, section="Title", kind="title")] if titles else []
    blocks += [Block(text=text, section="Abstract", kind="abstract") for text in texts]
    pmid = name.removeprefix("pmid:")
    design = classify_design(publication_types=(), title=title, abstract=" ".join(texts))
    header = Header(tier="research", extent="abstract", design=design, title=title or f"PubMed {pmid}", pmid=pmid)
    reading = build(Draft(header=header, blocks=tuple(blocks)), source=f"bioasq {pmid}")
    return reading if titles else _without_made_up_title(reading)


def _without_made_up_title(reading: Reading) -> Reading:
    """Without the passage that holds "PubMed 123": the sets do not give the title, and such passages would only pad the count."""
    return reading.model_copy(update={"passages": tuple(one for one in reading.passages if one.kind != "title")})


def _located(snippet: dict[str, Any], readings: dict[str, Reading]) -> Gold | None:
    name = _document(snippet["document"])
    text = clean(snippet["text"])
    start = readings[name].document.text.find(text) if text else -1
    return Gold(document_id=name, start=start, end=start + len(text)) if start >= 0 else None


def _document(address: str) -> str:
    found = _PMID.search(address)
    if not found:
        raise ValueError(f"no PubMed number in {address!r}")
    return f"pmid:{found[1]}"


def _abstract_kind(label: str) -> Any:
    kind = section_kind(label)
    return "abstract" if kind == "body" else kind


def _spread(items: list[_T], limit: int | None) -> list[_T]:
    """`limit` of the items at even distances, so that a small sample has something of every year."""
    if limit is None or limit >= len(items):
        return items
    return [items[at * len(items) // limit] for at in range(limit)]

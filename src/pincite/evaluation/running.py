"""`run()`: a public test set → one `Report`; what `pincite eval` prints.

The set's documents become libraries in a temporary folder. Retrieval and answers are measured in the library with all of them,
abstention in two halves (see `holding.halves`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pincite import pipeline
from pincite.answering.abstaining import ANSWERS_FROM
from pincite.errors import QuestionError
from pincite.evaluation.holding import documents_of, evaluation_encoder, halves, held_library
from pincite.evaluation.measuring import auroc, mean, rank_measures, rouge, snippet_overlap
from pincite.evaluation.sets import Asked, TestSet, read_set, relevant_passages
from pincite.library.encoder import Encoder
from pincite.library.store import Library
from pincite.records import Answer, Record
from pincite.retrieval.searching import search
from pincite.retrieval.understanding import understand
from pincite.verification.verify import all_statements, recheck

Progress = Callable[[str, int, int], None]  # what is done, how many done, of how many


class Measure(Record):
    """One figure: its name, its value (None where the set cannot tell), over how many questions, and what it says."""

    name: str
    value: float | None
    n: int
    says: str


class Report(Record):
    """What a test set says of this installation."""

    schema_: str = "pincite.eval/1"
    set: str
    questions: int
    documents: int
    passages: int
    encoder: str | None  # None: by words alone
    unasked: int  # questions that Pincite refuses to be asked, such as ones in another language
    measures: tuple[Measure, ...]
    seconds: float

    def value(self, name: str) -> float | None:
        """The figure of that name; raises KeyError."""
        return {one.name: one.value for one in self.measures}[name]

    def __str__(self) -> str:
        """A table for people."""
        head = f"{self.set}: {self.questions:,} questions, {self.documents:,} documents, {self.passages:,} passages, encoder {self.encoder or 'none (words alone)'}"
        rows = [
            f"  {one.name:<22} {'   –  ' if one.value is None else f'{one.value:6.3f}'}  n={one.n:<6} {one.says}" for one in self.measures
        ]
        refused = [f"  {self.unasked} questions could not be asked"] if self.unasked else []
        return "\n".join([head, *rows, *refused, f"  {self.seconds:.0f} s"])


def run(name: str, path: Path | str, *, limit: int | None = None, progress: Progress | None = None) -> Report:
    """The report on set `name` ("bioasq", "pubmedqa") read from a file or folder; `limit` takes that many questions and their documents only.

    Raises UnreadableError for files of another form, EncoderError for an encoder that cannot be used, PinciteError for an unknown name or
    without the extra `eval`.
    """
    began = time.monotonic()
    say = progress or (lambda what, done, of: None)
    chosen = read_set(name, path, limit=limit)
    encoder = evaluation_encoder()
    say("indexing", 0, len(chosen.readings))
    with held_library(chosen.readings, encoder=encoder) as library:
        ranking = retrieval(library, chosen, encoder=encoder)
        answers = answered(library, chosen.questions, encoder=encoder, progress=say)
        measures = [*ranking, *answer_measures(library, chosen.questions, answers)]
        passages = library.state().passages
    measures += abstention(chosen, encoder=encoder, progress=say)
    return Report(
        set=name,
        questions=len(chosen.questions),
        documents=len(chosen.readings),
        passages=passages,
        encoder=encoder.name if encoder else None,
        unasked=len(chosen.questions) - len(answers),
        measures=tuple(measures),
        seconds=round(time.monotonic() - began, 1),
    )


def retrieval(library: Library, chosen: TestSet, *, encoder: Encoder | None) -> list[Measure]:
    """nDCG@10, recall@20 and MRR of the questions as they are searched, with what understanding adds to them."""
    runs: dict[str, list[str]] = {}
    for question in chosen.questions:
        try:
            asked = understand(question.text)
        except QuestionError:
            runs[question.id] = []
            continue
        found = search(library, asked.query, expansions=asked.expansions, limit=20, encoder=encoder)
        runs[question.id] = [one.passage.id for one in found]
    by_id = {reading.document.id: reading for reading in chosen.readings}
    figures = rank_measures(runs, relevant={one.id: relevant_passages(one, by_id) for one in chosen.questions})
    n = len(runs)
    return [
        Measure(name="ndcg@10", value=figures.ndcg_at_10, n=n, says="order of the first ten passages"),
        Measure(
            name="recall@20",
            value=figures.recall_at_20,
            n=n,
            says="share of the relevant passages among the first twenty",
        ),
        Measure(name="mrr", value=figures.mrr, n=n, says="1 / place of the first relevant passage"),
    ]


def answered(
    library: Library, questions: Sequence[Asked], *, encoder: Encoder | None, progress: Progress | None = None
) -> dict[str, Answer]:
    """Answers by question id; questions that cannot be asked are left out."""
    found = {}
    for done, question in enumerate(questions):
        try:
            found[question.id] = pipeline.ask(question.text, library=library, encoder=encoder)
        except QuestionError:
            continue
        if progress and done % 20 == 0:
            progress("asking", done, len(questions))
    return found


def answer_measures(library: Library, questions: Sequence[Asked], answers: Mapping[str, Answer]) -> list[Measure]:
    """Do quotes stand, do they come from the documents that experts chose, do they overlap the snippets, how close is the wording?"""
    by_id = {one.id: one for one in questions}
    standing = [one.check.outcome == "pass" for answer in answers.values() for one in recheck(answer, library.documents_by_id)]
    given = [(by_id[name], answer) for name, answer in answers.items() if answer.answered]
    lead = [[citation for one in answer.bottom_line for citation in one.citations] for _, answer in given]
    page = [[citation for one in all_statements(answer) for citation in one.citations] for _, answer in given]
    right = [one.document_id in question.documents for (question, _), cited in zip(given, lead, strict=True) for one in cited]
    marked = [at for at, (question, _) in enumerate(given) if question.gold]
    leads = [snippet_overlap(lead[at], gold=given[at][0].gold) for at in marked]
    pages = [snippet_overlap(page[at], gold=given[at][0].gold) for at in marked]
    worded = [
        rouge(" ".join(one.text for one in answer.bottom_line), references=question.ideal) for question, answer in given if question.ideal
    ]
    measures = [
        Measure(
            name="quotes stand",
            value=mean(map(float, standing)),
            n=len(standing),
            says="quotes found to the character in the stored text",
        ),
        Measure(
            name="answered",
            value=len(given) / len(answers) if answers else None,
            n=len(answers),
            says="questions answered with all documents held",
        ),
        Measure(
            name="lead documents",
            value=mean(map(float, right)),
            n=len(right),
            says="bottom-line quotes from documents that experts chose",
        ),
        Measure(
            name="lead precision",
            value=mean(one.precision for one in leads),
            n=len(leads),
            says="bottom-line characters inside gold snippets",
        ),
        Measure(
            name="page recall",
            value=mean(one.recall for one in pages),
            n=len(pages),
            says="gold characters quoted anywhere on the page",
        ),
        Measure(name="page f1", value=mean(one.f1 for one in pages), n=len(pages), says="both, for the whole page"),
    ]
    for kind in ("rouge1", "rouge2", "rougeL"):
        value = mean(each[kind] for each in worded)
        measures.append(Measure(name=kind, value=value, n=len(worded), says="bottom line against the experts' own answer (F1)"))
    return measures


def abstention(chosen: TestSet, *, encoder: Encoder | None, progress: Progress | None = None) -> list[Measure]:
    """How well confidence tells questions asked with their documents from the same questions asked without them."""
    found: dict[bool, list[Answer]] = {True: [], False: []}
    for side in halves(chosen.questions):
        with held_library(documents_of(chosen, questions=side), encoder=encoder) as library:
            for name, answer in answered(library, chosen.questions, encoder=encoder, progress=progress).items():
                found[name in side].append(answer)
    return abstention_measures(found[True], found[False])


def abstention_measures(held: Sequence[Answer], removed: Sequence[Answer]) -> list[Measure]:
    """The area under the curve, what the shipped line lets through, and what is really answered, with and without the documents.

    A question above the line is still not answered when no sentence is direct evidence of a kind that its page shows.
    """
    sure, unsure = ([answer.confidence or 0.0 for answer in side] for side in (held, removed))
    n, m = len(held), len(removed)
    return [
        Measure(
            name="abstention auroc",
            value=auroc(sure, unsure),
            n=n,
            says="confidence with the documents against without them",
        ),
        Measure(
            name="above line with",
            value=mean(one >= ANSWERS_FROM for one in sure),
            n=n,
            says="confident enough where the documents are held",
        ),
        Measure(
            name="above line without",
            value=mean(one >= ANSWERS_FROM for one in unsure),
            n=m,
            says="confident enough where they are not",
        ),
        Measure(
            name="answered with",
            value=mean(one.answered for one in held),
            n=n,
            says="answered where the documents are held",
        ),
        Measure(
            name="answered without",
            value=mean(one.answered for one in removed),
            n=m,
            says="answered where they are not",
        ),
    ]

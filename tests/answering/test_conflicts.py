"""When two statements disagree, and when they only look like it."""

from __future__ import annotations

from pincite.answering.conflicts import disagreements
from pincite.appraisal.appraising import appraise
from pincite.records import Annotation, Direction, ScoredPassage, StatementKind
from pincite.retrieval.understanding import understand
from tests.evidence import source, titled


def says(text: str, name: str, direction: Direction, kind: StatementKind = "recommendation") -> ScoredPassage:
    header = titled(
        "Vertebral fracture",
        tier="guideline" if kind == "recommendation" else "research",
        design="guideline" if kind == "recommendation" else "rct",
    )
    return source(text, name=name, header=header, kind="statement", annotation=Annotation(kind=kind, direction=direction))


def found(*sources: ScoredPassage, question: str = "vertebroplasty for vertebral fracture") -> list[str]:
    asked = understand(question)
    return [dispute.about for dispute in disagreements(asked, appraise(asked, list(sources))[0])]


def test_opposite_recommendations_of_two_sources_are_a_disagreement() -> None:
    assert found(
        says("Society A recommends vertebroplasty for vertebral fracture.", "a", "for"),
        says("Society B recommends against vertebroplasty for vertebral fracture.", "b", "against"),
    ) == ["vertebroplasty for vertebral fracture"]


def test_one_source_does_not_disagree_with_itself() -> None:
    assert not found(
        says("Society A recommends vertebroplasty for painful vertebral fracture.", "a", "for"),
        says("Society A recommends against vertebroplasty for vertebral fracture without pain.", "a", "against"),
    )


def test_acute_and_chronic_are_not_the_same_question() -> None:
    assert not found(
        says("Society A recommends opioids for acute low back pain.", "a", "for"),
        says("Society B recommends against opioids for chronic low back pain.", "b", "against"),
        question="opioids for low back pain",
    )


def test_findings_on_different_outcomes_do_not_contradict() -> None:
    assert not found(
        says("Vertebroplasty reduced pain in vertebral fracture.", "a", "decrease", "finding"),
        says("Vertebroplasty did not change mortality in vertebral fracture.", "b", "no-difference", "finding"),
    )


def test_two_that_agree_are_no_disagreement() -> None:
    assert not found(
        says("Society A recommends vertebroplasty for vertebral fracture.", "a", "for"),
        says("Society B recommends vertebroplasty for vertebral fracture.", "b", "for"),
    )

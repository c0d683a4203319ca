from __future__ import annotations

import json
from pathlib import Path

import pytest

from pincite.errors import PinciteError, UnreadableError
from pincite.evaluation.sets import merged, read_bioasq, read_pubmedqa, read_set, relevant_passages

BIOASQ = {
    "questions": [
        {
            "id": "q1",
            "body": "Does rest help sciatica?",
            "type": "yesno",
            "ideal_answer": "No, rest does not help.",
            "snippets": [
                {
                    "text": "Rest for sciatica: a trial",
                    "beginSection": "title",
                    "offsetInBeginSection": 0,
                    "document": "http://www.ncbi.nlm.nih.gov/pubmed/11",
                },
                {
                    "text": " Bed rest did not relieve sciatica in this trial.",
                    "beginSection": "abstract",
                    "offsetInBeginSection": 5,
                    "document": "http://www.ncbi.nlm.nih.gov/pubmed/11",
                },
            ],
        },
        {
            "id": "q2",
            "body": "What is exercise good for?",
            "type": "summary",
            "ideal_answer": ["Pain."],
            "snippets": [
                {
                    "text": "Exercise relieves pain.",
                    "beginSection": "abstract",
                    "offsetInBeginSection": 0,
                    "document": "http://www.ncbi.nlm.nih.gov/pubmed/12",
                }
            ],
        },
        {"id": "q3", "body": "Without snippets?", "type": "yesno", "snippets": []},
    ]
}
PUBMEDQA = {
    "77": {
        "QUESTION": "Is walking good?",
        "CONTEXTS": ["To see whether walking helps.", "Walking helped 7 of 10."],
        "LABELS": ["OBJECTIVE", "RESULTS"],
        "MESHES": ["Walking"],
        "YEAR": "2009",
        "LONG_ANSWER": "It helps.",
    }
}


def test_gold_snippets_stand_in_the_documents_that_they_make_up() -> None:
    chosen = read_bioasq([BIOASQ])
    texts = {reading.document.id: reading.document.text for reading in chosen.readings}
    quoted = [texts[one.document_id][one.start : one.end] for question in chosen.questions for one in question.gold]
    assert quoted == [
        "Rest for sciatica: a trial",
        "Bed rest did not relieve sciatica in this trial.",
        "Exercise relieves pain.",
    ]
    assert [question.id for question in chosen.questions] == ["q1", "q2"]


def test_relevant_passages_are_those_with_gold_and_no_others() -> None:
    chosen = read_bioasq([BIOASQ])
    by_id = {reading.document.id: reading for reading in chosen.readings}
    assert relevant_passages(chosen.questions[1], by_id) == {passage.id for passage in by_id["pmid:12"].passages}


def test_a_title_that_the_set_does_not_give_makes_no_passage() -> None:
    chosen = read_pubmedqa([PUBMEDQA])
    (reading,) = chosen.readings
    assert [(passage.kind, passage.text) for passage in reading.passages] == [
        ("objective", "To see whether walking helps."),
        ("results", "Walking helped 7 of 10."),
    ]
    assert reading.document.year == 2009
    assert chosen.questions[0].text not in reading.document.text


@pytest.mark.parametrize(
    ("snippets", "texts"),
    [
        ([(0, "One sentence here."), (0, "One sentence here.")], ["One sentence here."]),
        (
            [(0, "A long first part and the shared stretch"), (18, "and the shared stretch goes on.")],
            ["A long first part and the shared stretch goes on."],
        ),
        ([(0, "First."), (50, "Second.")], ["First.", "Second."]),
        ([(0, "ends with of"), (10, "of starts")], ["ends with of", "of starts"]),  # two letters are no overlap
    ],
)
def test_only_overlapping_snippets_are_joined(snippets: list[tuple[int, str]], texts: list[str]) -> None:
    assert merged(snippets) == texts


def test_a_limit_takes_questions_with_their_documents_only(tmp_path: Path) -> None:
    (tmp_path / "7B1.json").write_text(json.dumps(BIOASQ), "utf-8")
    chosen = read_set("bioasq", tmp_path, limit=1)
    assert [question.id for question in chosen.questions] == ["q1"]
    assert [reading.document.id for reading in chosen.readings] == ["pmid:11"]


@pytest.mark.parametrize("content", ['{"questions": [{"snippets": [{}]}]}', "not json", "[1]"])
def test_a_file_of_another_form_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "set.json").write_text(content, "utf-8")
    with pytest.raises(UnreadableError, match="does not have the form of bioasq"):
        read_set("bioasq", tmp_path)


def test_an_unknown_set_lists_the_known_ones() -> None:
    with pytest.raises(PinciteError, match="bioasq, pubmedqa"):
        read_set("trec", "nowhere")


def test_every_real_gold_snippet_is_found(corpora: Path) -> None:
    chosen = read_bioasq([json.loads((corpora / "bioasq" / "9B1.json").read_text("utf-8"))])
    by_id = {reading.document.id: reading for reading in chosen.readings}
    assert len(chosen.questions) == 100
    assert all(relevant_passages(question, by_id) for question in chosen.questions)

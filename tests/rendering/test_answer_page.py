"""The order of the answer page, and what is said where; shown by the terminal, Markdown, HTML and DOCX writers alike."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import pytest
from docx import Document

from pincite.records import Answer, ReadingGrade, Review
from pincite.rendering import docx, html, jsonout, markdown, terminal
from pincite.rendering.layout import Line, page
from pincite.rendering.terminal import columns

ORDER = [
    "Bottom line",
    "Step by step",
    "From the guidelines",
    "From FDA drug labels",
    "From the research",
    "Where sources disagree",
    "Follow-up and monitoring",
    "What is missing",
    "References",
    "You could ask next",
    "About this answer",
]


def without_parts(answer: Answer) -> Answer:
    return Answer(
        question=answer.question,
        understood=answer.understood,
        library=answer.library,
        answered=False,
        tiers=answer.tiers,
    )


def test_parts_stand_in_the_order_of_the_answer_page(answer: Answer) -> None:
    assert [part.heading for part in page(answer).parts] == ORDER


@pytest.mark.parametrize("write", [terminal.write, markdown.write, html.write])
def test_every_text_writer_keeps_that_order(answer: Answer, write: object) -> None:
    text = write(answer).decode()  # type: ignore[operator]
    places = [text.index(heading) for heading in ORDER]
    assert places == sorted(places)


def test_an_unanswered_question_says_so_and_still_lets_the_three_tiers_speak(answer: Answer) -> None:
    text = terminal.render(without_parts(answer))
    assert "This library does not answer this question." in text
    assert "No research in this library answers this question." in text
    for heading in ORDER[2:5]:
        assert heading in text
    for heading in ("Bottom line", "Step by step", "Where sources disagree", "References", "You could ask next"):
        assert heading not in text


def test_a_tier_that_the_answer_does_not_name_is_said_to_be_silent(answer: Answer) -> None:
    text = terminal.render(without_parts(answer).model_copy(update={"tiers": {}}))
    assert "No guideline in this library answers this question." in text
    assert "No drug label in this library answers this question." in text


def test_the_urgent_warning_stands_first_and_only_once(answer: Answer) -> None:
    text = terminal.render(answer)
    assert text.startswith("!! New weakness")
    assert text.count("New weakness") == 1


def test_each_sentence_is_followed_by_its_mark_and_the_source_s_own_strength(answer: Answer) -> None:
    text = " ".join(terminal.render(answer, width=200).split())
    assert "chronic low back pain. [1] (in favour; strength: Conditional; certainty: very low; guideline 2023)" in text


def test_only_the_terminal_says_what_to_type_for_more(answer: Answer) -> None:
    held_back = answer.model_copy(update={"omitted": 2})
    assert "Ask with --all to see them." in " ".join(terminal.render(held_back).split())
    assert all("--all" not in item.text for part in page(held_back).parts for item in part.items if isinstance(item, Line))


def test_only_a_recommendation_is_said_to_lack_strength(answer: Answer) -> None:
    text = " ".join(terminal.render(answer, width=200).split())
    assert "injections have failed. [1] (neither for nor against; strength and certainty not stated; guideline 2023)" in text
    assert "sham procedure at one month. [3] (no difference; randomised trial 2009, abstract only)" in text


def test_indirect_evidence_stands_apart_and_says_why(answer: Answer) -> None:
    text = " ".join(terminal.render(answer, width=200).split())
    assert "Only indirect: it is about facet joint osteoarthritis, a wider condition." in text
    assert text.index("What is missing") < text.index("facet joint osteoarthritis") < text.index("References")


def test_a_disagreement_labels_its_sides(answer: Answer) -> None:
    text = terminal.render(answer)
    assert text.index("Side A") < text.index("sham procedure") < text.index("Side B") < text.index("conservative treatment at one")


def test_a_retracted_source_is_marked_beside_the_sentence_and_in_the_references(answer: Answer) -> None:
    assert terminal.render(answer).count("RETRACTED") == 2


def test_a_summary_record_is_labelled_beside_each_sentence_where_sources_differ_in_extent(answer: Answer) -> None:
    text = " ".join(terminal.render(answer, width=200).split())
    assert "case series 2014, summary record" in text
    assert "summary record, not the original's words; as summarised from: Abstract" in text


def test_a_label_that_all_sources_share_is_said_once(answer: Answer) -> None:
    records = tuple(reference.model_copy(update={"extent": "record"}) for reference in answer.references)
    text = " ".join(terminal.render(answer.model_copy(update={"references": records}), width=200).split())
    assert text.count("All sources here are summary records") == 1
    assert "(decrease; case series 2014)" in text
    assert "case series 2014, summary record" not in text


def test_whom_a_source_studied_is_said_once_unless_its_sentences_differ(answer: Answer) -> None:
    text = " ".join(terminal.render(answer, width=200).split())
    assert text.count("in: adults with Baastrup's disease") == 1
    assert text.index("in: adults with Baastrup's disease") > text.index("References")
    other = answer.bottom_line[1].model_copy(update={"population": "one athlete"})
    text = " ".join(terminal.render(answer.model_copy(update={"bottom_line": (other,)}), width=200).split())
    assert "(decrease; case series 2014, summary record; in: one athlete)" in text


def test_a_statement_that_failed_its_check_is_never_shown_as_if_it_stood(answer: Answer) -> None:
    first = answer.bottom_line[0]
    doubtful = first.model_copy(update={"verdict": first.verdict.model_copy(update={"label": "contradicted"})})
    text = " ".join(terminal.render(answer.model_copy(update={"bottom_line": (doubtful,)}), width=200).split())
    assert "CHECK: contradicted by its source" in text


def test_a_patient_s_answer_explains_words_and_keeps_the_source_s_at_hand(answer: Answer) -> None:
    plain = answer.bottom_line[0].model_copy(update={"text": "Exercise can help.", "clinician_text": "Offer exercise."})
    patient = answer.model_copy(
        update={
            "audience": "patient",
            "bottom_line": (plain,),
            "explained": {"vertebroplasty": "bone cement put into a spine bone"},
            "reading_grade": ReadingGrade(flesch_kincaid=6.24, smog=7.0),
        }
    )
    text = terminal.render(patient)
    assert "vertebroplasty: bone cement" in text
    assert "added: 6.2" in text
    assert "Exercise can help." in text
    assert "Offer exercise." not in text
    clinician = terminal.render(patient, clinician=True)
    assert "Offer exercise." in clinician
    assert "Exercise can help." not in clinician
    assert "<details><summary>The source's words</summary><blockquote>Offer exercise." in html.render(patient)


def test_review_state_is_shown_or_its_absence_said(answer: Answer) -> None:
    assert "Not reviewed by anybody." in terminal.render(answer)
    reviewed = answer.model_copy(update={"reviewed": Review(state="approved", by="Dr A", on="2026-01-02")})
    assert "Review: approved (by Dr A, on 2026-01-02)." in terminal.render(reviewed)


@pytest.mark.parametrize("width", [1, 40, 57, 80, 120, 200, 10_000])
def test_no_line_is_wider_than_the_window(answer: Answer, width: int) -> None:
    wide = answer.model_copy(update={"question": "腰痛の治療は何ですか" * 20 + " " + "x" * 300})
    assert max(map(columns, terminal.render(wide, width=width).splitlines())) <= max(40, min(200, width))


def test_colour_changes_no_word_and_is_absent_by_default(answer: Answer) -> None:
    coloured = terminal.render(answer, colour=True)
    assert "\x1b[" in coloured
    assert "\x1b" not in terminal.render(answer)


@pytest.mark.parametrize(
    ("terminal_there", "environment", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    terminal_there: bool, environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal_there

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.colour_wanted(Stream()) is wanted


def test_html_marks_point_at_references_that_are_there_and_carry_the_quote_s_offsets(answer: Answer) -> None:
    found: list[tuple[str, dict[str, str | None]]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, dict(attrs)))

    Parser().feed(html.render(answer))
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}
    marks = [attributes for tag, attributes in found if tag == "a" and attributes.get("class") == "citation"]
    assert marks
    assert all(str(mark["href"])[1:] in ids for mark in marks)
    quote = answer.bottom_line[0].citations[0].quote
    assert (marks[0]["data-start"], marks[0]["data-end"]) == (str(quote.start), str(quote.end))
    assert (marks[0]["data-exact"], marks[0]["data-prefix"]) == (quote.exact, quote.prefix)
    assert not [tag for tag, attributes in found if tag in ("script", "style") or "style" in attributes]


def test_json_begins_with_its_schema_and_reads_back_as_the_same_answer(answer: Answer) -> None:
    text = jsonout.render(answer)
    assert text.startswith('{\n  "schema": "pincite.answer/1",\n  "question"')
    assert Answer.model_validate_json(text) == answer


@pytest.mark.parametrize("write", [terminal.write, markdown.write, html.write, jsonout.write, docx.write])
def test_the_same_answer_gives_the_same_bytes(answer: Answer, write: object) -> None:
    assert write(answer) == write(answer)  # type: ignore[operator]


def test_a_word_document_has_the_headings_and_links_of_the_page(answer: Answer) -> None:
    document = Document(io.BytesIO(docx.write(answer)))
    headings = [p.text for p in document.paragraphs if p.style and str(p.style.name) == "Heading 2"]
    assert headings == ORDER
    targets = {relation.target_ref for relation in document.part.rels.values() if relation.is_external}
    assert "https://doi.org/10.4184/asj.2014.8.3.260" in targets

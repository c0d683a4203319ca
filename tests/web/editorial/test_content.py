"""Changes to a draft: pure functions, each giving a new content whose references stay in order."""

from __future__ import annotations

from typing import Any

import pytest

from pincite.errors import NotFoundError
from pincite.records import Verdict
from pincite.web.editorial import content
from pincite.web.editorial.content import Content, EditError


@pytest.fixture
def draft(answer: Any) -> Content:
    return Content(answer=answer)


def longest_part(draft: Content) -> tuple[str, list[content.Placed]]:
    by_part: dict[str, list[content.Placed]] = {}
    for one in content.placed(draft):
        by_part.setdefault(one.part, []).append(one)
    return max(by_part.items(), key=lambda item: len(item[1]))


def numbering_is_sound(draft: Content) -> bool:
    numbers = [reference.number for reference in draft.answer.references]
    held = {reference.number: reference.document_id for reference in draft.answer.references}
    cited = [citation for one in content.placed(draft) for citation in one.statement.citations]
    first_seen = list(dict.fromkeys(citation.reference for citation in cited))
    return numbers == list(range(1, len(numbers) + 1)) == first_seen and all(held[c.reference] == c.document_id for c in cited)


def test_keys_are_unique_and_keep_over_moves(draft: Content) -> None:
    part, statements = longest_part(draft)
    keys = [one.key for one in content.placed(draft)]
    assert len(keys) == len(set(keys))
    moved = content.move(draft, statements[0].key, steps=1)
    now = [one.key for one in content.placed(moved) if one.part == part]
    assert now == [statements[1].key, statements[0].key, *(one.key for one in statements[2:])]
    assert numbering_is_sound(moved)


def test_moving_beyond_the_end_stays_at_the_end(draft: Content) -> None:
    part, statements = longest_part(draft)
    moved = content.move(draft, statements[0].key, steps=99)
    assert [one.key for one in content.placed(moved) if one.part == part][-1] == statements[0].key


def test_removing_the_only_use_of_a_source_removes_its_reference(draft: Content) -> None:
    left = draft
    victim = draft.answer.references[-1].document_id
    for one in list(content.placed(draft)):
        if any(citation.document_id == victim for citation in one.statement.citations) and not one.part.startswith("conflict"):
            left = content.remove(left, one.key)
    if not any(c.document_id == victim for one in content.placed(left) for c in one.statement.citations):
        assert victim not in {reference.document_id for reference in left.answer.references}
    assert numbering_is_sound(left)


def test_a_reworded_statement_keeps_its_quotes_and_takes_its_verdict(draft: Content) -> None:
    one = next(content.placed(draft))
    verdict = Verdict(label="partly", score=0.4)
    new = content.reword(draft, one.key, text="  Something\n else. ", verdict=verdict)
    found = content.find(new, one.key).statement
    assert (found.text, found.verdict, found.citations) == ("Something else.", verdict, one.statement.citations)
    assert [failing.key for failing in content.failing(new)] == [one.key]


def test_an_empty_wording_is_refused(draft: Content) -> None:
    with pytest.raises(EditError):
        content.reword(draft, next(content.placed(draft)).key, text=" \n", verdict=Verdict(label="quoted"))


def test_the_same_sentence_is_not_added_twice(draft: Content) -> None:
    one = next(content.placed(draft))
    reference = next(known for known in draft.answer.references if known.number == one.statement.citations[0].reference)
    with pytest.raises(EditError, match="already"):
        content.add(draft, one.part, statement=one.statement, reference=reference)


def test_a_statement_added_elsewhere_shares_its_reference(draft: Content) -> None:
    one = next(content.placed(draft))
    reference = next(known for known in draft.answer.references if known.number == one.statement.citations[0].reference)
    added = content.add(draft, "indirect", statement=one.statement, reference=reference.model_copy(update={"number": 99}))
    assert len(added.answer.references) == len(draft.answer.references)
    assert numbering_is_sound(added)


def test_notes_stand_apart_and_can_be_taken_out(draft: Content) -> None:
    noted = content.add_note(draft, "bottom-line", text="Ours.", by="Carol")
    again = content.add_note(noted, "bottom-line", text="Ours.", by="Carol")
    assert len({note.id for note in again.notes}) == 2
    assert content.remove_note(again, again.notes[0].id).notes == again.notes[1:]
    assert noted.answer == draft.answer


@pytest.mark.parametrize("part", ["section-99", "conflict-9-0", "section-x", "conflict-a-b", "conflict-1", "nonsense", "", "section--1"])
def test_an_unknown_part_is_named_not_a_crash(draft: Content, part: str) -> None:
    one = next(content.placed(draft))
    with pytest.raises(NotFoundError):
        content.add_note(draft, part, text="x", by="y")
    with pytest.raises(NotFoundError):
        content.add(draft, part, statement=one.statement, reference=draft.answer.references[0])


def test_an_unknown_statement_is_named(draft: Content) -> None:
    with pytest.raises(NotFoundError):
        content.move(draft, "000000000000", steps=1)


def test_the_hash_fixes_every_word(draft: Content) -> None:
    again = Content.model_validate(draft.as_json())
    assert again.sha256() == draft.sha256()
    assert content.add_note(draft, "bottom-line", text="x", by="y").sha256() != draft.sha256()

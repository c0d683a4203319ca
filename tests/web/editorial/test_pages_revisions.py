"""What changed between two revisions, as values and as pages."""

from __future__ import annotations

from typing import Any

from pincite.web.editorial import actions, content
from pincite.web.editorial.actions import content_of
from pincite.web.editorial.content import Content
from pincite.web.editorial.differences import differences, summary, word_runs
from pincite.web.editorial.models import Revision


def text_of(answer: Any) -> Content:
    return Content.model_validate(Content(answer=answer).as_json())


def keys(text: Content, part: str = "bottom-line") -> list[str]:
    return [one.key for one in content.placed(text) if one.part == part]


def test_equal_texts_do_not_differ(answer: Any) -> None:
    assert differences(text_of(answer), text_of(answer)) == []


def test_a_reworded_statement_shows_the_changed_words(answer: Any) -> None:
    old = text_of(answer)
    one = content.find(old, keys(old)[0])
    words = one.statement.text.replace(one.statement.text.split()[3], "CHANGED", 1)
    new = content.reword(old, one.key, text=words, verdict=one.statement.verdict)
    (found,) = differences(old, new)
    assert (found.kind, found.key, found.moved) == ("reworded", one.key, False)
    assert [run.text for run in found.words if run.kind == "added"] == ["CHANGED"]
    assert " ".join(run.text for run in found.words if run.kind != "added") == one.statement.text
    assert " ".join(run.text for run in found.words if run.kind != "removed") == words


def test_one_move_is_one_difference(answer: Any) -> None:
    old = text_of(answer)
    new = content.move(old, keys(old)[0], steps=2)
    (found,) = [one for one in differences(old, new) if one.what == "statement"]
    assert (found.kind, found.key, found.place_before, found.place_after) == ("moved", keys(old)[0], 1, 3)


def test_removed_and_added_again_are_told_with_their_source(answer: Any) -> None:
    old = text_of(answer)
    lone = next(
        one
        for one in content.placed(old)
        if len({c.document_id for c in one.statement.citations}) == 1
        and sum(
            one.statement.citations[0].document_id in {c.document_id for c in other.statement.citations} for other in content.placed(old)
        )
        == 1
    )
    new = content.remove(old, lone.key)
    assert [(one.kind, one.what) for one in differences(old, new)] == [("removed", "statement"), ("removed", "source")]
    assert [(one.kind, one.what) for one in differences(new, old)] == [("added", "statement"), ("added", "source")]
    assert summary(differences(old, new)) == "1 removed, 1 source changed"


def test_notes_differ_by_themselves(answer: Any) -> None:
    old = text_of(answer)
    new = content.add_note(old, "bottom-line", text="Ask first.", by="Carol")
    (found,) = differences(old, new)
    assert (found.kind, found.what, found.by, found.heading) == ("added", "note", "Carol", "Bottom line")


def test_texts_with_little_in_common_are_shown_one_after_the_other() -> None:
    assert [run.kind for run in word_runs("all of these words go", "nothing here stays as it was")] == ["removed", "added"]
    assert word_runs("", "") == ()
    assert [run.kind for run in word_runs("same words", "same words")] == ["same"]


def test_pages_show_what_was_added_and_removed_in_words_too(client: Any, people: Any, article: Any) -> None:
    key = keys(content_of(article.current))[0]
    actions.reword(article, by=people["carol"], base=article.current.sha256, key=key, text="<b>Bold</b> new words instead of the old ones.")
    client.force_login(people["alice"])
    html = client.get(f"/editorial/articles/{article.pk}/differences").content.decode()
    assert "What changed from revision 1 to 2" in html
    assert '<ins><span class="visually-hidden">added: </span>&lt;b&gt;Bold&lt;/b&gt;' in html
    assert '<del><span class="visually-hidden">removed: </span>' in html
    html = client.get(f"/editorial/articles/{article.pk}/differences?old=2&new=2").content.decode()
    assert "hold the same text" in html
    assert client.get(f"/editorial/articles/{article.pk}/differences?old=x&new=").status_code == 200
    assert client.get(f"/editorial/articles/{article.pk}/differences?old=1&new=77").status_code == 404


def test_an_earlier_revision_can_be_read_and_brought_back(client: Any, people: Any, article: Any) -> None:
    first = article.current
    actions.remove(article, by=people["carol"], base=first.sha256, key=keys(content_of(first))[0])
    client.force_login(people["carol"])
    html = client.get(f"/editorial/articles/{article.pk}/revisions/1/").content.decode()
    assert first.sha256 in html
    assert "Bring this text back" in html
    article.refresh_from_db()
    response = client.post(f"/editorial/articles/{article.pk}/act/restore", {"base": article.current.sha256, "number": 1})
    assert response.status_code == 303
    assert Revision.objects.get(article=article, number=3).sha256 == first.sha256
    assert client.get(f"/editorial/articles/{article.pk}/revisions/9/").status_code == 404
    client.force_login(people["alice"])
    assert "Bring this text back" not in client.get(f"/editorial/articles/{article.pk}/revisions/1/").content.decode()

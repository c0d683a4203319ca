"""The editor: every change by a form, the verdict at once, and nothing typed is lost when somebody else was faster."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils.html import escape

from pincite.web.editorial import actions, content
from pincite.web.editorial.actions import content_of
from pincite.web.editorial.models import Article, Revision

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(people: Any, answer: Any) -> Any:
    return actions.start(answer, by=people["alice"])


@pytest.fixture
def alice(client: Any, people: Any) -> Any:
    client.force_login(people["alice"])
    return client


def edit_page(article: Any) -> str:
    return f"/editorial/articles/{article.pk}/edit"


def act(client: Any, article: Any, action: str, *, htmx: bool = False, **data: Any) -> Any:
    return client.post(f"/editorial/articles/{article.pk}/act/{action}", data, headers=HTMX if htmx else {})


def text_of(article: Any) -> content.Content:
    return content_of(Revision.objects.get(pk=Article.objects.get(pk=article.pk).current_id))


def base(article: Any) -> str:
    return text_of(article).sha256()


def keys(article: Any, part: str = "bottom-line") -> list[str]:
    return [one.key for one in content.placed(text_of(article)) if one.part == part]


def test_the_quote_stands_beside_each_statement(alice: Any, draft: Any) -> None:
    html = alice.get(edit_page(draft)).content.decode()
    for one in content.placed(text_of(draft)):
        own = html.split(f'id="statement-{one.key}"')[1].split("</article>")[0]
        assert own.count('<blockquote class="quote">') == len(one.statement.citations)
    assert "Every statement passes its check" in html


def test_moving_removing_and_undoing(alice: Any, draft: Any) -> None:
    before = keys(draft)
    response = act(alice, draft, "move", base=base(draft), key=before[0], steps=1)
    assert response.status_code == 303
    assert response["Location"].endswith(f"#statement-{before[0]}")
    assert keys(draft)[:2] == [before[1], before[0]]
    assert "autofocus" in alice.get(response["Location"]).content.decode().split(f'id="statement-{before[0]}"')[1].split(">")[0]
    act(alice, draft, "remove", base=base(draft), key=before[2])
    assert before[2] not in keys(draft)

    def undo() -> None:
        html = alice.get(edit_page(draft)).content.decode()
        number = re.search(r'name="number" value="(\d+)"', html)
        assert number
        assert act(alice, draft, "restore", base=base(draft), number=number.group(1)).status_code == 303

    undo()
    assert keys(draft) == [before[1], before[0], before[2]]
    undo()
    assert keys(draft) == before
    assert 'name="number"' not in alice.get(edit_page(draft)).content.decode(), "there is nothing before the first text"


def test_rewording_shows_the_verdict_with_each_checks_sentence(alice: Any, draft: Any) -> None:
    key = keys(draft)[0]
    response = act(alice, draft, "reword", base=base(draft), key=key, text="It cures 99% of all patients with cancer.")
    own = alice.get(response["Location"]).content.decode().split(f'id="statement-{key}"')[1].split("</article>")[0]
    verdict = content.find(text_of(draft), key).statement.verdict
    assert "Fails its check" in own
    assert verdict.checks
    for check in verdict.checks:
        assert escape(check.says) in own
    assert '<details open class="checks">' in own


def test_htmx_gets_that_statement_alone(alice: Any, draft: Any) -> None:
    first, second = keys(draft)[:2]
    statement = content.find(text_of(draft), first).statement
    response = act(alice, draft, "reword", htmx=True, base="", now=base(draft), key=first, text=statement.text.rstrip(".") + " .")
    html = response.content.decode()
    assert response.status_code == 200
    assert response["HX-Retarget"] == f"#statement-{first}"
    assert f'id="statement-{first}"' in html
    assert f'id="statement-{second}"' not in html
    assert "<html" not in html
    assert f'id="now" name="now" value="{base(draft)}"' in html, "the next change starts from this revision"
    moved = act(alice, draft, "move", htmx=True, now=base(draft), key=first, steps=1)
    assert moved["HX-Retarget"] == "#part-bottom-line"
    assert "Moved down." in moved.content.decode()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_conflict_keeps_what_was_typed_and_says_who_was_faster(client: Any, people: Any, draft: Any, htmx: bool) -> None:
    seen, key = base(draft), keys(draft)[0]
    actions.add_note(draft, by=people["carol"], base=seen, part="bottom-line", text="A note of Carol's.")
    client.force_login(people["alice"])
    response = act(client, draft, "reword", htmx=htmx, base=seen, key=key, text="My <careful> new words.")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Carol saved revision 2" in html
    assert "My &lt;careful&gt; new words.</textarea>" in html
    assert "differences?old=1&amp;new=2" in html
    assert base(draft) in html
    assert content.find(text_of(draft), key).statement.verdict.label == "quoted", "nothing was changed"
    assert ("<html" in html) is not htmx
    assert act(client, draft, "reword", htmx=htmx, base=base(draft), key=key, text="My new words.").status_code in (200, 303)


def test_words_for_a_statement_that_is_gone_are_not_lost(client: Any, people: Any, draft: Any) -> None:
    seen, key = base(draft), keys(draft)[0]
    actions.remove(draft, by=people["carol"], base=seen, key=key)
    client.force_login(people["alice"])
    for sent in (seen, base(draft)):
        response = act(client, draft, "reword", base=sent, key=key, text="My new words.")
        assert response.status_code == 409
        assert "My new words." in response.content.decode()


def test_words_are_kept_when_the_article_went_to_the_reviewers_meanwhile(alice: Any, people: Any, draft: Any) -> None:
    key = keys(draft)[0]
    seen = base(draft)
    actions.submit(draft, by=people["alice"])
    for htmx in (False, True):
        response = act(alice, draft, "reword", htmx=htmx, base=seen, key=key, text="My new words.")
        assert response.status_code == 409
        assert "My new words." in response.content.decode()
        assert "with the reviewers" in response.content.decode()
    assert alice.get(edit_page(draft)).status_code == 409


def test_an_edit_that_cannot_be_made_says_why(alice: Any, draft: Any) -> None:
    key = keys(draft)[0]
    assert act(alice, draft, "reword", base=base(draft), key=key, text="   ").status_code == 400
    assert act(alice, draft, "move", base=base(draft), key="no-such", steps=1).status_code == 409
    assert act(alice, draft, "move", base=base(draft), key=key, steps=7).status_code == 400
    assert act(alice, draft, "restore", base=base(draft), number=99).status_code == 409
    assert act(alice, draft, "note", base=base(draft), part="no-such", text="x").status_code == 409
    for sentence in ("", "x", "starter:x@1-", "@1-2", "a@b-c", "a@١-٢", "a@1-" + "9" * 60):
        assert act(alice, draft, "add", base=base(draft), part="bottom-line", sentence=sentence).status_code == 400, sentence
    assert act(alice, draft, "add", base=base(draft), part="bottom-line", sentence="no-such-document@1-20").status_code == 409
    assert Article.objects.get(pk=draft.pk).current.number == 1


def test_a_note_is_framed_as_having_no_source(alice: Any, draft: Any) -> None:
    act(alice, draft, "note", base=base(draft), part="bottom-line", text="Ask the <pain> clinic first.")
    html = alice.get(edit_page(draft)).content.decode()
    note = html.split('class="note-editor')[1].split("</div>")[0]
    assert "Editor’s note, without a source" in note
    assert "Ask the &lt;pain&gt; clinic first." in note
    act(alice, draft, "unnote", base=base(draft), note=text_of(draft).notes[0].id)
    assert text_of(draft).notes == ()


def test_a_sentence_found_beside_the_editor_becomes_a_statement(alice: Any, draft: Any) -> None:
    address = f"/editorial/articles/{draft.pk}/passages"
    fragment = alice.get(address, {"q": "surgery for Baastrup disease"}, headers=HTMX).content.decode()
    assert "<html" not in fragment
    whole = alice.get(address, {"q": "surgery for Baastrup disease"}).content.decode()
    assert 'id="statement-' in whole
    values = re.findall(r'name="sentence" value="([^"]+)"', fragment)
    assert values
    assert set(values) <= set(re.findall(r'name="sentence" value="([^"]+)"', whole))
    cited = {f"{c.document_id}@{c.quote.start}-{c.quote.end}" for one in content.placed(text_of(draft)) for c in one.statement.citations}
    new = next(value for value in values if value not in cited)
    count = len(keys(draft))
    assert act(alice, draft, "add", base=base(draft), part="bottom-line", sentence=new).status_code == 303
    assert len(keys(draft)) == count + 1
    added = content.find(text_of(draft), keys(draft)[-1]).statement
    assert added.text == added.citations[0].quote.exact
    again = act(alice, draft, "add", base=base(draft), part="bottom-line", sentence=new, q="surgery")
    assert again.status_code == 409
    assert "already" in again.content.decode()
    assert 'name="sentence"' in again.content.decode(), "the results stay"


@pytest.mark.parametrize("query", ["", "   ", "zzqqxxyy", '"((*', "a" * 5000, "\x00"])
def test_any_query_gives_a_page(alice: Any, draft: Any, query: str) -> None:
    assert alice.get(f"/editorial/articles/{draft.pk}/passages", {"q": query}).status_code == 200


def test_an_editor_is_warned_before_writing_in_what_they_could_approve(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["carol"])
    assert "somebody else has to review and approve it" in client.get(edit_page(article)).content.decode()
    client.force_login(people["bob"])
    assert client.get(edit_page(article)).status_code == 404
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    assert client.get(edit_page(article)).status_code == 403

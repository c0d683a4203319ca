"""What the doors refuse, and what they keep: stale revisions, open comments, failing statements, retracted sources."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail

from pincite.errors import PinciteError
from pincite.library.store import Library
from pincite.web import engine
from pincite.web.editorial import actions, content
from pincite.web.editorial.content import EditError
from pincite.web.editorial.models import Article, AuditRow, Review
from pincite.web.editorial.policies import Refused


@pytest.fixture
def reviewed(article: Article, people: dict[str, Any]) -> Article:
    """With bob, who accepted it."""
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=sha(article), decision="accept")
    article.refresh_from_db()
    return article


def sha(article: Article) -> str:
    article.refresh_from_db()
    assert article.current is not None
    return article.current.sha256


def first_key(article: Article) -> str:
    article.refresh_from_db()
    assert article.current is not None
    return next(content.placed(actions.content_of(article.current))).key


def statement(article: Article, key: str) -> Any:
    article.refresh_from_db()
    assert article.current is not None
    return content.find(actions.content_of(article.current), key).statement


def test_a_visitor_cannot_send_an_answer(db: Any, answer: Any) -> None:
    with pytest.raises(Refused):
        actions.send(answer, by=AnonymousUser())
    assert not Article.objects.exists()
    assert not AuditRow.objects.exists()


def test_an_unanswered_question_becomes_no_article(people: dict[str, Any], answer: Any) -> None:
    with pytest.raises(Refused, match="found nothing"):
        actions.start(answer.model_copy(update={"answered": False}), by=people["alice"])


def test_two_articles_on_one_question_have_two_addresses(people: dict[str, Any], answer: Any) -> None:
    first, second = (actions.start(answer, by=people["alice"]) for _ in range(2))
    assert (first.slug, second.slug) == ("what-is-the-treatment-for-baastrups-disease", "what-is-the-treatment-for-baastrups-disease-2")


def test_an_approval_names_its_revision_and_fails_when_it_changed(reviewed: Article, people: dict[str, Any]) -> None:
    read = sha(reviewed)
    actions.add_note(reviewed, by=people["carol"], base=read, part="bottom-line", text="Changed meanwhile.")
    with pytest.raises(Refused, match="changed since"):
        actions.approve(reviewed, by=people["bob"], base=read)
    with pytest.raises(Refused, match="No reviewer has accepted this revision"):
        actions.approve(reviewed, by=people["bob"], base=sha(reviewed))


def test_an_approval_waits_for_open_comments(reviewed: Article, people: dict[str, Any]) -> None:
    remark = actions.comment(reviewed, by=people["bob"], base=sha(reviewed), text="Which dose?", statement=first_key(reviewed))
    assert remark.quoted == statement(reviewed, first_key(reviewed)).text
    with pytest.raises(Refused, match="1 comment is open"):
        actions.approve(reviewed, by=people["bob"], base=sha(reviewed))
    actions.resolve(remark, by=people["bob"])
    assert actions.approve(reviewed, by=people["bob"], base=sha(reviewed)).state == "approved"


def test_an_approval_is_refused_while_a_reworded_statement_fails_its_check(article: Article, people: dict[str, Any]) -> None:
    carol, bob, heidi = people["carol"], people["bob"], people["heidi"]
    key = first_key(article)
    actions.reword(article, by=carol, base=sha(article), key=key, text="Amputation of both legs cures scoliosis in 99% of newborn cats.")
    assert statement(article, key).verdict.label not in content.STANDING
    actions.assign(article, by=carol, reviewer=bob)
    actions.review(article, by=bob, base=sha(article), decision="accept")
    with pytest.raises(Refused, match="1 statement fails its check"):
        actions.approve(article, by=heidi, base=sha(article))
    article.refresh_from_db()
    assert article.state == "under-review"


def test_the_sentence_itself_is_quoted_again_when_it_is_put_back(article: Article, people: dict[str, Any]) -> None:
    key = first_key(article)
    original = statement(article, key).text
    actions.reword(article, by=people["carol"], base=sha(article), key=key, text="Something else entirely.")
    actions.reword(article, by=people["carol"], base=sha(article), key=key, text=original)
    assert statement(article, key).verdict.label == "quoted"


def test_an_approval_is_refused_when_a_source_has_left_the_library(own_library: Path, reviewed: Article, people: dict[str, Any]) -> None:
    cited = statement(reviewed, first_key(reviewed)).citations[0].document_id
    Library.open(own_library).remove([cited])
    engine.forget()
    with pytest.raises(Refused, match="no longer in this library"):
        actions.approve(reviewed, by=people["bob"], base=sha(reviewed))


def test_whoever_edited_an_article_does_not_approve_it(article: Article, people: dict[str, Any]) -> None:
    actions.add_note(article, by=people["carol"], base=sha(article), part="bottom-line", text="Carol's.")
    actions.assign(article, by=people["heidi"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=sha(article), decision="accept")
    with pytest.raises(Refused, match="does not approve it"):
        actions.approve(article, by=people["carol"], base=sha(article))
    assert actions.approve(article, by=people["heidi"], base=sha(article)).approved_by == people["heidi"]


def test_a_later_objection_stops_an_approval_of_the_same_revision(reviewed: Article, people: dict[str, Any]) -> None:
    actions.review(reviewed, by=people["heidi"], base=sha(reviewed), decision="request-changes", comment="The dose is missing.")
    reviewed.refresh_from_db()
    assert reviewed.state == "changes-requested"
    with pytest.raises(Refused):
        actions.approve(reviewed, by=people["bob"], base=sha(reviewed))


def test_a_reviewer_must_say_what_should_change(article: Article, people: dict[str, Any]) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    with pytest.raises(Refused, match="Say what should change"):
        actions.review(article, by=people["bob"], base=sha(article), decision="request-changes", comment="  ")
    assert not Review.objects.exists()


def test_declared_interests_are_kept_as_of_the_day(article: Article, people: dict[str, Any]) -> None:
    bob = people["bob"]
    bob.competing_interests, bob.credentials = "Paid lectures for a maker of implants.", "MD"
    bob.save()
    actions.assign(article, by=people["carol"], reviewer=bob)
    made = actions.review(article, by=bob, base=sha(article), decision="accept")
    bob.competing_interests = "None declared"
    bob.save()
    made.refresh_from_db()
    assert made.competing_interests == "Paid lectures for a maker of implants."


def test_the_writer_is_no_reviewer(article: Article, people: dict[str, Any]) -> None:
    actions.add_note(article, by=people["heidi"], base=sha(article), part="bottom-line", text="Heidi's.")
    with pytest.raises(Refused, match="wrote a part"):
        actions.assign(article, by=people["carol"], reviewer=people["heidi"])
    with pytest.raises(Refused, match="not a reviewer"):
        actions.assign(article, by=people["carol"], reviewer=people["frank"])


def test_two_editors_at_once_lose_nothing(article: Article, people: dict[str, Any]) -> None:
    read = sha(article)
    actions.add_note(article, by=people["carol"], base=read, part="bottom-line", text="First.")
    with pytest.raises(Refused, match="changed since"):
        actions.add_note(article, by=people["heidi"], base=read, part="bottom-line", text="Second.")
    assert article.revisions.count() == 2


def test_an_edit_can_be_undone(article: Article, people: dict[str, Any]) -> None:
    before = sha(article)
    actions.remove(article, by=people["carol"], base=before, key=first_key(article))
    assert sha(article) != before
    actions.restore(article, by=people["carol"], base=sha(article), number=1)
    assert sha(article) == before
    assert article.revisions.count() == 3


def test_a_change_that_changes_nothing_makes_no_revision(article: Article, people: dict[str, Any]) -> None:
    actions.move(article, by=people["carol"], base=sha(article), key=first_key(article), steps=-1)
    assert article.revisions.count() == 1


def test_a_statement_can_be_added_from_a_stored_sentence(article: Article, people: dict[str, Any]) -> None:
    library = engine.library()
    held = {reference.document_id for reference in actions.content_of(article.current).answer.references}  # type: ignore[arg-type]
    document = next(one for one in library.documents() if one.id not in held and one.header.tier == "research")
    passage = next(one for one in library.passages(document.id) if one.kind != "title")
    start, end = passage.sentences[0]
    actions.add(article, by=people["carol"], base=sha(article), part="bottom-line", document_id=document.id, start=start, end=end)
    article.refresh_from_db()
    new = actions.content_of(article.current).answer.bottom_line[-1]  # type: ignore[arg-type]
    assert new.text == new.citations[0].quote.exact == library.document(document.id).text[start:end]


def test_a_title_is_no_statement(article: Article, people: dict[str, Any]) -> None:
    library = engine.library()
    document = actions.content_of(article.current).answer.references[0].document_id  # type: ignore[arg-type]
    title = next(one for one in library.passages(document) if one.kind == "title")
    with pytest.raises(EditError, match="title"):
        actions.add(
            article, by=people["carol"], base=sha(article), part="bottom-line", document_id=document, start=title.start, end=title.end
        )


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 2), (0, 10**9), (-5, 3)])
def test_words_that_are_not_there_cannot_be_added(article: Article, people: dict[str, Any], start: int, end: int) -> None:
    document = actions.content_of(article.current).answer.references[0].document_id  # type: ignore[arg-type]
    with pytest.raises(PinciteError, match="do not stand"):
        actions.add(article, by=people["carol"], base=sha(article), part="bottom-line", document_id=document, start=start, end=end)


def test_the_next_review_lies_in_the_future(reviewed: Article, people: dict[str, Any]) -> None:
    today = datetime.date.today()
    with pytest.raises(Refused, match="future"):
        actions.approve(reviewed, by=people["bob"], base=sha(reviewed), next_review=today)
    approved = actions.approve(reviewed, by=people["bob"], base=sha(reviewed))
    assert approved.review_due is not None
    assert approved.review_due > today + datetime.timedelta(days=300)
    with pytest.raises(Refused, match="future"):
        actions.schedule(approved, by=people["carol"], on=today)


def test_a_reopened_article_keeps_showing_what_was_approved(reviewed: Article, people: dict[str, Any]) -> None:
    actions.approve(reviewed, by=people["bob"], base=sha(reviewed))
    actions.publish(reviewed, by=people["carol"])
    actions.reopen(reviewed, by=people["carol"], why="A new trial.")
    actions.add_note(reviewed, by=people["carol"], base=sha(reviewed), part="bottom-line", text="Draft of the new text.")
    reviewed.refresh_from_db()
    assert reviewed.state == "submitted"
    assert reviewed.shown is not None
    assert reviewed.shown.number == 1
    assert reviewed.current is not None
    assert reviewed.current.number == 2


def test_mail_goes_out_only_when_the_action_stood(
    article: Article, people: dict[str, Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.assign(article, by=people["carol"], reviewer=people["bob"])
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused):
        actions.assign(article, by=people["carol"], reviewer=people["frank"])
    assert len(mail.outbox) == 1


def test_anybody_can_say_that_something_is_wrong_and_only_editors_close_it(db: Any, people: dict[str, Any]) -> None:
    told = actions.report(text="The dose is for adults only.", by=AnonymousUser(), question="naproxen dose?")
    with pytest.raises(Refused):
        actions.handle(told, by=people["frank"], outcome="x")
    actions.handle(told, by=people["carol"], outcome="Corrected.")
    told.refresh_from_db()
    assert told.handled_by == people["carol"]
    assert list(AuditRow.objects.values_list("actor", "action")) == [("system", "report"), ("carol", "handle")]

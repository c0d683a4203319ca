from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail

from pincite.library.store import Library
from pincite.records import Citation
from pincite.web.editorial import actions, audit_trail, living
from pincite.web.editorial.content import Content, placed
from pincite.web.editorial.models import AuditRow
from tests.library.making import made
from tests.web.articles.changing import add, publish, remove, retract, rewrite

FILIPPIADIS = "filippiadis-2015-baastrup-pictorial-review"
CHIN = "chin-2021-dancer-baastrup"
OKADA = "okada-2014-interspinous-injection-baastrup"


@pytest.fixture(autouse=True)
def _by_words_alone(_own_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_ENCODER", "none")  # nothing is asked here


@pytest.fixture
def approved(own_library: Path, article: Any, people: dict[str, Any]) -> Any:
    """An approved, public article that rests on a library of the test's own, with nothing changed yet."""
    publish(article, people)
    assert living.recheck() == 0
    return article


def cited(article: Any, document_id: str) -> Citation:
    """The first citation of that document."""
    for one in placed(Content.model_validate(article.approved.content)):
        for citation in one.statement.citations:
            if citation.document_id == document_id:
                return citation
    raise AssertionError(document_id)


def kinds(article: Any) -> list[tuple[str, str]]:
    return [(alert.kind, alert.document_id) for alert in living.banner(article)]


def rows(action: str) -> int:
    return AuditRow.objects.filter(action=action).count()


def test_a_source_that_is_gone_is_told_with_the_words_that_rested_on_it(own_library: Path, approved: Any) -> None:
    before = approved.approved.sha256
    remove(own_library, CHIN)
    assert living.recheck() == 1
    (alert,) = living.banner(approved)
    assert (alert.kind, alert.document_id, alert.new_quote) == ("gone", CHIN, "")
    assert cited(approved, CHIN).quote.exact in alert.old_quote
    assert alert.says == "“An Uncommon Cause Of Persistent Back Pain In A Dancer” (2021) is no longer in the library."
    approved.refresh_from_db()
    assert approved.approved.sha256 == before
    assert Content.model_validate(approved.approved.content).sha256() == before
    assert (approved.state, rows("alert"), audit_trail.verify().broken) == ("approved", 1, None)


def test_a_retraction_notice_flags_every_article_that_cites_its_target(own_library: Path, approved: Any) -> None:
    retract(own_library, FILIPPIADIS)
    assert living.recheck() == 1
    assert kinds(approved) == [("retracted", FILIPPIADIS)]


def test_what_sources_say_of_themselves_now_is_told(own_library: Path, approved: Any) -> None:
    for document_id, status in ((CHIN, "concern"), (FILIPPIADIS, "superseded"), (OKADA, "retracted")):
        rewrite(own_library, document_id, lambda text: text, status=status)
    assert living.recheck() == 3
    assert sorted(kinds(approved)) == [("concern", CHIN), ("retracted", OKADA), ("superseded", FILIPPIADIS)]


def test_changed_words_are_told_with_the_nearest_new_sentence(own_library: Path, approved: Any) -> None:
    exact = cited(approved, FILIPPIADIS).quote.exact
    new = f"In a later revision, {exact[0].lower()}{exact[1:]}"
    rewrite(own_library, FILIPPIADIS, lambda text: text.replace(exact, new))
    assert living.recheck() == 1
    (alert,) = living.banner(approved)
    assert (alert.kind, alert.old_quote, alert.new_quote) == ("changed", exact, new)
    assert alert.statement in {one.key for one in placed(Content.model_validate(approved.approved.content))}


def test_words_that_are_gone_without_a_likeness_have_no_new_quote(own_library: Path, approved: Any) -> None:
    rewrite(own_library, CHIN, lambda text: "Xylem transports water.")
    living.recheck()
    assert {alert.new_quote for alert in living.banner(approved)} == {""}
    assert "no longer stands" in living.banner(approved)[0].says


def test_words_that_only_moved_are_no_news(own_library: Path, approved: Any) -> None:
    rewrite(own_library, CHIN, lambda text: f"A new first sentence was put before it. {text}")
    rewrite(own_library, FILIPPIADIS, lambda text: f"{text} A sentence was added after it.")
    assert living.recheck() == 0
    assert kinds(approved) == []


def test_words_that_became_part_of_another_sentence_are_told(own_library: Path, approved: Any) -> None:
    exact = cited(approved, CHIN).quote.exact
    rewrite(own_library, CHIN, lambda text: text.replace(exact, f"Nobody believes any more that {exact}"))
    assert living.recheck() == 1
    (alert,) = living.banner(approved)
    assert (alert.kind, alert.new_quote) == ("changed", f"Nobody believes any more that {exact}")


def test_another_version_is_told_even_where_the_words_stand(own_library: Path, approved: Any) -> None:
    rewrite(own_library, CHIN, lambda text: f"{text} More was added.", version="2")
    assert living.recheck() == 1
    (alert,) = living.banner(approved)
    assert (alert.kind, alert.new_quote) == ("replaced", "")
    assert "replaced by version 2" in alert.says
    assert "still stand" in alert.says


def test_a_source_that_came_back_under_another_name_is_replaced_not_gone(own_library: Path, approved: Any) -> None:
    held = remove(own_library, CHIN)
    sentences = [passage.text for passage in held.passages]
    again = made("again", *sentences, tier=held.document.tier, extent="record", doi=held.document.doi, title=held.document.title)
    add(own_library, again)
    assert living.recheck() == 1
    (alert,) = living.banner(approved)
    assert (alert.kind, alert.document_id) == ("replaced", CHIN)
    assert "another copy of the same publication" in alert.says


def test_the_same_change_is_told_once(own_library: Path, approved: Any, people: dict[str, Any]) -> None:
    remove(own_library, CHIN)
    assert [living.recheck(), living.recheck()] == [1, 0]
    (alert,) = living.banner(approved)
    actions.settle(alert, by=people["carol"], resolution="The statement stands without it.")
    assert living.recheck() == 0
    Library.open(own_library).add([made("unrelated")])
    assert living.recheck() == 0
    assert (kinds(approved), rows("alert")) == ([], 1)


def test_two_processes_that_see_the_same_change_tell_it_once(own_library: Path, approved: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    remove(own_library, CHIN)
    slower = living._tell_changes

    def both(number: int) -> int:  # the other process, which saw the same, gets the lock first
        return slower(number) + slower(number)

    monkeypatch.setattr(living, "_tell_changes", both)
    assert living.recheck() == 1
    assert rows("alert") == 1


def test_a_new_change_of_the_same_source_is_told_again(own_library: Path, approved: Any, people: dict[str, Any]) -> None:
    exact = cited(approved, CHIN).quote.exact
    rewrite(own_library, CHIN, lambda text: text.replace(exact, f"Perhaps {exact}"))
    living.recheck()
    actions.settle(living.banner(approved)[0], by=people["carol"], resolution="Fine.")
    rewrite(own_library, CHIN, lambda text: text.replace("Perhaps", "Hardly"))
    assert living.recheck() == 1
    assert living.banner(approved)[0].new_quote == f"Hardly {exact}"


def test_a_change_that_was_undone_ends_its_alert_and_is_news_when_it_comes_back(own_library: Path, approved: Any) -> None:
    held = remove(own_library, CHIN)
    living.recheck()
    add(own_library, held)
    assert living.recheck() == 0
    assert (kinds(approved), rows("alert-ended")) == ([], 1)
    remove(own_library, CHIN)
    assert living.recheck() == 1
    assert kinds(approved) == [("gone", CHIN)]


def test_only_a_person_ends_the_alert_of_a_retraction(own_library: Path, approved: Any, people: dict[str, Any]) -> None:
    notice = retract(own_library, FILIPPIADIS)
    living.recheck()
    remove(own_library, notice)
    assert living.recheck() == 0
    assert kinds(approved) == [("retracted", FILIPPIADIS)]
    actions.settle(living.banner(approved)[0], by=people["carol"], resolution="The notice was about another paper.")
    living.recheck()
    retract(own_library, FILIPPIADIS)
    assert living.recheck() == 1


def test_people_are_told_once_an_article(own_library: Path, approved: Any, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    remove(own_library, CHIN)
    retract(own_library, FILIPPIADIS)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert living.recheck() == 2
    assert rows("alert") == 1
    assert sorted(message.to[0] for message in mail.outbox) == [f"{name}@example.org" for name in ("alice", "bob", "carol", "heidi")]
    assert all("needs another look" in message.subject for message in mail.outbox)


def test_drafts_and_withdrawn_articles_are_left_alone(own_library: Path, article: Any, people: dict[str, Any]) -> None:
    remove(own_library, CHIN)
    assert living.recheck() == 0
    actions.publish(article, by=people["carol"])
    actions.withdraw(article, by=people["carol"], why="Not wanted.")
    assert living.recheck() == 0


def test_an_approval_of_new_text_settles_and_what_it_no_longer_cites_is_not_told(
    own_library: Path, approved: Any, people: dict[str, Any]
) -> None:
    remove(own_library, CHIN)
    living.recheck()
    actions.reopen(approved, by=people["carol"], why="A source is gone.")
    approved.refresh_from_db()
    for one in list(placed(Content.model_validate(approved.current.content))):
        if any(citation.document_id == CHIN for citation in one.statement.citations):
            actions.remove(approved, by=people["carol"], base=approved.current.sha256, key=one.key)
            approved.refresh_from_db()
    assert kinds(approved) == [("gone", CHIN)]  # what the public reads is still the approved text
    actions.assign(approved, by=people["carol"], reviewer=people["grace"])
    actions.review(approved, by=people["grace"], base=approved.current.sha256, decision="accept")
    actions.approve(approved, by=people["grace"], base=approved.current.sha256)
    approved.refresh_from_db()
    assert kinds(approved) == []
    assert living.recheck() == 0


def test_a_review_date_that_passed_is_told_once_and_ends_when_it_is_put_off(approved: Any, people: dict[str, Any]) -> None:
    due = approved.review_due
    assert living.review_dates(due) == 0
    late = due + datetime.timedelta(days=1)
    assert [living.review_dates(late), living.review_dates(late)] == [1, 0]
    assert [alert.kind for alert in living.banner(approved)] == ["review-due"]
    assert living.recheck() == 0  # a change of the library neither repeats nor ends it
    assert [alert.kind for alert in living.banner(approved)] == ["review-due"]
    later = due + datetime.timedelta(days=365)
    actions.schedule(approved, by=people["carol"], on=later)
    assert living.review_dates(late) == 0
    assert living.banner(approved) == []
    assert living.review_dates(later + datetime.timedelta(days=1)) == 1


def test_a_retired_source_is_told_with_the_reason(own_library: Path, approved: Any) -> None:
    Library.open(own_library).retire([CHIN], why="replaced by local guidance")
    assert living.recheck() == 1
    assert living.banner(approved)[0].says.endswith("was retired from the library: replaced by local guidance.")
    Library.open(own_library).restore([CHIN])
    assert living.recheck() == 0
    assert kinds(approved) == []

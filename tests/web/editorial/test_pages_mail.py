"""E-mail: who is told what, in words that say what to do."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from pincite.web.editorial import actions, notifying
from pincite.web.editorial.models import Alert

EDITORS = {"carol@example.org", "heidi@example.org"}


@pytest.fixture
def sent(db: Any, mailoutbox: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """Run something and return the e-mails that it caused, by address."""

    def run(call: Any) -> dict[str, Any]:
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            call()
        assert all(len(mail.to) == 1 for mail in mailoutbox), "nobody sees the addresses of others"
        return {mail.to[0]: mail for mail in mailoutbox}

    return run


def test_the_reviewer_is_told_by_when_and_where(sent: Any, people: Any, article: Any) -> None:
    due = datetime.date(2099, 12, 3)
    mails = sent(lambda: actions.assign(article, by=people["carol"], reviewer=people["bob"], due=due))
    assert set(mails) == {"bob@example.org"}
    mail = mails["bob@example.org"]
    assert mail.subject == f"Pincite: for your review: {article.question}"
    assert "Carol asks you to review this article. Please answer by 3 December 2099." in mail.body
    assert f"http://127.0.0.1:8000/editorial/articles/{article.pk}/\n" in mail.body
    assert "You get this because you were chosen as its reviewer." in mail.body


def test_a_decision_tells_each_what_it_means_for_them(sent: Any, people: Any, article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    article.refresh_from_db()
    review = {"base": article.current.sha256, "decision": "request-changes", "comment": "Say the dose."}
    mails = sent(lambda: actions.review(article, by=people["bob"], **review))
    assert set(mails) == EDITORS | {"alice@example.org"}
    mine = mails["alice@example.org"].body
    assert "Bob asked for changes to revision 1." in mine
    assert "“Say the dose.”" in mine
    assert "submit it again" in mine
    assert "gone back to its author" in mails["carol@example.org"].body
    back = sent(lambda: actions.submit(article, by=people["alice"]))
    assert "back for your review" in back["bob@example.org"].subject
    assert set(back) == EDITORS | {"bob@example.org"}


def test_whoever_did_it_is_not_told_of_it(sent: Any, people: Any, article: Any) -> None:
    assert set(sent(lambda: actions.withdraw(article, by=people["carol"], why="Not for us."))) == {"alice@example.org", "heidi@example.org"}


def test_an_alert_reaches_author_and_editors(sent: Any, people: Any, article: Any) -> None:
    alert = Alert(article=article, revision=article.current, kind="retracted", says="A source was retracted: Trial of X.")
    mails = sent(lambda: notifying.alerted(article, [alert]))
    assert set(mails) == EDITORS | {"alice@example.org"}
    assert "- A source was retracted: Trial of X." in mails["carol@example.org"].body
    assert "The approved text has not changed." in mails["carol@example.org"].body


def test_a_report_reaches_the_editors_and_cannot_add_a_header(sent: Any, people: Any) -> None:
    report = {"text": "Wrong.\r\nBcc: x@evil.example", "question": "Which?\r\nBcc: y@evil.example", "contact": "r@example.org"}
    mails = sent(lambda: actions.report(by=people["frank"], **report))
    assert set(mails) == EDITORS
    mail = mails["carol@example.org"]
    assert "Contact: r@example.org" in mail.body
    assert mail.recipients() == ["carol@example.org"]
    assert "\n" not in mail.subject


def test_closed_accounts_and_those_without_address_are_not_written_to(sent: Any, people: Any, answer: Any) -> None:
    people["heidi"].is_active = False
    people["heidi"].save()
    people["carol"].email = ""
    people["carol"].save()
    assert sent(lambda: actions.send(answer, by=people["alice"])) == {}


def test_a_mail_that_cannot_be_sent_undoes_nothing(sent: Any, people: Any, article: Any, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    sent(lambda: actions.publish(article, by=people["carol"]))
    article.refresh_from_db()
    assert article.published_at is not None
    assert "were not sent" in caplog.text


def test_nothing_is_sent_when_the_action_was_refused(sent: Any, people: Any, article: Any) -> None:
    def refused() -> None:
        with pytest.raises(actions.Refused):
            actions.publish(article, by=people["alice"])

    assert sent(refused) == {}

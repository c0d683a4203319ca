"""The workspace: buttons only for what is allowed, what is still needed, and refusals that keep what was typed."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest

from pincite.web.editorial import actions, content
from pincite.web.editorial.actions import content_of
from pincite.web.editorial.models import Alert, Article, AuditRow, Comment, Review


def page_of(article: Any) -> str:
    return f"/editorial/articles/{article.pk}/"


def act(client: Any, article: Any, action: str, **data: Any) -> Any:
    return client.post(f"{page_of(article)}act/{action}", data)


def offered(html: str) -> set[str]:
    """The actions that the page has a form for."""
    return set(re.findall(r'action="/editorial/articles/\d+/act/(\w+)"', html))


def base(article: Any) -> str:
    article.refresh_from_db()
    return str(article.current.sha256)


def first_key(article: Any) -> str:
    article.refresh_from_db()
    return next(iter(content.placed(content_of(article.current)))).key


def test_the_page_offers_only_what_the_person_may_do_now(client: Any, people: Any, article: Any) -> None:
    def seen_by(name: str) -> set[str]:
        client.force_login(people[name])
        return offered(client.get(page_of(article)).content.decode())

    assert seen_by("alice") == {"comment"}
    assert seen_by("carol") == {"assign", "comment", "review", "publish", "withdraw"}
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    assert seen_by("bob") == {"comment", "review"}
    actions.review(article, by=people["bob"], base=base(article), decision="request-changes", comment="Shorter, please.")
    assert seen_by("alice") == {"submit"}
    assert seen_by("bob") == set()


@pytest.mark.parametrize("name", ["frank", "ivan", "grace", "dave", "erin"])
def test_an_article_of_others_is_not_found_and_nothing_is_done(client: Any, people: Any, article: Any, name: str) -> None:
    client.force_login(people[name])
    rows = AuditRow.objects.count()
    assert client.get(page_of(article)).status_code == 404
    for path in ("edit", "passages?q=pain", "revisions/1/", "differences"):
        assert client.get(f"{page_of(article)}{path}").status_code == 404, path
    for action in ("submit", "approve", "remove", "restore", "nonsense"):
        assert act(client, article, action, base=base(article)).status_code == 404, action
    assert AuditRow.objects.count() == rows


def test_an_action_by_get_changes_nothing(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["carol"])
    assert client.get(f"{page_of(article)}act/withdraw").status_code == 405
    assert client.post(f"{page_of(article)}act/nonsense").status_code == 404
    article.refresh_from_db()
    assert article.state == "submitted"


@pytest.mark.parametrize("value", ["", "0", "-1", "9" * 30, "x", "\x00", "\u0661", "1.5", "' OR 1=1"])
def test_nonsense_in_any_field_is_refused_and_never_breaks(client: Any, people: Any, article: Any, value: str) -> None:
    client.force_login(people["carol"])
    names = (
        "base",
        "now",
        "comment",
        "number",
        "reviewer",
        "due",
        "next_review",
        "on",
        "key",
        "part",
        "sentence",
        "note",
        "statement",
        "steps",
    )
    for action in ("resolve", "restore", "assign", "approve", "review", "comment", "move", "reword", "add", "unnote", "schedule"):
        response = act(client, article, action, **dict.fromkeys(names, value))
        assert response.status_code in (400, 409), action
    assert client.get(f"{page_of(article)}differences", {"old": value, "new": value}).status_code in (200, 404)
    article.refresh_from_db()
    assert (article.state, article.current.number) == ("submitted", 1)


def test_a_form_needs_its_token(people: Any, article: Any) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people["carol"])
    assert act(strict, article, "publish").status_code == 403


def test_whoever_was_signed_out_hears_that_nothing_was_saved(client: Any, article: Any) -> None:
    response = act(client, article, "comment", text="Why?")
    assert response.status_code == 403
    assert "nothing was saved" in response.content.decode()


def test_the_whole_way_by_the_buttons(client: Any, people: Any, answer: Any) -> None:
    article = actions.start(answer, by=people["alice"])
    client.force_login(people["alice"])
    html = client.get(page_of(article)).content.decode()
    assert "Your turn" in html
    assert "submit" in offered(html)
    assert act(client, article, "submit").status_code == 303

    client.force_login(people["carol"])
    html = client.get(page_of(article)).content.decode()
    assert "Choose a reviewer" in html
    assert ">Alice" not in html.split('name="reviewer"')[1].split("</select>")[0], "an author cannot be chosen"
    day = datetime.date.today() + datetime.timedelta(days=7)
    assert act(client, article, "assign", reviewer=people["bob"].pk, due=day.isoformat()).status_code == 303

    client.force_login(people["bob"])
    html = client.get(page_of(article)).content.decode()
    assert "Your turn" in html
    assert "Still needed before approval" in html
    key = first_key(article)
    assert act(client, article, "comment", base=base(article), statement=key, text="Which dose?").status_code == 303
    refused = act(client, article, "review", base=base(article), decision="")
    assert refused.status_code == 400
    assert act(client, article, "review", base=base(article), decision="request-changes", comment="Say the dose.").status_code == 303

    client.force_login(people["alice"])
    html = client.get(page_of(article)).content.decode()
    assert "Bob asked for changes" in html
    assert "Which dose?" in html
    assert act(client, article, "resolve", comment=Comment.objects.get().pk).status_code == 303
    note = act(client, article, "note", base=base(article), part="bottom-line", text="The dose is not stated by the source.")
    assert note.status_code == 303
    assert act(client, article, "submit").status_code == 303

    client.force_login(people["bob"])
    html = client.get(page_of(article)).content.decode()
    assert "What changed since revision 1" in html
    assert act(client, article, "review", base=base(article), decision="accept").status_code == 303
    html = client.get(page_of(article)).content.decode()
    assert "Everything needed for approval is done" in html
    later = datetime.date.today() + datetime.timedelta(days=200)
    assert act(client, article, "approve", base=base(article), next_review=later.isoformat()).status_code == 303

    client.force_login(people["carol"])
    html = client.get(page_of(article)).content.decode()
    assert "not public" in html
    assert act(client, article, "publish").status_code == 303
    article.refresh_from_db()
    assert (article.state, article.review_due) == ("approved", later)
    assert article.published_at is not None
    html = client.get(page_of(article)).content.decode()
    assert "It is approved and public" in html


def test_approve_and_publish_in_one_go_or_not_at_all(client: Any, people: Any, article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=base(article), decision="accept")
    later = (datetime.date.today() + datetime.timedelta(days=90)).isoformat()
    client.force_login(people["bob"])
    assert act(client, article, "approve", base=base(article), next_review=later, publish="on").status_code == 403
    article.refresh_from_db()
    assert article.state == "under-review", "nothing is approved when it cannot be published too"
    client.force_login(people["carol"])
    assert act(client, article, "approve", base=base(article), next_review=later, publish="on").status_code == 303
    article.refresh_from_db()
    assert article.state == "approved"
    assert article.published_at is not None


def test_a_stale_review_keeps_what_was_typed_and_says_who_changed_it(client: Any, people: Any, article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    seen = base(article)
    actions.remove(article, by=people["carol"], base=seen, key=first_key(article))
    client.force_login(people["bob"])
    response = act(client, article, "review", base=seen, decision="accept", comment="Well written, <i>truly</i>.")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Carol saved revision 2" in html
    assert f"/editorial/articles/{article.pk}/differences?old=1&amp;new=2" in html
    assert "Well written, &lt;i&gt;truly" in html
    assert base(article) in html, "sent again, it judges the newest revision"
    assert not Review.objects.exists()


def test_what_was_typed_is_kept_when_its_form_is_gone(client: Any, people: Any, article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    seen = base(article)
    actions.withdraw(article, by=people["carol"], why="Not for us.")
    client.force_login(people["carol"])
    response = act(client, article, "review", base=seen, decision="accept", comment="A long and careful comment.")
    assert response.status_code == 409
    assert "A long and careful comment." in response.content.decode()


def test_approval_is_refused_with_a_list_of_what_fails(client: Any, people: Any, article: Any) -> None:
    key = first_key(article)
    actions.reword(article, by=people["carol"], base=base(article), key=key, text="It cures 99% of all patients with cancer.")
    client.force_login(people["heidi"])
    html = client.get(page_of(article)).content.decode()
    assert "1 statement fails its check" in html
    assert f'href="#statement-{key}"' in html
    assert f'id="statement-{key}"' in html
    assert "approve" not in offered(html)
    actions.review(article, by=people["heidi"], base=base(article), decision="accept")
    later = (datetime.date.today() + datetime.timedelta(days=90)).isoformat()
    refused = act(client, article, "approve", base=base(article), next_review=later)
    assert refused.status_code == 409
    assert "1 statement fails its check" in refused.content.decode()


def test_an_editor_who_wrote_a_part_is_told_why_somebody_else_approves(client: Any, people: Any, article: Any) -> None:
    actions.add_note(article, by=people["carol"], base=base(article), part="bottom-line", text="A note.")
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    client.force_login(people["carol"])
    html = client.get(page_of(article)).content.decode()
    assert "somebody else reviews and approves it" in html
    assert "approve" not in offered(html)


def test_a_withdrawal_is_confirmed_and_has_a_reason(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["carol"])
    refused = act(client, article, "withdraw", why="A better one exists.")
    assert refused.status_code == 400
    assert "A better one exists." in refused.content.decode()
    article.refresh_from_db()
    assert article.state == "submitted"
    assert act(client, article, "withdraw", why="A better one exists.", sure="on").status_code == 303
    assert act(client, article, "reopen", why="It does not.").status_code == 303
    article.refresh_from_db()
    assert article.state == "submitted"


def test_an_alert_shows_both_quotes_and_is_settled_with_a_reason(client: Any, people: Any, article: Any) -> None:
    alert = Alert.objects.create(
        article=article,
        revision=article.current,
        kind="changed",
        fingerprint="f",
        statement=first_key(article),
        old_quote="take 5 mg daily",
        new_quote="take 10 mg daily",
        says="The text of a source changed.",
    )
    client.force_login(people["carol"])
    html = client.get(page_of(article)).content.decode()
    assert re.search(r"<del>.*?5</del>", html)
    assert re.search(r"<ins>.*?10</ins>", html)
    assert client.post(f"/editorial/alerts/{alert.pk}/settle", {"resolution": ""}).status_code == 400
    assert client.post(f"/editorial/alerts/{alert.pk}/settle", {"resolution": "Wording only."}).status_code == 303
    alert.refresh_from_db()
    assert alert.resolution == "Wording only."
    client.force_login(people["alice"])
    assert client.post(f"/editorial/alerts/{alert.pk}/settle", {"resolution": "x"}).status_code == 403
    client.force_login(people["ivan"])
    assert client.post(f"/editorial/alerts/{alert.pk}/settle", {"resolution": "x"}).status_code == 404


def test_reviews_show_declared_interests_and_words_are_escaped(client: Any, people: Any, article: Any) -> None:
    bob = people["bob"]
    bob.competing_interests = "Paid by <script>alert(1)</script>"
    bob.credentials = "MD"
    bob.save()
    actions.assign(article, by=people["carol"], reviewer=bob)
    actions.review(article, by=bob, base=base(article), decision="accept", comment="<img src=x onerror=alert(1)>")
    client.force_login(people["alice"])
    html = client.get(page_of(article)).content.decode()
    assert "Paid by &lt;script&gt;" in html
    assert "<img src=x" not in html
    assert "<script>alert" not in html


def test_a_comment_stays_beside_its_statement_over_revisions(client: Any, people: Any, article: Any) -> None:
    key = first_key(article)
    actions.comment(article, by=people["carol"], base=base(article), text="Say the dose.", statement=key)
    actions.reword(article, by=people["carol"], base=base(article), key=key, text="Other words for it.")
    client.force_login(people["alice"])
    html = client.get(page_of(article)).content.decode()
    assert "Say the dose." in html.split(f'id="statement-{key}"')[1].split("</article>")[0]
    actions.remove(article, by=people["carol"], base=base(article), key=key)
    html = client.get(page_of(article)).content.decode()
    assert "no longer in the text" in html
    assert "Say the dose." in html


def test_audit_rows_are_shown_to_those_who_may_see_them(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["carol"])
    assert "All rows of this article" in client.get(page_of(article)).content.decode()
    client.force_login(people["alice"])
    assert "All rows of this article" not in client.get(page_of(article)).content.decode()


def test_reviewer_who_first_asked_for_changes_can_accept_the_same_text(people: Any, article: Any) -> None:
    bob = people["bob"]
    actions.assign(article, by=people["carol"], reviewer=bob)
    actions.review(article, by=bob, base=base(article), decision="request-changes", comment="Is that so?")
    actions.submit(article, by=people["alice"])
    actions.review(article, by=bob, base=base(article), decision="accept")
    actions.approve(article, by=bob, base=base(article))
    article.refresh_from_db()
    assert article.state == Article.State.APPROVED

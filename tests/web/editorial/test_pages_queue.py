"""The queue: what waits for whom, filters that work by address, reports, and helpful words where there is nothing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from pincite.web.editorial import actions
from pincite.web.editorial.models import Alert, Article, Assignment, AuditRow, Report

QUEUE = "/editorial/"


def sections(html: str) -> dict[str, str]:
    """The page's sections by id."""
    found = {}
    for piece in html.split('<section id="')[1:]:
        found[piece.split('"')[0]] = piece.split("</section>")[0]
    return found


def link(article: Any) -> str:
    return f"/editorial/articles/{article.pk}/"


def test_a_visitor_is_asked_to_sign_in_and_brought_back(client: Any, db: Any) -> None:
    response = client.get(QUEUE)
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/editorial/"


def test_each_sees_what_waits_for_them_first(client: Any, people: Any, article: Any) -> None:
    client.force_login(people["carol"])
    page = sections(client.get(QUEUE).content.decode())
    assert link(article) in page["mine"]
    assert link(article) not in page["others"]
    client.force_login(people["alice"])
    page = sections(client.get(QUEUE).content.decode())
    assert link(article) not in page["mine"]
    assert "An editor" in page["others"]
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    client.force_login(people["bob"])
    assert link(article) in sections(client.get(QUEUE).content.decode())["mine"]
    client.force_login(people["carol"])
    assert "Bob" in sections(client.get(QUEUE).content.decode())["others"]


def test_the_articles_of_others_are_not_listed(client: Any, people: Any, article: Any) -> None:
    for name in ("ivan", "frank", "grace", "dave", "erin"):
        client.force_login(people[name])
        assert link(article) not in client.get(QUEUE).content.decode(), name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("carol", "you choose a reviewer"),
        ("bob", "When an editor asks you"),
        ("alice", "comes back to you"),
        ("frank", "What you sent appears here"),
        ("erin", "audit trail"),
    ],
)
def test_an_empty_queue_says_how_work_gets_here(client: Any, people: Any, name: str, words: str) -> None:
    client.force_login(people[name])
    html = client.get(QUEUE).content.decode()
    assert "No article here yet" in html
    assert words in html


def test_filters_work_by_address(client: Any, people: Any, article: Any, answer: Any) -> None:
    draft = actions.start(answer, by=people["ivan"])
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    topic = article.topics.first()
    client.force_login(people["carol"])

    def listed(query: str) -> set[int]:
        html = client.get(f"{QUEUE}?{query}").content.decode()
        return {one.pk for one in (article, draft) if link(one) in html}

    assert listed("") == {article.pk, draft.pk}
    assert listed("state=draft") == {draft.pk}
    assert listed(f"person={people['bob'].pk}") == {article.pk}
    assert listed(f"person={people['ivan'].pk}") == {draft.pk}
    assert listed(f"topic={topic.slug}") == {article.pk, draft.pk}
    assert listed("overdue=on") == set()
    assert listed("alerts=on") == set()
    Assignment.objects.update(due=datetime.date(2020, 1, 1))
    Alert.objects.create(article=draft, revision=draft.current, kind="changed", fingerprint="f", says="A source changed.")
    assert listed("overdue=on") == {article.pk}
    assert listed("alerts=on") == {draft.pk}
    # A value that no menu offers filters nothing and breaks nothing.
    assert client.get(f"{QUEUE}?state=x&person=abc&topic=%00&page=zzz").status_code == 200


def test_overdue_reviews_and_alerts_are_marked(client: Any, people: Any, article: Any) -> None:
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    Assignment.objects.update(due=datetime.date(2020, 1, 1))
    Alert.objects.create(article=article, revision=article.current, kind="retracted", fingerprint="f", says="A source was retracted.")
    client.force_login(people["carol"])
    html = client.get(QUEUE).content.decode()
    assert "Overdue" in html
    assert "1 January 2020" in html
    assert "A source was retracted." in sections(html)["alerts"]
    client.force_login(people["bob"])
    assert "alerts" not in sections(client.get(QUEUE).content.decode())


def test_decided_articles_stand_apart(client: Any, people: Any, article: Any) -> None:
    actions.withdraw(article, by=people["carol"], why="Not for us.")
    client.force_login(people["carol"])
    page = sections(client.get(QUEUE).content.decode())
    assert link(article) in page["settled"]
    assert link(article) not in page["mine"] + page["others"]


def test_a_report_is_closed_with_what_came_of_it(client: Any, people: Any) -> None:
    report = actions.report(text="The dose is <b>wrong</b>.", by=people["frank"], page="/ask?q=x")
    client.force_login(people["carol"])
    html = client.get(QUEUE).content.decode()
    assert "&lt;b&gt;wrong" in html
    assert 'href="/ask?q=x"' in html
    assert client.post(f"/editorial/reports/{report.pk}/handle", {"outcome": " "}).status_code == 400
    response = client.post(f"/editorial/reports/{report.pk}/handle", {"outcome": "Mended."})
    assert response.status_code == 303
    report.refresh_from_db()
    assert (report.outcome, report.handled_by) == ("Mended.", people["carol"])
    again = client.post(f"/editorial/reports/{report.pk}/handle", {"outcome": "Mended twice."})
    assert again.status_code == 409
    assert "Mended." in again.content.decode()


@pytest.mark.parametrize("path", ["//evil.example/x", "javascript:alert(1)", "https://evil.example", "/\\evil.example"])
def test_a_report_cannot_bring_a_link_to_elsewhere(client: Any, people: Any, path: str) -> None:
    actions.report(text="Wrong.", by=people["frank"], page=path)
    client.force_login(people["carol"])
    html = client.get(QUEUE).content.decode()
    assert "Wrong." in html
    assert "evil.example" not in html
    assert "javascript:alert" not in html


def test_reports_are_for_editors_alone(client: Any, people: Any) -> None:
    report = actions.report(text="Wrong.", by=people["frank"], page="/")
    rows = AuditRow.objects.count()
    for name in ("alice", "bob", "erin", "frank"):
        client.force_login(people[name])
        assert "Wrong." not in client.get(QUEUE).content.decode()
        assert client.post(f"/editorial/reports/{report.pk}/handle", {"outcome": "x"}).status_code == 404
    assert AuditRow.objects.count() == rows
    assert Report.objects.filter(handled_at=None).count() == 1


def test_the_queue_asks_the_database_no_more_for_many_articles(
    client: Any, people: Any, article: Any, answer: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        actions.send(answer, by=people["alice"])
    assert Article.objects.count() == 5
    client.force_login(people["carol"])
    with django_assert_max_num_queries(32):
        client.get(QUEUE)

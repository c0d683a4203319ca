from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pincite.library.store import Library
from pincite.records import Answer
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, living
from pincite.web.editorial.content import placed
from pincite.web.editorial.models import Report
from tests.web.articles.changing import approve, publish, remove

CHIN = "chin-2021-dancer-baastrup"
PAGES = ("article", "history", "download")


def get(client: Client, name: str, article: Any, query: str = "") -> Any:
    more = ["md"] if name == "download" else []
    return client.get(reverse(f"articles:{name}", args=[article.slug, *more]) + query)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def json_ld(response: Any) -> dict[str, Any]:
    (held,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(held)


@pytest.fixture
def public(article: Any, people: dict[str, Any]) -> Any:
    for name, said in (("alice", "None declared"), ("bob", "Speaker fees from Example Spine, 2024")):
        user = people[name]
        user.credentials, user.position, user.competing_interests = f"credentials of {name}", f"position of {name}", said
        user.save()
    return publish(article, people)


def test_drafts_and_unpublished_articles_do_not_exist_for_anybody(client: Client, article: Any, people: dict[str, Any]) -> None:
    for user in (None, people["alice"], people["carol"]):
        if user:
            client.force_login(user)
        assert {name: get(client, name, article).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    approve(article, people)
    assert get(client, "article", article).status_code == 404  # approved, but not published
    assert client.get("/articles/no-such-article/").status_code == 404


def test_an_approved_article_tells_who_wrote_and_reviewed_it_and_when(client: Client, public: Any) -> None:
    page = text(get(client, "article", public))
    for said in (
        "<h1>What is the treatment for Baastrup&#x27;s disease?</h1>",
        "credentials of bob",
        "position of bob",
        "Speaker fees from Example Spine, 2024",
        "None declared",
        "Next review",
        "Version history",
        f'<link rel="canonical" href="http://127.0.0.1:8000{public.get_absolute_url()}">',
    ):
        assert said in page, said
    assert "pending human review" not in page
    assert "noindex" not in page
    assert page.count("<h1") == 1


def test_what_the_reviewer_declared_on_the_day_stays(client: Client, public: Any, people: dict[str, Any]) -> None:
    User.objects.filter(pk=people["bob"].pk).update(competing_interests="Something newer")
    page = text(get(client, "article", public))
    assert "Speaker fees from Example Spine, 2024" in page
    assert "Something newer" not in page


def test_before_its_approval_an_article_says_that_review_is_pending_and_is_not_to_be_listed(
    client: Client, article: Any, people: dict[str, Any]
) -> None:
    actions.publish(article, by=people["carol"])
    page = text(get(client, "article", article))
    assert "This content is pending human review." in page
    assert '<meta name="robots" content="noindex">' in page
    assert "ld+json" not in page
    assert 'aria-current="step">Submitted' in page
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    assert 'aria-current="step">Under review' in text(get(client, "article", article))


def test_a_withdrawn_article_answers_gone_with_the_reason_and_none_of_its_text(client: Client, public: Any, people: dict[str, Any]) -> None:
    said = next(iter(placed(actions.content_of(public.approved)))).statement.text
    actions.withdraw(public, by=people["carol"], why="Two trials were <misread>.")
    for name in PAGES:
        response = get(client, name, public)
        assert response.status_code == 410
        assert "Two trials were &lt;misread&gt;." in text(response)
        assert said not in text(response)
    assert client.get(reverse("articles:differences", args=[public.slug, 1, 2])).status_code == 410
    actions.reopen(public, by=people["carol"], why="To correct it.")
    again = get(client, "article", public)
    assert again.status_code == 410  # the withdrawn text does not come back with the new review
    assert "It is being reviewed again." in text(again)
    public.refresh_from_db()
    approve(public, people)
    assert get(client, "article", public).status_code == 200


def test_a_draft_that_was_withdrawn_before_it_was_public_was_never_here(client: Client, article: Any, people: dict[str, Any]) -> None:
    actions.withdraw(article, by=people["carol"], why="Not wanted.")
    assert get(client, "article", article).status_code == 404


def test_an_article_rejected_while_it_was_public_is_taken_back(client: Client, article: Any, people: dict[str, Any]) -> None:
    actions.publish(article, by=people["carol"])
    actions.assign(article, by=people["carol"], reviewer=people["bob"])
    actions.review(article, by=people["bob"], base=article.current.sha256, decision="reject", comment="Internal words.")
    response = get(client, "article", article)
    assert response.status_code == 410
    assert "Internal words" not in text(response)


def test_a_source_that_changed_is_named_to_the_reader_until_somebody_settles_it(
    client: Client, own_library: Path, public: Any, people: dict[str, Any]
) -> None:
    remove(own_library, CHIN)
    Library.open(own_library).retire(["filippiadis-2015-baastrup-pictorial-review"], why="a newer one <here>")
    living.recheck()
    page = text(get(client, "article", public))
    assert "Changed since this text was approved" in page
    assert "(2021) is no longer in the library." in page
    assert "a newer one &lt;here&gt;" in page
    assert "source changed since" in page
    assert "no longer in the library" in get(client, "download", public).content.decode()
    for alert in living.banner(public):
        actions.settle(alert, by=people["carol"], resolution="Looked at.")
    assert "Changed since" not in text(get(client, "article", public))


def test_every_mark_opens_the_source_at_the_quote(client: Client, public: Any) -> None:
    page = get(client, "article", public).content.decode()
    citation = next(iter(placed(actions.content_of(public.approved)))).statement.citations[0]
    (address,) = {
        found
        for found in re.findall(r'class="pin" href="([^"]+)"', page)
        if f"start={citation.quote.start}&" in found and citation.document_id in found
    }
    assert f"/source/{citation.document_id}?start={citation.quote.start}&amp;end={citation.quote.end}&amp;sha256=" in address
    assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_patients_get_adapted_wording_that_is_marked_with_the_same_numbers(client: Client, public: Any) -> None:
    plain = text(get(client, "article", public, "?reader=patient"))
    assert "Adapted wording." in plain
    assert "Medical words are swapped or explained" in plain
    assert "(through the skin)" in plain
    assert "8.18 ± 1.44 to 0.62 ± 0.93" in plain
    assert 'aria-current="true">Patient or carer' in plain
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{public.get_absolute_url()}">' in plain
    assert "Adapted wording." not in text(get(client, "article", public))
    assert "Words explained" in text(get(client, "article", public, "?reader=student"))
    assert get(client, "article", public, "?reader=<script>").status_code == 200


def test_an_editors_note_stands_in_a_frame_of_its_own_and_goes_into_files(client: Client, article: Any, people: dict[str, Any]) -> None:
    for part, said in (("bottom-line", "Ring <b>first</b>."), ("section-0", "Section note."), ("indirect", "Indirect note.")):
        actions.add_note(article, by=people["carol"], base=article.current.sha256, part=part, text=said)
        article.refresh_from_db()
    publish(article, people)
    page = text(get(client, "article", article))
    assert page.count('class="note-editor"') == 3
    assert "Ring &lt;b&gt;first&lt;/b&gt;." in page
    file = get(client, "download", article).content.decode()
    assert file.count("Editor’s note by Carol, without a source") == 3


@pytest.mark.parametrize(
    ("form", "beginning"), [("md", b"# What"), ("docx", b"PK"), ("ris", b"TY  -"), ("bibtex", b"@"), ("csl", b"["), ("json", b"{")]
)
def test_every_download_comes(form: str, beginning: bytes, client: Client, public: Any) -> None:
    response = client.get(reverse("articles:download", args=[public.slug, form]))
    assert response.status_code == 200
    assert response.content.startswith(beginning)
    assert response.headers["X-Robots-Tag"] == "noindex"
    if form == "json":
        assert Answer.model_validate_json(response.content).reviewed.by == "Bob"


def test_an_unknown_form_is_not_found(client: Client, public: Any) -> None:
    assert client.get(reverse("articles:download", args=[public.slug, "exe"])).status_code == 404


def test_the_history_shows_what_was_submitted_and_approved_and_nothing_between(
    client: Client, article: Any, people: dict[str, Any]
) -> None:
    keys = [one.key for one in placed(actions.content_of(article.current))]
    for key, said in ((keys[0], "A rash wording."), (keys[1], "Another rash wording.")):
        actions.reword(article, by=people["carol"], base=article.current.sha256, key=key, text=said)
        article.refresh_from_db()
    actions.restore(article, by=people["carol"], base=article.current.sha256, number=1)
    article.refresh_from_db()
    actions.remove(article, by=people["carol"], base=article.current.sha256, key=keys[0])
    article.refresh_from_db()
    publish(article, people)
    page = text(get(client, "history", article))
    assert page.count("Approved</strong> by Bob") == 1
    assert "What changed from revision 1 to 5" in page
    shown = text(client.get(reverse("articles:differences", args=[article.slug, 1, 5])))
    assert "Statement removed" in shown
    assert "rash wording" not in shown
    for old, new in ((1, 2), (2, 3), (5, 1), (1, 99)):
        assert client.get(reverse("articles:differences", args=[article.slug, old, new])).status_code == 404


def test_a_text_submitted_after_the_approval_is_nobodys_business_until_it_is_approved(
    client: Client, public: Any, people: dict[str, Any]
) -> None:
    actions.reopen(public, by=people["carol"], why="Internal reason.")
    actions.assign(public, by=people["carol"], reviewer=people["bob"])
    actions.review(public, by=people["bob"], base=public.current.sha256, decision="request-changes", comment="Internal comment.")
    key = next(iter(placed(actions.content_of(public.current)))).key
    actions.remove(public, by=people["alice"], base=public.current.sha256, key=key)
    actions.submit(public, by=people["alice"])
    page = text(get(client, "history", public))
    assert "revision 2" not in page
    assert "Internal" not in page
    assert client.get(reverse("articles:differences", args=[public.slug, 1, 2])).status_code == 404
    shown = text(get(client, "article", public))
    assert "being reviewed again" in shown
    assert "Internal" not in shown


def test_json_ld_says_who_reviewed_it_and_cites_every_source(client: Client, public: Any) -> None:
    said = json_ld(get(client, "article", public))
    answer = actions.content_of(public.approved).answer
    assert (said["@type"], said["lastReviewed"]) == ("MedicalWebPage", public.approved_at.date().isoformat())
    assert said["reviewedBy"] == [
        {"@type": "Person", "name": "Bob", "honorificSuffix": "credentials of bob", "jobTitle": "position of bob"}
    ]
    assert [one["name"] for one in said["citation"]] == [reference.title for reference in answer.references]
    assert said["url"].startswith("http://127.0.0.1:8000/articles/")


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'&\u2028 "


def test_nothing_that_people_or_sources_wrote_becomes_markup(client: Client, answer: Answer, people: dict[str, Any]) -> None:
    references = tuple(one.model_copy(update={"title": HOSTILE, "venue": HOSTILE, "authors": (HOSTILE,)}) for one in answer.references)
    understood = answer.understood.model_copy(update={"conditions": (HOSTILE,)})
    sections = tuple(one.model_copy(update={"heading": HOSTILE, "note": HOSTILE}) for one in answer.sections)
    hostile = answer.model_copy(update={"question": HOSTILE, "references": references, "understood": understood, "sections": sections})
    for name in ("alice", "bob"):
        User.objects.filter(pk=people[name].pk).update(name=HOSTILE, credentials=HOSTILE, position=HOSTILE, competing_interests=HOSTILE)
    people = {name: User.objects.get(pk=user.pk) for name, user in people.items()}
    article = actions.send(hostile, by=people["alice"])
    actions.add_note(article, by=people["carol"], base=article.current.sha256, part="bottom-line", text=HOSTILE)
    article.refresh_from_db()
    publish(article, people)
    topic = article.topics.get()
    addresses = [
        article.get_absolute_url(),
        f"{article.get_absolute_url()}?reader=patient",
        reverse("articles:history", args=[article.slug]),
    ]
    addresses += [reverse("articles:index"), reverse("articles:topic", args=[topic.slug]), f"{reverse('articles:index')}?q=%3Cimg+src%3E"]
    addresses += [reverse("articles:differences", args=[article.slug, 1, 2])]
    for address in addresses:
        page = client.get(address).content.decode()
        assert "<img src=x" not in page, address
        assert "<script>alert" not in page, address
    said = json_ld(client.get(article.get_absolute_url()))
    assert said["name"].startswith("</script><script>")
    assert said["citation"][0]["name"].startswith("</script>")
    actions.withdraw(article, by=people["carol"], why=HOSTILE)
    assert "<img src=x" not in client.get(article.get_absolute_url()).content.decode()


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client, public: Any, people: dict[str, Any]) -> None:
    etag = get(client, "article", public).headers["ETag"]
    assert get(client, "article", public, "?reader=patient").headers["ETag"] != etag
    etag = get(client, "article", public).headers["ETag"]  # with the cookie that the first reply set
    address = public.get_absolute_url()
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    actions.schedule(public, by=people["carol"], on=public.review_due.replace(year=public.review_due.year + 1))
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200
    client.force_login(people["frank"])
    assert "ETag" not in client.get(address).headers


def test_only_those_who_may_open_the_workspace_are_led_there(client: Client, public: Any, people: dict[str, Any]) -> None:
    for name, led in (("frank", False), ("alice", True), ("carol", True)):
        client.force_login(people[name])
        assert ("Open its workspace" in text(get(client, "article", public))) is led


def test_something_is_wrong_leads_to_the_report_form_with_the_article(client: Client, public: Any) -> None:
    page = get(client, "article", public).content.decode()
    (address,) = re.findall(r'<a href="([^"]+)">Something is wrong with this article', page)
    assert "page=%2Farticles%2Fwhat-is-the-treatment" in address
    assert client.get(address.replace("&amp;", "&")).status_code == 200
    client.post(reverse("reading:report"), {"text": "A number is wrong.", "page": public.get_absolute_url()})
    assert Report.objects.get().article == public

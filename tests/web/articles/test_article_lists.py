from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pincite.records import Answer
from pincite.web.editorial import actions
from pincite.web.editorial.models import Article
from tests.web.articles.changing import publish

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
FEEDS = ("atom", "json_feed", "sitemap")


def index(client: Client, query: str = "") -> str:
    return client.get(reverse("articles:index") + query).content.decode()


def sent(answer: Answer, question: str, people: dict[str, Any]) -> Article:
    return actions.send(answer.model_copy(update={"question": question}), by=people["alice"])


@pytest.fixture
def several(answer: Answer, people: dict[str, Any]) -> dict[str, Article]:
    """One article in each state that matters here, by what the public makes of it."""
    found = {name: sent(answer, f"Question {name}?", people) for name in ("pending", "approved", "private", "withdrawn", "unpublished")}
    actions.publish(found["pending"], by=people["carol"])
    publish(found["approved"], people)
    publish(found["withdrawn"], people)
    actions.withdraw(found["withdrawn"], by=people["carol"], why="Wrong.")
    return found


def test_an_empty_index_says_how_articles_begin(client: Client, db: Any) -> None:
    assert "No article has been published yet." in index(client)


def test_the_index_lists_what_can_be_read_approved_first(client: Client, several: dict[str, Article]) -> None:
    page = index(client)
    assert page.index("Question approved?") < page.index("Question pending?")
    assert "Pending human review" in page
    for hidden in ("private", "withdrawn", "unpublished"):
        assert f"Question {hidden}?" not in page


def test_words_of_the_title_narrow_the_index(client: Client, several: dict[str, Article]) -> None:
    page = index(client, "?q=PENDING")
    assert "Question pending?" in page
    assert "Question approved?" not in page
    assert "No article has these words in its title." in index(client, "?q=zebra")
    assert client.get(reverse("articles:index"), {"q": "a\0b%_'\""}).status_code == 200


def test_a_long_index_has_pages(client: Client, answer: Answer, people: dict[str, Any]) -> None:
    first = sent(answer, "First?", people)
    now = timezone.now()
    more = [
        Article(slug=f"a-{number}", question=f"Number {number}?", author=people["alice"], current=first.current, published_at=now)
        for number in range(25)
    ]
    Article.objects.bulk_create(more)
    assert "Page 1 of 2" in index(client)
    assert "Page 2 of 2" in index(client, "?page=2")
    assert "Page 2 of 2" in index(client, "?page=999")
    assert "Page 1 of 2" in index(client, "?page=x")


def test_a_topic_lists_its_articles_and_exists_only_with_one(client: Client, several: dict[str, Article]) -> None:
    slug = several["approved"].topics.get().slug
    page = client.get(reverse("articles:topic", args=[slug])).content.decode()
    assert "Question approved?" in page
    assert "(2)" in page
    Article.objects.update(published_at=None)
    assert client.get(reverse("articles:topic", args=[slug])).status_code == 404
    assert client.get(reverse("articles:topic", args=["nothing"])).status_code == 404


def test_the_atom_feed_lists_approved_articles_with_absolute_addresses(client: Client, several: dict[str, Article]) -> None:
    response = client.get(reverse("articles:atom"))
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    (entry,) = feed.findall(f"{ATOM}entry")
    url = f"{settings.WEB.url}{several['approved'].get_absolute_url()}"
    assert entry.findtext(f"{ATOM}title") == "Question approved?"
    assert entry.findtext(f"{ATOM}id") == url
    assert entry.find(f"{ATOM}link").get("href") == url
    assert entry.findtext(f"{ATOM}updated").endswith("Z")
    assert entry.findtext(f"{ATOM}summary").startswith("Among 277")
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")


def test_the_json_feed_says_the_same(client: Client, several: dict[str, Article]) -> None:
    response = client.get(reverse("articles:json_feed"))
    feed = json.loads(response.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == ["Question approved?"]
    assert feed["items"][0]["url"] == f"{settings.WEB.url}{several['approved'].get_absolute_url()}"


def test_the_sitemap_names_approved_articles_only(client: Client, several: dict[str, Article]) -> None:
    found = ElementTree.fromstring(client.get(reverse("articles:sitemap")).content)
    assert [one.text for one in found.iter(f"{SITEMAP}loc")] == [f"{settings.WEB.url}{several['approved'].get_absolute_url()}"]


@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_feed_is_valid(feed: str, client: Client, db: Any) -> None:
    body = client.get(reverse(f"articles:{feed}")).content
    json.loads(body) if feed == "json_feed" else ElementTree.fromstring(body)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_changes_with_an_approval_and_not_before(
    feed: str, client: Client, several: dict[str, Article], people: dict[str, Any]
) -> None:
    address = reverse(f"articles:{feed}")
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    publish(several["unpublished"], people)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_hostile_titles_leave_the_feeds_whole(client: Client, answer: Answer, people: dict[str, Any]) -> None:
    title = "]]></title><script>alert(1)</script> & \x0b\x00\ud800\u202e\ufffe end?"
    safe = title.replace("\x00", "").replace("\ud800", "")  # what a database can hold
    publish(sent(answer, safe, people), people)
    feed = ElementTree.fromstring(client.get(reverse("articles:atom")).content)
    assert feed.find(f"{ATOM}entry").findtext(f"{ATOM}title") == "]]></title><script>alert(1)</script> & \ufffd end?"
    assert b"<script>" not in client.get(reverse("articles:atom")).content
    (item,) = json.loads(client.get(reverse("articles:json_feed")).content)["items"]
    assert item["title"].startswith("]]></title>")


def test_the_policy_names_the_review_interval_of_the_code(client: Client, db: Any) -> None:
    page = client.get(reverse("articles:policy")).content.decode()
    assert "365 days after its approval" in page
    assert page.count("<h1") == 1


def test_an_article_cannot_take_the_policys_address(answer: Answer, people: dict[str, Any]) -> None:
    assert sent(answer, "Policy?", people).slug != "policy"


def test_lists_cost_the_same_number_of_queries_however_many_articles_there_are(
    client: Client, several: dict[str, Article], people: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):
        index(client)
    with django_assert_max_num_queries(8):
        client.get(reverse("articles:atom"))

"""Where a document is cited: articles that the person may see, and the person's own saved threads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from pincite.web.accounts.models import User
from pincite.web.editorial import policies
from pincite.web.editorial.models import Article
from pincite.web.editorial.policies import Person
from pincite.web.reading.models import Thread, Turn

MOST = 50


@dataclass(frozen=True)
class CitingArticle:
    """An article that cites the document, as this person may open it."""

    question: str
    address: str
    state: str
    public: bool


@dataclass(frozen=True)
class Cited:
    """Articles and threads to be named, and how many articles there are that this person may not open."""

    articles: tuple[CitingArticle, ...] = ()
    threads: tuple[Thread, ...] = ()
    hidden: int = 0


def public() -> QuerySet[Article]:
    """The articles that everybody can read."""
    return Article.objects.exclude(published_at=None).exclude(state=Article.State.WITHDRAWN)


def cited_in(document_id: str, person: Person, *, count_hidden: bool = False) -> Cited:
    """Where the document is cited; `count_hidden`: count articles in other people's hands too, for whoever retires it."""
    readable = {article.pk: article for article in _citing(public(), document_id, shown=True)}
    own = {article.pk: article for article in _citing(policies.visible_to(person), document_id, shown=False)}
    articles = [CitingArticle(one.question, one.get_absolute_url(), Article.State(one.state).label, True) for one in readable.values()]
    articles += [
        CitingArticle(one.question, reverse("editorial:article", args=[pk]), Article.State(one.state).label, False)
        for pk, one in own.items()
        if pk not in readable
    ]
    hidden = 0
    if count_hidden:
        living = Article.objects.exclude(state__in=(Article.State.WITHDRAWN, Article.State.REJECTED))
        hidden = len({one.pk for one in _citing(living, document_id, shown=False)} - set(readable) - set(own))
    return Cited(tuple(articles[:MOST]), _threads(document_id, person), hidden)


def living_articles(document_id: str) -> list[Article]:
    """Articles in anybody's hands whose public, approved or newest text cites the document: for editors."""
    articles = Article.objects.exclude(state__in=(Article.State.WITHDRAWN, Article.State.REJECTED))
    return _citing(articles, document_id, shown=False)


def citing_turns(document_id: str) -> list[Turn]:
    """Saved answers of anybody that cite the document: to be counted, never to be shown."""
    turns = Turn.objects.filter(_holding("answer", document_id)).order_by("-asked_at")[: 4 * MOST]
    return [turn for turn in turns if _names(turn.answer, document_id)]


def _citing(articles: QuerySet[Article], document_id: str, *, shown: bool) -> list[Article]:
    """Those whose public text (`shown`) or whose approved or newest text has the document among its references."""
    found = []
    approved, newest = _holding("approved__content", document_id), _holding("current__content", document_id)
    where = approved | (Q(approved=None) & newest) if shown else approved | newest
    for article in articles.filter(where).select_related("approved", "current"):
        texts = [article.shown] if shown else [article.approved, article.current]
        if any(revision is not None and _names(revision.content.get("answer", {}), document_id) for revision in texts):
            found.append(article)
    return found


def _threads(document_id: str, person: Person) -> tuple[Thread, ...]:
    if not isinstance(person, User):
        return ()
    turns = Turn.objects.filter(_holding("answer", document_id), thread__owner=person).select_related("thread")
    found: dict[Any, Thread] = {}
    for turn in turns.order_by("-asked_at")[: 4 * MOST]:
        if _names(turn.answer, document_id):
            found.setdefault(turn.thread_id, turn.thread)
    return tuple(found.values())[:MOST]


def _holding(field: str, document_id: str) -> Q:
    """Rows whose JSON has the id somewhere: a quick look by the database before the JSON is read."""
    if json.dumps(document_id) != f'"{document_id}"':
        return Q(**{f"{field}__isnull": False})  # databases write such characters in different ways
    return Q(**{f"{field}__icontains": document_id})


def _names(answer: dict[str, Any], document_id: str) -> bool:
    return any(reference.get("document_id") == document_id for reference in answer.get("references", ()))

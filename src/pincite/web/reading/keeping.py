"""Quotes that were kept: when a source has gone or changed, the page that cites it still knows the words, and they are shown.

The words are never taken from an address, where anybody could write them: they are looked up in what this site stored, by
the path of the citing page, and only for those who may see that page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from pincite.records import Answer, Citation
from pincite.verification.verify import all_statements
from pincite.web.accounts.models import User
from pincite.web.editorial import content, policies
from pincite.web.editorial.models import Article, Revision
from pincite.web.editorial.policies import Person
from pincite.web.reading.models import Turn

_LONGEST_PATH = 8000


def own_path(address: str) -> str:
    """`address` when it is a page of this site (a path and a query), else "": a link back that leads nowhere else."""
    if not address or len(address) > _LONGEST_PATH or any(ord(letter) < 0x21 for letter in address):
        return ""
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return ""
    try:
        parts = urlsplit(address)
        resolve(parts.path)
    except (ValueError, Resolver404):
        return ""
    return "" if parts.scheme or parts.netloc else address


def kept_quote(back: str, *, document_id: str, start: int, end: int, person: Person) -> Citation | None:
    """The citation of these words as the page at `back` keeps it; None where it keeps none or is not this person's to see."""
    path = urlsplit(own_path(back)).path
    if not path:
        return None
    found = resolve(path)
    name = found.view_name
    try:
        if name == "reading:thread":
            answers = _thread(found.kwargs["pk"], person)
        elif name in ("articles:article", "editorial:article", "editorial:edit"):
            answers = _article(found.kwargs, person)
        else:
            return None
    except (ValidationError, ValueError):  # a stored answer of an older form
        return None
    for citation in answers:
        if citation.document_id == document_id and (citation.quote.start, citation.quote.end) == (start, end):
            return citation
    return None


def _thread(pk: object, person: Person) -> list[Citation]:
    if not isinstance(person, User):
        return []
    turns = Turn.objects.filter(thread_id=pk, thread__owner=person)
    return [citation for turn in turns for citation in _citations(Answer.model_validate(turn.answer))]


def _article(named: dict[str, object], person: Person) -> list[Citation]:
    articles = Article.objects.filter(pk=named["pk"]) if "pk" in named else Article.objects.filter(slug=named["slug"])
    article = articles.first()
    if article is None:
        return []
    revisions: list[Revision | None] = []
    if article.published_at is not None and article.state != Article.State.WITHDRAWN:
        revisions.append(article.approved or article.current)
    if policies.may_see(person, article):
        revisions += [article.current, article.approved]
    found: list[Citation] = []
    for revision in {one.pk: one for one in revisions if one}.values():
        held = content.Content.model_validate(revision.content)
        found += [citation for placed in content.placed(held) for citation in placed.statement.citations]
    return found


def _citations(answer: Answer) -> list[Citation]:
    return [citation for statement in all_statements(answer) for citation in statement.citations]

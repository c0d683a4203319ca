"""An article's public history: the texts that were submitted and approved, and the days on which something was decided.

Drafts between them stay with the editors, and so does a text that was submitted after the last approval until it is approved.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from pincite.errors import NotFoundError
from pincite.web.articles.publication import Standing
from pincite.web.editorial.content import Content
from pincite.web.editorial.differences import Difference, differences
from pincite.web.editorial.models import Alert, Article, AuditRow, Revision

_WORDS = {
    "submit": "Submitted",
    "approve": "Approved",
    "publish": "Published",
    "alert": "A source changed",
    "reopen": "Taken into review again",
    "withdraw": "Withdrawn",
}


@dataclass(frozen=True)
class Milestone:
    """One decision: the day, what it was, by whom, and the number of the text that the public may compare, if any."""

    at: datetime.datetime
    says: str
    by: str
    number: int | None
    before: int | None = None  # the text of the milestone before that differs


def milestones(article: Article, standing: Standing) -> list[Milestone]:
    """The decisions on an article from first to last."""
    rows = AuditRow.objects.filter(subject=f"article:{article.pk}", action__in=_WORDS).order_by("sequence")
    last = _last_public(article, standing)
    found: list[Milestone] = []
    earlier: int | None = None
    for row in rows:
        number = row.detail.get("revision")
        public = row.action in ("submit", "approve") and isinstance(number, int) and number <= last
        if row.action == "submit" and not public:
            continue  # that somebody sent in a new text is not the public's business until it is approved
        before = earlier if public and earlier is not None and number != earlier else None
        by = row.actor_name if row.action in ("submit", "approve", "publish") else ""
        at = datetime.datetime.fromisoformat(row.at)
        kinds = {alert.get("kind") for alert in row.detail.get("alerts", ())}
        says = "The date for the next review passed" if kinds == {Alert.Kind.REVIEW_DUE} else _WORDS[row.action]
        found.append(Milestone(at, says, by, number if public else None, before))
        earlier = number if public else earlier
    return found


def compared(article: Article, standing: Standing, *, old: int, new: int) -> tuple[Revision, Revision, list[Difference]]:
    """Two texts of the public history and what differs; raises NotFoundError for any other."""
    numbers = {milestone.number for milestone in milestones(article, standing)} - {None}
    if old not in numbers or new not in numbers or old >= new:
        raise NotFoundError("There are no such versions to compare.", what_to_do="Open the version history of the article.")
    held = {revision.number: revision for revision in article.revisions.filter(number__in=(old, new))}
    first, second = held[old], held[new]
    return first, second, differences(Content.model_validate(first.content), Content.model_validate(second.content))


def _last_public(article: Article, standing: Standing) -> int:
    """The number of the newest text that the public may see."""
    revision = article.approved if standing is Standing.APPROVED else article.current
    return revision.number if revision else 0

"""Who wrote, reviewed and approved an article, with what a reader needs to judge them by."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from pincite.rendering.safe import plain
from pincite.web.accounts.models import User
from pincite.web.editorial.models import Article, Review
from pincite.web.editorial.turns import latest_reviews


@dataclass(frozen=True)
class Contributor:
    """A person as the page names them; competing interests are None where the person never declared anything."""

    name: str
    part: str  # what they did: Author, Edited by, Reviewed by, Approved by
    credentials: str
    position: str
    competing_interests: str
    at: datetime.datetime | None = None


def contributors(article: Article) -> list[Contributor]:
    """Author, editors of the text, then reviewers and approver of the approved text with their declarations of that day."""
    found = [_person(article.author, "Author")]
    shown = article.shown
    if shown is None:
        return found
    writers = article.revisions.filter(number__lte=shown.number).exclude(created_by=article.author).select_related("created_by")
    found += [_person(user, "Edited by") for user in {revision.created_by_id: revision.created_by for revision in writers}.values()]
    if article.approved is None:
        return found
    said = latest_reviews(article.reviews.select_related("reviewer"), article.approved.pk)
    reviews = [review for review in said if review.decision == Review.Decision.ACCEPT]
    for review in reviews:
        approver = review.reviewer_id == article.approved_by_id
        found.append(
            Contributor(
                name=plain(review.reviewer.shown_name),
                part="Reviewed and approved by" if approver else "Reviewed by",
                credentials=plain(review.credentials),
                position=plain(review.position),
                competing_interests=plain(review.competing_interests),
                at=article.approved_at if approver else review.at,
            )
        )
    if article.approved_by and article.approved_by_id not in {review.reviewer_id for review in reviews}:
        found.append(_person(article.approved_by, "Approved by", at=article.approved_at))
    return found


def _person(user: User, part: str, *, at: datetime.datetime | None = None) -> Contributor:
    return Contributor(
        name=plain(user.shown_name),
        part=part,
        credentials=plain(user.credentials),
        position=plain(user.position),
        competing_interests=plain(user.competing_interests),
        at=at,
    )

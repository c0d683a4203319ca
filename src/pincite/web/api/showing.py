"""Rows of the database → the schemas of the API."""

from __future__ import annotations

import json
from typing import Any

from pincite.web.accounts.models import User
from pincite.web.articles import publication
from pincite.web.articles.publication import Standing
from pincite.web.audits.models import CheckedText
from pincite.web.editorial import living, policies
from pincite.web.editorial.actions import content_of
from pincite.web.editorial.content import placed
from pincite.web.editorial.models import Alert, Article, Comment, Report, Review, Revision
from pincite.web.editorial.policies import Person
from pincite.web.jobs.models import Job
from pincite.web.reading.models import Thread, Turn


def person(user: User) -> dict[str, Any]:
    """As readers see a person."""
    return {
        "name": user.shown_name,
        "credentials": user.credentials,
        "position": user.position,
        "competing_interests": user.competing_interests,
    }


def summary(article: Article) -> dict[str, Any]:
    """An article without its text."""
    return {
        "id": article.pk,
        "slug": article.slug,
        "url": article.get_absolute_url(),
        "question": article.question,
        "state": article.state,
        "standing": publication.standing_of(article),
        "topics": [topic.name for topic in article.topics.all()],
        "published_at": article.published_at,
        "approved_at": article.approved_at,
        "approved_by": person(article.approved_by) if article.approved_by else None,
        "review_due": article.review_due,
        "updated_at": article.updated_at,
        "banners": [alert.says for alert in living.banner(article)],
    }


def revision(one: Revision) -> dict[str, Any]:
    """A revision without its text."""
    return {"number": one.number, "sha256": one.sha256, "says": one.says, "by": one.created_by.shown_name, "at": one.created_at}


def full_revision(one: Revision) -> dict[str, Any]:
    """A revision with its text."""
    return {**revision(one), "content": content_of(one)}


def public(article: Article) -> dict[str, Any]:
    """An article as the public sees it; of a withdrawn one only that it was there, and why it is gone."""
    standing = publication.standing_of(article)
    gone = standing in (Standing.WITHDRAWN, Standing.REJECTED)
    shown = None if gone else article.shown
    withdrawn = publication.withdrawal_of(article) if standing is Standing.WITHDRAWN else None
    return {
        **summary(article),
        "revision": full_revision(shown) if shown else None,
        "withdrawn": withdrawn._asdict() if withdrawn else None,
    }


def workspace(article: Article, *, for_: Person) -> dict[str, Any]:
    """An article as those see it who work on it."""
    assert article.current is not None
    content = content_of(article.current)
    return {
        **summary(article),
        "author": article.author.get_username(),
        "current": revision(article.current),
        "approved": revision(article.approved) if article.approved else None,
        "statements": [
            {"key": one.key, "part": one.part, "heading": one.heading, "text": one.statement.text, "verdict": one.statement.verdict.label}
            for one in placed(content)
        ],
        "notes": [note.model_dump() for note in content.notes],
        "comments": [comment(one) for one in article.comments.select_related("revision", "author", "resolved_by")],
        "reviews": [review(one) for one in article.reviews.select_related("revision", "reviewer")],
        "assignments": [
            {
                "reviewer": one.reviewer.get_username(),
                "name": one.reviewer.shown_name,
                "due": one.due,
                "assigned_at": one.assigned_at,
                "ended_at": one.ended_at,
            }
            for one in article.assignments.select_related("reviewer")
        ],
        "alerts": [alert(one) for one in article.alerts.all()],
        "allowed": sorted(policies.allowed(for_, article)),
    }


def comment(one: Comment) -> dict[str, Any]:
    """A remark."""
    return {
        "id": one.pk,
        "revision": one.revision.number,
        "statement": one.statement,
        "quoted": one.quoted,
        "text": one.text,
        "by": one.author.shown_name,
        "at": one.at,
        "resolved_by": one.resolved_by.shown_name if one.resolved_by else None,
        "resolved_at": one.resolved_at,
    }


def review(one: Review) -> dict[str, Any]:
    """A reviewer's decision."""
    return {
        "id": one.pk,
        "revision": one.revision.number,
        "decision": one.decision,
        "comment": one.comment,
        "by": one.reviewer.shown_name,
        "credentials": one.credentials,
        "position": one.position,
        "competing_interests": one.competing_interests,
        "at": one.at,
    }


def alert(one: Alert) -> dict[str, Any]:
    """A change of a source, or a review that is due."""
    names = ("kind", "says", "document_id", "title", "statement", "old_quote", "new_quote", "raised_at", "resolved_at", "resolution")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def report(one: Report) -> dict[str, Any]:
    """A reader's report."""
    names = ("text", "question", "statement", "page", "contact", "at", "handled_at", "outcome")
    return {"id": one.pk, "article": one.article_id, **{name: getattr(one, name) for name in names}}


def thread(one: Thread) -> dict[str, Any]:
    """A saved thread without its answers; its questions are counted by the query (`turns__count`)."""
    return {"id": one.pk, "title": one.title, "questions": one.turns__count, "created_at": one.created_at, "updated_at": one.updated_at}


def turn(one: Turn) -> dict[str, Any]:
    """One question of a thread with its answer."""
    names = ("position", "question", "audience", "asked_at", "answer")
    return {name: getattr(one, name) for name in names}


def job(one: Job) -> dict[str, Any]:
    """Long work and how far it is."""
    names = ("kind", "state", "done", "total", "says", "report", "created_at", "finished_at")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def checked_text(one: CheckedText) -> dict[str, Any]:
    """A checked text without its report."""
    names = ("name", "given", "url", "state", "says", "claims", "contradicted", "created_at", "finished_at")
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in names},
        "problem": one.why_failed,
        "shared": one.share_token is not None,
        "job": job(one.job) if one.job else None,
    }


def checked_text_with_report(one: CheckedText) -> dict[str, Any]:
    """A checked text and, when it is done, its report."""
    return {**checked_text(one), "report": json.loads(one.report) if one.report else None}

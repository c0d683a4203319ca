"""Articles: what the public may read, the workspace of those who work on them, and every action of `editorial.actions`."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import Field

from pincite.web.accounts.models import User
from pincite.web.api import schemas, showing
from pincite.web.api.asking import answer_to
from pincite.web.api.authentication import may
from pincite.web.api.limits import ASKING, READING, WRITING
from pincite.web.api.machinery import get, post
from pincite.web.api.paging import Page, Paging, paged
from pincite.web.articles import publication
from pincite.web.editorial import actions, policies
from pincite.web.editorial.models import Alert, Article, Comment
from pincite.web.editorial.policies import Person, Refused

router = Router(tags=["Articles"])
reading: dict[str, Any] = {"auth": may("read"), "throttle": READING}
writing: dict[str, Any] = {"auth": may("write"), "throttle": WRITING, "response": schemas.Workspace}

# A wrong id and a hidden one are answered alike; this is as far as the database counts.
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ArticleQuery(Paging):
    """Which articles; each filter narrows."""

    q: str = Field("", max_length=200, description="Words of the question.")
    slug: str = Field("", max_length=120)
    state: list[Article.State] = Field(default=[], max_length=7)
    topic: str = Field("", max_length=150, description="Name or slug of a topic.")
    mine: bool = Field(False, description="Only those whose workspace you may open.")


# --- reading ---------------------------------------------------------------------------------------------------------


@get(router, "/articles", response=Page[schemas.ArticleSummary], auth=may("read", visitors=True), throttle=READING, summary="List articles")
def articles(request: HttpRequest, response: HttpResponse, query: Query[ArticleQuery]) -> dict[str, Any]:
    """Public articles, and with a token or session those that you may see; the newest change first."""
    mine = policies.visible_to(_person(request))
    found = mine if query.mine else Article.objects.filter(Q(pk__in=publication.readable().values("pk")) | Q(pk__in=mine.values("pk")))
    for word in query.q.split():
        found = found.filter(question__icontains=word)
    if query.slug:
        found = found.filter(slug=query.slug)
    if query.state:
        found = found.filter(state__in=query.state)
    if query.topic:
        found = found.filter(Q(topics__slug=query.topic) | Q(topics__name__iexact=query.topic)).distinct()
    ordered = _joined(found).order_by("-updated_at", "-pk")
    return paged(request, response, ordered, query, showing.summary)


@get(
    router,
    "/articles/{article_id}",
    response=schemas.ArticleDetail,
    auth=may("read", visitors=True),
    throttle=READING,
    summary="One article",
)
def article(request: HttpRequest, article_id: Id) -> dict[str, Any]:
    """An article as the public sees it: the approved revision, else the newest, whose `standing` is then `pending`."""
    found = _joined(Article.objects.filter(pk=article_id)).first()
    if found is None or (publication.standing_of(found) is None and not policies.may_see(_person(request), found)):
        raise _hidden()
    return showing.public(found)


@get(router, "/articles/{article_id}/workspace", response=schemas.Workspace, summary="An article's workspace", **reading)
def workspace(request: HttpRequest, article_id: Id) -> dict[str, Any]:
    """The newest revision's statements with their keys, comments, reviews, assignments, alerts, and what you can do now."""
    return showing.workspace(_seen(request, article_id), for_=_person(request))


@get(router, "/articles/{article_id}/revisions", response=Page[schemas.RevisionInfo], summary="An article's revisions", **reading)
def revisions(request: HttpRequest, response: HttpResponse, article_id: Id, query: Query[Paging]) -> dict[str, Any]:
    """Every text that the article has had, oldest first."""
    found = _seen(request, article_id).revisions.select_related("created_by").order_by("number")
    return paged(request, response, found, query, showing.revision)


@get(router, "/articles/{article_id}/revisions/{number}", response=schemas.RevisionDetail, summary="One revision", **reading)
def revision(request: HttpRequest, article_id: Id, number: Number) -> dict[str, Any]:
    """One text of the article, whole."""
    found = _seen(request, article_id).revisions.select_related("created_by").filter(number=number).first()
    if found is None:
        raise Refused(f"There is no revision {number}.", kind="hidden")
    return showing.full_revision(found)


# --- writing ---------------------------------------------------------------------------------------------------------


@post(
    router,
    "/articles",
    auth=may("write"),
    throttle=ASKING,
    response={201: schemas.Workspace},
    summary="Make an article from an answer",
)
def start(request: HttpRequest, response: HttpResponse, new: schemas.NewArticle) -> Any:
    """Ask the question here and now, and send its answer to the editors, or keep it as a draft of yours."""
    by = _person(request)
    if not by.has_perm("editorial.send_article"):
        raise Refused("Your roles do not allow you to send articles.", kind="forbidden")
    make = actions.send if new.submit else actions.start
    made = make(answer_to(new), by=by)
    response.headers["Location"] = f"{request.path}/{made.pk}/workspace"
    return Status(201, showing.workspace(_again(made), for_=by))


@post(router, "/articles/{article_id}/edit", summary="Change a draft", **writing)
def edit(request: HttpRequest, article_id: Id, change: schemas.Edit) -> dict[str, Any]:
    """One change gives one new revision; `do` names it: move, remove, reword, add, add-note, remove-note, restore."""
    wanted = change.edit
    fields = {name: getattr(wanted, name) for name in type(wanted).model_fields if name != "do"}
    act = getattr(actions, wanted.do.replace("-", "_"))
    return _done(request, act(_seen(request, article_id), by=_person(request), **fields))


@post(router, "/articles/{article_id}/submit", summary="Submit a draft", **writing)
def submit(request: HttpRequest, article_id: Id) -> dict[str, Any]:
    """From the writer to the editors."""
    return _done(request, actions.submit(_seen(request, article_id), by=_person(request)))


@post(router, "/articles/{article_id}/discard", summary="Give up a draft", **writing)
def discard(request: HttpRequest, article_id: Id) -> dict[str, Any]:
    """A draft that was never submitted is withdrawn, not deleted."""
    return _done(request, actions.discard(_seen(request, article_id), by=_person(request)))


@post(router, "/articles/{article_id}/assign", summary="Name the reviewer", **writing)
def assign(request: HttpRequest, article_id: Id, whom: schemas.Assign) -> dict[str, Any]:
    """Whose turn it is; an open assignment of somebody else ends."""
    found = _seen(request, article_id)
    policies.check(_person(request), "assign", found)  # before anybody learns which user names exist
    reviewer = User.objects.filter(username=whom.reviewer).first()
    if reviewer is None:
        raise Refused("There is no reviewer of that user name.", kind="conflict", what_to_do="Choose another person.")
    return _done(request, actions.assign(found, by=_person(request), reviewer=reviewer, due=whom.due).article)


@post(router, "/articles/{article_id}/comment", summary="Comment on a statement", **writing)
def comment(request: HttpRequest, article_id: Id, remark: schemas.NewComment) -> dict[str, Any]:
    """On one statement, or on the whole; an approval waits until it is resolved."""
    made = actions.comment(_seen(request, article_id), by=_person(request), **dict(remark))
    return _done(request, made.article)


@post(router, "/comments/{comment_id}/resolve", summary="Close a comment", **writing)
def resolve(request: HttpRequest, comment_id: Id) -> dict[str, Any]:
    """What it asked for was done, or will not be."""
    found = Comment.objects.filter(pk=comment_id, article__in=policies.visible_to(_person(request))).first()
    if found is None:
        raise Refused("There is no such comment.", kind="hidden")
    return _done(request, actions.resolve(found, by=_person(request)).article)


@post(router, "/articles/{article_id}/review", summary="Review a revision", **writing)
def review(request: HttpRequest, article_id: Id, decided: schemas.Decide) -> dict[str, Any]:
    """Accept, request changes or reject exactly the revision `base`."""
    made = actions.review(_seen(request, article_id), by=_person(request), **dict(decided))
    return _done(request, made.article)


@post(router, "/articles/{article_id}/approve", summary="Approve a revision", **writing)
def approve(request: HttpRequest, article_id: Id, approval: schemas.Approve) -> dict[str, Any]:
    """Approve exactly the revision `base`; refused while a statement fails its check or a comment is open."""
    return _done(request, actions.approve(_seen(request, article_id), by=_person(request), **dict(approval)))


@post(router, "/articles/{article_id}/publish", summary="Publish", **writing)
def publish(request: HttpRequest, article_id: Id) -> dict[str, Any]:
    """Make the article public; before its approval it says that human review is pending."""
    return _done(request, actions.publish(_seen(request, article_id), by=_person(request)))


@post(router, "/articles/{article_id}/withdraw", summary="Withdraw", **writing)
def withdraw(request: HttpRequest, article_id: Id, reason: schemas.Why) -> dict[str, Any]:
    """Take the article from the public, and say why."""
    return _done(request, actions.withdraw(_seen(request, article_id), by=_person(request), why=reason.why))


@post(router, "/articles/{article_id}/schedule", summary="Set the next review", **writing)
def schedule(request: HttpRequest, article_id: Id, day: schemas.Schedule) -> dict[str, Any]:
    """The day of the next review."""
    return _done(request, actions.schedule(_seen(request, article_id), by=_person(request), on=day.on))


@post(router, "/articles/{article_id}/reopen", summary="Reopen", **writing)
def reopen(request: HttpRequest, article_id: Id, reason: schemas.Why) -> dict[str, Any]:
    """Back to the reviewers; what was approved stays public as it is until another revision is approved."""
    return _done(request, actions.reopen(_seen(request, article_id), by=_person(request), why=reason.why))


@post(router, "/alerts/{alert_id}/settle", summary="Settle a source alert", **writing)
def settle(request: HttpRequest, alert_id: Id, settled: schemas.Settle) -> dict[str, Any]:
    """An editor looked at it and says why the text can stay."""
    found = Alert.objects.filter(pk=alert_id, article__in=policies.visible_to(_person(request))).first()
    if found is None:
        raise Refused("There is no such alert.", kind="hidden")
    return _done(request, actions.settle(found, by=_person(request), resolution=settled.resolution).article)


def _person(request: HttpRequest) -> Person:
    return request.user


def _hidden() -> Refused:
    return Refused("There is no such article.", kind="hidden")


def _joined(found: QuerySet[Article]) -> QuerySet[Article]:
    return found.select_related("approved_by", "author", "current__created_by", "approved__created_by").prefetch_related("topics", "alerts")


def _seen(request: HttpRequest, article_id: int) -> Article:
    """The article, for a person who may open its workspace; for anybody else there is none."""
    found = _joined(policies.visible_to(_person(request)).filter(pk=article_id)).first()
    if found is None:
        raise _hidden()
    return found


def _again(article: Article) -> Article:
    return _joined(Article.objects.filter(pk=article.pk)).get()


def _done(request: HttpRequest, article: Article) -> dict[str, Any]:
    return showing.workspace(_again(article), for_=_person(request))

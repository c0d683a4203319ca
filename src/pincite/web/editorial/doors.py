"""Every action that a form can ask for: which form it reads, which rule of the policies it needs, and which door of `actions` it opens.

Between `views.act`, which reads the request and shows the outcome, and `actions`, which do the work; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction

from pincite.errors import NotFoundError
from pincite.web.accounts.models import User
from pincite.web.editorial import actions, content, forms
from pincite.web.editorial.models import Article, Comment, Revision


class Done(NamedTuple):
    """What to tell after an action, and the element to look at; `where` is the page to go to."""

    says: str
    anchor: str = ""
    where: str = "editorial:article"


class Door(NamedTuple):
    """One action: the form that it reads, the rule of the policies that it needs, and how it is called."""

    form: type[forms.Act]
    rule: str
    call: Callable[[Article, User, str, dict[str, Any]], Done]


def _submit(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.submit(found, by=user)
    return Done("Submitted. The editors have been told.")


def _assign(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.assign(found, by=user, reviewer=data["reviewer"], due=data["due"])
    return Done(f"{data['reviewer'].shown_name} has been asked to review it.")


def _comment(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    made = actions.comment(found, by=user, base=base, text=data["text"], statement=data["statement"])
    return Done("Comment added.", anchor=f"comment-{made.pk}")


def _resolve(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    remark = Comment.objects.filter(article=found, pk=data["comment"]).first()
    if remark is None:
        raise NotFoundError("There is no such comment.")
    actions.resolve(remark, by=user)
    return Done("Comment resolved.", anchor=f"statement-{remark.statement}" if remark.statement else "comments")


def _review(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.review(found, by=user, base=base, decision=data["decision"], comment=data["comment"])
    says = {
        "accept": "You accepted this revision. It can now be approved.",
        "request-changes": "You asked for changes. It has gone back to its author.",
        "reject": "You rejected it. Its author and the editors have been told.",
    }[data["decision"]]
    return Done(says)


@transaction.atomic
def _approve(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.approve(found, by=user, base=base, next_review=data["next_review"])
    if data["publish"]:
        actions.publish(found, by=user)
    return Done("Approved and published." if data["publish"] else "Approved.")


def _publish(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.publish(found, by=user)
    return Done("Published. Readers find it under Articles.")


def _withdraw(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.withdraw(found, by=user, why=data["why"])
    return Done("Withdrawn. Its public page, if it had one, now says so.")


def _schedule(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.schedule(found, by=user, on=data["on"])
    return Done("The date of the next review is set.")


def _reopen(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.reopen(found, by=user, why=data["why"])
    return Done("Reopened. Choose a reviewer, or edit the text first.")


def _discard(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.discard(found, by=user)
    return Done("The draft was discarded.")


def _restore(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.restore(found, by=user, base=base, number=data["number"])
    return Done(f"The text of revision {data['number']} is back, as a new revision.", anchor="draft", where="editorial:edit")


def _move(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.move(found, by=user, base=base, key=data["key"], steps=data["steps"])
    return Done("Moved down." if data["steps"] > 0 else "Moved up.", anchor=f"statement-{data['key']}", where="editorial:edit")


def _remove(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    part = content.find(actions.content_of(Revision.objects.get(pk=found.current_id)), data["key"]).part
    actions.remove(found, by=user, base=base, key=data["key"])
    return Done("Statement removed. “Undo” brings it back.", anchor=f"part-{part}", where="editorial:edit")


def _reword(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.reword(found, by=user, base=base, key=data["key"], text=data["text"])
    return Done("Saved and checked against its quotes.", anchor=f"statement-{data['key']}", where="editorial:edit")


def _add(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    name, start, end = data["sentence"]
    actions.add(found, by=user, base=base, part=data["part"], document_id=name, start=start, end=end)
    return Done("Statement added.", anchor=f"part-{data['part']}", where="editorial:edit")


def _note(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.add_note(found, by=user, base=base, part=data["part"], text=data["text"])
    return Done("Editor’s note added.", anchor=f"part-{data['part']}", where="editorial:edit")


def _unnote(found: Article, user: User, base: str, data: dict[str, Any]) -> Done:
    actions.remove_note(found, by=user, base=base, note=data["note"])
    return Done("Editor’s note removed.", anchor="draft", where="editorial:edit")


DOORS: dict[str, Door] = {
    "submit": Door(forms.Act, "submit", _submit),
    "assign": Door(forms.Assign, "assign", _assign),
    "comment": Door(forms.Comment, "comment", _comment),
    "resolve": Door(forms.Resolve, "resolve", _resolve),
    "review": Door(forms.Decide, "review", _review),
    "approve": Door(forms.Approve, "approve", _approve),
    "publish": Door(forms.Act, "publish", _publish),
    "withdraw": Door(forms.Withdraw, "withdraw", _withdraw),
    "schedule": Door(forms.Schedule, "schedule", _schedule),
    "reopen": Door(forms.Reopen, "reopen", _reopen),
    "discard": Door(forms.Act, "discard", _discard),
    "restore": Door(forms.Restore, "edit", _restore),
    "move": Door(forms.Move, "edit", _move),
    "remove": Door(forms.Statement, "edit", _remove),
    "reword": Door(forms.Reword, "edit", _reword),
    "add": Door(forms.Add, "edit", _add),
    "note": Door(forms.Note, "edit", _note),
    "unnote": Door(forms.Unnote, "edit", _unnote),
}
EDITS = frozenset(name for name, door in DOORS.items() if door.rule == "edit")

"""Who may see and do what with a checked text: its owner everything; a visitor, through the session and for a day, all but share;
whoever has a share link reads. For all others there is no such text.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from pincite.web.accounts.models import User
from pincite.web.audits.models import CheckedText
from pincite.web.editorial.policies import Person, Refused

KEPT_FOR_VISITORS = datetime.timedelta(days=1)
_SESSION = "checked-texts"
_MOST_IN_SESSION = 20


def of_user(user: User) -> QuerySet[CheckedText]:
    """Every text of one person, without the reports, which are large."""
    return CheckedText.objects.filter(owner=user).select_related("job").defer("report")


def of_session(request: HttpRequest) -> QuerySet[CheckedText]:
    """The texts that were handed in through this session without signing in, as long as they are kept."""
    held = [one for one in request.session.get(_SESSION, []) if isinstance(one, str)]
    return (
        CheckedText.objects.filter(pk__in=held, owner=None, created_at__gt=timezone.now() - KEPT_FOR_VISITORS)
        .select_related("job")
        .defer("report")
    )


def remember(request: HttpRequest, text: CheckedText) -> None:
    """A visitor's text can be reached through this session from now on."""
    held: Sequence[str] = request.session.get(_SESSION, [])
    request.session[_SESSION] = [*held, str(text.pk)][-_MOST_IN_SESSION:]


def reached(request: HttpRequest, pk: uuid.UUID) -> CheckedText:
    """The text, for its owner or the session that handed it in; raises Refused ("hidden") for all others."""
    ways = Q(pk__in=of_session(request).values("pk"))
    if isinstance(request.user, User) and request.user.is_active:
        ways |= Q(owner=request.user)
    found = CheckedText.objects.filter(ways, pk=pk).select_related("job").first()
    if found is None:
        raise Refused("There is no such text.", kind="hidden", what_to_do="Texts that visitors hand in are kept for a day.")
    return found


def shared(token: str) -> CheckedText:
    """The finished text that a share link names, as long as it is shared and its owner's account is open; raises Refused."""
    found = CheckedText.objects.filter(share_token=token, owner__is_active=True).select_related("job").first() if token else None
    if found is None or found.state != "done":
        raise Refused("There is no report at this address.", kind="hidden", what_to_do="Whoever shared it may have withdrawn the link.")
    return found


def may_share(person: Person, text: CheckedText) -> bool:
    """Only its owner, and only a finished report."""
    return isinstance(person, User) and person.is_active and text.owner_id == person.pk and text.state == "done"

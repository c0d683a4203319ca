"""“Say this more simply”: a model's proposal for one statement, shown in the reword form with what its quotes say of it.

Nothing is saved here: the editor may change the words or leave them; saving is the action `reword`, which checks them once more.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from pincite.errors import ModelError, NotFoundError
from pincite.models.chat import ChatModel
from pincite.web import engine, writing
from pincite.web.editorial import actions, content, forms, policies, views_edit
from pincite.web.editorial.models import Revision
from pincite.web.editorial.views import Notice, article_of, signed_in
from pincite.writing.quotes import supports_of
from pincite.writing.simpler import Simpler
from pincite.writing.simpler import simpler as proposed_by


@signed_in
def simpler(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor with the proposal in the form of its statement; a model that fails is a line, and the page stays as it was."""
    found = article_of(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    policies.check(request.user, "edit", found)
    endpoint = writing.endpoint()
    if endpoint is None:
        raise Http404
    key = request.POST.get("key", "")[:40]
    try:
        one = content.find(actions.content_of(Revision.objects.get(pk=found.current_id)), key)
        supports = supports_of(one.statement.citations, engine.library())
        proposal = proposed_by(one.statement.text, supports, model=ChatModel(endpoint))
    except (ModelError, NotFoundError) as error:
        return views_edit.page(request, found, notice=Notice(error.what_happened, error.what_to_do), status=409)
    data = {"key": key, "text": proposal.text, "base": request.POST.get("base", "")[:64]}
    bound = {"reword": forms.Reword(data, article=found, key=key)}
    return views_edit.page(request, found, bound=bound, notice=_notice(proposal, endpoint.model))


def _notice(proposal: Simpler, model: str) -> Notice:
    grades = f"reading grade {proposal.grade_before:.1f} before, {proposal.grade_after:.1f} after"
    if proposal.judged.stands:
        return Notice(
            f"Proposed by {model}; its quotes bear it out ({grades}).", "Nothing is saved yet: read it under “Reword”, then save it."
        )
    why = f"Its quotes do not bear out what {model} proposed: {proposal.judged.why}"
    return Notice(why, f"Nothing is saved ({grades}). Change the words under “Reword”, or leave the statement as it is.")

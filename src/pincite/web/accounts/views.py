"""The pages about accounts: one's own, and, for administrators, everybody's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pincite.errors import PinciteError
from pincite.web.accounts import actions
from pincite.web.accounts.forms import SAYS, FindForm, PersonForm, ProfileForm
from pincite.web.accounts.models import User
from pincite.web.accounts.roles import ROLES, roles_of
from pincite.web.accounts.second_factor import has_second_factor
from pincite.web.editorial.models import AuditRow

PEOPLE_A_PAGE = 50


def _see_other(path: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(path, status=303)


def _administrators_only(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not user.has_perm("accounts.manage_user"):
        raise Http404
    return user


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, credentials, position and competing interests, and the way to the rest."""
    user = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        actions.update_profile(User.objects.get(pk=request.user.pk), **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return _see_other(reverse("account:profile"))
    roles = [(role, SAYS[role]) for role in ROLES if role in roles_of(user)]
    context = {"form": form, "roles": roles, "second_factor": has_second_factor(user), "person": request.user}
    return render(request, "account/profile.html", context, status=200 if request.method != "POST" else 422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account; a form to make one."""
    by = _administrators_only(request)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.make_account(given["username"], email=given["email"], name=given["name"], roles=tuple(given["roles"]), by=by)
        except PinciteError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"The account {made.username} is made. Make a link with which its owner sets a password.")
            return _see_other(reverse("account:person", args=[made.pk]))
    find = FindForm(request.GET)
    found = User.objects.prefetch_related("groups").order_by("username")
    if find.is_valid():
        if words := find.cleaned_data["q"].strip():
            found = found.filter(Q(username__icontains=words) | Q(name__icontains=words) | Q(email__icontains=words))
        if role := find.cleaned_data["role"]:
            found = found.filter(groups__name=role)
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "find": find, "page": page, "says": SAYS}
    return render(request, "account/people.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles, state, what was done to it."""
    _administrators_only(request)
    one = get_object_or_404(User, pk=pk)
    held = set(one.groups.values_list("name", flat=True))
    context = {
        "person": one,
        "roles": [(role, SAYS[role], role in held) for role in ROLES],
        "second_factor": has_second_factor(one),
        "link": request.session.pop(f"password-link-{pk}", None),
        "rows": AuditRow.objects.filter(subject=f"user:{pk}").order_by("-sequence")[:20],
    }
    return render(request, "account/person.html", context)


@login_required
@require_http_methods(["POST"])
def change_person(request: HttpRequest, pk: int) -> HttpResponse:
    """What an administrator does to an account: `do` and, for roles, `role`."""
    by = _administrators_only(request)
    one = get_object_or_404(User, pk=pk)
    do, role = request.POST.get("do", ""), request.POST.get("role", "")
    if do == "link":
        request.session[f"password-link-{pk}"] = actions.password_link(one, by=by)  # shown once, on the page that follows
    elif do == "give":
        actions.give_role(one, role, by=by)
        messages.success(request, f"{one.shown_name} is {_article(role)} {role} now.")
    elif do == "take":
        actions.take_role(one, role, by=by)
        messages.success(request, f"{one.shown_name} is no {role} any more.")
    elif do == "close":
        actions.close(one, by=by)
        messages.success(request, f"The account of {one.shown_name} is closed.")
    elif do == "reopen":
        actions.reopen(one, by=by)
        messages.success(request, f"The account of {one.shown_name} is open again.")
    elif do == "drop-second-factor":
        actions.drop_second_factor(one, by=by)
        messages.success(request, f"{one.shown_name} signs in by password alone until they set up a second factor again.")
    else:
        raise Http404
    still = by.pk != one.pk or do != "take" or role != "administrator"
    return _see_other(reverse("account:person", args=[pk]) if still else reverse("account:profile"))


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"

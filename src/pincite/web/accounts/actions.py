"""The only doors through which an account changes in a way that others rely on: one transaction and one audit row each.

Passwords and second factors are allauth's; nobody here ever sees one. A new account gets a link with which its owner
sets the password.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from pincite.errors import PinciteError
from pincite.web.accounts.models import User
from pincite.web.accounts.roles import ROLES, roles_of
from pincite.web.editorial import audit_trail
from pincite.web.editorial.policies import Person, Refused

PROFILE = ("name", "credentials", "position", "competing_interests")


def _administrator(person: Person) -> User:
    if not isinstance(person, User) or not person.is_active or not person.has_perm("accounts.manage_user"):
        raise Refused("There is no such page.", kind="hidden")
    return person


def _record(user: User, by: User | None, action: str, **detail: Any) -> None:
    audit_trail.append(actor=by, action=action, subject=f"user:{user.pk}", detail={"username": user.get_username(), **detail})


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


@transaction.atomic
def update_profile(user: User, **values: str) -> User:
    """What a person says of themselves; what reviews are judged by (credentials, position, interests) is audited."""
    user = _locked(user)
    changed = {name: value.strip() for name, value in values.items() if name in PROFILE and getattr(user, name) != value.strip()}
    if changed:
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=list(changed))
        _record(user, user, "profile", **changed)
    return user


@transaction.atomic
def make_account(username: str, *, email: str, by: Person | None, name: str = "", roles: tuple[str, ...] = ("reader",)) -> User:
    """A new account without a password; `by` None is the command line. Raises PinciteError, Refused."""
    actor = None if by is None else _administrator(by)
    username, email = username.strip(), email.strip()
    user = User(username=username, email=email, name=name.strip()[:200])
    user.set_unusable_password()
    try:
        user.full_clean(exclude=["password"])
        validate_email(email)
    except ValidationError as error:
        raise PinciteError(f"The account cannot be made: {' '.join(error.messages)}") from error
    if User.objects.filter(username__iexact=username).exists():
        raise PinciteError(f"There is an account {username} already.", what_to_do="Choose another user name.")
    if User.objects.filter(email__iexact=email).exists():
        raise PinciteError(f"An account has the address {email} already.", what_to_do="Use that account, or another address.")
    if unknown := [role for role in roles if role not in ROLES]:
        raise PinciteError(f"There is no role {unknown[0]!r}.", what_to_do=f"The roles are {', '.join(ROLES)}.")
    user.save()
    # Whoever makes the account vouches for the address; OpenID Connect finds the account by it.
    EmailAddress.objects.create(user=user, email=email.lower(), verified=True, primary=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    _record(user, actor, "make-account", roles=sorted(roles))
    return user


@transaction.atomic
def password_link(user: User, *, by: Person | None) -> str:
    """An address with which its owner sets a (new) password, once, within a day."""
    actor = None if by is None else _administrator(by)
    user = _locked(user)
    if not user.is_active:
        raise Refused("This account is closed.", kind="conflict", what_to_do="Open it first.")
    _record(user, actor, "password-link")
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    )
    return f"{settings.WEB.url}{path}"


@transaction.atomic
def give_role(user: User, role: str, *, by: Person | None) -> User:
    """One more role; `by` None is the command line."""
    actor = None if by is None else _administrator(by)
    user = _locked(user)
    group = _group(role)
    if role not in roles_of(user):
        user.groups.add(group)
        _record(user, actor, "give-role", role=role)
    return User.objects.get(pk=user.pk)  # permissions are cached with the object


@transaction.atomic
def take_role(user: User, role: str, *, by: Person) -> User:
    """One role less; the last administrator stays one."""
    actor = _administrator(by)
    _others_remain(user, taking=role)
    user = _locked(user)
    if user.groups.filter(name=role).exists():
        user.groups.remove(_group(role))
        _record(user, actor, "take-role", role=role)
    return User.objects.get(pk=user.pk)


@transaction.atomic
def close(user: User, *, by: Person) -> User:
    """Nobody signs in with this account any more; what it did stays, with its name."""
    actor = _administrator(by)
    _others_remain(user, taking="administrator")
    user = _locked(user)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        _record(user, actor, "close-account")
    return user


@transaction.atomic
def reopen(user: User, *, by: Person) -> User:
    """Let the person in again, with the roles that they had."""
    actor = _administrator(by)
    user = _locked(user)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(user, actor, "reopen-account")
    return user


@transaction.atomic
def welcome(user: User, *, how: str) -> None:
    """A person who came by themselves (sign-up, identity provider) is a reader."""
    user.groups.add(_group("reader"))
    _record(user, None, "make-account", roles=["reader"], how=how)


@transaction.atomic
def drop_second_factor(user: User, *, by: Person | None) -> User:
    """For who lost phone and recovery codes: the next sign-in needs the password alone."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - models are not loaded before

    actor = None if by is None else _administrator(by)
    user = _locked(user)
    if Authenticator.objects.filter(user=user).delete()[0]:
        _record(user, actor, "drop-second-factor")
    return user


def _group(role: str) -> Group:
    if role not in ROLES:
        raise PinciteError(f"There is no role {role!r}.", what_to_do=f"The roles are {', '.join(ROLES)}.")
    return Group.objects.get(name=role)


def _others_remain(user: User, *, taking: str) -> None:
    """Raises Refused where nobody would be left to give roles."""
    if taking != "administrator":
        return
    # Locked, so that two administrators cannot take the role from each other at the same moment.
    left = list(
        User.objects.select_for_update().filter(groups__name="administrator", is_active=True).order_by("pk").values_list("pk", flat=True)
    )
    if left == [user.pk]:
        raise Refused(
            f"{user.shown_name} is the last administrator.", kind="conflict", what_to_do="Make somebody else an administrator first."
        )

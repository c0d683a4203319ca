"""The six roles, what each may do, and the scopes of a token. The groups in the database are made from this table.

`editorial.policies` decides single cases (whose article, in which state); this table says what a role can ever do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.contrib.auth.models import AnonymousUser

    from pincite.web.accounts.models import User

ROLES = ("reader", "author", "reviewer", "editor", "librarian", "administrator")

# Permission → roles. Every signed-in person keeps threads and may send an answer to the editors.
PERMISSIONS: dict[str, tuple[str, ...]] = {
    "editorial.send_article": ("reader", "author", "reviewer", "editor", "librarian", "administrator"),
    "editorial.write_article": ("author", "editor"),
    "editorial.review_article": ("reviewer", "editor"),
    "editorial.approve_article": ("reviewer", "editor"),
    "editorial.manage_article": ("editor",),  # assign, publish, withdraw, schedule, reopen, see everybody's
    "editorial.handle_report": ("editor",),
    "editorial.view_auditrow": ("editor", "administrator"),
    "jobs.manage_library": ("librarian",),  # add, retire, restore documents
    "accounts.manage_user": ("administrator",),
    "reading.view_questionlog": ("administrator",),
}

SCOPES = {
    "ask": "ask questions, search, have texts checked",
    "read": "read documents, articles, my threads and my checked texts",
    "write": "act on articles as I may, save and delete what is mine",
    "library": "add, retire and restore documents as I may",
    "audit-trail": "read the audit trail as I may",
    "changes": "read the feeds of changes as I may",
}


def make_groups(apps: Apps, *, using: str = "default") -> None:
    """Make or mend the groups so that they hold exactly the permissions of the table."""
    for label in {name.partition(".")[0] for name in PERMISSIONS}:
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    for role in ROLES:
        group, _ = Group.objects.using(using).get_or_create(name=role)
        wanted = [name.partition(".") for name, roles in PERMISSIONS.items() if role in roles]
        held = Permission.objects.using(using).none()
        for label, _, codename in wanted:
            held = held | Permission.objects.using(using).filter(content_type__app_label=label, codename=codename)
        group.permissions.set(held)


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """The roles that a person has; none for a visitor or a closed account."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(user.groups.filter(name__in=ROLES).values_list("name", flat=True))

"""`pincite account`: makes an account, gives it a role, or lets its owner set a new password: where nobody can sign in to do so."""

from __future__ import annotations

import click

ROLES = ("reader", "author", "reviewer", "editor", "librarian", "administrator")


@click.command("account")
@click.argument("name")
@click.option("--email", help="E-mail address of a new account.")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="Give this role; may be repeated.")
@click.option("--drop-second-factor", is_flag=True, help="For who lost phone and recovery codes.")
def command(name: str, email: str | None, roles: tuple[str, ...], drop_second_factor: bool) -> None:
    """Make the account NAME, or give an existing one more roles, and print a link with which its owner sets a password."""
    from pincite.cli.output import emit
    from pincite.cli.web import start_django
    from pincite.errors import PinciteError

    start_django()
    from pincite.web.accounts import actions
    from pincite.web.accounts.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        if not email:
            raise PinciteError(f"There is no account {name}.", what_to_do="To make it, name its address with --email.")
        user = actions.make_account(name, email=email, roles=roles or ("reader",), by=None)
    else:
        for role in roles:
            user = actions.give_role(user, role, by=None)
    if drop_second_factor:
        actions.drop_second_factor(user, by=None)
    link = actions.password_link(user, by=None)
    emit(f"{name}: {', '.join(sorted(user.groups.values_list('name', flat=True)))}\nSet a password, once, within a day:\n{link}\n")

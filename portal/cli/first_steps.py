"""The first steps of an installation: organisations, the first people, or the demo."""

import json

import click

from portal.access.roles import OrganisationKind, Role
from portal.accounts import service as people
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.cli import command
from portal.cli.command import Refusal
from portal.config import Environment
from portal.db import Database
from portal.organisations import queries
from portal.organisations import service as organisations_service


@click.group()
def organisations() -> None:
    """Look after partner organisations, and KSAF itself."""


@organisations.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in OrganisationKind]))
@click.option("--phase", type=click.Choice(organisations_service.PHASES), help="Of an education setting.")
@click.option("--area", default="kent", show_default=True, type=click.Choice(organisations_service.AREAS))
@click.option("--phone")
def organisations_add(name: str, kind: str, phase: str | None, area: str, phone: str | None) -> None:
    """Add the organisation NAME."""
    with command.database().system_transaction():
        try:
            made = organisations_service.add(name, OrganisationKind(kind), phase=phase, area=area, phone=phone)
        except organisations_service.NameTakenError as problem:
            raise Refusal(str(problem)) from None
        audit.append(
            made.id or 0,
            Action.ORGANISATION_ADDED,
            subject=("organisation", made.id),
            actor_id=None,
            owner_id=made.id,
            detail={"name": name, "kind": kind},
        )
    click.echo(f"Added {name}.")


@click.group()
def users() -> None:
    """Look after the people of an organisation."""


@users.command("invite")
@click.argument("email")
@click.option("--organisation", required=True, help="Its name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
def users_invite(email: str, organisation: str, role: str) -> None:
    """Invite EMAIL to an organisation, and print the link that is also on its way by mail."""
    settings = command.settings()
    with command.database().system_transaction():
        found = queries.system_named(organisation)
        if found is None:
            raise Refusal(f"There is no organisation called {organisation}.")
        try:
            path = people.system_invite(email, Role(role), found.id or 0)
        except people.PeopleRuleError as problem:
            raise Refusal(str(problem)) from None
    click.echo(f"{settings.base_url}{path}")


@click.group()
def demo() -> None:
    """Try the portal with invented people (needs PORTAL_ENV=demo)."""


@demo.command("load")
@click.option("--referrals", type=click.IntRange(min=0), help="How many; a careful selection when it is left out.")
def demo_load(referrals: int | None) -> None:
    """Fill an empty database with invented organisations, people and families."""
    database = _demo_database()
    from portal import demo as sample  # noqa: PLC0415 - the demo is no part of a real installation

    sample.load(database, referrals)


@demo.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="Print every field, as JSON.")
def demo_accounts(*, as_json: bool) -> None:
    """List who can sign in to the demo."""
    database = _demo_database()
    from portal import demo as sample  # noqa: PLC0415 - as above

    accounts = sample.accounts(database)
    if as_json:
        click.echo(json.dumps(accounts, indent=2))
        return
    for account in accounts:
        click.echo(f"{account['email']}  {account['password']}  {account['organisation']}, {account['role']}")


def _demo_database() -> Database:
    if command.settings().env is not Environment.DEMO:
        raise Refusal("The demo needs PORTAL_ENV=demo.")
    return command.database()


COMMANDS: tuple[click.Command, ...] = (organisations, users, demo)

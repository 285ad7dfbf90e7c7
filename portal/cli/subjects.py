"""What people may ask for about themselves."""

import json
from pathlib import Path

import click
from sqlmodel import col, select

from portal import db, references
from portal.accountability.subjects import copy
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.cases import pdf
from portal.cli import command
from portal.cli.command import Refusal
from portal.organisations import queries as organisations
from portal.referrals.models import Referral

FORMATS = (".json", ".pdf")


@click.command("subject-export")
@click.argument("reference")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Ends in .json or .pdf.")
@click.option("--safeguarding", required=True, type=click.Choice(["withhold", "give"]), help="What was decided.")
@click.option("--why", required=True, help="The reason for that decision, and who made it. The copy states it.")
def subject_export(reference: str, out: Path, safeguarding: str, why: str) -> None:
    """Write a copy of the record REFERENCE for whoever may ask for it; what is about other people is withheld.

    Read it before it leaves: free text may speak of others too.
    """
    if out.suffix not in FORMATS:
        raise Refusal(f"{out} must end in .json or .pdf.")
    if not why.strip():
        raise Refusal("Say why the safeguarding parts are given or withheld.")
    with command.database().system_transaction():
        wanted = select(Referral).where(col(Referral.reference) == references.normalise(reference))
        referral = db.session().scalars(wanted).first()
        if referral is None:
            raise Refusal(f"There is no referral {reference}.")
        made = copy.make(referral, gives_safeguarding=safeguarding == "give", decided_why=why.strip())
        audit.append(
            organisations.operator().id or 0,
            Action.RECORD_COPIED,
            subject=("referral", referral.id),
            actor_id=None,
            owner_id=referral.organisation_id,
            detail={"reference": referral.reference, "safeguarding": safeguarding},
        )
    is_pdf = out.suffix == ".pdf"
    content = (
        pdf.render(made.as_document()) if is_pdf else json.dumps(made.as_json(), indent=2, ensure_ascii=False).encode()
    )
    out.touch(mode=0o600)
    out.write_bytes(content)
    left_out = ", ".join(f"{number} {words}" for words, number in sorted(made.withheld.items())) or "nothing"
    click.echo(f"Wrote {len(made.parts)} parts of {referral.reference} to {out}. Withheld: {left_out}.")


COMMANDS: tuple[click.Command, ...] = (subject_export,)

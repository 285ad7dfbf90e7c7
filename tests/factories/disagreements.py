"""Disagreements, as people raise them."""

import io

from werkzeug.datastructures import FileStorage

from portal import db
from portal.disagreements import files, service
from portal.disagreements.queries import open_to_challenge
from portal.disagreements.rules import Challenged
from portal.disagreements.service import Challenge
from portal.tenancy import enter
from tests.factories import people
from tests.factories.files import pdf


def raised(about: str, by: people.Person, mark: str) -> tuple[str, str]:
    """Challenge a decision on the referral `about`, with `mark` in all words; return its reference and a file's key."""
    enter(db.session(), by.organisation_id)
    referral = open_to_challenge(by.actor, about)
    assert referral is not None
    made = Challenge(Challenged.REFUSAL, f"Position {mark}", f"Wanted {mark}", by.name)
    row, entry = service.challenge(by.actor, referral, made)
    files.keep(by.actor, row, entry, [FileStorage(io.BytesIO(pdf()), f"evidence-{mark}.pdf")])
    return row.reference, files.of_disagreement(by.actor, row)[0].key

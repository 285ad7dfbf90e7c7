"""Requests about personal data, as KSAF records them."""

from dataclasses import replace

from portal import db
from portal.access.roles import Role
from portal.accountability.requests import copies, corrections, erasing, queries, service
from portal.accountability.requests.corrections import Statement
from portal.accountability.requests.erasing import Removing
from portal.accountability.requests.rules import Kind, Way
from portal.accountability.requests.service import Asked
from portal.referrals.corrections.models import Corrected
from portal.referrals.queries import get_referral
from portal.tenancy import enter
from portal.web.dates import today
from tests.factories import people, referrals


def asked(mark: str = "Dana Reid", **other) -> Asked:
    """What a parent asks who is known to KSAF: a copy, today; `other` says what is different."""
    plain = Asked(
        kind=Kind.ACCESS,
        way=Way.PHONE,
        capacity="parent",
        asker=mark,
        reply_to=f"{mark}@home.example",
        about=f"The child of {mark}",
        asked=f"All you hold, says {mark}",
        received_on=today(),
        known_by=f"KSAF works with {mark}",
    )
    return replace(plain, **other)


def recorded(by: people.Person, about: str, mark: str) -> str:
    """Record a request by `by` of KSAF about the referral `about`, with `mark` in its words; return its reference."""
    enter(db.session(), by.organisation_id)
    referral = get_referral(by.actor, about)
    assert referral is not None
    return service.record(by.actor, asked(mark, referrals=(referral,))).reference


def copied(by: people.Person, about: str, mark: str) -> tuple[str, str]:
    """Record a request as `recorded` does and make a copy for it that somebody has read; return its key too."""
    reference = recorded(by, about, mark)
    request = queries.get_request(by.actor, reference)
    assert request is not None
    made = copies.prepare(by.actor, request, about, gives_safeguarding=False, why=f"Decided by {mark}")
    opened = copies.open_copy(by.actor, reference, made.key)
    assert opened is not None
    copies.read(by.actor, opened, ())
    return reference, made.key


def proposed(by: people.Person, about: str, mark: str) -> tuple[str, str]:
    """Record that the record `about` is to be removed and have another manager propose it; return request and key."""
    enter(db.session(), by.organisation_id)
    referral = get_referral(by.actor, about)
    assert referral is not None
    request = service.record(by.actor, asked(mark, kind=Kind.ERASURE, referrals=(referral,)))
    asking = Removing(request, [referral])
    made = erasing.propose(referrals.staff(Role.MANAGER).actor, asking, [about], f"Agreed, says {mark}")
    return request.reference, made.key


def corrected(by: people.Person, about: str, mark: str) -> tuple[str, str]:
    """Say that the record `about` is wrong and add a statement to it; return the request and who is to be told."""
    enter(db.session(), by.organisation_id)
    referral = get_referral(by.actor, about)
    assert referral is not None
    plain = asked(kind=Kind.CORRECTION, referrals=(referral,))
    request = service.record(by.actor, plain)
    said = Statement(Corrected.REFERRAL, is_corrected=True, wrong=f"Wrong {mark}", statement=f"Right {mark}")
    corrections.add(by.actor, request, about, said)
    waiting = next(each for each in corrections.recipients_of(by.actor, request) if each.told_at is None)
    return request.reference, waiting.key

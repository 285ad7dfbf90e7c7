"""Sending a referral: once, with everything that goes with it, in one transaction."""

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.consent import service as consent
from portal.consent.statements import About
from portal.notifications import service as mail
from portal.organisations.models import Organisation
from portal.organisations.queries import agreement_in_force, operator
from portal.referrals import household, lifecycle, queries
from portal.referrals.form import consent_answers
from portal.referrals.form.requirements import Missing, may_be_at_risk, missing, route
from portal.referrals.form.sections import Answers
from portal.referrals.models import Referral
from portal.referrals.rules import Event
from portal.timescales import closures, in_force
from portal.timescales.recipients import staff_of
from portal.web.dates import long_datetime, today
from portal.web.errors import SomeoneWasFirstError


class NoAgreementError(Exception):
    """The organisation has not accepted the data-sharing terms in force."""


class NotReadyError(Exception):
    """Something required is missing; `missing` says what, in the order of the form."""

    def __init__(self, gaps: list[Missing]) -> None:
        super().__init__(f"{len(gaps)} answers are missing")
        self.missing = gaps


def submit(actor: Actor, referral: Referral) -> None:
    """Send the draft `referral` to KSAF: consent into the ledger, KSAF as a party, the move, the receipt, the news.

    Raises NoAgreementError, NotReadyError, and SomeoneWasFirstError when it is a draft no longer or the organisation
    has closed. All or nothing, with the open transaction; whoever comes second waits for the row's lock and finds it
    sent.
    """
    _require_open(actor)
    if agreement_in_force(actor) is None:
        raise NoAgreementError(actor.organisation_name)
    answers = queries.answers_of(queries.saved_sections(actor, referral).values())
    if gaps := missing(actor.organisation_kind, answers, today()):
        raise NotReadyError(gaps)
    referral.is_urgent = may_be_at_risk(answers) or route(answers) == "protection"
    referral.household_key = household.key_of(answers)
    lifecycle.move(actor, referral, Event.SUBMIT, "Referral sent")
    ksaf = operator()
    _record_consent(actor, referral, ksaf.name, answers)
    _open_to_operator(referral, ksaf.id or 0, consent_answers.basis(answers))
    _send_mail(actor, referral, ksaf.id or 0)


def _require_open(actor: Actor) -> None:
    """Hold the organisation's row against its closing, which leaves what is sent with KSAF and asks for each."""
    mine = select(Organisation.active).where(col(Organisation.id) == actor.organisation_id)
    if not db.session().scalars(mine.with_for_update(read=True)).one():
        raise SomeoneWasFirstError(f"{actor.organisation_name} has closed on the portal, so nothing was sent.")


def _record_consent(actor: Actor, referral: Referral, to_whom: str, answers: Answers) -> None:
    about = About(referral.id or 0, referral.organisation_id, referral.reference)
    said = consent_answers.statements(answers)
    consent.record_from_referral(actor, about, to_whom, said, consent_answers.giver(answers))


def _open_to_operator(referral: Referral, operator_id: int, basis: str) -> None:
    party = ReferralParty(
        referral_id=referral.id or 0,
        owner_organisation_id=referral.organisation_id,
        organisation_id=operator_id,
        role=PartyRole.OPERATOR,
        scope=Scope.ALL,
        ground=Ground.ASKED,
        basis=basis,
        valid_from=clock.now(),
    )
    db.session().add(party)
    db.session().flush()


def _send_mail(actor: Actor, referral: Referral, operator_id: int) -> None:
    """Tell the sender that it has arrived and by when KSAF answers, and KSAF's triage officers that it is there."""
    due = in_force.rules().due_at("acknowledge", clock.now(), closures.calendar())
    path, by = f"/referrals/{referral.reference}", long_datetime(due)
    told = [("referrals/receipt", actor.email, actor.organisation_id)]
    triage = staff_of(operator_id).on_whom(None)  # nobody has it yet, so everyone who acknowledges
    told += [("referrals/received", officer.email, operator_id) for officer in triage]
    for template, address, organisation_id in told:
        mail.queue(
            template,
            address,
            organisation_id=organisation_id,
            reference=referral.reference,
            path=path,
            acknowledged_by=by,
        )

"""The advice that a referral was decided for: a call is owed to the family, and its log lets the referral be closed."""

from sqlalchemy import update
from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.consent import queries as consent
from portal.enquiries.call_backs import service
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import CallBackEnding
from portal.enquiries.call_backs.service import Family, Source
from portal.referrals import queries, timeline
from portal.referrals.form.sections import Answers, words
from portal.referrals.models import Referral, WaitingOn

CONTACT_PURPOSE = "contact_family"  # of the consent's wordings
ADVICE = "advice"


def owe_call(actor: Actor, referral: Referral) -> CallBack:
    """Owe a call about `referral`, which a manager has decided for Pathway 1, to the family where it agreed to calls.

    Without that agreement the professional contact is called: nobody rings a family that did not say yes.
    """
    _drop_earlier(referral)
    answers = queries.answers_of(queries.saved_sections(actor, referral).values())
    source = Source(referral.reference, referral_id=referral.id)
    if consent.in_force(actor, referral.id or 0, CONTACT_PURPOSE):
        return service.ask(source, _family(answers), "Pathway 1 was decided, and the family agreed that KSAF calls.")
    contact = Family(words(answers, "contact_name") or referral.contact_name, words(answers, "contact_phone"))
    basis = "Pathway 1 was decided. The family has not agreed to a call from KSAF: speak to the professional contact."
    return service.ask(source, contact, basis)


def note_advice(actor: Actor, call_back: CallBack) -> None:
    """Say on the timeline of the referral a call was about, if any, that advice was given, and nothing of it."""
    wanted = select(Referral).where(col(Referral.id) == call_back.referral_id)
    if call_back.referral_id is None or (referral := db.session().scalars(wanted).first()) is None:
        return
    timeline.add(actor, referral, ADVICE, "The Support and Advice Line has given advice")
    referral.waiting_on = WaitingOn.NOBODY


def _drop_earlier(referral: Referral) -> None:
    """End what was owed when the referral was first decided: it has been opened again since."""
    earlier = update(CallBack).where(col(CallBack.referral_id) == referral.id, col(CallBack.ended_at).is_(None))
    db.session().execute(earlier.values(ended_at=clock.now(), ending=CallBackEnding.NOT_WANTED))


def _family(answers: Answers) -> Family:
    needs = [words(answers, key) for key in ("communication_needs", "consent_limits")]
    return Family(
        words(answers, "parent_1_name"),
        words(answers, "parent_1_phone"),
        about="\n".join(each for each in needs if each),
    )

"""Prompts that no deadline raises: something has happened that somebody must read or act on."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal import clock, db
from portal.tenancy import as_system
from portal.timescales.models import Prompt
from portal.timescales.recipients import Member


class News(StrEnum):
    """What has happened. What a prompt says about it stands in `wording.py`, what ends it in referrals/effects.py."""

    DECISION_WAITING = "decision_waiting"
    DECISION_RETURNED = "decision_returned"
    CONTEXT_ASKED = "context_asked"
    RISK_CHANGED = "risk_changed"
    MAIL_FAILED = "mail_failed"
    OFFER_DECLINED = "offer_declined"
    SUMMARY_WAITING = "summary_waiting"
    SUMMARY_RETURNED = "summary_returned"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_ENDED = "consent_ended"
    SHARING_ENDED = "sharing_ended"
    FAMILY_CALL = "family_call"
    FAMILY_LINK = "family_link"
    LINK_TO_REMIND = "link_to_remind"
    LINK_UNANSWERED = "link_unanswered"
    LINK_NOT_DELIVERED = "link_not_delivered"
    UPDATE_POSTED = "update_posted"
    CONCERN_RAISED = "concern_raised"
    CPOMS_OWED = "cpoms_owed"
    CONCERN_MAIL_FAILED = "concern_mail_failed"
    SHARING_WAITING = "sharing_waiting"
    SHARING_RETURNED = "sharing_returned"
    REFUSAL_REASON_OWED = "refusal_reason_owed"
    RECEIVER_TO_TELL = "receiver_to_tell"
    FAMILY_TO_TELL = "family_to_tell"
    SHARING_ENDS = "sharing_ends"
    MESSAGE_RECEIVED = "message_received"
    DATA_REQUEST_RECEIVED = "data_request_received"
    SENDER_CLOSED = "sender_closed"
    PARTNER_CLOSED = "partner_closed"
    SCHOOL_CHANGED = "school_changed"
    DISAGREEMENT_TO_ANSWER = "disagreement_to_answer"
    DISAGREEMENT_ANSWERED = "disagreement_answered"
    DISAGREEMENT_ENDED = "disagreement_ended"
    DISAGREEMENT_MAIL_FAILED = "disagreement_mail_failed"
    DISAGREEMENT_ALONE = "disagreement_alone"
    CONTACT_NEEDED = "contact_needed"
    CONTACT_LEFT = "contact_left"
    HOLDER_NEEDED = "holder_needed"
    HEAD_LEFT = "head_left"
    HOLD_REVIEW = "hold_review"
    ERASURE_WAITING = "erasure_waiting"
    ERASURE_RETURNED = "erasure_returned"
    RECORD_OUTSTANDING = "record_outstanding"
    QUESTION_UNANSWERED = "question_unanswered"
    ADVICE_NOT_GIVEN = "advice_not_given"


OF_DISAGREEMENTS = (
    News.DISAGREEMENT_TO_ANSWER,
    News.DISAGREEMENT_ANSWERED,
    News.DISAGREEMENT_ENDED,
    News.DISAGREEMENT_MAIL_FAILED,
    News.DISAGREEMENT_ALONE,
)


def tell(news: News, reference: str, people: Iterable[Member], *, organisation_id: int) -> list[Prompt]:
    """Prompt each of `people`, in `organisation_id`, about `reference` (empty for none); return the new prompts.

    Whoever has the same prompt open there already gets no second one: the database's own index decides, so that two who
    tell at once cannot both. If they had put it off, it is back: what they put off is not what has happened now.
    """
    session, now = db.session(), clock.now()
    told = list(dict.fromkeys(member.user_id for member in people))
    new: list[Prompt] = []
    put_off = update(Prompt).where(
        col(Prompt.kind) == news.value,
        col(Prompt.reference) == reference,
        col(Prompt.organisation_id) == organisation_id,
        col(Prompt.user_id).in_(told),
        col(Prompt.closed_at).is_(None),
        col(Prompt.put_off_until).is_not(None),
    )
    with as_system(session):
        session.execute(
            put_off.values(put_off_until=None, put_off_why=None), execution_options={"synchronize_session": "fetch"}
        )
        for user_id in told:
            made = Prompt(
                key=secrets.token_urlsafe(16),
                organisation_id=organisation_id,
                user_id=user_id,
                kind=news.value,
                reference=reference,
                opened_at=now,
            )
            with suppress(IntegrityError):
                with session.begin_nested():
                    session.add(made)
                new.append(made)
    return new


def settle(news: News, reference: str, why: str, *, organisation_id: int | None = None) -> None:
    """Close what is open of `news` about `reference`, with `why` in words and without a child's name.

    For everybody, or for the people of one organisation alone.
    """
    session = db.session()
    still_open = update(Prompt).where(
        col(Prompt.kind) == news.value, col(Prompt.reference) == reference, col(Prompt.closed_at).is_(None)
    )
    if organisation_id is not None:
        still_open = still_open.where(col(Prompt.organisation_id) == organisation_id)
    with as_system(session):
        session.execute(
            still_open.values(closed_at=clock.now(), evidence=why), execution_options={"synchronize_session": "fetch"}
        )

"""The verbs: a manager lets a list go, or one record that somebody asked to be erased; and carrying an erasure out."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal import clock, db
from portal.access.actor import Actor
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.organisations.queries import operator
from portal.referrals.models import Referral
from portal.referrals.rules import ENDED
from portal.retention import erasing, erasures, holds, policy, queries
from portal.retention.erasing import Subject
from portal.retention.erasures import Line
from portal.retention.models import Approval, ApprovedItem, Erasure, HoldEvent
from portal.tenancy import as_system
from portal.web.dates import date_only, in_london, today

REQUEST = "request"
"""The rule of an erasure that somebody asked for."""


class KeptError(Exception):
    """The record cannot be erased now; the message says why, for whoever asked."""


@dataclass(frozen=True)
class Approved:
    """What became of a list: how many records were let go, and how many of it were no longer due."""

    records: int
    left_out: int


@dataclass(frozen=True)
class Reason:
    """Why a record goes: the rule, and who decided it, with their words where somebody asked for it."""

    rule: str
    by_id: int | None = None
    by_name: str = ""
    words: str | None = None


def approve(actor: Actor, chosen: Iterable[str], limit: int) -> Approved:
    """Let go of the `chosen` records ("kind:id"), as far as they are among the first `limit` that are due now.

    What was on the list `actor` read and is not due any more, or is held by now, is left out. Nothing is erased yet:
    the scheduler does it, record by record.
    """
    wanted = sorted(set(chosen))
    with as_system(db.session()):
        due = {f"{line.kind}:{line.subject_id}": line for line in queries.due(today(), limit)}
    going = [due[name] for name in wanted if name in due]
    done = Approved(len(going), len(wanted) - len(going))
    if not going:
        return done
    session, ksaf_id = db.session(), actor.organisation_id
    made = Approval(
        organisation_id=ksaf_id,
        digest=hashlib.sha256("\n".join(wanted).encode()).hexdigest(),
        policy_version=policy.load().version,
        approved_by_id=actor.user_id,
        approved_by_name=actor.name,
        approved_at=clock.now(),
    )
    session.add(made)
    session.flush()
    for line in going:
        item = ApprovedItem(
            organisation_id=ksaf_id,
            approval_id=made.id or 0,
            erasure_key=secrets.token_urlsafe(16),
            kind=line.kind,
            subject_id=line.subject_id,
            reference=line.reference,
            rule=line.rule,
        )
        session.add(item)
    told = {"records": done.records, "left_out": done.left_out}
    audit.record(actor, Action.ERASURES_APPROVED, subject=("retention_approval", made.id), **told)
    session.flush()
    return done


def erase(actor: Actor, referral: Referral, reason: str) -> None:
    """Erase `referral` because somebody with a right to it asked and `actor` agreed, for `reason`.

    The caller has loaded it for `actor`, in a writing transaction. Raises KeptError while it is open, while a hold
    stands on it, and while a safeguarding record on it has to be kept.
    """
    if why := why_kept(referral):
        raise KeptError(why)
    subject = Subject("referral", referral.id or 0, referral.reference)
    db.session().flush()
    with as_system(db.session()):
        carry_out(subject, secrets.token_urlsafe(16), Reason(REQUEST, actor.user_id, actor.name, reason))


def why_kept(referral: Referral) -> str | None:
    """Return why `referral` cannot be erased on request now, or None where it can."""
    with as_system(db.session()):
        held = holds.newest_on(referral.id or 0)
        hangs = select(Referral.id).where(col(Referral.id) == referral.id, queries.has_safeguarding())
        return kept_because(referral, held, has_safeguarding=db.session().scalar(hangs) is not None)


def kept_because(referral: Referral, held: HoldEvent | None, *, has_safeguarding: bool) -> str | None:
    """Return as `why_kept` what follows from the hold that stands and from a safeguarding record that hangs on it."""
    if referral.state not in ENDED:
        return "The referral is still open. Close it first."
    if held:
        return f"{held.by_name} put a hold on this record: {held.reason}"
    length = policy.load()["safeguarding"].length
    until = length.after(referral.child_date_of_birth or in_london(referral.last_change_at).date())
    if not has_safeguarding or until <= today():
        return None
    return f"There is a safeguarding record on this referral. It is kept until {date_only(until)}."


def carry_out(subject: Subject, key: str, reason: Reason, at: datetime | None = None) -> None:
    """Erase the record of `subject` under `key`: on record, in the audit, in the list outside, and then in the rows.

    Whatever was erased already stays so. Needs a system transaction; `at` is when it was done first, where a backup
    that was brought back makes it necessary once more.
    """
    session, ksaf_id, now = db.session(), operator().id or 0, clock.now()
    version = policy.load().version
    made = Erasure(
        key=key,
        organisation_id=ksaf_id,
        kind=subject.kind,
        subject_id=subject.id,
        reference=subject.reference,
        rule=reason.rule,
        policy_version=version,
        reason=reason.words,
        by_id=reason.by_id,
        by_name=reason.by_name,
        at=at or now,
    )
    session.add(made)
    session.flush()
    erasing.carry_out(subject)
    audit.append(
        ksaf_id,
        Action.RECORD_ERASED,
        subject=(subject.kind, subject.id),
        actor_id=reason.by_id,
        owner_id=None,
        detail={"reference": subject.reference, "rule": reason.rule},
    )
    if at is None:
        line = Line(key, subject.kind, subject.id, subject.reference, reason.rule, version, now)
        erasures.add_before_commit(line)

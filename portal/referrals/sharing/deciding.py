"""Deciding to share without consent: proposed by one person, settled by a manager, and only then is anything opened."""

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Any

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import Ground, PartyRole, ReferralParty, Scope
from portal.access.policy import Permission
from portal.access.roles import Role
from portal.audit.actions import Action
from portal.consent import service as consent
from portal.consent.models import Position
from portal.consent.statements import PROTECTION, About, Statement
from portal.organisations.models import Organisation
from portal.organisations.queries import partners
from portal.referrals import telling, timeline, trail
from portal.referrals.models import Audience, Referral
from portal.referrals.sharing import duties, grounds, moved, queries, rules
from portal.referrals.sharing.models import Course, SharingDecision, SharingSettlement
from portal.referrals.sharing.queries import Decided
from portal.referrals.sharing.service import SharingRefusedError, live_parties
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.recipients import staff_of
from portal.web.dates import ago, date_only
from portal.web.errors import SomeoneWasFirstError

KIND = "sharing"
OWN = "You decided this, so another manager settles it."


@dataclass(frozen=True)
class Family:
    """Whether the family has been told, and how; or why not, and when that is thought about again."""

    told_how: str = ""
    not_told_why: str = ""
    look_again_on: dt.date | None = None


@dataclass(frozen=True)
class Wanted:
    """What somebody decides to share, with whom (an organisation of the portal, or the name of one off it) and why.

    The choices are keys of `grounds`; `parts` opens each part that is shown on a need to know, with its reason.
    """

    to: Organisation | str
    reason: str
    statutory_basis: str
    article_6: str
    article_9: str
    paragraph_18: str
    necessity: str
    scope: Scope
    months: str
    family: Family
    parts: dict[str, str] = field(default_factory=dict[str, str])
    refusal_reason: str = ""


def candidates(actor: Actor, referral: Referral) -> list[Organisation]:
    """Return whom a decision can name: who does not see `referral`, or sees it on such a decision, to be renewed."""
    already = {party.organisation_id for party in live_parties(referral) if not _protects(party)}
    return [each for each in partners(actor) if each.id not in already]


def propose(actor: Actor, referral: Referral, wanted: Wanted) -> SharingDecision:
    """Record the decision and put it before the managers, all but `actor`; nothing is opened yet. Return it.

    Raises SharingRefusedError where the organisation sees the referral already.
    """
    _require_outside(referral, wanted.to if isinstance(wanted.to, Organisation) else None)
    made = _record(actor, referral, wanted)
    ksaf = actor.organisation_id
    timescales.start(rules.AUTHORISE, duties.subject_of(made), referral.reference, owed_by_id=ksaf, owed_to_id=ksaf)
    managers = staff_of(ksaf).with_role(Role.MANAGER)
    told = [each for each in managers if each.user_id != actor.user_id]
    telling.colleagues(referral, News.SHARING_WAITING, told, "referrals/sharing_waiting")
    _settle_returned(actor, referral)
    _note(actor, referral, made, "Sharing without consent sent to a manager", Action.SHARING_PROPOSED)
    return made


def respect(actor: Actor, referral: Referral, to: Organisation | str, why: str, refusal_reason: str) -> SharingDecision:
    """Record that the family's refusal is respected: nothing is shared with `to`, and `why` that is safe. Return it."""
    made = SharingDecision(
        **_about(actor, referral, to),
        course=Course.RESPECT,
        reason="refused",
        refusal_reason=refusal_reason or None,
        necessity=why,
    )
    db.session().add(made)
    db.session().flush()
    _settle_returned(actor, referral)
    _note(actor, referral, made, "The family’s refusal to share is respected", Action.REFUSAL_RESPECTED)
    return made


def authorise(actor: Actor, found: Decided) -> SharingSettlement:
    """Authorise the decision: it is entered into the ledger, opened, and what has to follow begins to be owed.

    Raises SomeoneWasFirstError when it is settled already, SharingRefusedError for one's own decision and where the
    organisation has come to see the referral in another way.
    """
    decision, referral = _require_waiting(actor, found), found.referral
    party = _open(referral, decision) if decision.to_organisation_id else None
    made = _settle(actor, found, party=party)
    _enter_into_ledger(actor, referral, decision)
    duties.begin(referral, decision, actor.organisation_id)
    _note(actor, referral, decision, "Sharing without consent authorised", Action.SHARING_AUTHORISED)
    if decision.to_organisation_id:
        telling.organisation(referral, decision.to_organisation_id, "referrals/shared")
    return made


def send_back(actor: Actor, found: Decided, comment: str) -> SharingSettlement:
    """Return the decision with a `comment` to whoever goes on with it, who is told. Raises as `authorise`."""
    decision, referral = _require_waiting(actor, found), found.referral
    made = _settle(actor, found, comment=comment)
    told = telling.proposer(referral, decision.decided_by_id, Permission.SHARING_DECIDE)
    telling.colleagues(referral, News.SHARING_RETURNED, told, "referrals/sharing_returned")
    _note(actor, referral, decision, "Sharing without consent returned", Action.SHARING_RETURNED)
    return made


def _about(actor: Actor, referral: Referral, to: Organisation | str) -> dict[str, Any]:
    """Return what every decision says of itself."""
    return {
        "key": secrets.token_urlsafe(18),
        "organisation_id": actor.organisation_id,
        "owner_organisation_id": referral.organisation_id,
        "referral_id": referral.id or 0,
        "to_organisation_id": to.id if isinstance(to, Organisation) else None,
        "to_name": to.name if isinstance(to, Organisation) else to,
        "decided_by_id": actor.user_id,
        "decided_by_name": actor.name,
        "decided_at": clock.now(),
    }


def _record(actor: Actor, referral: Referral, wanted: Wanted) -> SharingDecision:
    family = wanted.family
    made = SharingDecision(
        **_about(actor, referral, wanted.to),
        course=Course.SHARE,
        reason=wanted.reason,
        refusal_reason=wanted.refusal_reason or None,
        statutory_basis=wanted.statutory_basis,
        article_6=wanted.article_6,
        article_9=wanted.article_9,
        paragraph_18=wanted.paragraph_18,
        necessity=wanted.necessity,
        scope=wanted.scope,
        parts=wanted.parts,
        months=wanted.months,
        is_family_told=bool(family.told_how),
        told_how=family.told_how or None,
        not_told_why=family.not_told_why or None,
        look_again_on=family.look_again_on,
    )
    db.session().add(made)
    db.session().flush()
    return made


def _require_outside(referral: Referral, organisation: Organisation | None) -> None:
    others = {party.organisation_id for party in live_parties(referral) if not _protects(party)}
    if organisation and organisation.id in others:
        raise SharingRefusedError(f"{organisation.name} can see this referral already.")


def _protects(party: ReferralParty) -> bool:
    return party.role is PartyRole.SHARED and party.ground is Ground.PROTECTION


def _require_waiting(actor: Actor, found: Decided) -> SharingDecision:
    settled = found.settlement
    if settled is not None:
        done = "authorised" if settled.is_authorised else "returned"
        raise SomeoneWasFirstError(f"{settled.settled_by_name} {done} this {ago(clock.now(), settled.settled_at)}.")
    if not found.waits:
        raise SomeoneWasFirstError("This decision waits for nobody: the refusal is respected.")
    if not rules.may_settle(actor.user_id, found.decision.decided_by_id):
        raise SharingRefusedError(OWN)
    return found.decision


def _settle(
    actor: Actor, found: Decided, *, party: ReferralParty | None = None, comment: str | None = None
) -> SharingSettlement:
    """Write down how it was settled, and end what was asked of the managers."""
    made = SharingSettlement(
        organisation_id=actor.organisation_id,
        decision_id=found.decision.id or 0,
        is_authorised=comment is None,
        comment=comment,
        party_id=party.id if party else None,
        settled_by_id=actor.user_id,
        settled_by_name=actor.name,
        settled_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    said = "The decision to share was authorised" if comment is None else "The decision to share was returned"
    timescales.meet(duties.subject_of(found.decision), rules.AUTHORISE, said)
    if not any(each.waits for each in queries.of_referral(actor, found.referral)):
        news.settle(News.SHARING_WAITING, found.referral.reference, said)
    return made


def _settle_returned(actor: Actor, referral: Referral) -> None:
    """End what was asked of whoever had decisions returned, once each of them has been decided again."""
    if not rules.returned([(each.decision, each.settlement) for each in queries.of_referral(actor, referral)]):
        news.settle(News.SHARING_RETURNED, referral.reference, "It was decided again")


def _open(referral: Referral, decision: SharingDecision) -> ReferralParty:
    """Let the organisation in, on the ground of protection, as far as the decision says, in place of an earlier one."""
    already = [party for party in live_parties(referral) if party.organisation_id == decision.to_organisation_id]
    if not all(_protects(party) for party in already):
        raise SharingRefusedError(f"{decision.to_name} has come to see this referral already. Return the decision.")
    now, refused = clock.now(), decision.reason == rules.REFUSED
    said = "The family refused" if refused else "Without the family’s consent"
    party = ReferralParty(
        referral_id=referral.id or 0,
        owner_organisation_id=referral.organisation_id,
        organisation_id=decision.to_organisation_id or 0,
        role=PartyRole.SHARED,
        scope=decision.scope or Scope.STATUS,
        ground=Ground.PROTECTION,
        basis=f"To protect the child. {said}; a KSAF manager authorised it on {date_only(now)}.",
        let_in_by_name=decision.decided_by_name,
        parts=decision.parts,
        is_whole=rules.is_whole(decision.scope or Scope.STATUS, decision.parts or {}),
        is_kept_from_sender=moved.is_kept_from_sender(referral, decision.to_organisation_id, decision.to_name),
        is_consent_refused=refused,
        is_family_told=decision.is_family_told,
        valid_from=now,
        valid_to=now + rules.LONGEST[decision.months or "3"],
    )
    # Who is let in is the owner's to say, or KSAF's for it.
    with as_system(db.session()):
        db.session().add(party)
        for earlier in already:
            earlier.valid_to = now
    moved.note_shared(referral, party, decision.to_name, decision.decided_by_name)
    return party


def _enter_into_ledger(actor: Actor, referral: Referral, decision: SharingDecision) -> None:
    """Enter it with its conditions. What is private of it, why it was needed and who was told, stays with KSAF."""
    said = (
        ("Why", grounds.REASON.in_words(decision.reason)),
        ("Legal basis", grounds.STATUTORY_BASIS.in_words(decision.statutory_basis)),
        ("UK GDPR Article 6", grounds.ARTICLE_6.in_words(decision.article_6)),
        ("UK GDPR Article 9", grounds.ARTICLE_9.in_words(decision.article_9)),
        ("Data Protection Act 2018", grounds.PARAGRAPH_18.in_words(decision.paragraph_18)),
        ("Decided by", decision.decided_by_name),
        ("Authorised by", actor.name),
    )
    about = About(referral.id or 0, referral.organisation_id, referral.reference)
    # A purpose for each decision: sharing with one organisation says nothing about another.
    statement = Statement(f"{PROTECTION}:{decision.key}", Position.SHARED_WITHOUT, grounds=said)
    consent.record_from_referral(actor, about, decision.to_name, [statement])


def _note(actor: Actor, referral: Referral, decision: SharingDecision, said: str, action: Action) -> None:
    """Put it on KSAF's own timeline, without the organisation's name, and into the audit."""
    timeline.add(actor, referral, KIND, said, audience=Audience.OPERATOR)
    trail.record(actor, referral, action, key=decision.key)

"""What each event of the lifecycle does to the referral's deadlines and prompts, as a table."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from portal import db
from portal.referrals import sender
from portal.referrals.models import Referral, WaitingOn
from portal.referrals.rules import Event
from portal.tenancy import as_system
from portal.timescales import news
from portal.timescales import service as timescales
from portal.timescales.news import News
from portal.timescales.pauses import Pause
from portal.timescales.service import Subject

DECIDING = ("decide", "outcome")
RECORD_REVIEW = "record_review"
ADVICE = ("call_back",)
SUPPORT = ("allocate", "weekly_update", "week_4_review", "completion_summary")
ONWARD = ("onward_offer", "onward_acceptance")
# No event of the referral ends one of these, nor of the next: a front door still owes its answer about the child.
STATUTORY = ("confirm_telephone", "statutory_acknowledgement", "statutory_manager", "statutory_outcome")
PHONED = ("confirm_call", "confirm_call_followed")
"""What whoever phoned a referral in owes in writing, and what KSAF does so that it comes."""
SHARING = ("sharing_decision", "refusal_reason", "tell_receiver", "tell_family")
_HELPING = (News.SUMMARY_WAITING, News.SUMMARY_RETURNED, News.CONSENT_REFUSED, News.ADVICE_NOT_GIVEN)
_ANSWERED = (News.QUESTION_UNANSWERED,)
_DECIDED = (News.DECISION_WAITING, News.RISK_CHANGED)


@dataclass(frozen=True)
class Effect:
    """The kinds an event starts, meets and cancels, the news it settles, and whose move it is then.

    `pauses` is what KSAF waits for from then on, until an event that `resumes`. `ends` are kinds that hang on a part of
    the referral (a week, an onward referral): cancelled wherever they run.
    """

    waiting_on: WaitingOn
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    pauses: Pause | None = None
    resumes: bool = False
    cancels: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    settles: tuple[News, ...] = ()


EFFECTS: dict[Event, Effect] = {
    Event.SUBMIT: Effect(
        WaitingOn.OPERATOR, meets=PHONED, starts=("acknowledge", "chase", "decide", "outcome", RECORD_REVIEW)
    ),
    Event.ACKNOWLEDGE: Effect(WaitingOn.OPERATOR, meets=("acknowledge",), cancels=("chase",)),
    Event.ASK: Effect(WaitingOn.REFERRER, starts=("information",), pauses=Pause.INFORMATION),
    Event.TAKE_BACK: Effect(WaitingOn.OPERATOR, resumes=True, cancels=("information",), settles=_ANSWERED),
    Event.ANSWER: Effect(WaitingOn.OPERATOR, meets=("information",), resumes=True, settles=_ANSWERED),
    Event.ASK_CONTEXT: Effect(WaitingOn.OPERATOR, starts=("attendance_context",), pauses=Pause.CONTEXT),
    Event.RECORD_CONTEXT: Effect(
        WaitingOn.OPERATOR, meets=("attendance_context",), resumes=True, settles=(News.CONTEXT_ASKED,)
    ),
    Event.DECIDE: Effect(
        WaitingOn.OPERATOR,
        resumes=True,
        meets=("decide",),
        cancels=("information", "attendance_context"),
        settles=(News.DECISION_RETURNED, News.RISK_CHANGED, News.CONTEXT_ASKED, *_ANSWERED),
    ),
    Event.RETURN: Effect(WaitingOn.OPERATOR, settles=(News.DECISION_WAITING,)),
    Event.AUTHORISE_ADVICE: Effect(WaitingOn.OPERATOR, meets=("outcome",), settles=_DECIDED),
    Event.AUTHORISE: Effect(WaitingOn.OPERATOR, meets=("outcome",), starts=("allocate",), settles=_DECIDED),
    Event.AUTHORISE_ONWARD: Effect(WaitingOn.OPERATOR, meets=("outcome",), starts=("onward_offer",), settles=_DECIDED),
    Event.AUTHORISE_NOT_ACCEPTED: Effect(
        WaitingOn.NOBODY, meets=("outcome",), cancels=(RECORD_REVIEW,), settles=(*_DECIDED, News.RECORD_OUTSTANDING)
    ),
    Event.ALLOCATE: Effect(WaitingOn.OPERATOR, meets=("allocate",)),
    Event.MOVE_ON: Effect(WaitingOn.OPERATOR, ends=(*ADVICE, *SUPPORT), starts=("onward_offer",), settles=_HELPING),
    Event.CLOSE: Effect(
        WaitingOn.NOBODY,
        cancels=(RECORD_REVIEW,),
        ends=(*ADVICE, *SUPPORT, *ONWARD),
        settles=(*_HELPING, News.OFFER_DECLINED, News.RECORD_OUTSTANDING),
    ),
    Event.REOPEN: Effect(WaitingOn.OPERATOR, starts=(*DECIDING, RECORD_REVIEW)),
    # A risk that changed is still looked at: that a referral was withdrawn does not make a child safe.
    Event.WITHDRAW: Effect(
        WaitingOn.NOBODY,
        cancels=("acknowledge", "chase", *DECIDING, "information", "attendance_context", RECORD_REVIEW),
        settles=(
            *(News.DECISION_WAITING, News.DECISION_RETURNED, News.CONTEXT_ASKED, News.RECORD_OUTSTANDING),
            *_ANSWERED,
        ),
    ),
    # What was phoned in is still to be confirmed: KSAF goes on asking.
    Event.DISCARD: Effect(WaitingOn.NOBODY, cancels=PHONED[:1]),
}
# Who owes each kind: the operator, except what is asked of the referrer.
OWED_BY_REFERRER = frozenset({"chase", "information"})
# And to whoever sent it, except what KSAF owes itself: no partner reads of it.
OWED_TO_ITSELF = frozenset({RECORD_REVIEW, PHONED[1]})


def subject_of(referral: Referral) -> Subject:
    """Return what the deadlines of `referral` are about."""
    return Subject("referral", referral.id or 0)


def apply(event: Event, referral: Referral, operator_id: int, why: str) -> None:
    """Do to the deadlines of `referral` what `event` means, saying `why` in words, and keep its row's next due time."""
    effect, subject = EFFECTS[event], subject_of(referral)
    if effect.resumes:
        timescales.resume(subject)
    for kinds, end in ((effect.meets, timescales.meet), (effect.cancels, timescales.cancel)):
        for kind in kinds:
            with _reaching(kind):
                end(subject, kind, why)
    if effect.pauses:
        timescales.pause(subject, effect.pauses)
    timescales.cancel_everywhere(referral.reference, effect.ends, why)
    for each in effect.settles:
        news.settle(each, referral.reference, why)
    for kind in effect.starts:
        owe(kind, referral, operator_id)
    referral.waiting_on = effect.waiting_on
    keep_next_due(referral)


def keep_next_due(referral: Referral) -> None:
    """Keep on the referral's row what is due next, whatever part of it that is about; call it after any deadline moved.

    Only what is owed to, or by, whoever sent it: KSAF's dealings with others do not show in their list.
    """
    following = timescales.next_due(referral.reference, sender.side(referral))
    referral.next_due_kind, referral.next_due_at = following or (None, None)


def owe(kind: str, referral: Referral, operator_id: int) -> None:
    """Start the clock of `kind` on `referral`, if it does not run, for whoever owes it to the other side."""
    owner = sender.side(referral)
    by, to = (owner, operator_id) if kind in OWED_BY_REFERRER else (operator_id, owner)
    # What the referrer owes is on its contact; what KSAF owes is on whoever has it, or on triage.
    person = referral.contact_id if kind in OWED_BY_REFERRER else referral.assigned_to_id
    if kind in OWED_TO_ITSELF:
        to, person = operator_id, None
    about, reference = subject_of(referral), referral.reference
    with _reaching(kind):
        timescales.start(kind, about, reference, owed_by_id=by, owed_to_id=to, person_id=person)


def _reaching(kind: str) -> AbstractContextManager[object]:
    """Reach what KSAF owes itself also where a partner's step begins or ends it, who never sees it."""
    return as_system(db.session()) if kind in OWED_TO_ITSELF else nullcontext()

"""What the register's pages show, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.accountability.requests import copies, corrections, erasing, queries, rules
from portal.accountability.requests.models import CorrectionRecipient, DataCopy, DataRequest
from portal.accountability.requests.queries import MOST, Listed, Opened
from portal.accountability.requests.rules import CAPACITIES, HAPPENED, KINDS, OUTCOMES, STATES, WAYS, Kind, RequestState
from portal.referrals.models import Referral
from portal.timescales.descriptions import Described, describe
from portal.timescales.models import Deadline
from portal.web.dates import long_date, long_datetime

NOT_KNOWN = "Not known yet: check before anything is sent"


@dataclass(frozen=True)
class Line:
    """One request of the register; `owed` is what is due first, where anything is."""

    reference: str
    kind: str
    capacity: str
    received: str
    state: str
    tone: str
    owed: Described | None


def lines(listed: Sequence[Listed]) -> list[Line]:
    """Return a page of the register in words."""
    return [_line(each) for each in listed[:MOST]]


def context(actor: Actor, opened: Opened) -> dict[str, Any]:
    """Return what a request's own page shows `actor`."""
    request = opened.request
    referrals = queries.referrals_of(actor, request)
    owed = [each for each in opened.deadlines if _is_worth_showing(each)]
    return {
        "asked": request,
        "kind": KINDS[request.kind],
        "state": STATES[request.state],
        "owed": [describe(each, clock.now()) for each in owed],
        "rows": rows(request),
        "referrals": referrals,
        "reads_referrals": actor.may(Permission.REFERRAL_READ),
        "steps": [_entry(each) for each in queries.steps_of(actor, request)],
        "may": _may(opened)
        | {"prepare": _may_copy(actor, request, referrals), "erase": _may_erase(actor, request, referrals)},
        "erasure": erasing.newest(actor, request) if request.kind is Kind.ERASURE else None,
        "may_correct": _may_correct(actor, request, referrals),
        "recipients": _recipients(actor, request),
        "copies": _copies(actor, request),
        "outcome": OUTCOMES[request.outcome] if request.outcome else "",
    }


def rows(request: DataRequest) -> list[dict[str, str]]:
    """Return what is known of a request as the component `summary_list` takes it."""
    way = WAYS[request.way]
    by = ", ".join(each for each in (request.recorded_by_name, request.recorded_by_organisation) if each)
    pairs = [
        ("What they ask", request.asked),
        ("Who asks", f"{request.asker}, {CAPACITIES[request.capacity].lower()}"),
        ("Their authority", request.authority or ("Not shown yet" if request.capacity == rules.REPRESENTATIVE else "")),
        ("How to reach them", request.reply_to),
        ("Whose information", request.about),
        ("KSAF knows who asks", "Yes" if request.is_known else NOT_KNOWN),
        ("How it came", f"{way}, {long_date(request.received_on)}"),
        ("Recorded", f"{f'{by}, ' if by else ''}{long_datetime(request.recorded_at)}"),
    ]
    return [{"key": key, "value": value} for key, value in pairs if value]


def _line(listed: Listed) -> Line:
    request, first = listed.request, listed.owed[0] if listed.owed else None
    state, tone = STATES[request.state]
    return Line(
        reference=request.reference,
        kind=KINDS[request.kind],
        capacity=CAPACITIES[request.capacity],
        received=long_date(request.received_on),
        state=OUTCOMES[request.outcome] if request.outcome else state,
        tone=tone,
        owed=describe(first, clock.now()) if first else None,
    )


def _is_worth_showing(deadline: Deadline) -> bool:
    """Say whether a deadline is shown: those that a later one took the place of are not."""
    return deadline.ended_at is None or deadline.met_at is not None


def _entry(step: Any) -> dict[str, Any]:
    return {
        "title": f"{HAPPENED[step.event]}: {step.title}" if step.event not in _SAID_BY_TITLE else step.title,
        "at": step.at,
        "who": step.done_by_name or "The family",
        "organisation": "",
        "body": step.note,
    }


_SAID_BY_TITLE = frozenset({rules.Event.RECORDED, rules.Event.ASKED, rules.Event.ACKNOWLEDGED, rules.Event.REPLIED})


def _is_late(opened: Opened) -> bool:
    return any(
        each.kind == rules.MONTH and each.ended_at is None and each.due_at <= clock.now() for each in opened.deadlines
    )


def _copies(actor: Actor, request: DataRequest) -> list[DataCopy]:
    is_asked = request.kind is Kind.ACCESS and actor.may(Permission.DATA_COPY_OPEN)
    return copies.of_request(actor, request) if is_asked else []


def _recipients(actor: Actor, request: DataRequest) -> list[CorrectionRecipient]:
    is_asked = request.kind is Kind.CORRECTION and actor.may(Permission.CORRECTION_OPEN)
    return corrections.recipients_of(actor, request) if is_asked else []


def _may_correct(actor: Actor, request: DataRequest, referrals: Sequence[Referral]) -> bool:
    is_ready = request.kind is Kind.CORRECTION and request.state is not RequestState.ANSWERED and request.is_known
    return is_ready and bool(referrals) and actor.may(Permission.CORRECTION_ADD)


def _may_copy(actor: Actor, request: DataRequest, referrals: Sequence[Referral]) -> bool:
    is_ready = request.kind is Kind.ACCESS and request.state is RequestState.OPEN and request.is_known
    return is_ready and bool(referrals) and actor.may(Permission.DATA_COPY_PREPARE)


def _may_erase(actor: Actor, request: DataRequest, referrals: Sequence[Referral]) -> bool:
    is_there = any(each.anonymised_at is None for each in referrals)
    return request.kind is Kind.ERASURE and is_there and actor.may(Permission.ERASURE_OPEN)


def _may(opened: Opened) -> dict[str, bool]:
    """Return which steps are possible now."""
    request = opened.request
    is_open, is_over = request.state is RequestState.OPEN, request.state is RequestState.ANSWERED
    cannot_extend = rules.why_not_extend(
        request.kind, request.state, is_extended=request.extended_at is not None, is_late=_is_late(opened)
    )
    return {
        "answer": not is_over,
        "ask": is_open and bool(rules.questions(request.kind)),
        "reply": not is_over and (request.waits_for is not None or not request.is_known),
        "acknowledge": not is_over and request.acknowledged_at is None,
        "extend": cannot_extend is None and is_open,
    }

"""How a request ends, however it was answered: with its outcome, and with every clock and prompt."""

from portal import clock
from portal.access.actor import Actor
from portal.accountability.requests import clocks, rules, trail
from portal.accountability.requests.models import DataRequest
from portal.accountability.requests.rules import Event, Outcome, RequestState
from portal.audit.actions import Action
from portal.timescales import news
from portal.timescales.news import News


def end(actor: Actor, request: DataRequest, outcome: Outcome, words: str, sent: str) -> None:
    """Answer `request`: what came of it, why (`words`), and how whoever asked was told (`sent`).

    Whoever calls has made sure that it may end so.
    """
    request.state, request.waits_for = RequestState.ANSWERED, None
    request.outcome, request.answered_at = outcome, clock.now()
    why = f"{actor.name} answered it"
    clocks.end(request, why, is_met=outcome is not Outcome.TAKEN_BACK)
    news.settle(News.DATA_REQUEST_RECEIVED, request.reference, why)
    trail.add(actor, request, Event.ANSWERED, rules.OUTCOMES[outcome], f"{words}\n\nHow they were told: {sent}")
    trail.record(actor, request, Action.DATA_REQUEST_MOVED, event=Event.ANSWERED.value, outcome=outcome.value)

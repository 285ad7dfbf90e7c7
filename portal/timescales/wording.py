"""What prompts say: for each kind of deadline and each rung a title, a reason and what to do. No names, no narrative.

A prompt's `kind` is "acknowledge:missed", the deadline's kind and the rung, or one of `News`, which has no deadline.
Pages, lists and mails all read it here.
"""

from datetime import datetime

from portal.timescales import policy, things
from portal.timescales.ladder import Rung
from portal.timescales.news import News
from portal.timescales.news_words import NEWS
from portal.timescales.to_do import READ_UNDER, TO_DO
from portal.timescales.words import Words
from portal.web.dates import long_datetime

_TO_BE_DONE_THERE = {News.DISAGREEMENT_TO_ANSWER, News.DISAGREEMENT_ANSWERED}
_OTHERWISE = "Open it and do what is owed."
_MANAGER = "If it cannot be done now, find out why, then record below who you reached and what was done."

_TITLES = {
    Rung.APPROACHING: "Due soon: {what}",
    Rung.MISSED: "Missed: {what}",
    Rung.STILL_MISSED: "Still missed: {what}",
    Rung.AGAIN: "Still missed: {what}",
    Rung.DUE: "You can now {what}",
}
_TITLE_OF_ITS_OWN = {
    "chase:due": "KSAF has not acknowledged your referral: you can chase it now",
    **dict.fromkeys(
        ("disagreement_first_over:due", "disagreement_over:due"),
        "A disagreement is unanswered: you can take it further",
    ),
}
_UNANSWERED = (
    "The time to answer at this stage ended on {due}. Whether it goes to the next stage is yours to decide. A child’s"
    " safety does not wait for either."
)
_TEXTS = {
    Rung.APPROACHING: "This is due by {due}.",
    Rung.MISSED: "This was due by {due} and has not been done.",
    Rung.STILL_MISSED: "This was due by {due} and has still not been done.",
    Rung.AGAIN: "This was due by {due} and has still not been done. You are told again each time that long has passed.",
    Rung.DUE: "The time for KSAF to answer ended on {due}.",
}
_TEXT_OF_ITS_OWN = {
    "chase:due": "KSAF should have acknowledged your referral by now. By {due} it had not, so you can contact KSAF’s"
    " manager.",
    "disagreement_first_over:due": _UNANSWERED,
    "disagreement_over:due": _UNANSWERED,
}


def key(kind: str, rung: Rung) -> str:
    """Return the prompt kind for a deadline's kind and a rung."""
    return f"{kind}:{rung}"


def leads_to(prompt_kind: str, reference: str, key: str) -> str:
    """Return where a list leads for the prompt `key`: at once to what has only to be read, else to the prompt."""
    if prompt_kind in {News.CONCERN_RAISED, News.CPOMS_OWED, News.DATA_REQUEST_RECEIVED, *_TO_BE_DONE_THERE}:
        return things.address(prompt_kind, reference)
    part = NEWS[News(prompt_kind)].read_under if prompt_kind in set(News) else ""
    return f"{things.address(prompt_kind, reference)}/{part}" if part else f"/prompts/{key}"


def of_prompt(prompt_kind: str, due_at: datetime | None) -> Words:
    """Return what a prompt of this kind says, for a deadline due at `due_at`.

    Raises ValueError for a kind that is no news and that `key` did not make, and PolicyError for one the policy no
    longer has.
    """
    if prompt_kind in set(News):
        return NEWS[News(prompt_kind)]
    kind, _, step = prompt_kind.partition(":")
    rung = Rung(step)
    what = policy.load()[kind].title
    due = long_datetime(due_at) if due_at else "the agreed time"
    to_do = TO_DO.get(kind, _OTHERWISE)
    urgent = rung in {Rung.MISSED, Rung.STILL_MISSED, Rung.AGAIN}
    return Words(
        title=_TITLE_OF_ITS_OWN.get(prompt_kind, _TITLES[rung].format(what=what)),
        text=_TEXT_OF_ITS_OWN.get(prompt_kind, _TEXTS[rung]).format(due=due),
        to_do=f"{to_do} {_MANAGER}" if urgent else to_do,
        urgent=urgent,
        read_under=READ_UNDER.get(kind, ""),
    )

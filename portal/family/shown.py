"""What a family's page shows: where each choice stands, and who sees what."""

from dataclasses import dataclass

from portal.access.models import Ground, PartyRole, Scope
from portal.consent.queries import LedgerLine
from portal.family import changes, steps
from portal.family.links import Link
from portal.family.steps import Questions
from portal.referrals import record
from portal.referrals.sharing import moved
from portal.referrals.sharing import service as sharing

_SAID = {
    "Agreed": "You said yes",
    "Agreed, with limits": "You said yes, with limits",
    "Did not agree": "You said no",
    "Withdrawn": "You said no. Before, it was yes",
}
_WRITTEN = {
    "Agreed": "Somebody wrote down for you: yes",
    "Agreed, with limits": "Somebody wrote down for you: yes, with limits",
    "Did not agree": "Somebody wrote down for you: no",
    "Withdrawn": "Somebody wrote down for you: no. Before, it was yes",
}
_SEES = {
    Scope.STATUS: "sees that KSAF is helping, and how far it has come",
    Scope.UPDATES: "sees how the help is going",
    Scope.ALL: "sees what was written, and how the help is going",
}


@dataclass(frozen=True)
class Choice:
    """One purpose in the reader's words and where it stands; `limits` only where they came through their own links."""

    key: str
    title: str
    text: str
    words: str
    limits: str
    line: LedgerLine | None

    @property
    def is_agreed(self) -> bool:
        """Say whether it is agreed to now."""
        return self.line is not None and self.line.permits


@dataclass(frozen=True)
class Seer:
    """Somebody who sees something of it: who, and what, in plain words; the key where the reader can end that."""

    name: str
    what: str
    key: str = ""


@dataclass(frozen=True)
class One:
    """One organisation, about which the family can answer by itself: whether KSAF shares with it."""

    key: str
    name: str
    is_agreed: bool


def choices(link: Link, asked: Questions) -> list[Choice]:
    """Return every purpose of the wording with where it stands now."""
    held = changes.standing(link.guest, link.referral)
    return [
        _choice(link, each.key, each.title, each.text, held.get(steps.ledger_key(link, each.key)))
        for each in asked.shown.purposes
    ]


def seers(link: Link) -> list[Seer]:
    """Return who sees the referral now because they asked, were asked or were let in by the family.

    Who sees it to protect a child is left out: to say so could put the child at risk, so it is said in person. So is
    what is kept from who sent the referral, on a link that its people can open themselves.
    """
    found = [
        each
        for each in record.seers(link.guest, link.referral)
        if each.party.ground is not Ground.PROTECTION and not (each.party.is_kept_from_sender and link.is_of_sender)
    ]
    order = {PartyRole.OWNER: 0, PartyRole.OPERATOR: 1, PartyRole.SHARED: 2}
    found.sort(key=lambda each: order[each.party.role])
    return [Seer(each.organisation, _what(each), "" if link.is_young else _stoppable(each)) for each in found]


def stopped(link: Link) -> list[One]:
    """Return the organisations that the family does not want KSAF to share with, by name."""
    refused = sharing.not_with(link.guest, link.referral)
    if link.is_of_sender:
        kept = moved.kept_keys(link.referral)
        refused = {key: name for key, name in refused.items() if key not in kept}
    return sorted((One(key, name, is_agreed=False) for key, name in refused.items()), key=lambda each: each.name)


def one(link: Link, key: str) -> One | None:
    """Return the organisation `key` where it sees the referral by consent, or the family has stopped that."""
    if link.is_young:
        return None
    mine = [One(each.key, each.organisation, is_agreed=True) for each in _by_consent(link)]
    return next((each for each in (*mine, *stopped(link)) if each.key == key), None)


def _by_consent(link: Link) -> list[record.Seer]:
    return [
        each
        for each in record.seers(link.guest, link.referral)
        if _stoppable(each) and not (each.party.is_kept_from_sender and link.is_of_sender)
    ]


def _stoppable(each: record.Seer) -> str:
    is_consented = each.party.role is PartyRole.SHARED and each.party.ground is Ground.CONSENT
    return each.key if is_consented else ""


def _what(each: record.Seer) -> str:
    if each.party.role is PartyRole.OWNER:
        return "wrote to KSAF, and sees what it wrote. It hears how the help is going only if you say yes"
    if each.party.role is PartyRole.OPERATOR:
        return "reads what was written. It helps you only if you say yes"
    return f"{_SEES[each.party.scope]}, because your family said yes to that"


def _choice(link: Link, key: str, title: str, text: str, line: LedgerLine | None) -> Choice:
    if line is None:
        return Choice(key, title, text, "Nobody has asked you yet", "", None)
    own = line.thread == link.row.thread
    words = (_SAID if own else _WRITTEN).get(line.position, "Nobody has asked you yet")
    return Choice(key, title, text, words, line.limits if own else "", line)

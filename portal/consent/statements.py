"""What somebody said about consent, as plain values, before it becomes rows of the ledger."""

import datetime as dt
from dataclasses import dataclass

from portal.consent.models import Position

PROTECTION = "protection"
"""Not a purpose anybody is asked about: information shared to protect a child, without consent."""

VIEW = "view:"
"""Before a purpose: a young person's own view of it. It stands beside the answer of whoever decides, and opens nothing.

DOMAIN: no informed parental consent, no outreach; a young person able to understand is asked for a view.
"""

POSITION_WORDS = {
    Position.GIVEN: "Agreed",
    Position.LIMITED: "Agreed, with limits",
    Position.REFUSED: "Did not agree",
    Position.NOT_ASKED: "Not asked",
    Position.WITHDRAWN: "Withdrawn",
    Position.SHARED_WITHOUT: "Shared without consent",
}
PERMITTING = frozenset({Position.GIVEN, Position.LIMITED})
CAPACITY_WORDS = {
    "parental_responsibility": "holds parental responsibility",
    "delegated": "somebody with parental responsibility passed the decision to them",
    "young_person": "the young person, who understands the decision",
    "young_persons_view": "the young person, who was asked for a view",
    "not_known": "not known what lets them agree; to be checked before support begins",
}
METHOD_WORDS = {
    "face_to_face": "face to face",
    "phone": "by phone",
    "written": "in writing, on paper",
    "email": "by email",
    "link": "through their own link",
}
# For whoever writes down what somebody else said; a person who answers through their own link does it themselves.
METHODS_TO_RECORD = {key: words.capitalize() for key, words in METHOD_WORDS.items() if key != "link"}
CAPACITIES_TO_RECORD = {
    "parental_responsibility": "They hold parental responsibility",
    "delegated": "Somebody with parental responsibility has passed the decision to them",
    "young_person": "They are the young person and understand the decision",
}


@dataclass(frozen=True)
class About:
    """The referral a statement concerns: its row's id, its owner's id and its public reference."""

    referral_id: int
    owner_id: int
    reference: str


@dataclass(frozen=True)
class Giver:
    """Who was asked, what lets them decide (a key of CAPACITY_WORDS), how (of METHOD_WORDS) and when they answered."""

    name: str
    capacity: str
    method: str
    effective_on: dt.date | None


@dataclass(frozen=True)
class Statement:
    """One purpose and the position on it, with its limits in the giver's words, or the grounds for doing without.

    `grounds` are pairs of label and words, kept as they were shown, so that a later form cannot change their meaning.
    `thread` is whose run of links it came through: only there are the giver's own words shown to the family again.
    `to_whom` names one organisation, where it is not about KSAF as a whole.
    """

    purpose: str
    position: Position
    limits: str | None = None
    grounds: tuple[tuple[str, str], ...] = ()
    thread: str = ""
    to_whom: str = ""

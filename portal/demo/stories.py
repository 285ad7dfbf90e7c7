"""The demo's people and families as data, read from the TOML files beside this module."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from portal.referrals.form.requirements import required_questions

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One thing somebody does in a story: when, who, what, and in which words."""

    at: str
    by: str
    do: str
    words: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Story:
    """One referral: who refers, when it is sent (None: still a draft), its own answers, and what happens then."""

    by: str
    sent: str | None
    answers: dict[str, Any]
    draft: tuple[str, ...]
    protection: bool
    steps: tuple[Step, ...]


@cache
def read(name: str) -> dict[str, Any]:
    """Return the content of one of the demo's TOML files."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def stories() -> list[Story]:
    """Return every story, in the order of the file."""
    return [
        Story(
            by=row["by"],
            sent=row.get("sent"),
            answers=row["answers"],
            draft=tuple(row.get("draft", ())),
            protection=row.get("protection", False),
            steps=tuple(_step(step) for step in row.get("step", [])),
        )
        for row in read("stories")["story"]
    ]


def calls() -> list[dict[str, Any]]:
    """Return every call to the Support and Advice Line, in the order of the file."""
    return read("calls")["call"]


def signposts() -> list[dict[str, Any]]:
    """Return every signpost to the Support and Advice Line, in the order of the file."""
    return read("calls")["signpost"]


def _step(row: dict[str, str]) -> Step:
    words = {key: value for key, value in row.items() if key not in {"at", "by", "do"}}
    return Step(row["at"], row["by"], row["do"], words)


def answers_for(kind: str, story: Story, consented_on: str) -> dict[str, Any]:
    """Return a whole form in the words of this story, for a referrer's `kind` and a day of consent (ISO 8601).

    The careful samples of answers.toml belong to four children of the demo. For any other child only what must be
    answered is taken from a sample, with a family and a home of their own, so that nobody's life is told twice.
    """
    samples = read("answers")
    sample = samples[kind] | {"consent_date": consented_on}
    if any(story.answers[name] != sample[name] for name in ("child_first_name", "child_last_name")):
        sample = _only_required(kind, sample) | _family(story)
    if story.protection:
        kept = {key: value for key, value in sample.items() if not key.startswith("consent_")}
        sample = kept | samples["protection"]
    return sample | story.answers


def _only_required(kind: str, sample: dict[str, Any]) -> dict[str, Any]:
    required = required_questions(kind, sample)
    kept = {key: value for key, value in sample.items() if key in required or key.startswith("contact_")}
    return kept | {"pathway_wished": sample["pathway_wished"]}


def _family(story: Story) -> dict[str, Any]:
    """Return an invented parent, home and history of this story's own child."""
    name = story.answers["child_last_name"]
    letters = [ord(letter) for letter in story.answers["child_first_name"] + name]
    number = sum(letters)
    # No two homes alike: the portal would take them for one family.
    house = sum(at * letter for at, letter in enumerate(letters)) % 105 + 1
    parent = f"{PARENTS[number % len(PARENTS)]} {name}"
    place, area = (MEDWAY, "medway") if story.answers.get("child_area") == "medway" else (KENT, "kent")
    return {
        "address": f"{house} {place[number % len(place)]}",
        "child_area": area,
        "parent_1_name": parent,
        "parent_1_relationship": "Mother",
        "parent_1_phone": f"07700 900{number % 1000:03}",
        "parental_responsibility": f"{parent}; nobody else that we know of.",
        "support_tried": "Check-in with the form tutor each morning since half term: on time on half of the days.",
        "consent_given_by": parent,
        "consent_relationship": "Mother",
        "consent_purposes": ["ksaf_support", "updates_to_referrer", "contact_family"],
        "household_factors": ["none_known"],
        "safeguarding_known": "none_known",
    }


PARENTS = ("Dana", "Michelle", "Farah", "Louise", "Ewa", "Comfort", "Shazia", "Karen", "Blessing", "Tracey", "Mei")
KENT = (
    "Orchard Row, Sittingbourne, ME10 0ZZ",
    "Quay Street, Faversham, ME13 0ZZ",
    "Hopper Lane, Maidstone, ME15 0ZZ",
    "Marsh View, Sheerness, ME12 0ZZ",
)
MEDWAY = ("Dockside, Chatham, ME4 0ZZ", "Fort Rise, Gillingham, ME7 0ZZ", "Castle Walk, Rochester, ME1 0ZZ")

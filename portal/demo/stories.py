"""The demo's people and families as data, read from the TOML files beside this module."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

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


def _step(row: dict[str, str]) -> Step:
    words = {key: value for key, value in row.items() if key not in {"at", "by", "do"}}
    return Step(row["at"], row["by"], row["do"], words)


def answers_for(kind: str, story: Story, consented_on: str) -> dict[str, Any]:
    """Return a whole form: the careful sample of the referrer's kind, in the words of this story.

    What the sample says of one particular child is left out unless the story says it of its own.
    """
    samples = read("answers")
    whole = {
        **{key: value for key, value in samples[kind].items() if key not in PERSONAL},
        "consent_date": consented_on,
    }
    if story.protection:
        whole = {key: value for key, value in whole.items() if not key.startswith("consent_")} | samples["protection"]
    return whole | _household(story) | story.answers


# Answers of the samples that would be untrue of any other child.
PERSONAL = frozenset(
    {
        "child_known_as",
        "gender",
        "ethnicity",
        "religion",
        "previous_addresses",
        "parent_1_email",
        "parent_2_name",
        "parent_2_relationship",
        "parent_2_phone",
        "household",
        "other_children",
        "lateness",
        "attendance_change",
        "emotional_wellbeing",
        "household_factors_detail",
        "risks",
        "suspected_needs",
        "professional_advice",
        "what_did_not_help",
        "young_person_view",
        "consent_limits",
        "consent_share_with",
    }
)


def _household(story: Story) -> dict[str, Any]:
    """Return invented parents of this story's own child, so that no two families are one."""
    family = story.answers["child_last_name"]
    given = PARENTS[sum(map(ord, story.answers["child_first_name"] + family)) % len(PARENTS)]
    return {
        "parent_1_name": f"{given} {family}",
        "parent_1_relationship": "Mother",
        "consent_given_by": f"{given} {family}",
        "consent_relationship": "Mother",
        "parental_responsibility": f"{given} {family}; nobody else that we know of.",
        "consent_purposes": ["ksaf_support", "updates_to_referrer", "contact_family"],
        "household_factors": ["none_known"],
        "safeguarding_known": "none_known",
    }


PARENTS = ("Dana", "Michelle", "Farah", "Louise", "Ewa", "Comfort", "Shazia", "Karen", "Blessing", "Tracey", "Mei")

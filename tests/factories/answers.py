"""Complete invented answers to the referral form: the demo's own."""

import tomllib
from pathlib import Path

import portal.demo
from portal.referrals.form.sections import AnswerValue

SampleAnswers = dict[str, AnswerValue]

_SAMPLES: dict[str, SampleAnswers] = tomllib.loads(
    (Path(portal.demo.__file__).parent / "answers.toml").read_text(encoding="utf-8")
)
SCHOOL = _SAMPLES["education"]
HEALTH = _SAMPLES["health"]
COMMUNITY = _SAMPLES["community"]
LOCAL_AUTHORITY = _SAMPLES["local_authority"]
PROTECTION = _SAMPLES["protection"]
"""The last section's answers when a school shares to protect a child, with no consent."""

BY_KIND = {kind: answers for kind, answers in _SAMPLES.items() if kind != "protection"}

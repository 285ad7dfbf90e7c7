"""How far ahead a change of school and the end of the old school's access may lie, and what becomes of what is owed."""

from datetime import date, timedelta

AHEAD = timedelta(weeks=13)
"""How far ahead a move may lie, and how long the old school may go on seeing the referral: a term. Ours."""
BEHIND = timedelta(weeks=52)
"""How long ago a move may have been: a school year. Ours, to catch a mistyped year."""


def is_plausible(moved_on: date, today: date) -> bool:
    """Say whether a child can have moved, or be going to, on this day."""
    return today - BEHIND <= moved_on <= today + AHEAD


def may_keep_until(last_day: date, today: date) -> bool:
    """Say whether the old school may go on seeing the referral until the end of this day."""
    return today <= last_day <= today + AHEAD


def afterwards(*, is_owed_by_sender: bool, is_question: bool) -> str:
    """Return what becomes of a deadline once the old school no longer sees the referral, in words."""
    if is_question:
        return "Once its access ends KSAF takes the question back, and its own time to decide runs on."
    if is_owed_by_sender:
        return "Once its access ends this is asked of nobody any more."
    return "Once its access ends KSAF goes on owing this, and tells the old school nothing more."

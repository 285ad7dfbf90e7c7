"""What a family's link opens, and how often one may guess at what it asks first: pure."""

from enum import StrEnum

MOST_WRONG_DATES = 6
"""Wrong dates of birth over a link's whole life, after which it opens nothing, ours: who knows the child's school year
guesses right once in sixty such links; a parent who mistypes needs two or three."""


class LinkState(StrEnum):
    """What a link opens."""

    OPEN = "open"
    RUN_OUT = "run_out"
    """Nothing but the way to a new one."""
    OVER = "over"


def link_state(*, is_ended: bool, is_running: bool, wrong_dates: int) -> LinkState:
    """Say what a link opens: it `is_ended` once replaced or stopped, and `is_running` until its time is up."""
    if is_ended or wrong_dates >= MOST_WRONG_DATES:
        return LinkState.OVER
    return LinkState.OPEN if is_running else LinkState.RUN_OUT

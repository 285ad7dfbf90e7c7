"""Sample organisations, people and families, all invented, told through the portal's own services."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from portal import clock
from portal.cases import jobs as weeks
from portal.db import Database
from portal.demo import cast, figures
from portal.demo.calendar import StoryTime
from portal.demo.stories import Story, calls, signposts, stories
from portal.demo.telling import Teller
from portal.organisations import service as organisations
from portal.timescales import closures
from portal.timescales import jobs as deadlines

OPENED = timedelta(days=60)  # how long ago the demo's organisations joined


class NotEmptyError(Exception):
    """The database holds people already; the demo is only loaded into an empty one."""


def load(database: Database, referrals: int | None = None) -> int:
    """Fill an empty database with the demo and return how many referrals it has (`referrals`, or one for each story).

    The clock is moved to each happening in turn and every deadline on the way fires at its time, so that the audit,
    the prompts and the mails are what they would have been. Raises NotEmptyError when there are people already.
    """
    if accounts(database):
        raise NotEmptyError("The database is not empty, so the demo was not loaded.")
    real = clock.now()
    told = list(islice(cycle(stories()), referrals)) if referrals is not None else stories()
    try:
        _tell(database, told)
    finally:
        clock.set_to(None)
    _pass(database, real)
    return len(told)


def accounts(database: Database) -> list[dict[str, Any]]:
    """Return everybody who can sign in, for `portal demo accounts`; none in an empty database."""
    with database.system_transaction(write=False):
        return cast.accounts()


def _tell(database: Database, told: Sequence[Story]) -> None:
    real = clock.now()
    clock.set_to(real - OPENED)
    with database.system_transaction():
        calendar = closures.calendar()
        actors = cast.add(clock.now())
    for admin in cast.accept_terms(actors):
        with database.transaction(tenant=admin.organisation_id):
            organisations.accept_terms(admin)
    times = StoryTime(calendar, real)
    teller = Teller(database, times, actors)
    happenings = [happening for story in told for happening in teller.happenings(story)]
    happenings += figures.happenings(database, times, actors)
    happenings += [teller.call(words) for words in calls()]
    happenings += [happening for words in signposts() for happening in teller.signpost(words)]
    for instant, happen in sorted(happenings, key=lambda happening: happening[0]):
        if instant > real:
            continue
        clock.set_to(instant)
        _pass(database, clock.now())
        happen()


def _pass(database: Database, now: datetime) -> None:
    """Do what the scheduler would have done by `now`, all but sending mail."""
    deadlines.run(database, now)
    weeks.run(database, now)

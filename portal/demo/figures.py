"""The timescales that KSAF's administrators have changed in the demo."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from portal.access.actor import Actor
from portal.db import Database
from portal.demo.calendar import StoryTime
from portal.demo.stories import read
from portal.demo.telling import Happening
from portal.timescales import changing, in_force
from portal.timescales.figures import Figures


def happenings(database: Database, times: StoryTime, actors: dict[str, list[Actor]]) -> Iterator[Happening]:
    """Yield each change with its instant."""
    for each in read("figures")["figure"]:
        yield times.instant(each["at"]), lambda each=each: _change(database, actors[each["by"]][0], each)


def _change(database: Database, actor: Actor, words: dict[str, Any]) -> None:
    with database.transaction(tenant=actor.organisation_id):
        kind = words["kind"]
        wanted = replace(Figures.of(in_force.rules()[kind]), length=words["length"])
        changing.change(actor, kind, wanted, words["reason"], seen=in_force.number_of(kind))

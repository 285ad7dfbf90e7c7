"""Calls to the Support and Advice Line, and families signposted to it, with a mark in everything that was typed."""

from dataclasses import replace

from portal import db
from portal.enquiries import service as enquiries
from portal.enquiries.call_backs.service import Family
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.enquiries.signposts import service as signposts
from portal.enquiries.signposts.service import About
from portal.tenancy import enter
from tests.factories import people


def logged(adviser: people.Person, mark: str) -> tuple[str, str]:
    """Log a call from a parent and one in which a professional refers; return their references."""
    enter(db.session(), adviser.organisation_id)
    call = Call(
        Caller.PARENT,
        "kent",
        f"Explored {mark}",
        f"Advised {mark}",
        NextStep.ADVICE,
        name=f"Caller {mark}",
        phone="01632 960 700",
        signposts=["sen_advice"],
    )
    professional = replace(call, caller=Caller.PROFESSIONAL, next_step=NextStep.IN_WRITING)
    made = [enquiries.log_call(adviser.actor, each).reference for each in (call, professional)]
    return made[0], made[1]


def signposted(by: people.Person, mark: str) -> str:
    """Signpost two families, one without personal data; return the reference of the call that the other is owed."""
    enter(db.session(), by.organisation_id)
    signposts.record(by.actor, About("attendance", "kent", ("line",)))
    family = Family(f"Family {mark}", "01632 960 700", about=f"About {mark}")
    return signposts.ask_for_call(by.actor, About("home", "medway"), family).reference

"""What a call may hold, and the words for it."""

from portal.enquiries.models import Caller, NextStep

AREAS = {"kent": "Kent", "medway": "Medway", "other": "Somewhere else", "not_known": "Not known"}
CALLERS = {
    Caller.PARENT: "A parent or carer",
    Caller.PROFESSIONAL: "A professional",
    Caller.UNNAMED: "Someone who will not be named",
}
NEXT_STEPS = {
    NextStep.ADVICE: "The advice is enough for now",
    NextStep.ANOTHER_SERVICE: "They will contact another service",
    NextStep.THINK_ABOUT_REFERRAL: "They will talk to a professional about a referral",
    NextStep.CALL_AGAIN: "They will call us again",
    NextStep.CALL_BACK: "We call them back",
    NextStep.IN_WRITING: "They refer a child now, and confirm it in writing",
}


def contact_kept(caller: Caller, name: str, phone: str) -> tuple[str, str]:
    """Return the name and number that are kept: none of somebody who will not be named, whatever was typed."""
    return ("", "") if caller is Caller.UNNAMED else (name, phone)

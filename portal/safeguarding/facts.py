"""A concern and a decision as facts beside their names: pages, the chronology and CPOMS say the same."""

from portal.safeguarding.models import Concern, ConcernDecision
from portal.safeguarding.rules import DANGER_TOLD, OUTCOMES
from portal.web.dates import long_datetime

Rows = list[dict[str, str]]
NO_MANAGER = "No manager had been reached"


def rows(concern: Concern) -> Rows:
    """Return what was raised as the component `summary_list` takes it: the facts, the child's words, the opinion."""
    by = f"{concern.raised_by_name}, {concern.raised_by_organisation}, {long_datetime(concern.raised_at)}"
    pairs = [
        ("Is anyone in danger now?", DANGER_TOLD[concern.danger]),
        ("What was seen or heard", concern.seen),
        ("The child’s own words", concern.said),
        ("Who saw or heard it", concern.witness),
        ("When", long_datetime(concern.happened_at) if concern.happened_at else ""),
        ("What its writer makes of it", concern.opinion),
        ("Raised by", by),
        ("With", f"The update of week {concern.week_number}" if concern.week_number else ""),
    ]
    return _rows(pairs)


def looked_at(concern: Concern) -> Rows:
    """Return who looked at a concern and when, as one row; none while nobody has."""
    at = f"{concern.looked_at_by_name}, {long_datetime(concern.looked_at)}" if concern.looked_at else ""
    return _rows([("Looked at by", at)])


def decision_rows(decision: ConcernDecision) -> Rows:
    """Return a decision with its reason, as the component `summary_list` takes it."""
    pairs = [
        ("Decision", OUTCOMES[decision.outcome]),
        ("Why", decision.rationale),
        ("Who was spoken to", decision.spoke_to),
        ("Manager", decision.manager_name or NO_MANAGER),
        ("Decided by", f"{decision.decided_by_name}, {long_datetime(decision.decided_at)}"),
    ]
    return _rows(pairs)


def _rows(pairs: list[tuple[str, str]]) -> Rows:
    return [{"key": key, "value": value} for key, value in pairs if value]

"""What Pathway 2 offers a family: the interventions of KSAF's prospectus, one of which is chosen with the family."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Intervention:
    """One choice of the menu: its name, and when it fits."""

    name: str
    fits: str


MENU = {
    "attachment": Intervention("Attachment", "A child and a parent who find it hard to part, or to feel close."),
    "ebsa": Intervention("Emotionally based school avoidance", "School itself has become frightening."),
    "positive_parenting": Intervention("Positive parenting", "A parent who wants calmer ways through the day."),
    "positive_reinforcement": Intervention(
        "Positive reinforcement", "Effort that nobody notices, only what goes wrong."
    ),
    "boundaries": Intervention("Boundaries", "Rules that change from day to day or from home to home."),
    "emotional_wellbeing": Intervention("Emotional wellbeing", "Worry, sadness or anger that stands in the way."),
    "routines": Intervention("Routines", "Mornings, evenings and sleep without a rhythm."),
    "tailored": Intervention("Tailored support", "What this family needs is a mixture, or something else."),
}
"""KSAF prospectus (000), Pathway 2. When each fits is ours."""


def name_of(key: str | None) -> str:
    """Return what an intervention is called; empty while none has been chosen."""
    return MENU[key].name if key in MENU else ""

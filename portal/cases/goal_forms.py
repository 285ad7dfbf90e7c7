"""What the forms about a family's goal take."""

from wtforms import Form, IntegerField
from wtforms.validators import InputRequired, NumberRange

from portal.cases.goals import SCALE
from portal.cases.models import CaseGoal
from portal.web.fields import text

GOAL = 200  # characters: a sentence


class GoalForm(Form):
    """One goal."""

    words = text(
        "The goal, in the family’s words",
        "For example: “Mornings without shouting.”",
        "Enter the goal",
        rows=2,
        room=GOAL,
    )
    baseline = IntegerField(
        "Where are they now, from 0 to 10?",
        description="0 is not at all, 10 is just as they want it. The family says the number.",
        validators=[
            InputRequired("Enter where the family is now, from 0 to 10"),
            NumberRange(SCALE[0], SCALE[-1], message="Enter a number from 0 to 10"),
        ],
    )


class EndGoalForm(Form):
    """Why a goal leaves the plan."""

    why = text(
        "Why does it end?",
        "Reached, or no longer what the family wants. For KSAF’s record.",
        "Enter why the goal ends",
        rows=2,
        room=1000,
    )


def goal_form(goal: CaseGoal) -> GoalForm:
    """Return the form holding `goal` as it is."""
    return GoalForm(data={"words": goal.words, "baseline": goal.baseline})

"""What the form of the Family Support Plan takes."""

from wtforms import Field, Form, HiddenField

from portal.cases.menu import MENU
from portal.cases.plan import PARTS, Texts
from portal.web.fields import choice, text

ON_A_PAGE = 600  # characters for each part: all of them, and five goals, print on one page


class PlanForm(Form):
    """The plan: a field for each of its parts is added below."""

    version = HiddenField(default="")
    intervention = choice(
        "What was chosen with the family?",
        {key: each.name for key, each in MENU.items()},
        "Select what was chosen with the family",
    )
    why = text(
        "Why this choice?",
        "For KSAF’s record: what it rests on. Nobody outside KSAF reads it.",
        "Enter why this was chosen",
    )
    story = text("The family’s story", "For KSAF’s record, in the family’s words where you can.", rows=6)

    def parts(self) -> list[Field]:
        """Return the fields of what everybody on the plan reads, in order."""
        return [self[f"part_{each.key}"] for each in PARTS]

    def texts(self) -> Texts:
        """Return what was typed."""
        return Texts(
            {each.key: self[f"part_{each.key}"].data or "" for each in PARTS},
            self.intervention.data,
            self.why.data or "",
            self.story.data or "",
        )


for _each in PARTS:
    setattr(PlanForm, f"part_{_each.key}", text(_each.title, _each.hint, rows=4, room=ON_A_PAGE))


def plan_form(texts: Texts, version: str) -> PlanForm:
    """Return the form holding what is saved as `version`."""
    saved = {f"part_{key}": words for key, words in texts.parts.items()}
    own = {"intervention": texts.intervention, "why": texts.why, "story": texts.story}
    return PlanForm(data={**saved, **own, "version": version})

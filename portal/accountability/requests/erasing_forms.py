"""What the forms about removing records take."""

from collections.abc import Iterable

from wtforms import (
    BooleanField,
    Field,
    Form,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import InputRequired

from portal.retention.preview import Preview
from portal.web.fields import text


class ProposeForm(Form):
    """Which records are to go, and why."""

    going = SelectMultipleField("Which records are to be removed?", choices=[], validate_choice=False)
    words = text(
        "Why is KSAF removing this, and what stays?",
        "They are told this. Leave out the child’s name: it would stay in the register.",
        "Enter why",
    )

    def offer(self, found: Iterable[Preview]) -> "ProposeForm":
        """Offer the records that can go now, all of them chosen where nothing was typed yet; return the form."""
        free = [each.reference for each in found if each.can_go]
        self.going.choices = [SelectChoice(each, each) for each in free]
        if self.going.data is None:
            self.going.data = free
        return self

    def validate_going(self, field: Field) -> None:
        """Ask for one record at least."""
        if not field.data:
            raise ValidationError("Select what is to be removed")


class ApproveForm(Form):
    """That another manager has read what goes, and how whoever asked is told."""

    sent = text(
        "How are they told that it has been removed?",
        "For example: by post, to the address above, today. Their own contact details stay in the register.",
        "Enter how they are told",
        rows=2,
    )
    read = BooleanField(
        "I have read what goes and what stays. Remove it for good.",
        validators=[InputRequired("Select the box when you have read it")],
    )


class ReturnForm(Form):
    """Why a proposal is returned."""

    comment = text("What has to change?", "", "Enter what has to change", rows=3)

"""What the forms of a correction take."""

from collections.abc import Collection
from typing import Any

from wtforms import Form, RadioField

from portal.accountability.requests.corrections import Statement
from portal.accountability.requests.forms import offer, require_offered
from portal.referrals.corrections.models import Corrected
from portal.referrals.corrections.queries import TOLD
from portal.referrals.models import Referral
from portal.web.fields import choice, text

DECIDED = {"yes": "Yes: it was wrong, and this is right", "no": "No: it stays, and their view stands beside it"}


class StatementForm(Form):
    """A statement beside a record."""

    of = RadioField("Which record?", validate_choice=False)
    part = choice("What is it about?", {each.value: said for each, said in TOLD.items()}, "Select what it is about",
                  "Whoever reads that part reads the statement.")  # fmt: skip
    wrong = text("What is said to be wrong, and where does it stand?", missing="Enter what is said to be wrong", rows=3)
    is_corrected = choice("Does KSAF agree?", DECIDED, "Select whether KSAF agrees")
    statement = text(
        "What stands beside it?", "What is right, or their view in their words. The old text stays as it was.",
        "Enter the statement",
    )  # fmt: skip

    def offer(self, referrals: Collection[Referral]) -> "StatementForm":
        """Offer the records that the request is about, the only one chosen already; return the form."""
        offer(self.of, {each.reference: each.reference for each in referrals})
        if len(referrals) == 1:
            self.of.data = next(iter(referrals)).reference
        return self

    def validate_of(self, field: RadioField) -> None:
        """Refuse a record that the request is not about."""
        require_offered(field, "Select which record it stands beside")

    def said(self) -> Statement:
        """Return what a valid form says."""
        given: dict[str, Any] = self.data
        return Statement(Corrected(given["part"]), given["is_corrected"] == "yes", given["wrong"], given["statement"])


class ToldForm(Form):
    """How somebody was told of a correction."""

    how = text(
        "How were they told, and by whom?",
        "For example: by phone to their duty worker, today.",
        "Enter how they were told",
        rows=3,
    )

"""The two fields that forms about a family are mostly made of."""

from wtforms import (
    RadioField,
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - new in WTForms 3.3, newer than its type stubs
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Length

from portal.web.typed import tidied

LONGEST = 5000  # characters: two pages


def text(label: str, hint: str = "", missing: str = "", *, rows: int = 4, room: int = LONGEST) -> TextAreaField:
    """Return a field for a few sentences; `missing` is what it says when it has to hold something and does not."""
    return TextAreaField(
        label,
        description=hint,
        filters=[tidied],
        validators=[
            *([DataRequired(missing)] if missing else []),
            Length(max=room, message=f"Shorten this to {room:,} characters or fewer"),
        ],
        render_kw={"rows": rows},
    )


def choice(label: str, choices: dict[str, str], missing: str, hint: str = "", default: str | None = None) -> RadioField:
    """Return radios of which one has to be chosen."""
    return RadioField(
        label,
        description=hint,
        choices=[SelectChoice(value, words) for value, words in choices.items()],
        validators=[AnyOf(list(choices), message=missing)],
        validate_choice=False,
        default=default,
    )

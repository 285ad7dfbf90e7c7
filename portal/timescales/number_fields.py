"""Fields for numbers that say, in words for the page, what to enter instead of something else."""

from wtforms import DecimalField, IntegerField

_WHOLE = "Enter a whole number, such as 3"
_NUMBER = "Enter a number, such as 2 or 0.5"


class WholeField(IntegerField):
    """A whole number that says what to do when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; raises ValueError, in words for the page."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_WHOLE) from None


class NumberField(DecimalField):
    """A number that says what to do when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it; raises ValueError, in words for the page."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_NUMBER) from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(_NUMBER)

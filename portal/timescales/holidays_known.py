"""How far ahead England's bank holidays are known, and when somebody has to look again. No database.

The `holidays` library works out every year by rule. A holiday that the Government adds or moves, as for a coronation,
is in it only once it was announced and a release has taken it over.
"""

from datetime import date, timedelta
from typing import Final

ANNOUNCED_TO: Final = date(2028, 12, 31)
"""The last day of the last year on GOV.UK's list of bank holidays, as govuk-bank-holidays 0.19 packages it.

With a newer list, take the new packages (`make requirements`), see the tests of the calendar pass, and move this on.
"""

WARN_BEFORE: Final = timedelta(days=365)
"""How long before that day KSAF is warned. Ours: GOV.UK adds a year at a time, and a release is to be made."""


def end_soon(day: date) -> bool:
    """Return whether on this `day` somebody has to look for newly announced bank holidays."""
    return day > ANNOUNCED_TO - WARN_BEFORE

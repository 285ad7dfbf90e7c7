"""What templates can say about time and text."""

from datetime import datetime

from flask import Flask

from portal import clock
from portal.web import dates


def install(app: Flask) -> None:
    """Add the filters to the templates of `app`."""
    app.jinja_env.filters["long_datetime"] = dates.long_datetime
    app.jinja_env.filters["short_datetime"] = dates.short_datetime
    app.jinja_env.filters["date_only"] = dates.date_only
    app.jinja_env.filters["long_date"] = dates.long_date
    app.jinja_env.filters["ago"] = _ago


def _ago(then: datetime) -> str:
    return dates.ago(clock.now(), then)

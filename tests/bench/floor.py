"""The floor: a bare Flask view with one indexed query that answers with the same HTML."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, Table, select

from portal import tables

_REFERRAL: Table = tables.metadata.tables["referral"]


def listing(engine: Engine, organisation_id: int, html: str, rows: int) -> Callable[[], Any]:
    """Return a call that has a bare application list the newest `rows` referrals of an organisation as `html` does."""
    columns = _REFERRAL.c
    newest = (
        select(columns.reference, columns.child_given_name, columns.child_family_name, columns.state)
        .where(columns.organisation_id == organisation_id)
        .order_by(columns.last_change_at.desc(), columns.id.desc())
        .limit(rows)
    )
    return _view(engine, newest, html)


def single(engine: Engine, reference: str, html: str) -> Callable[[], Any]:
    """Return a call that has a bare application show one referral as `html` does."""
    one = select(_REFERRAL.c.reference, _REFERRAL.c.state).where(_REFERRAL.c.reference == reference)
    return _view(engine, one, html)


def _view(engine: Engine, asked: Any, html: str) -> Callable[[], Any]:
    app = Flask("floor")
    template = app.jinja_env.from_string(_template(engine, asked, html))

    @app.get("/")
    def show() -> str:
        with engine.connect() as connection:
            rows = connection.execute(asked).all()
        return template.render(rows=rows)

    client = app.test_client()
    assert client.get("/").text == html
    return lambda: client.get("/")


def _template(engine: Engine, asked: Any, html: str) -> str:
    """Return `html` as a template that takes each reference from the rows that the query finds."""
    with engine.connect() as connection:
        references = [row.reference for row in connection.execute(asked)]
    pieces = re.split("|".join(map(re.escape, references)), html) if references else [html]
    found = re.findall("|".join(map(re.escape, references)), html) if references else []
    held = {reference: f"{{{{ rows[{number}].reference }}}}" for number, reference in enumerate(references)}
    parts = [f"{{% raw %}}{pieces[0]}{{% endraw %}}"]
    for reference, piece in zip(found, pieces[1:], strict=True):
        parts += [held[reference], f"{{% raw %}}{piece}{{% endraw %}}"]
    return "".join(parts)

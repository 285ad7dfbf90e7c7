"""Everybody who can come to a page of the world, and what each of them may call their own there."""

import copy
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, got_request_exception
from sqlalchemy import event

from portal import clock, db, tenancy
from portal.access.roles import OPERATOR_ROLES, Role
from portal.accounts import sessions
from portal.referrals.files import storage
from tests.conftest import MONDAY
from tests.factories.people import Person
from tests.factories.world import Tenant, World

WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
STAFF = {role.value: role for role in sorted(OPERATOR_ROLES)}
SIGNED_OUT, NO_FACTOR = "signed out", "without second factor"


@dataclass(frozen=True)
class Visitor:
    """One persona: who, of which organisation, and the cookie that says so."""

    name: str
    home: Tenant
    person: Person | None
    cookie: str | None

    @property
    def role(self) -> Role:
        assert self.person
        return self.person.role


@dataclass(eq=False)
class Noted(logging.Handler):
    """What the portal did on the way to its answers, undone or not."""

    rows: list[Any] = field(default_factory=list)
    """Every row added, of whatever table."""
    written: set[str] = field(default_factory=set)
    """The tables that were written to."""
    logged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of the log."""
        self.logged.append(record.getMessage())

    def added(self, session: tenancy.TenantSession, _context: object) -> None:
        """Keep the rows that a flush has added."""
        self.rows += session.new

    def asked(self, _connection, _cursor, statement: str, *_rest: object) -> None:
        """Keep the name of a table that is written to."""
        if found := WRITING.match(statement):
            self.written.add(found[1])


class Visitors:
    """The personas by name, and requests in their name; what these change is undone, so that one world serves all."""

    def __init__(self, app: Flask, database: db.Database, world: World) -> None:
        self.app, self.database, self.world = app, database, world
        self._browser = app.test_client(use_cookies=False)
        self.errors: list[str] = []
        self.walks: dict[str, dict[str, Any]] = {}
        self.noted_on_walks = Noted()
        got_request_exception.connect(self._note, app)
        cast = {
            "referrer": (world.school, Role.REFERRER),
            "admin": (world.school, Role.ORGANISATION_ADMIN),
            "viewer": (world.school, Role.VIEWER),
            "outsider": (world.other_school, Role.REFERRER),
            "outsider admin": (world.other_school, Role.ORGANISATION_ADMIN),
            "health": (world.health, Role.REFERRER),
            "council": (world.council, Role.REFERRER),
            "councillor": (world.councillor, Role.REFERRER),
        }
        cast |= {name: (world.ksaf, role) for name, role in STAFF.items()}
        self.all = {name: self._make(name, tenant, tenant.people[role]) for name, (tenant, role) in cast.items()}
        admin = world.school.people[Role.ORGANISATION_ADMIN]
        self.all[NO_FACTOR] = self._make(NO_FACTOR, world.school, admin, second_factor=False)
        self.all[SIGNED_OUT] = Visitor(SIGNED_OUT, world.school, None, None)

    def ask(
        self,
        visitor: str | Visitor,
        method: str,
        address: str,
        *,
        htmx: bool = False,
        headers: Any = None,
        **given: Any,
    ):
        """Return the answer to one request in the name of `visitor`."""
        who = self.all[visitor] if isinstance(visitor, str) else visitor
        sent = dict(headers or {})
        if who.cookie:
            sent["Cookie"] = who.cookie
        if htmx:
            sent["HX-Request"] = "true"
        with self._at_home():
            return self._browser.open(address, method=method, headers=sent, buffered=True, **given)

    def within(self, database: db.Database) -> "Visitors":
        """Return the same people in a copy of their world."""
        made = copy.copy(self)
        made.database, made.walks = database, {}
        return made

    @contextmanager
    def noting(self, noted: Noted) -> Iterator[Noted]:
        """Note what the portal does meanwhile, the log down to its last detail."""
        root = logging.getLogger()
        level = root.level
        root.addHandler(noted)
        root.setLevel(logging.DEBUG)
        event.listen(tenancy.TenantSession, "after_flush", noted.added)
        event.listen(self.database.engine, "before_cursor_execute", noted.asked)
        try:
            yield noted
        finally:
            event.remove(self.database.engine, "before_cursor_execute", noted.asked)
            event.remove(tenancy.TenantSession, "after_flush", noted.added)
            root.setLevel(level)
            root.removeHandler(noted)

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        """Let the application serve this world: its database, its Monday, and a commit that keeps nothing."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(self.app.extensions, "database", self.database)
            patch.setattr(storage, "_folder", self.app.extensions["settings"].attachments_dir)
            patch.setattr(clock, "now", lambda: MONDAY)
            patch.setattr(tenancy.TenantSession, "commit", _flush_and_forget)
            patch.setitem(self.app.config, "PROPAGATE_EXCEPTIONS", 0)  # an error is an answer too: a 500 is counted
            yield

    def _note(self, _app: Flask, exception: BaseException, **_rest: object) -> None:
        """Keep what went wrong beside the 500 it became."""
        *_, last = traceback.extract_tb(exception.__traceback__)
        self.errors.append(f"{type(exception).__name__}: {exception} ({last.filename}:{last.lineno})"[:300])

    def _make(self, name: str, home: Tenant, person: Person, *, second_factor: bool = True) -> Visitor:
        with pytest.MonkeyPatch.context() as patch, self.database.transaction():
            patch.setattr(clock, "now", lambda: MONDAY)
            token = sessions.start(person.user_id, person.organisation_id, "test", second_factor=second_factor)
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        kept = serializer.dumps({"_user_id": token, "_fresh": True})
        return Visitor(name, home, person, f"{self.app.config['SESSION_COOKIE_NAME']}={kept}")


def _flush_and_forget(session: tenancy.TenantSession) -> None:
    """What a request's commit becomes: everything it would check, nothing kept, so that one world serves every case."""
    session.flush()
    session.rollback()

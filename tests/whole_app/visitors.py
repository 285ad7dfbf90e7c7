"""Everybody who can come to a page of the world, and what each of them may call their own there."""

import traceback
from dataclasses import dataclass
from typing import Any

from flask import Flask, got_request_exception

from portal import db
from portal.access.roles import OPERATOR_ROLES, Role
from portal.accounts import sessions
from tests.factories.people import Person
from tests.factories.world import Tenant, World

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


class Visitors:
    """The personas by name, and requests in their name."""

    def __init__(self, app: Flask, database: db.Database, world: World) -> None:
        self.app, self.database, self.world = app, database, world
        self._browser = app.test_client(use_cookies=False)
        self.errors: list[str] = []
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
        return self._browser.open(address, method=method, headers=sent, buffered=True, **given)

    def _note(self, _app: Flask, exception: BaseException, **_rest: object) -> None:
        """Keep what went wrong beside the 500 it became."""
        *_, last = traceback.extract_tb(exception.__traceback__)
        self.errors.append(f"{type(exception).__name__}: {exception} ({last.filename}:{last.lineno})"[:300])

    def _make(self, name: str, home: Tenant, person: Person, *, second_factor: bool = True) -> Visitor:
        with self.database.transaction():
            token = sessions.start(person.user_id, person.organisation_id, "test", second_factor=second_factor)
        serializer = self.app.session_interface.get_signing_serializer(self.app)
        kept = serializer.dumps({"_user_id": token, "_fresh": True})
        return Visitor(name, home, person, f"{self.app.config['SESSION_COOKIE_NAME']}={kept}")

"""Whose rows: every read and write of a tenant's table passes here, whatever the query above it forgot.

A session belongs to one organisation (`tenant`), or to nobody, or, inside `as_system`, to the portal itself.
SELECT, UPDATE and DELETE get the organisation's criterion added; everything SQLAlchemy lets slip past that recipe
is refused; rows about to be written are checked before the flush. PostgreSQL's row-level security
(migrations/versions/0006_guards.py) says the same once more underneath.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, ClassVar, NoReturn, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Integer, TextClause, bindparam, event, literal_column, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import TableClause
from sqlmodel import SQLModel

from portal import clock

# Every models.py imports this module, so every constraint gets a name that migrations on both engines can rely on.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class TenancyError(RuntimeError):
    """A query or change that would cross, or could cross, from one organisation into another."""


class Scoped:
    """A table whose rows belong to somebody. Use one of the three kinds below."""

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the SQL that is true for the rows organisation `tenant` may reach."""
        raise TypeError(cls)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Say whether `tenant` may write this row, having loaded the referrals `reached` (id to owner)."""
        raise TypeError(type(self))


class OrganisationOwned(Scoped):
    """A row of exactly one organisation, in its column `organisation_id`."""

    organisation_id: Any

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the rows whose organisation is `tenant`."""
        return cls.organisation_id == tenant

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow the row's own organisation."""
        return self.organisation_id == tenant


class PartyScoped(Scoped):
    """A row about a referral (`referral_id`, owner in `organisation_id`), reached by the referral's live parties."""

    organisation_id: Any
    referral_id: Any

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the rows of referrals to which `tenant` is a party now."""
        return is_live_party(tenant, cls.referral_id)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow whoever has loaded the referral in this session, and only under its true owner."""
        return reached.get(self.referral_id) == self.organisation_id


class PartyRoot(Scoped):
    """The referral itself."""

    id: Any
    organisation_id: Any

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the referrals to which `tenant` is a party now."""
        return is_live_party(tenant, cls.id)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow a new referral of the tenant's own, and one that this session has loaded."""
        return self.organisation_id == (tenant if self.id is None else reached.get(self.id))


class BetweenTwo(Scoped):
    """A row one organisation owes to another (`owed_by_id`, `owed_to_id`)."""

    owed_by_id: Any
    owed_to_id: Any

    @classmethod
    def visible_to(cls, tenant: int) -> ColumnElement[bool]:
        """Return the rows that `tenant` owes or is owed."""
        return or_(cls.owed_by_id == tenant, cls.owed_to_id == tenant)

    def written_by(self, tenant: int, reached: dict[int, int]) -> bool:
        """Allow either side."""
        return tenant in (self.owed_by_id, self.owed_to_id)


def is_live_party(tenant: int, referral_id: Any) -> ColumnElement[bool]:
    """Return the SQL that is true where `tenant` is a party to the referral at this moment: one look into an index.

    Asked of each row: a list of all that a tenant is party to would be made anew by every query, however few its rows.
    PostgreSQL would make one, but leaves a query with an OFFSET as it stands.
    """
    # An alias of its own: a query may well join the parties for other reasons.
    party = SQLModel.metadata.tables["referral_party"].alias("own_party")
    moment = bindparam("tenancy_now", callable_=lambda: clock.now(), type_=party.c.valid_to.type)  # noqa: PLW0108 - the clock of that moment
    live = party.c.valid_to.is_(None) | (party.c.valid_to > moment)
    mine = (party.c.referral_id == referral_id, party.c.organisation_id == tenant, party.c.valid_from <= moment, live)
    return select(1).where(*mine).correlate_except(party).offset(literal_column("0")).exists()


class TenantSession(Session):
    """A session in which the doors around the tenant filter are closed."""

    closed_doors: ClassVar[str] = "Use select() through this session, so that the organisation's filter applies."

    def connection(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse a bare connection outside `as_system`."""
        return super().connection(*args, **kwargs) if self.info.get("system") else self._refuse()

    def get(self, entity: Any, ident: Any, **kwargs: Any) -> Any:
        """Refuse to take a tenant's row by its key: a row already loaded would come back unfiltered."""
        if _is_scoped(entity) and not self.info.get("system"):
            self._refuse()
        return super().get(entity, ident, **kwargs)

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: it passes the flush check by."""
        self._refuse()

    def bulk_insert_mappings(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: it passes the flush check by."""
        self._refuse()

    def bulk_update_mappings(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: it passes the filter by."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TenancyError(self.closed_doors)


def enter(session: Session, tenant: int | None) -> None:
    """Make `session` work for organisation `tenant` from now on; whatever it had loaded for another is let go."""
    if session.info.get("tenant") == tenant:
        return
    session.flush()
    session.expunge_all()
    session.info["tenant"] = tenant
    session.info["reached"] = {}
    _tell_database(session)


@contextmanager
def as_system(session: Session) -> Generator[None]:
    """Work for the portal itself inside the block: jobs, sign-in, and writing to people of another organisation."""
    before = session.info.get("system", False)
    session.flush()
    session.info["system"] = True
    _tell_database(session)
    try:
        yield
        session.flush()
    except BaseException:
        session.info["system"] = before
        with suppress(SQLAlchemyError):  # a failed transaction cannot be told; its rollback brings the old setting back
            _tell_database(session)
        raise
    session.info["system"] = before
    _tell_database(session)


def _is_scoped(entity: Any) -> bool:
    return isinstance(entity, type) and issubclass(entity, Scoped)


@cache
def _scoped_classes() -> dict[str, type[Scoped]]:
    mappers = SQLModel._sa_registry.mappers  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - SQLModel offers no public way
    return {mapper.local_table.name: mapper.class_ for mapper in mappers if _is_scoped(mapper.class_)}  # type: ignore[union-attr]


_TENANT = "tenancy_tenant"
"""The parameter that stands for whoever asks in what is confined. It has no default: without its value nothing runs."""


@cache
def _criterion(kind: type[Scoped], tenant: Any) -> Any:
    return with_loader_criteria(kind, kind.visible_to(tenant), include_aliases=True)


@cache
def _anybodys_criterion(kind: type[Scoped]) -> Any:
    return _criterion(kind, bindparam(_TENANT, type_=Integer))


_known: WeakKeyDictionary[Any, tuple[frozenset[type[Scoped]], Any]] = WeakKeyDictionary()


def _looked_into(statement: Any) -> tuple[frozenset[type[Scoped]], Any]:
    """Return the scoped classes whose tables appear anywhere in `statement`, and the same confined to `_TENANT`.

    Remembered as long as the statement lives, which nothing that is remembered may hold: made once, looked into once.
    """
    if (known := _known.get(statement)) is None:
        kinds = _scoped_classes()
        names = {element.name for element in visitors.iterate(statement) if isinstance(element, TableClause)}
        found = frozenset(kinds[name] for name in names if name in kinds)
        known = _known[statement] = (found, statement.options(*map(_anybodys_criterion, found)) if found else None)
    return known


@event.listens_for(TenantSession, "do_orm_execute")
def _confine(state: ORMExecuteState) -> None:
    info = state.session.info
    if info.get("system"):
        return
    if isinstance(state.statement, TextClause) or state.is_from_statement:
        raise TenancyError(TenantSession.closed_doors)
    kinds, confined = _looked_into(state.statement)
    if not kinds:
        return
    if (tenant := info.get("tenant")) is None:
        message = "Nobody is asking: a tenant's rows need an actor."
        raise TenancyError(message)
    many = isinstance(state.parameters, list)
    if not state.is_orm_statement or state.is_insert or many:
        raise TenancyError(TenantSession.closed_doors)
    if state.is_select:
        state.statement, state.parameters = confined, {**cast("Any", state.parameters or {}), _TENANT: tenant}
        return
    # A parameter of an UPDATE could be taken for a column to set: the tenant stands in it as a value.
    state.statement = cast("Any", state.statement).options(*(_criterion(kind, tenant) for kind in kinds))


@event.listens_for(TenantSession, "before_flush")
def _check_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    info = session.info
    if not info.get("writes") and (session.new or session.dirty or session.deleted):
        raise TenancyError("A reading request was about to write.")
    if info.get("system"):
        return
    tenant, reached = info.get("tenant"), info.get("reached", {})
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Scoped) and (tenant is None or not row.written_by(tenant, reached)):
            message = f"A row of {type(row).__name__} was about to be written for another organisation."
            raise TenancyError(message)


@event.listens_for(PartyRoot, "load", propagate=True)
def _note_loaded(row: PartyRoot, context: Any) -> None:
    context.session.info.setdefault("reached", {})[row.id] = row.organisation_id


@event.listens_for(TenantSession, "pending_to_persistent")
def _note_created(session: Session, row: object) -> None:
    if isinstance(row, PartyRoot):
        session.info.setdefault("reached", {})[row.id] = row.organisation_id


# As long as SQLite waits (db.BUSY_TIMEOUT_MILLISECONDS): whoever meets a lock that is not let go is told to try again.
WAIT = ", set_config('lock_timeout', '10s', true)"


@event.listens_for(TenantSession, "after_begin")
def _tell_at_begin(session: Session, _transaction: SessionTransaction, connection: Any) -> None:
    if connection.dialect.name == "postgresql":
        _set_config(session, connection, WAIT)


def _tell_database(session: Session) -> None:
    """Repeat the session's tenant to PostgreSQL when it changes inside a transaction."""
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        _set_config(session, Session.connection(session))


def _set_config(session: Session, connection: Any, besides: str = "") -> None:
    # Transaction-local, so a pooled connection forgets it; SET LOCAL takes no parameters. Compiling (jit) takes long.
    tenant, system = session.info.get("tenant"), session.info.get("system")
    connection.exec_driver_sql(
        "select set_config('role', 'portal_app', true), set_config('app.organisation_id', %s, true),"
        " set_config('app.system', %s, true), set_config('jit', 'off', true)" + besides,
        ("" if tenant is None else str(tenant), "on" if system else ""),
    )

"""Deadlines by the thousand, and the count of what became of them."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select, update

from portal import db, tables
from portal.access.roles import OrganisationKind, Role
from portal.audit.actions import Action
from portal.timescales import service
from portal.timescales.service import Subject
from tests.factories import people

KIND = "chase"  # one rung, which prompts and mails
HERE = tables.metadata.tables
REFERENCE = "KSAF-7F3K-9QRT"
_OURS = select(HERE["deadline"].c.id).where(HERE["deadline"].c.reference == REFERENCE)


class Owed:
    """So many deadlines, each with one rung that prompts one person and mails them."""

    def __init__(self, database: db.Database, number: int) -> None:
        self.database, self.number = database, number
        with database.system_transaction() as session:
            ksaf = people.add_organisation(OrganisationKind.OPERATOR, "KSAF")
            people.add_person(ksaf, Role.MANAGER, "Ruth Bell")
            school = people.add_organisation()
            self.referrer = people.add_person(school, Role.REFERRER, "Dana Price")
            first = service.start(KIND, Subject("referral", 1), REFERENCE, owed_by_id=school.id, owed_to_id=ksaf.id)
            self.due_at = first.due_at
            self._copy(session.connection(), first.id)

    def spread(self, over: timedelta) -> None:
        """Let them fall due one after another, evenly within `over` before the last."""
        deadline, rung, last = HERE["deadline"], HERE["deadline_rung"], self.due_at
        with self.database.system_transaction() as session:
            connection = session.connection()
            ids = connection.execute(_OURS.order_by(deadline.c.subject_id)).scalars()
            told = [{"of": each, "at": last - over * number / self.number} for number, each in enumerate(ids)]
            due, fires = {"due_at": bindparam("at")}, {"fires_at": bindparam("at")}
            connection.execute(update(deadline).where(deadline.c.id == bindparam("of")).values(due), told)
            connection.execute(update(rung).where(rung.c.deadline_id == bindparam("of")).values(fires), told)

    def due_times(self) -> dict[int, datetime]:
        """Return when each rung is, or was, due."""
        rung = HERE["deadline_rung"]
        return dict(self._all(select(rung.c.id, rung.c.fires_at).where(rung.c.deadline_id.in_(_OURS))))

    def prompted_for(self) -> set[datetime]:
        """Return the due times that the prompts name."""
        return {due_at for (due_at,) in self._all(select(HERE["prompt"].c.due_at))}

    def waiting(self) -> int:
        """Return how many rungs have not fired."""
        rung = HERE["deadline_rung"]
        return self._count(rung, rung.c.fired_at.is_(None), rung.c.deadline_id.in_(_OURS))

    def lost_and_twice(self) -> tuple[int, int]:
        """Return how many deadlines lack their firing, prompt, mail, event or end, and how many have more than one."""
        deadline, prompts, mails, events = (HERE[name] for name in ("deadline", "prompt", "outbox_mail", "audit_event"))
        fired = (events.c.action == Action.RUNG_FIRED, events.c.subject_id.in_(_OURS))
        effects = [
            self._each(prompts.c.deadline_id, prompts.c.deadline_id.in_(_OURS)),
            self._each(events.c.subject_id, *fired),
        ]
        mailed = self._count(mails, mails.c.reference == REFERENCE)
        lost = sum(max(0, self.number - len(found)) for found in effects) + max(0, self.number - mailed)
        lost += self.waiting() + self._count(deadline, deadline.c.met_at.is_(None), deadline.c.id.in_(_OURS))
        twice = sum(times - 1 for found in effects for times in found.values()) + max(0, mailed - self.number)
        return lost, twice

    def _count(self, table, *which) -> int:
        [(number,)] = self._all(select(func.count()).select_from(table).where(*which))
        return number

    def _each(self, of, *which) -> dict[int, int]:
        return dict(self._all(select(of, func.count()).where(*which).group_by(of)))

    def _all(self, wanted) -> list[tuple]:
        with self.database.system_transaction(write=False) as session:
            return [tuple(row) for row in session.connection().execute(wanted)]

    def _copy(self, connection, first: int) -> None:
        deadline, rung = HERE["deadline"], HERE["deadline_rung"]
        [one] = connection.execute(select(deadline).where(deadline.c.id == first)).mappings()
        rows = [dict(one) | {"subject_id": number} for number in range(2, self.number + 1)]
        for row in rows:
            del row["id"]
        connection.execute(insert(deadline), rows)
        [step] = connection.execute(select(rung).where(rung.c.deadline_id == first)).mappings()
        ids = connection.execute(select(deadline.c.id).where(deadline.c.id != first)).scalars().all()
        shared = {name: value for name, value in step.items() if name not in {"id", "deadline_id"}}
        connection.execute(insert(rung), [shared | {"deadline_id": number} for number in ids])

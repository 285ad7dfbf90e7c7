"""FIGURES "Data" row 3: a thousand edits, deletions, reorderings and truncations of the audit, each one found.

The intruder owns the database file and, at their best, the keys too: guards are gone, hashes are computed anew and
heads are moved along. What they do not have is the anchor.
"""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text

from portal import tenancy
from portal.audit import chain, service, verify
from portal.audit.actions import Action
from portal.audit.models import AuditEvent, AuditHead, AuditPayload
from tests.factories import people

TRIES = 1000
EVENTS = 12
COLUMNS = ("action", "actor_id", "subject_type", "subject_id", "subject_owner_id", "at", "organisation_id")
HASHES = ("payload_digest", "previous_hash", "hash")

pytestmark = [
    pytest.mark.timeout(300),
    # The chain is the same on both engines; only SQLite lets a file be tampered with a thousand times in a minute.
    pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True),
]


class Intruder:
    """Changes the record in ways drawn at random, inside a savepoint of the session."""

    def __init__(self, session, dice: random.Random) -> None:
        self.session, self.dice = session, dice
        raw = session.connection().connection.dbapi_connection
        raw.set_authorizer(None)
        for name in ("update", "delete", "replace"):
            raw.execute(f"drop trigger audit_event_no_{name}")
        self.deeds = {
            "edit": [self.edit, self.edit_a_hash, self.edit_and_rehash, self.edit_detail, self.swap_details],
            "deletion": [self.delete_one, self.delete_and_close_up, self.delete_a_chain],
            "reordering": [self.swap_places, self.swap_and_rehash],
            "truncation": [self.cut_short, self.cut_short_and_mend],
        }

    def sql(self, statement: str, **values) -> int:
        return self.session.connection().execute(text(statement), values).rowcount

    def set(self, column: str, value: object) -> int:
        events = AuditEvent.__table__
        made = events.update().where(events.c.id == self.dice.choice(self.ids())).values({column: value})
        return self.session.connection().execute(made).rowcount

    def ids(self) -> list[int]:
        """The events of one chain, in order."""
        organisations = (
            self.session.connection().execute(text("select organisation_id from audit_head")).scalars().all()
        )
        self.chain = self.dice.choice(list(organisations))
        asked = "select id from audit_event where organisation_id = :chain order by sequence"
        return list(self.session.connection().execute(text(asked), {"chain": self.chain}).scalars())

    def edit(self) -> int:
        column = self.dice.choice(COLUMNS)
        value: object = self.dice.randrange(10_000, 99_999)
        if column in {"action", "subject_type"}:
            value = f"x{value}"
        if column == "at":
            event = self.session.get(AuditEvent, self.dice.choice(self.ids()))
            event.at += timedelta(microseconds=self.dice.randrange(1, 10**9))
            self.session.flush()
            return 1
        if column == "organisation_id":
            return self.sql(
                "update audit_event set organisation_id = :to, sequence = 1000 where id = :id",
                to=self.other_chain(ids := self.ids()),
                id=self.dice.choice(ids),
            )
        return self.set(column, value)

    def other_chain(self, _ids: list[int]) -> int:
        asked = "select organisation_id from audit_head where organisation_id <> :chain"
        return self.session.connection().execute(text(asked), {"chain": self.chain}).scalars().first()

    def edit_a_hash(self) -> int:
        column, value = self.dice.choice(HASHES), self.dice.randbytes(32).hex()
        return self.set(column, value)

    def edit_and_rehash(self) -> int:
        """Rewrite one event and everything after it, the head too: only the anchor can tell."""
        self.session.get(AuditEvent, self.dice.choice(self.ids())).actor_id = self.dice.randrange(10_000, 99_999)
        self.rehash()
        return 1

    def edit_detail(self) -> int:
        row = self.session.get(AuditPayload, self.dice.choice(self.ids()))
        if self.dice.random() < 0.5:
            row.detail = {"reference": f"KSAF-{self.dice.randrange(10**6)}"}
        else:
            row.salt = self.dice.randbytes(16).hex()
        self.session.flush()
        return 1

    def swap_details(self) -> int:
        one, other = (self.session.get(AuditPayload, each) for each in self.dice.sample(self.ids(), 2))
        one.detail, other.detail = other.detail, one.detail
        self.session.flush()
        return 2

    def delete_one(self) -> int:
        return self.delete([self.dice.choice(self.ids())])

    def delete_and_close_up(self) -> int:
        gone = self.delete([self.dice.choice(self.ids()[:-1])])
        self.rehash()
        return gone

    def delete_a_chain(self) -> int:
        gone = self.delete(self.ids())
        return gone + self.sql("delete from audit_head where organisation_id = :chain", chain=self.chain)

    def delete(self, ids: list[int]) -> int:
        for each in ids:
            self.sql("delete from audit_payload where event_id = :id", id=each)
            self.sql("delete from audit_event where id = :id", id=each)
        return len(ids)

    def swap_places(self) -> int:
        one, other = (self.session.get(AuditEvent, each) for each in self.dice.sample(self.ids(), 2))
        first, second = one.sequence, other.sequence
        self.sql("update audit_event set sequence = 0 where id = :id", id=one.id)
        self.sql("update audit_event set sequence = :to where id = :id", to=first, id=other.id)
        return self.sql("update audit_event set sequence = :to where id = :id", to=second, id=one.id)

    def swap_and_rehash(self) -> int:
        swapped = self.swap_places()
        self.rehash()
        return swapped

    def cut_short(self) -> int:
        return self.delete(self.tail())

    def cut_short_and_mend(self) -> int:
        gone = self.delete(self.tail())
        self.rehash()
        return gone

    def tail(self) -> list[int]:
        ids = self.ids()
        return ids[self.dice.randrange(len(ids)) :]

    def rehash(self) -> None:
        """Number the chain anew, hash it anew, and move its head along."""
        self.session.flush()
        self.session.expire_all()
        previous, asked = chain.START, "select id from audit_event where organisation_id = :chain order by sequence"
        ids = list(self.session.connection().execute(text(asked), {"chain": self.chain}).scalars())
        for number, each in enumerate(ids, start=1):
            event = self.session.get(AuditEvent, each)
            event.sequence, event.previous_hash = number, previous
            event.hash = previous = chain.link(previous, service.facts(event))
            self.session.flush()
        head = self.session.get(AuditHead, self.chain)
        head.sequence, head.hash = len(ids), previous
        self.session.flush()


@pytest.fixture
def anchored(tx):
    """Two chains, and their anchor."""
    for _ in range(2):
        person = people.add_person(people.add_organisation())
        tenancy.enter(tx, person.organisation_id)
        for number in range(EVENTS):
            service.record(person.actor, Action.DRAFT_STARTED, subject=("referral", number), reference=f"KSAF-{number}")
    with tenancy.as_system(tx):
        yield verify.heads()


def test_a_thousand_tamperings_are_all_found(tx, anchored):
    dice = random.Random(20261128)  # noqa: S311 - drawn anew, the same each time
    with tenancy.as_system(tx):
        intruder = Intruder(tx, dice)
        assert verify.first_break(anchored) is None
        kinds, missed = dict.fromkeys(intruder.deeds, 0), []
        for number in range(TRIES):
            kind = list(intruder.deeds)[number % len(intruder.deeds)]
            deed = dice.choice(intruder.deeds[kind])
            with tx.begin_nested() as undone:
                changed = deed()
                tx.expire_all()
                found = verify.first_break(anchored)
                undone.rollback()
            tx.expire_all()
            assert changed, deed.__name__
            kinds[kind] += 1
            if found is None:
                missed.append(deed.__name__)
        assert verify.first_break(anchored) is None
    print(f"{sum(kinds.values()) - len(missed)} of {sum(kinds.values())} tamperings found: {kinds}")
    assert missed == []
    assert sum(kinds.values()) == TRIES

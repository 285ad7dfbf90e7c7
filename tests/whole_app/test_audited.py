"""Whatever is done is in the audit, and so is every look at a child's record: once each, and not when it was undone."""

from collections import Counter

import pytest

from portal.audit import service as audit
from portal.audit.models import AuditEvent, AuditPayload
from portal.audit.wording import PHRASES, Kind
from tests.whole_app import visitors as asked
from tests.whole_app.cases import OWN, subjects
from tests.whole_app.crawl import posts
from tests.whole_app.declared import PUBLIC
from tests.whole_app.visitors import Noted, Visitors

pytestmark = pytest.mark.timeout(400)

LOOKERS = ("referrer", "outsider", "council", "triage_officer", "safeguarding_team", "manager")
DOERS = ("referrer", "admin", "triage_officer", "case_manager", "manager", "administrator")
LOOKING = {action.value for action in PHRASES[Kind.LOOKED]}
# What keeps the portal going without anybody having done anything to a record: who is there, what was typed and not
# sent, how far somebody has read, mail that reports a change, and the audit itself.
BESIDE = {
    "account_session", "audit_event", "audit_head", "audit_payload", "held_form", "outbox_mail", "request_key",
    "seen_mark", "sign_in_attempt",
}  # fmt: skip


def test_every_view_of_a_childs_record_is_one_event(visitors):
    seen, wrong = 0, []
    for subject in subjects(visitors, {"GET"}):
        if not subject.is_about_a_row or subject.declared.who == PUBLIC or _is_quiet(visitors, subject):
            continue
        for name in LOOKERS:
            address = subject.addresses(visitors.all[name]).get(OWN)
            if not address:
                continue
            with visitors.noting(Noted()) as noted:
                answer = visitors.ask(name, "GET", address)
            if answer.status_code != 200 or not _shows_a_child(visitors, answer):
                continue
            seen += 1
            looks = [row.action for row in noted.rows if isinstance(row, AuditEvent) and row.action in LOOKING]
            if len(looks) != 1:
                wrong.append(f"{name}: {subject.rule} left {looks}")
    print(f"{seen} views of a child's record, {len(wrong)} without exactly one event")
    assert wrong == [], "\n".join(wrong)
    assert seen > 100


def test_every_change_is_an_event_and_none_is_one_twice(visitors):
    changes, silent, twice, rules = 0, [], [], set()
    for name in DOERS:
        for address, typed, rule in posts(visitors, name):
            with visitors.noting(Noted()) as noted:
                answer = visitors.ask(name, "POST", address, data=typed)
            if answer.status_code >= 400 or not noted.written - BESIDE:
                continue
            changes += 1
            rules.add(rule)
            events = _events(noted)
            if not events:
                silent.append(f"{name}: {rule} wrote {sorted(noted.written - BESIDE)} and no event")
            twice += [f"{name}: {rule}: {event}" for event, times in events.items() if times > 1]
    print(f"{changes} changes by {len(rules)} addresses, {len(silent)} without an event, {len(twice)} with one twice")
    assert silent == []
    assert twice == []
    assert len(rules) > 30


def test_a_change_whose_event_cannot_be_written_is_undone(visitors, monkeypatch):
    """The request answers 500, and nothing of it is committed: what is done without an event is not done."""
    # The pages are read first: a look at a record is an event too, and would be refused as well.
    sent = [(name, *post) for name in DOERS for post in posts(visitors, name)]
    kept: list[object] = []
    monkeypatch.setattr(asked, "_flush_and_forget", kept.append)  # what a commit becomes in this world
    monkeypatch.setattr(audit, "append", _full)
    undone, wrong = set(), []
    for name, address, typed, rule in sent:
        del kept[:]
        with visitors.noting(Noted()) as noted:
            answer = visitors.ask(name, "POST", address, data=typed)
        if answer.status_code == 500:
            undone.add(rule)
        if kept and noted.written - BESIDE:
            wrong.append(f"{name}: {rule} answered {answer.status_code} and kept what it wrote")
    print(f"{len(undone)} addresses undo what they did when its event cannot be written, {len(wrong)} do not")
    assert wrong == []
    assert len(undone) > 30


def _full(*_args: object, **_kwargs: object) -> None:
    raise OSError("No space left on device")


def _events(noted: Noted) -> Counter[str]:
    """The events of one request that say a thing was done, with what they say of it."""
    events = [row for row in noted.rows if isinstance(row, AuditEvent) and row.action not in LOOKING]
    said = {row.event_id: str(row.detail) for row in noted.rows if isinstance(row, AuditPayload)}
    return Counter(f"{row.action} {row.subject_type} {row.subject_id} {said.get(row.id)}" for row in events)


def _shows_a_child(visitors: Visitors, answer) -> bool:
    text = answer.get_data()
    marks = [tenant.mark for tenant in visitors.world.partners()] + [visitors.world.ksaf.mark]
    return any(mark.encode() in text for mark in marks)


def _is_quiet(visitors: Visitors, subject) -> bool:
    """A panel of a page that was itself an event, asked again every few seconds."""
    endpoint = next(
        rule.endpoint
        for rule in visitors.app.url_map.iter_rules()
        if rule.rule == subject.rule and "GET" in (rule.methods or ())
    )
    return visitors.app.view_functions[endpoint].access.quiet

"""What holds for every address there is, on the day it is added."""

import re
from collections import defaultdict

import pytest

from portal import config, create_app, crypto
from tests.conftest import KEYS
from tests.whole_app import declared
from tests.whole_app.cases import methods_of, rules, subjects
from tests.whole_app.visitors import Noted

TYPED = {"reference", "key", "token", "word", "week"}
READING = {"GET", "HEAD"}
# Written by reading, on purpose: who has seen what, and that somebody is still there.
NOTED_BY_READING = {"audit_event", "audit_payload", "audit_head", "seen_mark", "account_session"}


def test_every_view_says_who_may_call_it(bare_app):
    silent = [
        rule.endpoint for rule in rules(bare_app) if not hasattr(bare_app.view_functions[rule.endpoint], "access")
    ]
    assert silent == []


def test_every_address_is_declared_and_every_declaration_has_an_address(bare_app):
    present = {(method, rule.rule) for rule in rules(bare_app) for method in methods_of(rule)}
    assert present - declared.DECLARED.keys() == set(), "add these to tests/whole_app/declared.py"
    assert declared.DECLARED.keys() - present == set(), "declared, but not there"


def test_the_demo_alone_has_more(tmp_path):
    demo = create_app(config.from_environment({"PORTAL_ENV": "demo", "PORTAL_DATA_DIR": str(tmp_path)}))
    present = {(method, rule.rule) for rule in rules(demo) for method in methods_of(rule)}
    assert present - declared.DECLARED.keys() == declared.DEMO_ONLY
    crypto.use_keys(KEYS)
    demo.extensions["database"].engine.dispose()


def test_addresses_are_kebab_case(bare_app):
    for rule in rules(bare_app):
        for part in re.sub(r"<[^>]+>", "x", rule.rule).strip("/").split("/"):
            assert re.fullmatch(r"[a-z0-9]*(-[a-z0-9]+)*", part), rule.rule


def test_every_variable_part_is_typed(bare_app):
    for rule in rules(bare_app):
        for part in re.findall(r"<([^>]+)>", rule.rule):
            assert part.partition(":")[0] in TYPED, f"{rule.rule}: <{part}> takes anything"


def test_a_route_that_changes_something_has_a_permission_of_its_own(bare_app):
    holders = defaultdict(set)
    read_with = set()
    for rule in rules(bare_app):
        access = bare_app.view_functions[rule.endpoint].access
        if access.permission is None:
            continue
        if methods_of(rule) - READING:
            holders[access.permission].add(rule.rule)
        else:
            read_with.add(access.permission)
    shared = {permission: where for permission, where in holders.items() if len(where) > 1}
    assert {rule for where in shared.values() for rule in where} <= declared.SHARED_PERMISSION.keys(), shared
    reading = {permission for permission in holders if permission.value.endswith(".read")}
    assert reading == set(), "the right to read is not the right to change"


def test_a_changing_route_without_a_permission_is_on_the_list(bare_app):
    """Signing in, out and proving who one is; everything else asks for an actor and a permission."""
    open_to_change = {
        rule.rule
        for rule in rules(bare_app)
        if methods_of(rule) - READING and bare_app.view_functions[rule.endpoint].access.permission is None
    }
    listed = {
        address
        for (method, address), who in declared.DECLARED.items()
        if method == "POST" and who.who in (declared.PUBLIC, declared.SIGNED_IN)
    }
    assert open_to_change == listed


@pytest.mark.timeout(400)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(visitors, method):
    """Whatever reading writes, in whichever transaction, is a note that somebody has read."""
    asked = 0
    with visitors.noting(Noted()) as noted:
        for subject in subjects(visitors, {"GET"}):
            for visitor in ("referrer", "outsider", "manager", "administrator"):
                for htmx in (False, True):
                    for address in subject.addresses(visitors.all[visitor]).values():
                        visitors.ask(visitor, method, address, htmx=htmx)
                        asked += 1
    print(f"{asked} reading requests wrote {', '.join(sorted(noted.written))}")
    assert noted.written <= NOTED_BY_READING
    assert noted.written, "views are written down, so nothing was noted at all"

"""A change is only made for a form of ours, shown to the same person: with every changing route there is."""

import pytest
from flask import session
from flask_wtf.csrf import generate_csrf

from tests.whole_app.cases import OWN, subjects
from tests.whole_app.declared import PUBLIC, SIGNED_IN
from tests.whole_app.visitors import SIGNED_OUT, Visitor


@pytest.fixture
def guarded(visitors, monkeypatch):
    """The visitors, with CSRF protection on as it is outside the tests."""
    monkeypatch.setitem(visitors.app.config, "WTF_CSRF_ENABLED", 1)
    return visitors


def _with_token(visitors, visitor: Visitor) -> tuple[Visitor, str]:
    """Return the visitor with a cookie that holds a token's secret, and the token."""
    serializer = visitors.app.session_interface.get_signing_serializer(visitors.app)
    name, _, value = (visitor.cookie or f"{visitors.app.config['SESSION_COOKIE_NAME']}=").partition("=")
    kept = serializer.loads(value) if value else {}
    with visitors.app.test_request_context():
        token = generate_csrf()
        kept["csrf_token"] = session["csrf_token"]
    return Visitor(visitor.name, visitor.home, visitor.person, f"{name}={serializer.dumps(kept)}"), token


def _permitted(visitors, subject) -> Visitor | None:
    if subject.declared.who in (PUBLIC, SIGNED_IN):
        return visitors.all[SIGNED_OUT if subject.declared.who == PUBLIC else "referrer"]
    able = [visitors.all[name] for name in sorted(subject.declared.who)]
    return next((visitor for visitor in able if OWN in subject.addresses(visitor)), None)


def test_every_change_asks_for_a_token(guarded):
    tried = 0
    _, foreign = _with_token(guarded, guarded.all["outsider"])
    for subject in subjects(guarded, {"POST"}):
        visitor = _permitted(guarded, subject)
        assert visitor, subject.rule
        address = subject.addresses(visitor).get(OWN) or subject.addresses(visitor)["nonexistent"]
        mine, _ = _with_token(guarded, visitor)
        for how in (
            {"data": {}},
            {"data": {"csrf_token": foreign}},
            {"data": {}, "headers": {"X-CSRFToken": foreign}},
            {"data": {}, "htmx": True},
            {"data": {}, "headers": {"Origin": "https://elsewhere.example"}},
        ):
            answer = guarded.ask(mine, "POST", address, **how)
            tried += 1
            assert answer.status_code == 400, f"{visitor.name}: POST {subject.rule} with {how}"
    print(f"{tried} changes without a token of their own, all refused")


def test_the_right_token_opens_every_change(guarded):
    for subject in subjects(guarded, {"POST"}):
        visitor = _permitted(guarded, subject)
        addresses = subject.addresses(visitor)
        if OWN not in addresses:
            continue
        mine, token = _with_token(guarded, visitor)
        answer = guarded.ask(mine, "POST", addresses[OWN], data={"csrf_token": token})
        assert answer.status_code != 400, f"{visitor.name}: POST {subject.rule}"

"""Every address, as everybody, on one's own row, somebody else's and one that never was, with htmx and without."""

import re

import pytest

from portal.referrals.rules import State
from tests.whole_app.cases import FOREIGN, MIXED, NOWHERE, OWN, Subject, subjects
from tests.whole_app.declared import PUBLIC, SIGNED_IN
from tests.whole_app.visitors import NO_FACTOR, SIGNED_OUT, STAFF, Visitor, Visitors

# What differs between two renderings of the same page for the same person.
PASSING = (
    (r'nonce="[^"]*"', "nonce"),
    (r'(name="(?:csrf_token|request_key)"[^>]*value=)"[^"]*"', r"\1"),
    (r"(X-CSRFToken[^:]*:\s*)[^}]*", r"\1"),
    (r"'nonce-[^']*'", "nonce"),
)
OFF_THE_PAGE = {"Date", "Set-Cookie", "Content-Length", "X-Request-Id"}


pytestmark = pytest.mark.timeout(400)  # seconds: thousands of requests


# Two halves, so that both processors have one to do.
@pytest.mark.parametrize("half", ["partners and nobody", "KSAF"])
def test_everybody_reaches_what_is_theirs_and_nothing_else(visitors, half):
    cases, leaks = 0, []
    for subject in subjects(visitors, {"GET", "POST"}):
        for visitor in visitors.all.values():
            if (visitor.name in STAFF) is not (half == "KSAF"):
                continue
            for htmx in _ways(visitors):
                tried, found = _try(visitors, subject, visitor, htmx=htmx)
                cases += tried
                leaks += found
    print(f"{len(leaks)} leaks of {cases} cases, {half}, {visitors.database.engine.dialect.name}")
    assert leaks == [], "\n".join(leaks)


def _ways(visitors: Visitors) -> tuple[bool, ...]:
    """Without htmx and with it; what a header changes does not depend on the engine, so on one of them only."""
    return (False, True) if visitors.database.engine.dialect.name == "sqlite" else (False,)


def _try(visitors: Visitors, subject: Subject, visitor: Visitor, *, htmx: bool) -> tuple[int, list[str]]:
    """Return how many requests were made, and a line for each that went wrong."""
    addresses = subject.addresses(visitor)
    answers = {
        kind: visitors.ask(visitor, subject.method, address, htmx=htmx, data=_body(subject))
        for kind, address in addresses.items()
    }
    wrong = [
        f"{visitor.name}: {subject.method} {subject.rule} ({kind}{', htmx' if htmx else ''}) answered "
        f"{answer.status_code}, {problem}"
        for kind, answer in answers.items()
        if (problem := _problem(visitors, subject, visitor, kind, answer))
    ]
    if NOWHERE in answers and subject.declared.who != PUBLIC:
        seen = {kind: _shown(answers[kind], addresses[kind]) for kind in (FOREIGN, MIXED, NOWHERE) if kind in answers}
        wrong += [
            f"{visitor.name}: {subject.method} {subject.rule} ({kind}) tells from its answer that the row exists"
            for kind in (FOREIGN, MIXED)
            if kind in seen and seen[kind] != seen[NOWHERE]
        ]
    return len(answers), wrong


def _problem(visitors: Visitors, subject: Subject, visitor: Visitor, kind: str, answer) -> str:
    """Return what is wrong with one answer, or nothing."""
    status, may = answer.status_code, subject.declared.who
    if status >= 500:
        return f"an error of ours: {visitors.errors[-1] if visitors.errors else ''}"
    if may == PUBLIC or (may == SIGNED_IN and visitor.name != SIGNED_OUT):
        return "but they may" if status in {401, 403} else ""
    if visitor.name in {SIGNED_OUT, NO_FACTOR}:
        return "" if _is_sent_to_sign_in(answer) else "and should have asked to sign in"
    if kind == OWN and visitor.name in may:
        return "but this is theirs to do" if status in {401, 403, 404} else ""
    return "" if status in _refusals(subject, visitor, kind) else "which is not theirs"


def _refusals(subject: Subject, visitor: Visitor, kind: str) -> set[int]:
    """Return the statuses with which a visitor must be refused: in reach without the role, or out of reach."""
    if kind == OWN:
        if subject.declared.hidden:
            return {404}
        return {403, 404} if subject.declared.within_reach_of else {403}
    return {404} if visitor.name in subject.declared.who else {403, 404}


def _is_sent_to_sign_in(answer) -> bool:
    if answer.status_code == 401:
        return True
    where = answer.headers.get("Location", "")
    return answer.status_code in {302, 303} and where.startswith(("/sign-in", "/second-factor"))


def _shown(answer, address: str) -> tuple:
    """Return everything an answer tells, without what differs each time and without the address asked for."""
    text = answer.get_data().decode(errors="replace")
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers) if name not in OFF_THE_PAGE)
    for part in [part for part in address.split("/") if re.search(r"\d|[A-Z]", part)]:
        text, headers = text.replace(part, "…"), headers.replace(part, "…")
    for pattern, instead in PASSING:
        text, headers = re.sub(pattern, instead, text), re.sub(pattern, instead, headers)
    return answer.status_code, headers, text


def _body(subject: Subject) -> dict[str, str] | None:
    return dict(subject.declared.typed) if subject.method == "POST" else None


@pytest.mark.parametrize("state", [State.ACKNOWLEDGED, State.ACCEPTED])
def test_a_role_decides_in_every_state(visitors, state):
    """Whoever lacks the role is refused although the referral is in reach, however far it has come."""
    tried = 0
    for subject in subjects(visitors, {"GET", "POST"}):
        if "<reference" not in subject.rule or "<key" in subject.rule:
            continue
        for visitor in visitors.all.values():
            if visitor.name in {SIGNED_OUT, NO_FACTOR, *subject.declared.who} or not _reaches(visitors, visitor):
                continue
            home = visitor.home if visitor.home.references else visitors.world.school
            address = subject._fill({"reference": home.references[state]})
            answer = visitors.ask(visitor, subject.method, address, data=_body(subject))
            tried += 1
            assert answer.status_code in {403, 404}, f"{visitor.name}: {subject.method} {address}"
    print(f"{tried} refusals while {state}")
    assert tried


def _reaches(visitors: Visitors, visitor: Visitor) -> bool:
    return bool(visitor.home.references) or visitor.home is visitors.world.ksaf

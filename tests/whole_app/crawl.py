"""Walking every page a visitor can reach: by its links, and by every address there is filled in with their own rows."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.whole_app.cases import FOREIGN, MIXED, OWN, subjects
from tests.whole_app.declared import PUBLIC, SIGNED_IN
from tests.whole_app.typing import forms_of
from tests.whole_app.visitors import Visitors

# For what only templates and styles can get wrong: neither knows which engine the rows came from, and pages that were
# read on the other are walked for everything else.
ONE_ENGINE = pytest.mark.parametrize("world_database", ["sqlite"], indirect=True, scope="session")
LINK = re.compile(r"""(?:href|hx-get|data-panel|data-url)=["']([^"'#]+)""")
MOST = 1500
"""Pages a walk may come to before something must be generating addresses without end."""


def walk(visitors: Visitors, name: str) -> dict[str, Any]:
    """Return the answer of every page that `name` can reach, by its address; walked once, for all who ask."""
    if name not in visitors.walks:
        with visitors.noting(visitors.noted_on_walks):
            visitors.walks[name] = _walked(visitors, name)
    return visitors.walks[name]


def _walked(visitors: Visitors, name: str) -> dict[str, Any]:
    visitor = visitors.all[name]
    waiting, seen = ["/"], {}
    for subject in subjects(visitors, {"GET"}):
        # A link that opens to whoever holds it is walked as its holder alone.
        kinds = {OWN} if subject.declared.who == PUBLIC else {OWN, FOREIGN, MIXED}
        waiting += [address for kind, address in subject.addresses(visitor).items() if kind in kinds]
    while waiting:
        address = waiting.pop(0)
        if address in seen:
            continue
        assert len(seen) < MOST, f"more than {MOST} pages, the last {address}"
        answer = seen[address] = visitors.ask(name, "GET", address)
        if answer.mimetype == "text/html":
            waiting += [link for link in _links(address, answer) if link not in seen]
    return seen


def is_page(answer) -> bool:
    """Say whether an answer is a whole page, rather than a fragment of one or a file."""
    return answer.mimetype == "text/html" and answer.get_data().lstrip().lower().startswith(b"<!doctype")


def _links(address: str, answer) -> list[str]:
    found = []
    for link in LINK.findall(answer.get_data(as_text=True)):
        parts = urlsplit(urljoin(address, link.replace("&amp;", "&")))
        if not parts.netloc and parts.scheme in {"", "http"} and not parts.path.startswith("/static/"):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    if "Location" in answer.headers:
        found.append(answer.headers["Location"].partition("#")[0])
    return found


def posts(visitors: Visitors, name: str):
    """Give each address that `name` can post to from a page within reach, what is typed there, and its rule."""
    known = {
        subject.addresses(visitors.all[name]).get(OWN): subject.rule
        for subject in subjects(visitors, {"POST"})
        if subject.declared.who not in (PUBLIC, SIGNED_IN) and name in subject.declared.who
    }
    filled: dict[str, dict] = {}
    for action, typed in forms(visitors, name):
        filled.setdefault(action, typed)
    for address, rule in known.items():
        if address in filled:
            yield address, filled[address], rule


def forms(visitors: Visitors, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every form that a page within reach of `name` posts: where to, and what is typed into it."""
    for address, answer in walk(visitors, name).items():
        if is_page(answer):
            yield from forms_of(answer.get_data(), address.partition("?")[0])

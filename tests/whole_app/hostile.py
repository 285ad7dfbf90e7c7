"""Every form that people can post, once each, and which parameters a view asks for, offered by a page or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from werkzeug.exceptions import HTTPException

from portal.web.parameters import Parameters, ReadRequest
from tests.whole_app.crawl import forms, is_page, walk
from tests.whole_app.typing import uploads_of
from tests.whole_app.visitors import Visitors

PACKED = "application/x-www-form-urlencoded"
PEOPLE = ("manager", "referrer", "administrator", "admin", "signed out")
"""They are shown nearly every form there is: of the 147 that anybody is, five are other schools' alone."""


@dataclass(frozen=True)
class Form:
    """A form within reach of somebody: who, where it goes, the rule of that address, and what is typed into it."""

    who: str
    address: str
    rule: str
    typed: dict[str, Any]

    def send(self, visitors: Visitors, **instead: Any):
        """Post it with other values in some fields, packed as no browser would and anybody can."""
        body = urlencode(self.typed | instead, doseq=True, errors="surrogatepass")
        return visitors.ask(self.who, "POST", self.address, data=body, content_type=PACKED)


def every_form(visitors: Visitors) -> list[Form]:
    """Return each form on any page of theirs, once for each set of fields that its address is shown with."""
    found: dict[tuple[str, frozenset[str]], Form] = {}
    for who in PEOPLE:
        for address, typed in forms(visitors, who):
            rule = _rule(visitors, address)
            found.setdefault((rule, frozenset(typed)), Form(who, address, rule, typed))
    return list(found.values())


def every_upload(visitors: Visitors) -> Iterator[tuple[str, str, str]]:
    """Give one form of each rule that takes files: who has it, where it goes, and the name of what takes them."""
    seen = set()
    for who in PEOPLE:
        for address, answer in walk(visitors, who).items():
            for to, name in uploads_of(answer.get_data(), address.partition("?")[0]) if is_page(answer) else ():
                if (rule := _rule(visitors, to)) not in seen:
                    seen.add(rule)
                    yield who, to, name


class Asked(Parameters):
    """Parameters that keep the names they are asked for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)


@contextmanager
def asking() -> Iterator[set[str]]:
    """Give the set to which each request meanwhile adds the names of the parameters that it asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadRequest, "parameter_storage_class", Asked)
        Asked.names.clear()
        yield Asked.names


def _rule(visitors: Visitors, address: str) -> str:
    known = visitors.app.url_map.bind("localhost")
    try:
        return known.match(address.partition("?")[0], method="POST", return_rule=True)[0].rule
    except HTTPException as missing:
        raise AssertionError(f"a form posts to {address}, which is not there") from missing

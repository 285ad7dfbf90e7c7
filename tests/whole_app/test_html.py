"""Every page of everybody is valid, named, labelled and free of anything inline."""

import re
from collections import Counter, defaultdict
from typing import Any

import html5lib
import pytest
from html5lib.html5parser import ParseError

from tests.whole_app.crawl import ONE_ENGINE, is_page, walk
from tests.whole_app.visitors import SIGNED_OUT

H = "{http://www.w3.org/1999/xhtml}"
PEOPLE = ("referrer", "admin", "viewer", "councillor", "triage_officer", "manager", "administrator", SIGNED_OUT)
NOT_FILLED_IN = {"hidden", "submit", "button", "image", "reset"}


pytestmark = [pytest.mark.timeout(400), ONE_ENGINE]


@pytest.fixture(scope="module")
def pages(visitors) -> dict[tuple[str, str], Any]:
    """Every HTML answer, by visitor and address; the same page seen by two is kept once."""
    found, kept = {}, set()
    for name in PEOPLE:
        for address, answer in walk(visitors, name).items():
            if answer.mimetype != "text/html" or answer.status_code in {302, 303}:
                continue
            same = re.sub(rb'(nonce|value|X-CSRFToken)[=":\s]*"[^"]*"', b"", answer.get_data())
            if same and same not in kept:
                kept.add(same)
                found[name, address] = answer
    return found


def _parsed(answer):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=True)
    read = parser.parse if is_page(answer) else parser.parseFragment
    return read(answer.get_data(as_text=True))


def test_every_page_is_valid_and_complete(pages):
    wrong = []
    for (name, address), answer in pages.items():
        try:
            tree = _parsed(answer)
        except ParseError as problem:
            wrong.append(f"{name}: {address} is not valid: {problem}")
            continue
        wrong += [f"{name}: {address} {problem}" for problem in _problems(tree, whole=is_page(answer))]
    print(f"{len(pages)} pages and fragments")
    assert wrong == []


def test_titles_tell_pages_apart(pages):
    """Two pages a person has open are told apart by their titles: by the page, or by the referral it is about."""
    titles = defaultdict(set)
    for (name, address), answer in pages.items():
        if is_page(answer):
            title = re.search(r"<title[^>]*>(.*?)</title>", answer.get_data(as_text=True), re.DOTALL)[1].strip()
            assert title.endswith("– KSAF Partner Portal"), address
            assert title.partition("–")[0].strip(), address
            titles[name, title].add(re.sub(r"KSAF-\w+-\w+|[A-Za-z0-9_-]{16,}", "…", address.partition("?")[0]))
    # Pages that refuse share a title whatever was refused.
    refusals = {"Page not found", "Your role does not allow this", "Sign in"}
    shared = {
        key: where for key, where in titles.items() if len(where) > 1 and key[1].partition(" – ")[0] not in refusals
    }
    assert shared == {}, "\n".join(f"{key}: {sorted(where)}" for key, where in shared.items())


def _problems(tree, *, whole: bool) -> list[str]:
    every = list(tree.iter())
    elements = [each for each in every if isinstance(each.tag, str)]
    wrong = _doubled_ids(elements) + _inline(elements) + _forms(elements) + _unlabelled(elements)
    if whole:
        headings = sum(each.tag == f"{H}h1" for each in elements)
        wrong += [f"has {headings} h1"] if headings != 1 else []
        wrong += (
            [] if any(each.get("lang") == "en-GB" for each in elements if each.tag == f"{H}html") else ["has no lang"]
        )
    return wrong


def _doubled_ids(elements) -> list[str]:
    ids = Counter(each.get("id") for each in elements if each.get("id"))
    return [f"has the id {name} {count} times" for name, count in ids.items() if count > 1]


def _inline(elements) -> list[str]:
    wrong = []
    for each in elements:
        wrong += [f"has {name} on {_word(each)}" for name in each.attrib if name.startswith("on") or name == "style"]
        if each.tag == f"{H}style":
            wrong.append("has a style element")
        if each.tag == f"{H}script" and not each.get("src") and not each.get("nonce"):
            wrong.append("has a script without a nonce")
        if each.get("href", "").startswith("javascript:"):
            wrong.append("has a javascript: link")
    return wrong


def _forms(elements) -> list[str]:
    wrong = []
    for form in (each for each in elements if each.tag == f"{H}form"):
        method = (form.get("method") or "").lower()
        if method not in {"get", "post"}:
            wrong.append(f"has a form without a method: {form.get('action')}")
        names = {each.get("name") for each in form.iter() if isinstance(each.tag, str)}
        if method == "post" and "csrf_token" not in names:
            wrong.append(f"has a form without a token: {form.get('action')}")
        if method == "get" and "csrf_token" in names:
            wrong.append(f"puts a token into an address: {form.get('action')}")
    return wrong


def _unlabelled(elements) -> list[str]:
    labelled = {each.get("for") for each in elements if each.tag == f"{H}label"}
    inside = {id(field) for each in elements if each.tag == f"{H}label" for field in each.iter()}
    wrong = []
    for each in elements:
        fillable = each.tag in {f"{H}select", f"{H}textarea"} or (
            each.tag == f"{H}input" and each.get("type") not in NOT_FILLED_IN
        )
        named = each.get("id") in labelled or each.get("aria-label") or each.get("aria-labelledby")
        if fillable and not named and id(each) not in inside:
            wrong.append(f"has a field without a label: {each.get('name')}")
    return wrong


def _word(element) -> str:
    return element.tag.removeprefix(H)

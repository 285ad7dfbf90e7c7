"""Filling in the forms of a page as somebody in a hurry would: the first choice, a few words, today."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import html5lib

H = "{http://www.w3.org/1999/xhtml}"
FORM = re.compile(rb"<form\b.*?</form>", re.DOTALL)
WORDS = "Words that were said"
DATE = ("23", "11", "2026")
TYPED = {
    "email": "somebody@school.example",
    "number": "5",
    "date": "2026-11-23",
    "tel": "01632 960 700",
    "time": "10:00",
}


def forms_of(page: bytes, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each form that posts: where to, and what is typed into it."""
    for found in FORM.findall(page):
        action, typed, _ = _read(found)
        if typed is not None:
            yield action or address, dict(typed)


def uploads_of(page: bytes, address: str) -> Iterator[tuple[str, str]]:
    """Give each form that takes files: where to, and the name of what takes them."""
    for found in FORM.findall(page):
        action, typed, takes = _read(found)
        if typed is not None and takes:
            yield action or address, takes


@cache
def _read(found: bytes) -> tuple[str | None, dict[str, Any] | None, str | None]:
    """Return a form's action, what is typed into it (None where it does not post), and what takes files; once each."""
    form = next(html5lib.parseFragment(found).iter(f"{H}form"))
    takes = next((each.get("name") for each in form.iter(f"{H}input") if each.get("type") == "file"), None)
    return form.get("action"), _filled(form) if form.get("method", "").lower() == "post" else None, takes


def _filled(form: Any) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for each in form.iter():
        name = each.get("name")
        if not name or each.get("disabled") is not None:
            continue
        if each.tag == f"{H}textarea":
            typed[name] = (each.text or "").strip() or WORDS
        elif each.tag == f"{H}select":
            typed[name] = next((value for one in each.iter(f"{H}option") if (value := one.get("value"))), "")
        elif each.tag in {f"{H}input", f"{H}button"}:
            _put(typed, name, each)
    return typed


def _put(typed: dict[str, Any], name: str, each: Any) -> None:
    kind, value = each.get("type", "text"), each.get("value")
    if kind == "file":
        return
    if kind in {"radio", "checkbox", "submit", "button"} or each.tag == f"{H}button":
        typed.setdefault(name, value or "y")
    elif kind == "hidden":
        typed[name] = value or ""
    elif name in typed:  # the parts of a date share their name
        parts = typed[name] if isinstance(typed[name], list) else [DATE[0]]
        typed[name] = [*parts, DATE[len(parts) % len(DATE)]]
    else:
        typed[name] = value or TYPED.get(kind, WORDS)

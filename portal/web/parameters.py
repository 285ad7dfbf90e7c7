"""What comes with a request's address and its form, made fit to ask a database about before anybody reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict, iter_multi_items

from portal.web.typed import REPLACEMENT, UNPRINTABLE

Given = MultiDict[str, Any] | Mapping[str, Any] | Iterable[tuple[str, Any]]


class Parameters(ImmutableMultiDict[str, Any]):
    """The names and values of a query or a form, with a mark for each character that cannot be kept.

    A choice or a hidden field is looked up as it came, and PostgreSQL refuses to be asked about a NUL.
    """

    def __init__(self, given: Given | None = None) -> None:
        pairs = iter_multi_items(given) if given is not None else ()
        super().__init__([(_kept(name), _kept(value)) for name, value in pairs])


class ReadRequest(HtmxAwareRequest):
    """A request whose parameters can be looked up as they are."""

    parameter_storage_class = Parameters


def install(app: Flask) -> None:
    """Let every view of `app` read its parameters so."""
    app.request_class = ReadRequest


def _kept(value: Any) -> Any:
    return UNPRINTABLE.sub(REPLACEMENT, value) if isinstance(value, str) else value

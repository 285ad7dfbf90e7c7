"""Pages and fragments: one helper, so that a panel is the same template in its page and in its refresh."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, make_response, render_template, url_for
from htmx_flask import request
from werkzeug.datastructures import ETags

STATIC = Path(__file__).resolve().parents[2] / "static"


def render(page: str, fragment: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """Return `page` rendered with `context`, or only `fragment` when htmx asks for one; both vary by that header."""
    wanted = fragment if fragment and request.htmx and not request.htmx.history_restore_request else page
    return make_response(render_template(wanted, **context), status)


def unchanged(*facts: object) -> str | None:
    """Return None when the browser already holds the panel that `facts` describe, else the tag its answer must carry.

    The facts are whatever the panel shows: the row's version, the reader, the words of its deadlines.
    """
    tag = hashlib.blake2b(json.dumps([release(), *map(str, facts)]).encode(), digest_size=12).hexdigest()
    held: ETags = request.if_none_match
    return None if held.contains_weak(tag) else tag


def not_modified() -> Response:
    """Return the empty answer for a panel that has not changed."""
    return Response(status=304)


def panel(fragment: str, tag: str, **context: Any) -> Response:
    """Return `fragment` with the tag by which the next poll can ask whether anything changed."""
    response = make_response(render_template(fragment, **context))
    response.set_etag(tag, weak=True)
    return response


def asset(path: str) -> str:
    """Return the address of the static file `path` with its fingerprint, so that it can be cached for good."""
    return _address(request.script_root, path)


@cache
def _address(_root: str, path: str) -> str:
    """Return an address of a page's dozen files, which are the same as long as this process runs."""
    fingerprint = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=path, v=fingerprint)


@cache
def release() -> str:
    """Return a word that changes whenever a template does: part of every panel's tag."""
    folder = Path(current_app.root_path) / (current_app.template_folder or "")
    digest = hashlib.blake2b(digest_size=8)
    for template in sorted(folder.rglob("*.html")):
        digest.update(template.read_bytes())
    return digest.hexdigest()

"""What a view needs before it runs. A view without one of these is refused: closed by default.

Each leaves its demand on the view as `view.access`, which the generated access matrix reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import Flask, abort, current_app, make_response, request
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from portal.access.actor import Actor
from portal.access.policy import Permission
from portal.web import once

View = Callable[..., Any]


class SignInRequiredError(Unauthorized):
    """Nobody is signed in, or not far enough: the accounts feature turns this into the way to sign in."""


@dataclass(frozen=True)
class Access:
    """A view's demand: nobody in particular, somebody signed in, or an actor with `permission` (and `load`'s row)."""

    level: str
    permission: Permission | None = None
    load: Callable[..., Any] | None = None
    quiet: bool = False


def public(view: View) -> View:
    """Let anybody call `view`."""
    return _mark(view, Access("public"))


def signed_in(view: View) -> View:
    """Let `view` be called with the person's sign-in (`SignedIn`), whether or not an actor has been settled yet."""

    @wraps(view)
    def guarded(**kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            raise SignInRequiredError
        return _once(current_user.user_id, view, current_user, **kwargs)

    return _mark(guarded, Access("signed_in"))


def requires(permission: Permission, *, quiet: bool = False) -> Callable[[View], View]:
    """Let `view(actor, …)` be called by an actor with `permission`; `quiet` requests keep no session awake."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**kwargs: Any) -> Any:
            actor = acting()
            once.refuse_elsewhere(actor.organisation_id)
            if not actor.may(permission):
                abort(403)
            return _once(actor.user_id, view, actor, **kwargs)

        return _mark(guarded, Access("actor", permission, quiet=quiet))

    return decorate


def requires_row(permission: Permission, load: Callable[..., Any], *, quiet: bool = False) -> Callable[[View], View]:
    """Let `view(actor, row)` be called with the row that `load(actor, **address)` finds within the actor's reach.

    A row out of reach is a 404, like one that does not exist; a row in reach without the permission is a 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**kwargs: Any) -> Any:
            actor = acting()
            once.refuse_elsewhere(actor.organisation_id)
            row = load(actor, **kwargs)
            if row is None:
                abort(404)
            if not actor.may(permission):
                abort(403)
            return _once(actor.user_id, view, actor, row)

        return _mark(guarded, Access("row", permission, load, quiet))

    return decorate


def acting() -> Actor:
    """Return who is acting. Raises SignInRequiredError when nobody is, or something is missing."""
    actor = cast("Actor | None", getattr(current_user, "actor", None))
    if actor is None:
        raise SignInRequiredError
    return actor


def install(app: Flask) -> None:
    """Refuse every endpoint of `app` that does not say who may call it."""

    @app.before_request
    def closed_by_default() -> None:
        endpoint = request.endpoint
        if endpoint is None or endpoint == "static":
            return
        if not hasattr(current_app.view_functions[endpoint], "access"):
            abort(403)


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined] # read by closed_by_default and the access matrix
    return view


def _once(user_id: int, view: View, *args: Any, **kwargs: Any) -> Any:
    earlier = once.first_answer(user_id)
    if earlier is not None:
        return earlier
    response = make_response(view(*args, **kwargs))
    once.remember_answer(user_id, response)
    return response

"""Trying a verb of a service for a form: what the form says, shown again, where it could not be done."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from portal.web.errors import SomeoneWasFirstError


def attempt(step: Callable[[], object], *rules: type[Exception]) -> dict[str, Any]:
    """Do `step`, and return nothing; or, where it could not be done, what the form is to be rendered with once more.

    That is `told` with 409 where somebody was first, and `refused` with 422 where one of `rules` forbids it: errors
    whose message is written for the person who tried. Whatever was changed is rolled back with such an answer.
    """
    try:
        step()
    except SomeoneWasFirstError as first:
        return {"told": first.told, "status": HTTPStatus.CONFLICT}
    except rules as refused:
        return {"refused": str(refused), "status": HTTPStatus.UNPROCESSABLE_ENTITY}
    return {}

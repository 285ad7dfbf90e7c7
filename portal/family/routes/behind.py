"""What every page behind a link asks first: an open link, and a browser that has passed the check."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, request
from flask import session as cookie
from werkzeug.wrappers import Response

from portal.access.decorators import public
from portal.consent import variants
from portal.family import links, proof, steps
from portal.family.forms import CheckForm
from portal.family.links import Link
from portal.family.rules import LinkState
from portal.family.steps import Questions
from portal.organisations import contacts
from portal.web.rendering import render

View = Callable[..., Response]
_KEYS = frozenset({"csrf_token", "request_key", "position", "capacity", "ways"})


def behind_link(view: View) -> View:
    """Let anybody call `view(link, …)` whose link is open; others read that it ran out, or that it opens nothing."""

    @wraps(view)
    def opened(token: str, **rest: Any) -> Response:
        link = links.find(token)
        if link is not None and link.state is LinkState.OPEN:
            return view(link, **rest)
        if link is not None and link.state is LinkState.RUN_OUT:
            return page("family/run_out.html", link, status=410)
        return render("family/over.html", line=contacts.ksaf(), status=404)

    return public(opened)


def behind_check(view: View) -> View:
    """Let `view(link, …)` be called by a browser that has passed the check; what others typed is given back."""

    @wraps(view)
    def checked(link: Link, **rest: Any) -> Response:
        if is_proved(link):
            return view(link, **rest)
        if request.method == "POST":
            typed = [text for key, text in request.form.items(multi=True) if key not in _KEYS and text.strip()]
            return ask(link, CheckForm(), typed, status=422)
        return redirect(path(), 303)

    return behind_link(checked)


def ask(link: Link, form: CheckForm, typed: list[str] | None = None, status: int = 200) -> Response:
    """Ask for the date of birth, giving back what was `typed` where the check had run out."""
    return page("family/check.html", link, status=status, form=form, typed=typed or [])


def page(template: str, link: Link, **context: Any) -> Response:
    """Return a page of the link with what each of them shows."""
    version = steps.version(link)
    return render(
        template,
        path=path(),
        here=request.path,
        is_young=link.is_young,
        line=contacts.ksaf(),
        offered=variants.offered(version),
        variant=variants.chosen(version, way(link)),
        **context,
    )


def questions_of(link: Link) -> Questions:
    """Return what a link asks, in the words that this browser chose."""
    return steps.questions(link, way(link))


def way(link: Link) -> str:
    """Return which way to read its words this browser chose for a link: by the address now, or earlier in the visit."""
    wanted = request.args.get("words", "")
    if any(each.key == wanted for each in variants.offered(steps.version(link))):
        cookie[_words(link)] = wanted
    return cookie.get(_words(link), variants.PLAIN)


def forget_way(link: Link) -> None:
    """Forget which way to read it this browser chose: the next one may be somebody else's."""
    cookie.pop(_words(link), None)


def _words(link: Link) -> str:
    return f"words-{link.row.id}"


def path() -> str:
    """Return the address of the link itself, whichever of its pages was asked for."""
    return "/".join(request.path.split("/")[:3])


def kept(link: Link) -> str:
    """Return under which name the browser's signed cookie keeps its proof for this link."""
    return f"consent-{link.row.id}"


def is_proved(link: Link) -> bool:
    """Say whether this browser has passed the check."""
    return proof.holds(link, cookie.get(kept(link)))

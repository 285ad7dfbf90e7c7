"""The family's page: the check, what it is about, where each choice stands, a copy to keep, a call instead."""

from flask import Blueprint, current_app, flash, redirect, request
from flask import session as cookie
from werkzeug.wrappers import Response

from portal import clock, db
from portal.access.decorators import public
from portal.accounts import throttle
from portal.family import answering, links, proof, qr, shown
from portal.family.forms import CallForm, CheckForm, CopyForm
from portal.family.links import Link
from portal.family.routes.behind import (
    ask,
    behind_check,
    behind_link,
    forget_way,
    is_proved,
    kept,
    page,
    path,
    questions_of,
)
from portal.family.rules import LinkState
from portal.organisations import contacts
from portal.web import transactions
from portal.web.rendering import render

blueprint = Blueprint("family", __name__, url_prefix="/consent/<token:token>")

NOT_THE_DATE = "That is not the date KSAF was given. Check the day, month and year, or call KSAF"
AGAIN = 3  # new links asked for in five minutes, ours


@blueprint.get("")
@behind_link
def show(link: Link) -> Response:
    """Ask for the date of birth; then say what it is about, or where each choice stands."""
    if not is_proved(link):
        return ask(link, CheckForm())
    proof.note_view(link)
    asked = questions_of(link)
    return page(
        "family/said.html" if link.row.answered_at else "family/start.html",
        link,
        shown=asked.shown,
        choices=shown.choices(link, asked),
        seers=shown.seers(link),
        stopped=[] if link.is_young else shown.stopped(link),
        child=link.referral.child_given_name,
        until=link.row.expires_at,
        has_begun=bool(asked.draft),
        next=f"{path()}/questions/{(asked.missing() or asked.keys)[0]}",
    )


@blueprint.post("/check")
@behind_link
def check(link: Link) -> Response:
    """Take the date of birth; the browser that knew it may go on for a while."""
    typed = CheckForm(request.form)
    if not typed.validate() or typed.born.data is None:
        return ask(link, typed, status=422)
    proved = proof.prove(link, typed.born.data, request.remote_addr or "")
    if proved is None:
        transactions.keep_changes()
        typed.born.errors = [NOT_THE_DATE]
        return ask(link, typed, status=422)
    cookie[kept(link)] = proved
    return redirect(path(), 303)


@blueprint.post("/leave")
@behind_link
def leave(link: Link) -> Response:
    """Close the page on a device that others use too."""
    if is_proved(link):
        proof.leave(link)
        cookie.pop(kept(link), None)
        forget_way(link)
    flash("This page is closed. To open it again, enter the date of birth.", "success")
    return redirect(path(), 303)


@blueprint.post("/again")
@public
def again(token: str) -> Response:
    """Ask for a new link, once this one has run out."""
    link = links.find(token)
    if link is None or link.state is not LinkState.RUN_OUT:
        return render("family/over.html", line=contacts.ksaf(), status=404)
    throttle.take("consent again", str(link.row.id), AGAIN)
    return page("family/asked_again.html", link, is_mailed=answering.ask_for_link(link))


@blueprint.get("/copy")
@behind_check
def copy(link: Link) -> Response:
    """Show a copy to print and keep, and offer to mail the link."""
    return _copy(link, CopyForm())


@blueprint.post("/copy")
@behind_check
def send_copy(link: Link) -> Response:
    """Mail the link, and nothing else, to an address the family gives."""
    typed = CopyForm(request.form)
    if not typed.validate():
        return _copy(link, typed, status=422)
    throttle.take("consent copy", str(link.row.id), AGAIN)
    links.mail(link.row, "family/copy", typed.address, link.referral.reference)
    flash("The email is on its way. It names nobody.", "success")
    return redirect(f"{path()}/copy", 303)


@blueprint.get("/call")
@behind_check
def call_form(link: Link) -> Response:
    """Show the form that asks for a call."""
    return page("family/call.html", link, form=CallForm())


@blueprint.post("/call")
@behind_check
def call(link: Link) -> Response:
    """Let KSAF know that the family would like a call."""
    typed = CallForm(request.form)
    if not typed.validate():
        return page("family/call.html", link, form=typed, status=422)
    answering.ask_for_call(link, typed.data)
    db.session().flush()
    flash("KSAF knows that you would like a call, and has your number.", "success")
    return redirect(path(), 303)


def _copy(link: Link, form: CopyForm, status: int = 200) -> Response:
    asked = questions_of(link)
    return page(
        "family/copy.html",
        link,
        status=status,
        form=form,
        shown=asked.shown,
        choices=shown.choices(link, asked),
        seers=shown.seers(link),
        child=link.referral.child_given_name,
        reference=link.referral.reference,
        until=link.row.expires_at,
        made=clock.now(),
        code=qr.svg(f"{current_app.extensions['settings'].base_url}{path()}"),
    )

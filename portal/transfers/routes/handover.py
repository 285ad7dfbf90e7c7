"""The pages behind a link: a service without an account proves its e-mail, reads what is handed over, and answers."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask import session as cookie
from werkzeug.wrappers import Response
from wtforms import Form

from portal import db
from portal.access.decorators import public
from portal.organisations import contacts
from portal.transfers import answers, links, proof
from portal.transfers.forms import AcceptForm, OutsideDeclineForm, ProofForm
from portal.transfers.links import Link
from portal.transfers.rules import LinkState
from portal.web import transactions
from portal.web.rendering import render

blueprint = Blueprint("handover", __name__, url_prefix="/handover/<token:token>")

WRONG_CODE = "That is not the newest code, or it has run out. Check the email, or ask for a new code"


@blueprint.get("")
@public
def show(token: str) -> Response:
    """Ask for proof of the e-mail the link was sent to; then show what is handed over, and nothing before."""
    link = _open(token)
    if isinstance(link, Response):
        return link
    if not _is_proved(link):
        return _ask(link, ProofForm())
    answers.require_agreement(links.guest_of(link, ""), link.transfer.referral_id)
    with db.own_transaction(link.host_id):
        links.note_view(link)
    return _page(link, AcceptForm(), OutsideDeclineForm())


@blueprint.post("/code")
@public
def send_code(token: str) -> Response:
    """Send a code to the address the link was sent to."""
    link = _open(token)
    if isinstance(link, Response):
        return link
    proof.send_code(link)
    flash("A code is on its way to the address this link was sent to.", "success")
    return _back(token)


@blueprint.post("/proof")
@public
def prove(token: str) -> Response:
    """Take the code; the browser that had it may read on for a while."""
    link, typed = _open(token), ProofForm(request.form)
    if isinstance(link, Response):
        return link
    if not typed.validate():
        return _ask(link, typed, status=422)
    proved = proof.prove(link, typed.code.data or "", request.remote_addr or "")
    if proved is None:
        transactions.keep_changes()
        typed.code.errors = [WRONG_CODE]
        return _ask(link, typed, status=422)
    cookie[_kept(link)] = proved
    return _back(token)


@blueprint.post("/accept")
@public
def accept(token: str) -> Response:
    """Accept the family: who says so, and who will contact them."""
    link, typed = _open(token), AcceptForm(request.form)
    if isinstance(link, Response):
        return link
    if not _is_proved(link):
        return _ask(link, ProofForm(), typed, status=422)
    if not typed.validate():
        return _page(link, typed, OutsideDeclineForm(), status=422)
    links.accept(link, typed.given())
    flash("Accepted. KSAF and whoever referred the family are told now.", "success")
    return _back(token)


@blueprint.post("/decline")
@public
def decline(token: str) -> Response:
    """Decline the family, with reasons."""
    link, typed = _open(token), OutsideDeclineForm(request.form)
    if isinstance(link, Response):
        return link
    if not _is_proved(link):
        return _ask(link, ProofForm(), typed, status=422)
    if not typed.validate():
        return _page(link, AcceptForm(), typed, status=422)
    links.decline(link, typed.declined_by.data or "", typed.why.data or "")
    flash("Declined. KSAF is told now and looks for another service.", "success")
    return _back(token)


def _open(token: str) -> Link | Response:
    """Return the open link of `token`, else the page that says it was answered, or that it no longer works."""
    link = links.find(token)
    if link is not None and link.state is LinkState.OPEN:
        return link
    if link is not None and link.state is LinkState.ANSWERED:
        return render("transfers/link_answered.html", line=contacts.ksaf(), status=410)
    return render("transfers/link_over.html", line=contacts.ksaf(), status=404)


def _back(token: str) -> Response:
    return redirect(f"/handover/{token}", 303)


def _kept(link: Link) -> str:
    """Return under which name the browser's signed cookie keeps its proof for this link."""
    return f"handover-{link.handover.id}"


def _is_proved(link: Link) -> bool:
    return proof.holds(link, cookie.get(_kept(link)))


def _ask(link: Link, form: ProofForm, typed: Form | None = None, status: int = 200) -> Response:
    """Ask for the code, giving back what was `typed` into an answer for which the proof came too late."""
    return render(
        "transfers/handover_proof.html",
        status=status,
        form=form,
        path=_path(),
        is_code_sent=proof.is_code_sent(link),
        typed=[each for each in typed or () if each.data],
    )


def _page(link: Link, accepting: AcceptForm, declining: OutsideDeclineForm, **more: Any) -> Response:
    return render(
        "transfers/handover.html",
        path=_path(),
        transfer=link.transfer,
        reference=link.reference,
        content=link.transfer.content,
        line=contacts.ksaf(),
        accept_form=accepting,
        decline_form=declining,
        **more,
    )


def _path() -> str:
    """Return the address of the link itself, whichever of its pages was asked for."""
    return "/".join(request.path.split("/")[:3])

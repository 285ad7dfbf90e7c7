"""Accepting an invitation."""

from flask import Blueprint, abort, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from portal.access.decorators import SignInRequiredError, public
from portal.accounts import invitations, sessions, signing_in
from portal.accounts.forms import AcceptForm
from portal.accounts.invitations import LinkOverError, NewPerson, Open
from portal.web import rendering

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")


@blueprint.get("/<token:token>")
@public
def show(token: str) -> Response:
    """Show who invites whom, and ask a new person for their details."""
    invitation = invitations.find(token)
    if invitation is None:
        return _over()
    return _page(invitation, AcceptForm())


@blueprint.post("/<token:token>")
@public
def accept(token: str) -> Response:
    """Join: with a new account, or with the one that is signed in."""
    invitation = invitations.find(token)
    if invitation is None:
        return _over()
    try:
        return _accept_new(invitation) if invitation.account is None else _join(invitation)
    except LinkOverError:
        return _over()


def _accept_new(invitation: Open) -> Response:
    form = AcceptForm()
    form.about = (form.name.data or "", invitation.email, invitation.organisation_name)
    if not form.validate():
        return _page(invitation, form, 422)
    told = (form.name.data or "", form.job_title.data, form.phone.data, form.new_password.data or "")
    user_id = invitations.accept_as_new(invitation, NewPerson(*told))
    flash(f"Welcome to {invitation.organisation_name} on the KSAF Partner Portal.", "success")
    browser = request.user_agent.string
    return redirect(signing_in.begin(user_id, browser, None, invitation.organisation_id), 303)


def _join(invitation: Open) -> Response:
    if not _is_theirs(invitation):
        abort(403)
    signed = signing_in.who()
    if signed.owes_factor or signed.owes_terms:
        raise SignInRequiredError
    invitations.accept_as(invitation, signed.user_id)
    flash(f"You have joined {invitation.organisation_name}.", "success")
    token = sessions.use_organisation(signed, invitation.organisation_id)
    return redirect(signing_in.renewed(token, None), 303)


def _is_theirs(invitation: Open) -> bool:
    signed_in = current_user.is_authenticated
    return bool(signed_in and invitation.account and signing_in.who().user_id == invitation.account.id)


def _page(invitation: Open, form: AcceptForm, status: int = 200) -> Response:
    return rendering.render(
        "accounts/invitation.html",
        status=status,
        invitation=invitation,
        form=form,
        theirs=_is_theirs(invitation),
        other=None if _is_theirs(invitation) or not current_user.is_authenticated else signing_in.who().user.name,
        way_in=signing_in.with_next("/sign-in", request.path),
    )


def _over() -> Response:
    return rendering.render("accounts/link_over.html", status=404, kind="invitation")

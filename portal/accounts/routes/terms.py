"""Accepting the terms of use on the way in, once for each version."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from portal.access.decorators import signed_in
from portal.accounts import sessions, signing_in, trail
from portal.accounts.rules import own_path
from portal.accounts.sessions import SignedIn
from portal.audit.actions import Action
from portal.notices import published
from portal.web import rendering

blueprint = Blueprint("terms_of_use", __name__, url_prefix="/terms/accept")


@blueprint.get("")
@signed_in
def show(signed: SignedIn) -> Response:
    """Show the terms in force to somebody who has still to accept them."""
    wanted = request.args.get("next")
    if signed.owes_factor:
        return redirect(signing_in.next_step(signed, wanted))
    if not signed.owes_terms:
        return redirect(own_path(wanted))
    is_change = signed.user.terms_version is not None
    return rendering.render("accounts/terms.html", notice=published.of("terms")[-1], is_change=is_change)


@blueprint.post("")
@signed_in
def accept(signed: SignedIn) -> Response:
    """Accept them, and go on to where one was going."""
    wanted = request.args.get("next")
    if signed.owes_factor:
        return redirect(signing_in.next_step(signed, wanted), 303)
    if not signed.owes_terms:
        return redirect(own_path(wanted), 303)
    token = sessions.accept_terms(signed, published.terms_in_force())
    trail.record_for_person(signed.user_id, Action.TERMS_ACCEPTED, version=published.terms_in_force())
    return redirect(signing_in.renewed(token, wanted), 303)

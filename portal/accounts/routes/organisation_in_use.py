"""Choosing which organisation to work for."""

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.decorators import signed_in
from portal.accounts import memberships, sessions, signing_in, trail
from portal.accounts.sessions import SignedIn
from portal.audit.actions import Action
from portal.organisations import contacts
from portal.web import rendering

blueprint = Blueprint("organisation_in_use", __name__, url_prefix="/organisations-in-use")


@blueprint.get("")
@signed_in
def show(signed: SignedIn) -> Response:
    """List the organisations a person belongs to."""
    if signed.owes_factor or signed.owes_terms:
        return redirect(signing_in.next_step(signed, request.args.get("next")))
    held = memberships.of_person(signed.user_id)
    closed = [] if held else memberships.closed_of(signed.user_id)
    return rendering.render("accounts/organisation_in_use.html", held=held, closed=closed, line=contacts.ksaf())


@blueprint.post("")
@signed_in
def choose(signed: SignedIn) -> Response:
    """Work for the organisation chosen from now on."""
    wanted = request.args.get("next")
    if signed.owes_factor or signed.owes_terms:
        return redirect(signing_in.next_step(signed, wanted), 303)
    chosen = memberships.at_key(signed.user_id, request.form.get("membership", ""))
    if chosen is None:
        abort(404)
    before = signed.actor
    going = signing_in.renewed(sessions.use_organisation(signed, chosen.organisation_id), wanted)
    if before and signed.actor:
        names = {"from": before.organisation_name, "to": chosen.name}
        trail.record(signed.actor, Action.ORGANISATION_SWITCHED, ("session", before.session_id), **names)
        flash(f"You are now working for {chosen.name}.", "success")
    return redirect(going, 303)

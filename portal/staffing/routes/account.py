"""Closing somebody's account everywhere, for KSAF's administrators."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import people
from portal.accounts.people import Colleague
from portal.accounts.service import PeopleRuleError
from portal.staffing import service
from portal.web.dates import count_of

blueprint = Blueprint("staffing_account", __name__, url_prefix="/organisations/<key:key>/people/<key:member>")


@blueprint.post("/close")
@requires_row(Permission.PERSON_DISABLE, people.get_member_of)
def close(actor: Actor, colleague: Colleague) -> Response:
    """Close a person's account everywhere, at once; who can name somebody for what they leave is told."""
    try:
        left = service.close_account(actor, colleague.membership.user_id)
    except PeopleRuleError as refusal:
        flash(str(refusal), "info")
        return redirect("/organisations", 303)
    told = f" They leave {count_of(left, 'referral')}: who can name somebody else has been told." if left else ""
    flash(f"{colleague.user.name}’s account is closed. They have been signed out everywhere.{told}", "success")
    is_ours = colleague.membership.organisation_id == actor.organisation_id
    return redirect(f"/people/{colleague.key}" if left and is_ours else "/organisations", 303)

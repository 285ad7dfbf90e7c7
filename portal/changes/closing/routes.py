"""An organisation is renamed, moves to another trust, closes, or opens again: for KSAF's administrators."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import people
from portal.changes.closing import queries, service
from portal.changes.closing.forms import CloseForm, OpenForm, RenameForm, TrustForm
from portal.organisations import changing
from portal.organisations.models import Organisation
from portal.organisations.service import NameTakenError
from portal.web.dates import count_of, today
from portal.web.rendering import render

blueprint = Blueprint("organisation_changes", __name__, url_prefix="/organisations/<key:key>")


@blueprint.get("/name")
@requires_row(Permission.ORGANISATION_RENAME, queries.get_partner)
def name(actor: Actor, organisation: Organisation) -> Response:
    """The form for another name."""
    del actor
    return _ask("rename", organisation, RenameForm())


@blueprint.post("/name")
@requires_row(Permission.ORGANISATION_RENAME, queries.get_partner)
def rename(actor: Actor, organisation: Organisation) -> Response:
    """Give it another name; the old one stays findable."""
    form, before = RenameForm(), organisation.name
    if form.validate_on_submit() and form.name.data and form.since.data:
        try:
            changing.rename(actor, organisation, form.name.data, form.since.data)
        except NameTakenError as taken:
            form.name.errors = [str(taken)]
        else:
            flash(f"{before} is now called {form.name.data}. It is still found by its old name.", "success")
            return _back(organisation)
    return _ask("rename", organisation, form, 422)


@blueprint.get("/trust")
@requires_row(Permission.ORGANISATION_MOVE, queries.get_partner)
def trust(actor: Actor, organisation: Organisation) -> Response:
    """The form for the trust it belongs to."""
    del actor
    return _ask("trust", organisation, TrustForm(trust=changing.trust_of(organisation)))


@blueprint.post("/trust")
@requires_row(Permission.ORGANISATION_MOVE, queries.get_partner)
def move(actor: Actor, organisation: Organisation) -> Response:
    """Note the trust it belongs to now."""
    form = TrustForm()
    if form.validate_on_submit() and form.since.data:
        changing.move_to_trust(actor, organisation, form.trust.data or "", form.since.data)
        flash(f"Noted: {organisation.name} belongs to {form.trust.data or 'no trust'}.", "success")
        return _back(organisation)
    return _ask("trust", organisation, form, 422)


@blueprint.get("/closing")
@requires_row(Permission.ORGANISATION_CLOSE, queries.get_partner)
def closing(actor: Actor, organisation: Organisation) -> Response:
    """What it still has, what becomes of that, and the form that closes it or opens it again."""
    return _closing(actor, organisation, CloseForm(), OpenForm())


@blueprint.post("/close")
@requires_row(Permission.ORGANISATION_CLOSE, queries.get_partner)
def close(actor: Actor, organisation: Organisation) -> Response:
    """Close it, with everything that follows, at once."""
    form = CloseForm()
    if form.validate_on_submit() and form.since.data:
        left = service.close(actor, organisation, form.reason.data or "", form.since.data)
        kept = f"{count_of(left.referrals, 'open referral')} stay{'s' if left.referrals == 1 else ''} with KSAF."
        flash(f"{organisation.name} is closed. {kept} KSAF’s managers have been told.", "success")
        return _back(organisation)
    return _closing(actor, organisation, form, OpenForm(formdata=None), 422)


@blueprint.post("/open")
@requires_row(Permission.ORGANISATION_OPEN, queries.get_partner)
def open_again(actor: Actor, organisation: Organisation) -> Response:
    """Open it again."""
    form = OpenForm()
    if form.validate_on_submit():
        service.open_again(actor, organisation, form.reason.data or "", today())
        flash(f"{organisation.name} is open again. Invite its people anew.", "success")
        return _back(organisation)
    return _closing(actor, organisation, CloseForm(formdata=None), form, 422)


def _ask(page: str, organisation: Organisation, form: RenameForm | TrustForm, status: int = 200) -> Response:
    return render(f"changes/{page}.html", organisation=organisation, form=form, status=status)


def _closing(
    actor: Actor, organisation: Organisation, form: CloseForm, open_form: OpenForm, status: int = 200
) -> Response:
    return render(
        "changes/closing.html",
        organisation=organisation,
        form=form,
        open_form=open_form,
        has=queries.holding(organisation),
        people=people.people_of(actor, organisation),
        status=status,
    )


def _back(organisation: Organisation) -> Response:
    return redirect(f"/organisations/{organisation.key}", 303)

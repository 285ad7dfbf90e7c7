"""Pages about organisations and their agreement."""

from flask import Blueprint, Flask, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.access.roles import KIND_LABELS, OrganisationKind
from portal.organisations import queries, service, terms
from portal.organisations.forms import AcceptForm, OrganisationForm
from portal.web.rendering import render
from portal.web.typed import one_line

blueprint = Blueprint("organisations", __name__)


def install(app: Flask) -> None:
    """Register the pages on `app`."""
    app.register_blueprint(blueprint)


@blueprint.get("/organisations")
@requires(Permission.ORGANISATION_READ)
def organisations(actor: Actor) -> Response:
    """Every organisation, or those that are or were called so, for KSAF's administrators."""
    called = one_line(request.args.get("q", ""))
    return render(
        "organisations/list.html",
        rows=queries.organisations(actor, called),
        called=called,
        former=queries.former_names(actor),
        kind_labels=KIND_LABELS,
    )


@blueprint.get("/organisations/new")
@requires(Permission.ORGANISATION_ADD)
def new_organisation(actor: Actor) -> Response:
    """The form for a new partner."""
    return render("organisations/new.html", form=OrganisationForm())


@blueprint.post("/organisations")
@requires(Permission.ORGANISATION_ADD)
def add_organisation(actor: Actor) -> Response:
    """Add a partner and go on to invite its first admin."""
    form = OrganisationForm()
    if form.validate_on_submit():
        try:
            made = service.add_partner(
                actor,
                form.name.data or "",
                OrganisationKind(form.kind.data),
                phase=form.phase.data or None,
                area=form.area.data or "kent",
                phone=form.phone.data or None,
            )
        except service.NameTakenError as taken:
            form.name.errors = [str(taken)]
        else:
            flash(f"{made.name} has been added. Now invite its first admin.", "success")
            return redirect(f"/organisations/{made.key}", 303)
    return render("organisations/new.html", form=form, status=422)


@blueprint.get("/agreement")
@requires(Permission.AGREEMENT_READ)
def agreement(actor: Actor) -> Response:
    """The data-sharing terms, and who accepted them."""
    return _agreement(actor, AcceptForm())


@blueprint.post("/agreement")
@requires(Permission.AGREEMENT_ACCEPT)
def accept_agreement(actor: Actor) -> Response:
    """Accept the terms for the organisation in use."""
    form = AcceptForm()
    if not form.validate_on_submit():
        return _agreement(actor, form, status=422)
    service.accept_terms(actor)
    flash(f"{actor.organisation_name} has accepted the data-sharing terms. You can now refer a child.", "success")
    return redirect("/", 303)


def _agreement(actor: Actor, form: AcceptForm, status: int = 200) -> Response:
    accepted = queries.agreement_in_force(actor)
    return render("organisations/agreement.html", form=form, terms=terms.current(), accepted=accepted, status=status)

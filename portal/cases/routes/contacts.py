"""The contact log: KSAF's own page, adding to it, and correcting an entry."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import contacts, for_cpoms, queries
from portal.cases.contact_forms import ContactForm, CorrectionForm, correction_form
from portal.cases.contacts import OpenedContact
from portal.cases.queries import Supported
from portal.referrals import page
from portal.referrals.record import note_view
from portal.web.attempts import attempt
from portal.web.rendering import render

blueprint = Blueprint("cases_contacts", __name__, url_prefix="/referrals/<reference:reference>/contacts")


@blueprint.get("")
@requires_row(Permission.CONTACT_READ, queries.open_support)
def show(actor: Actor, found: Supported) -> Response:
    """Show every contact, newest first."""
    note_view(actor, found.referral, "contacts")
    log = contacts.log_of(actor, found.case)
    return render(
        "cases/contacts.html",
        log=log,
        in_cpoms=for_cpoms.marks(actor, (each.row for each in log)),
        kinds=contacts.KINDS,
        results=contacts.RESULTS,
        may_log=actor.may(Permission.CONTACT_LOG),
        **page.heading(actor, found.opened, "support"),
    )


@blueprint.get("/new")
@requires_row(Permission.CONTACT_LOG, queries.open_own_support)
def log_form(actor: Actor, found: Supported) -> Response:
    """Show the form for a contact."""
    note_view(actor, found.referral, "contacts")
    return _show_form(actor, found, ContactForm())


@blueprint.post("/new")
@requires_row(Permission.CONTACT_LOG, queries.open_own_support)
def log(actor: Actor, found: Supported) -> Response:
    """Enter a contact into the log."""
    typed = ContactForm(request.form)
    if not typed.validate():
        return _show_form(actor, found, typed, status=422)
    contacts.log(actor, found, typed.contact())
    return _back(found, "Contact added to the log.")


@blueprint.get("/<key:key>")
@requires_row(Permission.CONTACT_CORRECT, contacts.open_contact)
def correct_form(actor: Actor, found: OpenedContact) -> Response:
    """Show an entry to correct."""
    note_view(actor, found.supported.referral, "contacts")
    return _show_form(actor, found.supported, correction_form(found.row), entry=found)


@blueprint.post("/<key:key>")
@requires_row(Permission.CONTACT_CORRECT, contacts.open_contact)
def correct(actor: Actor, found: OpenedContact) -> Response:
    """Enter what is right in place of an entry."""
    typed = CorrectionForm(request.form)
    if not typed.validate():
        return _show_form(actor, found.supported, typed, entry=found, status=422)
    if again := attempt(lambda: contacts.correct(actor, found, typed.contact(), typed.why.data or "")):
        return _show_form(actor, found.supported, typed, entry=found, **again)
    return _back(found.supported, "Entry corrected. The earlier one stays beneath it.")


def _back(found: Supported, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{found.referral.reference}/contacts", 303)


def _show_form(
    actor: Actor,
    found: Supported,
    form: ContactForm,
    *,
    entry: OpenedContact | None = None,
    told: str = "",
    status: int = 200,
) -> Response:
    return render(
        "cases/contact.html",
        status=status,
        form=form,
        entry=entry.row if entry else None,
        told=told,
        **page.heading(actor, found.opened, "support"),
    )

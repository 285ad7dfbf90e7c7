"""Files sent with a referral: added to a draft, downloaded, taken away again."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.referrals import record
from portal.referrals.files import attachments, kinds
from portal.referrals.files.attachments import Refused
from portal.referrals.files.downloads import as_download
from portal.referrals.models import Attachment, Referral
from portal.referrals.queries import get_referral
from portal.referrals.rules import State
from portal.web import rendering, transactions
from portal.web.dates import count_of

blueprint = Blueprint("attachments", __name__, url_prefix="/referrals/<reference:reference>/attachments")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, get_referral)
def page(actor: Actor, referral: Referral) -> Response:
    """The files of a referral and, while it is a draft, the way to add more."""
    record.note_view(actor, referral, "attachments")
    return _page(actor, referral)


@blueprint.post("")
@requires_row(Permission.ATTACHMENT_ADD, get_referral)
def add(actor: Actor, referral: Referral) -> AnyResponse:
    """Keep the files that may be attached and say what is wrong with the others."""
    _require_draft(actor, referral)
    stored = attachments.store(actor, referral, request.files.getlist("files"))
    if stored.refused or not stored.kept:
        transactions.keep_changes()  # the good ones stay, whatever the others were
        return _page(actor, referral, stored.refused, nothing_chosen=not stored.refused)
    flash(f"{count_of(len(stored.kept), 'file')} attached.", "success")
    return redirect(request.path, 303)


@blueprint.get("/<key:key>")
@requires_row(Permission.REFERRAL_READ, attachments.get_attachment)
def download(actor: Actor, attached: Attachment) -> Response:
    """The file, to be saved and never shown inside a page."""
    content = attachments.read(actor, request.view_args["reference"] if request.view_args else "", attached)
    return as_download(content, attached.filename, attached.content_type)


@blueprint.post("/<key:key>/remove")
@requires_row(Permission.ATTACHMENT_REMOVE, attachments.get_attachment)
def remove(actor: Actor, attached: Attachment) -> AnyResponse:
    """Take a file away from a draft."""
    reference: str = request.view_args["reference"] if request.view_args else ""
    referral = get_referral(actor, reference) or abort(404)
    _require_draft(actor, referral)
    attachments.remove(actor, referral, attached)
    flash(f"“{attached.filename}” has been removed.", "success")
    return redirect(f"/referrals/{reference}/attachments", 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """Say how much fits into one sending."""
    told = "The files are more than 25 MB together. Attach one or two at a time."
    return render_template("errors/413.html", told=told, return_to=request.path), 413


def _page(
    actor: Actor, referral: Referral, refused: list[Refused] | None = None, *, nothing_chosen: bool = False
) -> Response:
    errors = ["Choose at least one file"] if nothing_chosen else [each.message for each in refused or []]
    return rendering.render(
        "referrals/attachments.html",
        status=422 if errors else 200,
        referral=referral,
        attached=attachments.of_referral(actor, referral),
        may_change=_is_own_draft(actor, referral) and actor.may(Permission.ATTACHMENT_ADD),
        errors=errors,
        kinds=kinds,
    )


def _is_own_draft(actor: Actor, referral: Referral) -> bool:
    return referral.state is State.DRAFT and referral.organisation_id == actor.organisation_id


def _require_draft(actor: Actor, referral: Referral) -> None:
    if not _is_own_draft(actor, referral):
        abort(409)

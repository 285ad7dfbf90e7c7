"""A child changes school: recorded by either side; what follows, for KSAF."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.accounts import held
from portal.changes.school import queries, service
from portal.changes.school.forms import AccessForm, MoveForm, NotSharedForm
from portal.family.queries import open_sent
from portal.referrals import sender
from portal.referrals.models import Referral
from portal.referrals.progress import child_in_full
from portal.referrals.record import note_view
from portal.referrals.sharing import moved
from portal.referrals.sharing.models import SchoolMove
from portal.web.dates import long_date
from portal.web.errors import SomeoneWasFirstError
from portal.web.rendering import render

blueprint = Blueprint("school_moves", __name__, url_prefix="/referrals/<reference:reference>")


@blueprint.get("/change-of-school")
@requires_row(Permission.SCHOOL_MOVE_RECORD, open_sent)
def form(actor: Actor, referral: Referral) -> Response:
    """The form for a change of school."""
    note_view(actor, referral, "change of school")
    return _ask(actor, referral, MoveForm(held.give_back(actor, request.path)))


@blueprint.post("/change-of-school")
@requires_row(Permission.SCHOOL_MOVE_RECORD, open_sent)
def record(actor: Actor, referral: Referral) -> Response:
    """Record it; KSAF goes on to what follows, whoever sent the referral back to it."""
    typed = MoveForm(request.form)
    typed.offer(queries.schools(actor, referral))
    if not typed.validate():
        return _ask(actor, referral, typed, status=422)
    service.record(actor, referral, typed.told())
    if actor.may(Permission.SCHOOL_MOVE_READ):
        return _back(referral)
    flash("KSAF has been told that the child has changed school.", "success")
    return redirect(f"/referrals/{referral.reference}", 303)


@blueprint.get("/school-move")
@requires_row(Permission.SCHOOL_MOVE_READ, open_sent)
def show(actor: Actor, referral: Referral) -> Response:
    """What follows from a change of school: the new school, and the old one's access."""
    note_view(actor, referral, "what follows a change of school")
    return _show(actor, referral)


@blueprint.post("/school-move/access")
@requires_row(Permission.SCHOOL_MOVE_ACCESS, open_sent)
def end_access(actor: Actor, referral: Referral) -> Response:
    """End the old school's access, now or at the end of a day."""
    typed = AccessForm(request.form)
    if not typed.validate():
        return _show(actor, referral, access=typed, status=422)
    if (last_day := typed.until) is None:
        service.end_access(actor, referral, _move(referral))
        flash("The old school no longer sees this referral. It has been told by email, by reference.", "success")
    else:
        service.keep_access(actor, referral, _move(referral), last_day)
        flash(f"The old school has been told that its access ends on {long_date(last_day)}.", "success")
    return _back(referral)


@blueprint.post("/school-move/not-shared")
@requires_row(Permission.SCHOOL_MOVE_NOT_SHARE, open_sent)
def do_not_share(actor: Actor, referral: Referral) -> Response:
    """Settle that the new school does not see it here."""
    typed = NotSharedForm(request.form)
    if not typed.validate():
        return _show(actor, referral, not_shared=typed, status=422)
    service.do_not_share(actor, referral, _move(referral), typed.written)
    flash("Recorded: the new school does not see this referral.", "success")
    return _back(referral)


def _move(referral: Referral) -> SchoolMove:
    found = moved.newest(referral)
    if found is None:
        raise SomeoneWasFirstError("No change of school is recorded.")
    return found


def _ask(actor: Actor, referral: Referral, typed: MoveForm, status: int = 200) -> Response:
    schools = queries.schools(actor, referral)
    typed.offer(schools)
    child = child_in_full(referral)
    return render(
        "changes/change_of_school.html", form=typed, referral=referral, child=child, schools=schools, status=status
    )


def _show(
    actor: Actor,
    referral: Referral,
    *,
    access: AccessForm | None = None,
    not_shared: NotSharedForm | None = None,
    status: int = 200,
) -> Response:
    known = queries.known(actor, referral)
    return render(
        "changes/school_move.html",
        status=status,
        referral=referral,
        child=child_in_full(referral),
        known=known,
        owed=queries.owed(actor, referral) if known else [],
        sees=sender.sees(referral),
        last_day=sender.last_day(referral),
        access=access or AccessForm(),
        not_shared=not_shared or NotSharedForm(),
        wrong=access or not_shared,
    )


def _back(referral: Referral) -> Response:
    return redirect(f"/referrals/{referral.reference}/school-move", 303)

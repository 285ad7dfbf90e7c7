"""The Attendance tab of a referral: the figures as a chart and as a table, and adding to them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires_row
from portal.access.policy import Permission
from portal.cases import attendance, chart, queries, session_file
from portal.cases.attendance_forms import FileForm, WeekForm
from portal.cases.queries import Supported
from portal.referrals import page
from portal.referrals.queries import concerns
from portal.referrals.record import note_view
from portal.web.dates import today
from portal.web.rendering import render

blueprint = Blueprint("cases_attendance", __name__, url_prefix="/referrals/<reference:reference>/attendance")


@blueprint.get("")
@requires_row(Permission.REFERRAL_READ, queries.open_support)
def show(actor: Actor, found: Supported) -> Response:
    """Show the attendance before, during and after support, with the goals beside it."""
    note_view(actor, found.referral, "attendance")
    return _show(actor, found)


@blueprint.post("")
@requires_row(Permission.ATTENDANCE_ADD, queries.open_own_support)
def add(actor: Actor, found: Supported) -> Response:
    """Take one week's figures."""
    typed = WeekForm(request.form)
    typed.offer(attendance.mondays(found.case))
    if not typed.validate():
        return _show(actor, found, week_form=typed, status=422)
    attendance.add(actor, found, [typed.week()])
    return _kept(found, "Attendance added.")


@blueprint.post("/file")
@requires_row(Permission.ATTENDANCE_UPLOAD, queries.open_own_support)
def upload(actor: Actor, found: Supported) -> Response:
    """Take a file of sessions, all of it or nothing."""
    sent = request.files.get("file")
    first = found.case.starts_on - timedelta(weeks=attendance.AROUND)
    data = sent.read(session_file.LARGEST + 1) if sent and sent.filename else b""
    read = session_file.read(data, first, today())
    if read.errors:
        wrong = read.errors if data else ["Choose the CSV file"]
        return _show(actor, found, file_errors=wrong, status=422)
    count = attendance.add(actor, found, read.weeks)
    return _kept(found, f"Attendance added for {count} week{'s' if count > 1 else ''}.")


@blueprint.get("/template")
@requires_row(Permission.REFERRAL_READ, queries.open_support)
def template(_actor: Actor, _found: Supported) -> Response:
    """Give an example of the file."""
    answer = make_response(session_file.template())
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="sessions.csv"'
    return answer


def _kept(found: Supported, told: str) -> Response:
    flash(told, "success")
    return redirect(f"/referrals/{found.referral.reference}/attendance", 303)


def _show(
    actor: Actor,
    found: Supported,
    week_form: WeekForm | None = None,
    file_errors: list[str] | None = None,
    status: int = 200,
) -> Response:
    case, form = found.case, week_form or WeekForm()
    form.offer(attendance.mondays(case))
    weeks, goals = attendance.given(actor, case), attendance.goals_shown(actor, found)
    file_form = FileForm()
    file_form.file.errors = file_errors or []
    shown: dict[str, Any] = {
        "weeks": weeks,
        "goals": goals,
        "numbers": range(1, case.weeks + 1),
        "chart": chart.attendance(weeks) if weeks else None,
        "goal_chart": chart.goals(goals, case.weeks) if goals else None,
        "form": form,
        "file_form": file_form,
        "file_errors": [{"text": each, "href": "#file"} for each in file_errors or ()],
        "may_add": actor.may(Permission.ATTENDANCE_ADD) and concerns(actor, found.referral),
    }
    return render("cases/attendance.html", status=status, **shown, **page.heading(actor, found.opened, "attendance"))

"""The list of referrals: filtered, searched, sorted and paged, all of it in the address."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal import db, references
from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.referrals import export, list_page, people, queries
from portal.referrals.listing import Cursor, Group, Sort, Wanted, referrals
from portal.web import dates, spreadsheet
from portal.web.rendering import not_modified, panel, render, unchanged
from portal.web.typed import one_line

blueprint = Blueprint("referral_list", __name__, url_prefix="/referrals")


@blueprint.get("", strict_slashes=False)
@requires(Permission.REFERRAL_READ)
def show(actor: Actor) -> Response:
    """The list, or straight to the referral when its whole reference was typed."""
    reference = references.normalise(request.args.get("q", ""))
    if reference and queries.get_referral(actor, reference):
        return _straight_to(reference)
    return render("referrals/list.html", "referrals/_list.html", **_context(actor))


@blueprint.get("/rows")
@requires(Permission.REFERRAL_READ, quiet=True)
def rows(actor: Actor) -> Response:
    """The rows alone, for the page that is being looked at."""
    context = _context(actor)
    shown = [(row.reference, row.where, row.following, row.changed) for row in context["rows"]]
    tag = unchanged(actor.user_id, actor.organisation_id, request.query_string, shown)
    return not_modified() if tag is None else panel("referrals/_rows.html", tag, **context)


@blueprint.get("/export")
@requires(Permission.REFERRAL_EXPORT)
def download(actor: Actor) -> Response:
    """The whole list as a file, narrowed as the page is; taking it is itself an event."""
    colleagues = people.who_can_be_chosen(actor)
    wanted = _wanted(colleagues)
    export.note(actor, sorted(list_page.kept(wanted, colleagues)))
    rows = export.rows(db.session().info["database"], actor, wanted)
    return spreadsheet.download(f"referrals-{dates.today().isoformat()}.csv", export.HEADER, rows)


def _context(actor: Actor) -> dict[str, Any]:
    colleagues = people.who_can_be_chosen(actor)
    wanted = _wanted(colleagues)
    return list_page.context(actor, wanted, referrals(actor, wanted), colleagues)


def _wanted(colleagues: list[people.Choosable]) -> Wanted:
    args = request.args
    older, newer = Cursor.read(args.get("after", ""), older=True), Cursor.read(args.get("before", ""), older=False)
    chosen = next((each.user_id for each in colleagues if each.key == args.get("person")), None)
    return Wanted(
        group=_one_of(Group, args.get("show", ""), Group.ALL),
        sort=_one_of(Sort, args.get("sort", ""), Sort.CHANGE),
        person_id=chosen,
        search=one_line(args.get("q")),
        cursor=older or newer,
    )


def _one_of(kind: Any, typed: str, otherwise: Any) -> Any:
    return kind(typed) if typed in set(kind) else otherwise


def _straight_to(reference: str) -> Response:
    address = url_for("record.show", reference=reference)
    if "HX-Request" not in request.headers:
        return redirect(address, 303)
    # htmx would swap the record into the list's place: tell it to open the page instead.
    answer = redirect(address, 303)
    answer.status_code = 200
    answer.headers["HX-Redirect"] = address
    return answer

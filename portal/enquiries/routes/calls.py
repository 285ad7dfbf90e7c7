"""The Support and Advice Line's pages: the list of calls, logging one, reading one."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires, requires_row
from portal.access.policy import Permission
from portal.enquiries import directory, hours, queries, rules, service
from portal.enquiries.call_backs import queries as call_backs
from portal.enquiries.call_backs.models import CallBack
from portal.enquiries.call_backs.rules import CallBackEnding
from portal.enquiries.confirming import forms as confirming
from portal.enquiries.confirming import queries as in_writing
from portal.enquiries.confirming.forms import CameForm
from portal.enquiries.forms import CallForm
from portal.enquiries.inviting import queries as inviting
from portal.enquiries.models import Caller, Enquiry
from portal.enquiries.queries import Wanted
from portal.organisations import contacts
from portal.web.rendering import render
from portal.web.typed import one_line, whole_number

blueprint = Blueprint("enquiries", __name__, url_prefix="/enquiries")
_FILTERS = {None: "All", Caller.PARENT: "Parents", Caller.PROFESSIONAL: "Professionals", Caller.UNNAMED: "Not named"}


@blueprint.get("", strict_slashes=False)
@requires(Permission.ENQUIRY_READ)
def show(actor: Actor) -> Response:
    """The calls, newest first, narrowed by who called and by what was typed."""
    wanted = _wanted()
    found = queries.calls(actor, wanted)
    kept: dict[str, Any] = {"show": wanted.caller, "q": wanted.search or None}
    older = url_for("enquiries.show", before=found.following, **kept) if found.following else None
    return render(
        "enquiries/list.html",
        calls=found.rows,
        wanted=wanted,
        filters=[_filter(each, label, wanted) for each, label in _FILTERS.items()],
        callers=rules.CALLERS,
        next_steps=rules.NEXT_STEPS,
        hours=hours.in_words(),
        older=older,
        newest=url_for("enquiries.show", **kept) if wanted.before else None,
    )


@blueprint.get("/new")
@requires(Permission.ENQUIRY_LOG)
def new(actor: Actor) -> Response:
    """The page on which a call is logged; one that was owed brings along what is known of it."""
    owed = _made_back(actor, one_line(request.args.get("call")))
    if owed is None:
        return _ask(CallForm())
    area = call_backs.area_of(actor, owed)
    return _ask(CallForm(data={"caller": "parent", "name": owed.name, "phone": owed.phone, "area": area}), owed)


@blueprint.post("/new")
@requires(Permission.ENQUIRY_LOG)
def log_call(actor: Actor) -> Response:
    """Keep the call; where anybody is at immediate risk, show what to do and keep nothing."""
    form, owed = CallForm(request.form), _made_back(actor, one_line(request.form.get("call")))
    if form.risk.data == "yes":
        area = form.area.data if form.area.data in rules.AREAS else "not_known"
        return render("enquiries/stop.html", stop=contacts.stop_page(area))
    if not form.validate():
        return _ask(form, owed, status=422)
    made = service.log_call(actor, form.call(), owed)
    flash("The call is logged.", "success")
    return redirect(url_for("enquiries.read", reference=made.reference), 303)


@blueprint.get("/<reference:reference>")
@requires_row(Permission.ENQUIRY_READ, queries.get_enquiry)
def read(actor: Actor, enquiry: Enquiry) -> Response:
    """One call, as it was written down."""
    service.note_view(actor, enquiry)
    return page(actor, enquiry, confirming.fresh())


def page(actor: Actor, enquiry: Enquiry, form: CameForm, *, status: int = 200) -> Response:
    """Show one call; `form` is for what became of a referral that was phoned in, while that is open."""
    return render(
        "enquiries/call.html",
        enquiry=enquiry,
        caller=rules.CALLERS[enquiry.caller],
        area=rules.AREAS[enquiry.area],
        next_step=rules.NEXT_STEPS[enquiry.next_step],
        services=directory.chosen(enquiry.signposts),
        draft=inviting.draft_of(actor, enquiry),
        owed=in_writing.lines(actor, enquiry),
        form=form,
        status=status,
    )


def _made_back(actor: Actor, reference: str) -> CallBack | None:
    """Return the call that was owed about `reference`, while it has been made and is not yet written down."""
    found = call_backs.get_call_back(actor, reference) if reference else None
    return found if found and found.ending is CallBackEnding.SPOKE and found.logged_id is None else None


def _ask(form: CallForm, owed: CallBack | None = None, *, status: int = 200) -> Response:
    hints = {each.key: _hint(each) for each in directory.SERVICES}
    return render("enquiries/new.html", form=form, owed=owed, hints=hints, hours=hours.in_words(), status=status)


def _hint(each: directory.Service) -> str:
    return f"For {each.what_for}. {each.phone}"


def _wanted() -> Wanted:
    typed = request.args.get("show")
    return Wanted(
        caller=Caller(typed) if typed in set(Caller) else None,
        search=one_line(request.args.get("q")),
        before=whole_number(request.args.get("before")) or None,
    )


def _filter(caller: Caller | None, label: str, wanted: Wanted) -> dict[str, Any]:
    href = url_for("enquiries.show", show=caller, q=wanted.search or None)
    return {"label": label, "href": href, "current": caller is wanted.caller}

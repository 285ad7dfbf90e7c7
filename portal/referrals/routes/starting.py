"""Before a referral: four questions, and where they lead."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.access.roles import OrganisationKind, Role
from portal.accounts import people
from portal.organisations import contacts
from portal.organisations.queries import agreement_in_force
from portal.referrals.form import before_you_start, drafts, forms
from portal.referrals.form.before_you_start import QUESTIONS, Outcome
from portal.referrals.form.sections import Answers, words
from portal.web.rendering import render

blueprint = Blueprint("starting", __name__)


@blueprint.get("/referrals/new")
@requires(Permission.REFERRAL_PREPARE)
def prepare(actor: Actor) -> Response:
    """Ask the four questions; a councillor is shown how to signpost a family instead."""
    if actor.organisation_kind is OrganisationKind.COUNCILLOR:
        return _advise(before_you_start.signpost_only(), {})
    if agreement_in_force(actor) is None:
        return _agree_first(actor)
    return _ask(forms.bind(QUESTIONS, {}))


@blueprint.post("/referrals/new")
@requires(Permission.REFERRAL_START)
def start(actor: Actor) -> Response:
    """Act on the answers: danger stops here and leaves no trace, and only an open way leads to a draft."""
    form = forms.read(QUESTIONS, request.form)
    answers = forms.answers_in(form, QUESTIONS)
    if owed := before_you_start.unanswered(answers):
        for asked in owed:
            form[asked.key].errors = [asked.missing]
        return _ask(form, status=422)
    outcome = before_you_start.outcome(answers)
    if not outcome.may_continue:
        return render("referrals/stop.html", stop=contacts.stop_page(words(answers, "risk_area")), outcome=outcome)
    if agreement_in_force(actor) is None:
        return redirect(url_for("starting.prepare"), 303)
    if outcome.key != "proceed" and "carry_on" not in request.form:
        return _advise(outcome, answers)
    draft = drafts.start_draft(actor)
    return redirect(url_for("drafts.tasks", reference=draft.reference), 303)


def _ask(form: Form, status: int = 200) -> Response:
    always = frozenset(asked.key for asked in QUESTIONS if asked.condition is None)
    return render("referrals/new.html", form=form, groups=forms.groups(QUESTIONS), owed=always, status=status)


def _agree_first(actor: Actor) -> Response:
    colleagues = people.people_of(actor, people.own_organisation(actor))
    admins = [each.user.name for each in colleagues if each.membership.role is Role.ORGANISATION_ADMIN]
    return render("referrals/agreement_needed.html", admins=admins, support_line=contacts.ksaf())


def _advise(outcome: Outcome, answers: Answers) -> Response:
    return render("referrals/signpost.html", outcome=outcome, answers=answers, support_line=contacts.ksaf())

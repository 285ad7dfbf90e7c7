"""A person's own account page."""

from flask import Blueprint, flash, redirect
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.access.decorators import requires
from portal.access.policy import Permission
from portal.access.roles import needs_second_factor
from portal.accounts import profile, resets, second_factor, sessions, signing_in
from portal.accounts.forms import RHYTHMS, AccountDetailsForm, ChangePasswordForm, MailForm
from portal.accounts.models import MailRhythm
from portal.accounts.profile import RefusedError
from portal.accounts.routes.second_factor import show_codes
from portal.accounts.rules import browser_words
from portal.web import rendering, transactions

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
@requires(Permission.ACCOUNT_KEEP)
def show(actor: Actor) -> Response:
    """Show a person their details, how they sign in, and where they are signed in."""
    user = profile.mine(actor)
    browsers = [
        {"words": browser_words(row.browser), "seen": row.last_seen_at, "this": row.id == actor.session_id}
        for row in sessions.of_person(actor.user_id)
    ]
    return rendering.render(
        "accounts/account.html",
        user=user,
        rhythm=RHYTHMS[profile.mail_rhythm(actor)],
        browsers=browsers,
        codes_left=second_factor.recovery_codes_left(actor.user_id) if user.totp_confirmed_at else 0,
        factor_needed=needs_second_factor(actor.role),
    )


@blueprint.get("/details")
@requires(Permission.ACCOUNT_KEEP)
def show_details(actor: Actor) -> Response:
    """Ask for a person's details."""
    return rendering.render("accounts/details.html", form=AccountDetailsForm(obj=profile.mine(actor)))


@blueprint.post("/details")
@requires(Permission.ACCOUNT_DETAILS)
def change_details(actor: Actor) -> Response:
    """Keep a person's details."""
    form = AccountDetailsForm()
    if not form.validate():
        return rendering.render("accounts/details.html", status=422, form=form)
    told = {name: form[name].data for name in ("name", "job_title", "phone", "email")}
    try:
        profile.change_details(actor, form.current_password.data or "", **told)
    except RefusedError as refused:
        return _refuse("accounts/details.html", form, refused)
    flash("Your details are saved.", "success")
    return redirect("/account", 303)


@blueprint.get("/mail")
@requires(Permission.ACCOUNT_KEEP)
def show_mail(actor: Actor) -> Response:
    """Ask when a person wants to hear of what can wait."""
    return rendering.render("accounts/mail.html", form=MailForm(rhythm=profile.mail_rhythm(actor).value))


@blueprint.post("/mail")
@requires(Permission.ACCOUNT_MAIL)
def choose_mail(actor: Actor) -> Response:
    """Keep when a person hears of what can wait."""
    form = MailForm()
    if not form.validate():
        return rendering.render("accounts/mail.html", status=422, form=form)
    profile.choose_mail(actor, MailRhythm(form.rhythm.data))
    flash("Your choice is saved.", "success")
    return redirect("/account", 303)


@blueprint.get("/password")
@requires(Permission.ACCOUNT_KEEP)
def show_password(_actor: Actor) -> Response:
    """Ask for a new password."""
    return rendering.render("accounts/change_password.html", form=ChangePasswordForm())


@blueprint.post("/password")
@requires(Permission.ACCOUNT_PASSWORD)
def change_password(actor: Actor) -> Response:
    """Keep a new password; other browsers are signed out, this one goes on under a fresh token."""
    form = ChangePasswordForm()
    form.about = resets.words_about(profile.mine(actor))
    if not form.validate():
        return rendering.render("accounts/change_password.html", status=422, form=form)
    try:
        profile.change_password(actor, form.current_password.data or "", form.new_password.data or "")
    except RefusedError as refused:
        return _refuse("accounts/change_password.html", form, refused)
    flash("Your password is changed. Other browsers are signed out.", "success")
    token = sessions.use_organisation(signing_in.who(), actor.organisation_id)
    return redirect(signing_in.renewed(token, "/account"), 303)


@blueprint.post("/recovery-codes")
@requires(Permission.ACCOUNT_CODES)
def make_codes(actor: Actor) -> Response:
    """Replace a person's recovery codes and show the new ones, this once."""
    user = profile.mine(actor)
    if not user.totp_confirmed_at:
        return redirect("/second-factor/set-up", 303)
    second_factor.note_changed(user)
    return show_codes(actor.user_id, "/account")


@blueprint.post("/sign-out-everywhere")
@requires(Permission.ACCOUNT_SESSIONS)
def sign_out_everywhere(actor: Actor) -> Response:
    """End a person's sessions in every browser."""
    profile.sign_out_everywhere(actor)
    signing_in.leave()
    flash("You have signed out of every browser.", "success")
    return redirect("/sign-in", 303)


def _refuse(page: str, form: FlaskForm, refused: RefusedError) -> Response:
    """Show the page again with what was refused; the counted try at the password is kept."""
    form[refused.field].errors = [refused.told]
    transactions.keep_changes()
    return rendering.render(page, status=422, form=form)

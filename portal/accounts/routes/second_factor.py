"""Giving the second factor, and setting it up."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from portal.access.decorators import signed_in
from portal.accounts import second_factor, sessions, signing_in, throttle, trail
from portal.accounts.forms import CodeForm, RecoveryCodeForm
from portal.accounts.rules import in_groups, own_path
from portal.accounts.second_factor import Offer
from portal.accounts.sessions import SignedIn
from portal.audit.actions import Action
from portal.web import rendering, transactions
from portal.web.dates import count_of

blueprint = Blueprint("second_factor", __name__, url_prefix="/second-factor")

NOT_THIS_CODE = "That code does not match, or has been used. Wait for the next one in your app and enter it."
NOT_THIS_RECOVERY_CODE = "That is not one of your recovery codes, or it has been used."


@blueprint.get("")
@signed_in
def show(signed: SignedIn) -> Response:
    """Ask for a code of the authenticator app."""
    if _is_settled(signed):
        return redirect(own_path(request.args.get("next")))
    return _ask("accounts/second_factor.html", CodeForm())


@blueprint.post("")
@signed_in
def prove(signed: SignedIn) -> Response:
    """Take a code of the authenticator app."""
    form = CodeForm()
    if not form.validate():
        return _ask("accounts/second_factor.html", form, 422)
    attempt = _try(signed)
    if not second_factor.accept_code(signed.user, form.code.data or ""):
        form.code.errors = [NOT_THIS_CODE]
        return _ask("accounts/second_factor.html", form, 422)
    return _proved(signed, attempt)


@blueprint.get("/recovery-code")
@signed_in
def show_recovery(signed: SignedIn) -> Response:
    """Ask for a recovery code."""
    if _is_settled(signed):
        return redirect(own_path(request.args.get("next")))
    return _ask("accounts/recovery_code.html", RecoveryCodeForm())


@blueprint.post("/recovery-code")
@signed_in
def recover(signed: SignedIn) -> Response:
    """Take a recovery code, once."""
    form = RecoveryCodeForm()
    if not form.validate():
        return _ask("accounts/recovery_code.html", form, 422)
    attempt = _try(signed)
    left = second_factor.use_recovery_code(signed.user_id, form.recovery_code.data or "")
    if left is None:
        form.recovery_code.errors = [NOT_THIS_RECOVERY_CODE]
        return _ask("accounts/recovery_code.html", form, 422)
    trail.record_for_person(signed.user_id, Action.RECOVERY_CODE_USED, left=left)
    flash(f"You have {count_of(left, 'recovery code')} left. You can make new ones on your account page.", "info")
    return _proved(signed, attempt)


@blueprint.get("/set-up")
@signed_in
def show_set_up(signed: SignedIn) -> Response:
    """Offer a secret for an authenticator app."""
    if _must_prove_first(signed):
        return redirect(signing_in.with_next("/second-factor", request.args.get("next")))
    return _set_up_page(signed, CodeForm(), second_factor.offer(signed.user_id))


@blueprint.post("/set-up")
@signed_in
def set_up(signed: SignedIn) -> Response:
    """Keep the offered secret once a code shows that the app has it, and show the recovery codes, this once."""
    chosen = second_factor.offered(signed.user_id, request.form.get("sealed", ""))
    if chosen is None or _must_prove_first(signed):
        return redirect(signing_in.with_next("/second-factor/set-up", request.args.get("next")), 303)
    form = CodeForm()
    if not form.validate():
        return _set_up_page(signed, form, chosen, 422)
    attempt = _try(signed)
    if not second_factor.confirm(signed.user_id, chosen, form.code.data or ""):
        form.code.errors = [NOT_THIS_CODE]
        return _set_up_page(signed, form, chosen, 422)
    throttle.give_back(attempt)
    second_factor.note_changed(signed.user)
    going = signing_in.renewed(sessions.prove_second_factor(signed), request.args.get("next"))
    return show_codes(signed.user_id, going)


def show_codes(user_id: int, going: str) -> Response:
    """Return the page that shows a person's new recovery codes, the only time they can be read."""
    codes = [in_groups(code) for code in second_factor.new_recovery_codes(user_id)]
    return rendering.render("accounts/recovery_codes.html", codes=codes, going=going)


def _ask(page: str, form: Any, status: int = 200) -> Response:
    transactions.keep_changes()
    return rendering.render(page, status=status, form=form, wanted=own_path(request.args.get("next")))


def _set_up_page(signed: SignedIn, form: CodeForm, chosen: Offer, status: int = 200) -> Response:
    transactions.keep_changes()
    return rendering.render(
        "accounts/second_factor_set_up.html",
        status=status,
        form=form,
        offer=chosen,
        key=in_groups(chosen.secret),
        picture=chosen.picture(signed.user.email),
        may_skip=signed.actor is not None,
    )


def _try(signed: SignedIn) -> int:
    """Count a try at this person's codes, of either kind."""
    return throttle.take("second factor", str(signed.user_id))


def _proved(signed: SignedIn, attempt: int) -> Response:
    throttle.give_back(attempt)
    return redirect(signing_in.renewed(sessions.prove_second_factor(signed), request.args.get("next")), 303)


def _is_settled(signed: SignedIn) -> bool:
    """Say whether there is no code to ask for: it has been given, or no app is set up."""
    return signed.second_factor_at is not None or signed.user.totp_confirmed_at is None


def _must_prove_first(signed: SignedIn) -> bool:
    """Say whether somebody who has only the password would replace the second factor that guards against them."""
    return signed.user.totp_confirmed_at is not None and signed.second_factor_at is None

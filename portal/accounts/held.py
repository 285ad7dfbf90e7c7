"""Nothing typed is lost: what arrives after its session has ended is kept, encrypted, and given back to its writer."""

from datetime import timedelta

from flask import session as cookie
from sqlmodel import col, delete, select
from sqlmodel.sql.expression import SelectOfScalar
from werkzeug.datastructures import MultiDict

from portal import clock, db
from portal.access.actor import Actor
from portal.accounts.models import AccountSession, HeldForm, User

LIVES = timedelta(hours=24)
# Every section of a long referral fits several times over; a megabyte more is not somebody's typing.
MOST_CHARACTERS = 1_000_000
MOST_FORMS = 20
LONGEST_PATH = 300
NEVER_HELD = frozenset({"csrf_token", "request_key", "one_time_key", "code", "recovery_code", "sealed"})
# Where passwords and codes are typed: nothing sent there is text that anybody would miss.
NEVER_FROM = (
    "/sign-in",
    "/sign-out",
    "/second-factor",
    "/password-reset",
    "/invitations",
    "/account",
    "/organisations-in",
)
AUTOSAVE = "/autosave"
_FLAG = "held"


def hold(row: AccountSession, path: str, fields: MultiDict[str, str]) -> bool:
    """Keep `fields`, sent to `path` under the session `row`, for its person and organisation; says whether it did.

    Passwords, codes and keys are left out. An autosave counts as sent to the page it belongs to.
    """
    path = path.removesuffix(AUTOSAVE)
    kept = {name: fields.getlist(name) for name in fields if name not in NEVER_HELD and "password" not in name}
    size = sum(len(text) for texts in kept.values() for text in texts)
    if not kept or size > MOST_CHARACTERS or len(path) > LONGEST_PATH or path.startswith(NEVER_FROM):
        return False
    session = db.session()
    user = session.get(User, row.user_id)
    if user is None or user.disabled_at is not None:
        return False
    same = (col(HeldForm.user_id) == row.user_id) & (col(HeldForm.path) == path)
    session.execute(delete(HeldForm).where(same, col(HeldForm.organisation_id) == row.organisation_id))
    _make_room(row.user_id)
    session.add(
        HeldForm(
            user_id=row.user_id,
            organisation_id=row.organisation_id,
            path=path,
            fields=kept,
            held_at=clock.now(),
        )
    )
    session.flush()
    return True


def give_back(actor: Actor, path: str) -> MultiDict[str, str] | None:
    """Return what `actor` had sent to `path` when their session was over; None when there is nothing.

    Call it with the address the form posts to, when its page is rendered, and show the fields as if just typed: each
    time, until they are sent again. It asks the database only when signing in found something held.
    """
    if not cookie.get(_FLAG):
        return None
    found = db.session().scalars(_of(actor).where(col(HeldForm.path) == path)).first()
    return MultiDict(found.fields) if found else None


def forget(actor: Actor, path: str) -> None:
    """Let go of what was held for `path`: the form has now been sent, and taken, by `actor` with a session."""
    if not cookie.get(_FLAG):
        return
    session = db.session()
    forms = session.scalars(_of(actor)).all()
    sent = [form.id for form in forms if form.path == path.removesuffix(AUTOSAVE)]
    session.execute(delete(HeldForm).where(col(HeldForm.id).in_(sent)))
    if len(forms) == len(sent):
        cookie.pop(_FLAG)


def note(actor: Actor) -> None:
    """Note in the cookie whether anything is held for `actor`, so that pages need not ask each time."""
    if db.session().scalars(_of(actor)).first() is not None:
        cookie[_FLAG] = True


def _of(actor: Actor) -> SelectOfScalar[HeldForm]:
    mine = (col(HeldForm.user_id) == actor.user_id) & (col(HeldForm.organisation_id) == actor.organisation_id)
    return select(HeldForm).where(mine, col(HeldForm.held_at) > clock.now() - LIVES).order_by(col(HeldForm.id))


def _make_room(user_id: int) -> None:
    """Drop a person's oldest forms beyond the most we keep."""
    session = db.session()
    newest = select(HeldForm.id).where(HeldForm.user_id == user_id).order_by(col(HeldForm.id).desc())
    older = session.scalars(newest.offset(MOST_FORMS - 1)).all()
    if older:
        session.execute(delete(HeldForm).where(col(HeldForm.id).in_(older)))

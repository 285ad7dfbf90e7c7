"""The second factor: codes of an authenticator app, each taken once, and recovery codes that stand in for it."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno
from cryptography.fernet import InvalidToken
from pyotp.totp import TOTP
from sqlmodel import col, delete, select, update

from portal import clock, crypto, db, references
from portal.accounts import trail
from portal.accounts.models import RecoveryCode, User
from portal.accounts.rules import code_as_typed
from portal.audit.actions import Action
from portal.notifications import service as notifications

ISSUER = "KSAF Partner Portal"
STEP_SECONDS = 30  # RFC 6238, section 5.2: the default step
STEPS_EITHER_SIDE = 1  # the same section: at most one step is accepted for a slow network or clock
SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits recommended
RECOVERY_CODES = 8
RECOVERY_LENGTH = 12  # of 32 letters each: 60 bits, out of reach of guessing even from the stored hashes
OFFER_LIVES = timedelta(hours=1)


@dataclass(frozen=True)
class Offer:
    """A secret offered to a person who is setting up their app, and the form field that carries it until confirmed."""

    secret: str
    sealed: str

    def picture(self, email: str) -> str:
        """Return the QR code as a data: address of an SVG picture."""
        address = TOTP(self.secret).provisioning_uri(name=email, issuer_name=ISSUER)
        return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#1f2a2e", light="#ffffff")


def offer(user_id: int) -> Offer:
    """Return a fresh secret for a person; nothing is kept until they confirm it with a code."""
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    sealed = {"user": user_id, "secret": secret, "at": clock.now().isoformat()}
    return Offer(secret, crypto.encrypt(json.dumps(sealed).encode()).decode())


def offered(user_id: int, sealed: str) -> Offer | None:
    """Return the offer inside `sealed`, or None when it was made for somebody else or too long ago."""
    try:
        facts = json.loads(crypto.decrypt(sealed.encode()))
    except InvalidToken:
        return None
    too_old = clock.now() - datetime.fromisoformat(facts["at"]) > OFFER_LIVES
    return None if too_old or facts["user"] != user_id else Offer(facts["secret"], sealed)


def confirm(user_id: int, chosen: Offer, typed: str) -> bool:
    """Make the offered secret the person's, if `typed` is its code of this moment; says whether it was."""
    step = _step_of(chosen.secret, typed)
    if step is None:
        return False
    own = update(User).where(col(User.id) == user_id)
    db.changed(db.session(), own.values(totp_secret=chosen.secret, totp_confirmed_at=clock.now(), totp_last_step=step))
    return True


def accept_code(user: User, typed: str) -> bool:
    """Say whether `typed` is a code of this moment that has not been used: of any number at once, one is accepted."""
    step = _step_of(user.totp_secret, typed) if user.totp_secret and user.totp_confirmed_at else None
    if step is None:
        return False
    unused = update(User).where(col(User.id) == user.id, col(User.totp_last_step) < step)
    return db.changed(db.session(), unused.values(totp_last_step=step)) == 1


def new_recovery_codes(user_id: int) -> list[str]:
    """Replace the person's recovery codes; returns the new ones, which are shown once and kept as hashes only."""
    session = db.session()
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [
        "".join(secrets.choice(references.ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_code_hash(user_id, code)) for code in codes)
    session.flush()
    return codes


def note_changed(user: User) -> None:
    """Record that a person's app or recovery codes were replaced, and tell them by mail, in case it was not they."""
    trail.record_for_person(user.id or 0, Action.SECOND_FACTOR_SET)
    notifications.queue("accounts/second_factor_changed", user.email, organisation_id=None, at=clock.now())


def use_recovery_code(user_id: int, typed: str) -> int | None:
    """Spend the recovery code `typed`; returns how many are left, or None when it is not one of theirs or is spent."""
    mine = col(RecoveryCode.user_id) == user_id
    is_it = col(RecoveryCode.code_hash) == _code_hash(user_id, code_as_typed(typed))
    unused = update(RecoveryCode).where(mine, is_it, col(RecoveryCode.used_at).is_(None))
    return recovery_codes_left(user_id) if db.changed(db.session(), unused.values(used_at=clock.now())) == 1 else None


def recovery_codes_left(user_id: int) -> int:
    """Return how many recovery codes a person has not used."""
    unused = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, col(RecoveryCode.used_at).is_(None))
    return len(db.session().scalars(unused).all())


def _step_of(secret: str, typed: str) -> int | None:
    """Return the 30-second step whose code `typed` is, the newest first, or None when it is none of those accepted."""
    code = "".join(typed.split())
    now = int(clock.now().timestamp()) // STEP_SECONDS
    app = TOTP(secret, interval=STEP_SECONDS)
    for step in range(now + STEPS_EITHER_SIDE, now - STEPS_EITHER_SIDE - 1, -1):
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _code_hash(user_id: int, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()

"""Passwords and authenticator apps for the people of tests."""

import pyotp
from sqlmodel import col, update

from portal import clock, db
from portal.accounts import passwords
from portal.accounts.models import User
from tests.factories.people import Person

PASSWORD = "marmalade ladder seven"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_password(person: Person, password: str = PASSWORD) -> None:
    own = update(User).where(col(User.id) == person.user_id)
    db.session().execute(own.values(password_hash=passwords.hashed(password)))


def give_app(person: Person, secret: str = SECRET) -> None:
    own = update(User).where(col(User.id) == person.user_id)
    db.session().execute(own.values(totp_secret=secret, totp_confirmed_at=clock.now(), totp_last_step=0))


def code_now(secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(clock.now())

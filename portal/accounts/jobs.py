"""Tidying: what sign-in keeps for a while goes when the while is over."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlmodel import col, delete

from portal.accounts import held
from portal.accounts.models import AccountSession, HeldForm, PasswordReset, SignInAttempt

SESSIONS_KEPT = timedelta(days=30)
ATTEMPTS_KEPT = timedelta(days=1)


def run(session: Session, now: datetime) -> None:
    """Delete held forms after 24 hours, tries after a day, sessions and reset links after 30 days."""
    session.execute(delete(HeldForm).where(col(HeldForm.held_at) <= now - held.LIVES))
    session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) <= now - ATTEMPTS_KEPT))
    session.execute(delete(AccountSession).where(col(AccountSession.created_at) <= now - SESSIONS_KEPT))
    session.execute(delete(PasswordReset).where(col(PasswordReset.created_at) <= now - SESSIONS_KEPT))

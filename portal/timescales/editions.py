"""The editions of policy.toml: each is kept when it is installed, so that what ran under it can go on by it.

Pages and jobs ask for another than the installed one only where a deadline was made under it.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from portal import clock, db
from portal.db import Database
from portal.timescales import policy
from portal.timescales.models import PolicyEdition
from portal.timescales.policy import POLICY_FILE, Policy


def keep(database: Database) -> bool:
    """Keep the installed file, and return whether it was new. Any number of processes may do so at once.

    An edition that is kept already stays as it was: a file that says something else has to be another version.
    """
    installed, file = policy.load(), POLICY_FILE.read_text(encoding="utf-8")
    with database.system_transaction() as session:
        if session.get(PolicyEdition, installed.version) is not None:
            return False
        try:
            with session.begin_nested():
                session.add(PolicyEdition(version=installed.version, file=file, kept_at=clock.now()))
                session.flush()
        except IntegrityError:  # another process was first
            return False
    return True


def policy_of(version: str) -> Policy:
    """Return what the file of `version` said, without what KSAF changed.

    That is the installed one's for a version from before editions were kept. May raise PolicyError.
    """
    installed = policy.load()
    if version == installed.version:
        return installed
    wanted = select(PolicyEdition.file).where(col(PolicyEdition.version) == version)
    file = db.session().scalars(wanted).first()
    return policy.read(file) if file else installed

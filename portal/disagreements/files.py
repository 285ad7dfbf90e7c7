"""Evidence: files that go with something said, stored like the referral's own and shown to the two sides alone."""

import secrets
from collections.abc import Iterable

from sqlalchemy import and_
from sqlmodel import col, select
from werkzeug.datastructures import FileStorage

from portal import clock, db
from portal.access.actor import Actor
from portal.audit.actions import Action
from portal.disagreements import trail
from portal.disagreements.models import Disagreement, DisagreementEntry, DisagreementFile
from portal.disagreements.queries import open_disagreement
from portal.referrals.files import kinds, names, storage
from portal.referrals.files.archives import RefusedFileError
from portal.referrals.files.taken import take


class FilesRefusedError(Exception):
    """A file cannot be kept; `told` says of each which and why, in sentences."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(" ".join(told))
        self.told = told


def keep(actor: Actor, row: Disagreement, entry: DisagreementEntry, files: Iterable[FileStorage]) -> None:
    """Keep each of `files` with `entry`: all, or none where one may not be kept. Empty file inputs are passed over.

    Raises FilesRefusedError, after which the open transaction is to be rolled back.
    """
    sent = [each for each in files if each.filename]
    room = kinds.MOST_FILES - len(of_disagreement(actor, row))
    told = (
        [] if len(sent) <= room else [f"A disagreement takes {kinds.MOST_FILES} files. Put several into one document."]
    )
    for file in () if told else sent:
        try:
            _keep_one(actor, row, entry, file)
        except RefusedFileError as refused:
            told.append(f"“{names.for_refusal(file.filename or '')}” {refused}")
    if told:
        raise FilesRefusedError(told)


def of_disagreement(actor: Actor, row: Disagreement) -> list[DisagreementFile]:
    """Return the files of a disagreement that `actor` has opened, in the order in which they came."""
    del actor
    kept = select(DisagreementFile).where(
        col(DisagreementFile.disagreement_id) == row.id, col(DisagreementFile.removed_at).is_(None)
    )
    return list(db.session().scalars(kept.order_by(col(DisagreementFile.id))).all())


def with_entries(actor: Actor, row: Disagreement) -> list[tuple[DisagreementEntry, list[DisagreementFile]]]:
    """Return what was said in a disagreement that `actor` has opened, each with its files, in one query."""
    del actor
    kept = and_(col(DisagreementFile.entry_id) == col(DisagreementEntry.id), col(DisagreementFile.removed_at).is_(None))
    wanted = (
        select(DisagreementEntry, DisagreementFile)
        .outerjoin(DisagreementFile, kept)
        .where(col(DisagreementEntry.disagreement_id) == row.id)
        .order_by(col(DisagreementEntry.id), col(DisagreementFile.id))
    )
    found: dict[int, tuple[DisagreementEntry, list[DisagreementFile]]] = {}
    for entry, file in db.session().execute(wanted).all():
        _, files = found.setdefault(entry.id or 0, (entry, []))
        files += [file] if file else []
    return list(found.values())


def open_file(actor: Actor, reference: str, key: str) -> tuple[Disagreement, DisagreementFile] | None:
    """Return the file `key` of the disagreement `reference` to whoever may open that, else None."""
    opened = open_disagreement(actor, reference)
    if opened is None:
        return None
    found = next((each for each in of_disagreement(actor, opened.row) if each.key == key), None)
    return (opened.row, found) if found else None


def read(actor: Actor, row: Disagreement, file: DisagreementFile) -> bytes:
    """Return a file's content, having noted in a transaction of its own that `actor` took it."""
    content = storage.read(file.stored_name)
    with db.own_transaction(actor.organisation_id):
        trail.record(actor, row, Action.DISAGREEMENT_FILE_READ, key=file.key)
    return content


def _keep_one(actor: Actor, row: Disagreement, entry: DisagreementEntry, file: FileStorage) -> None:
    taken = take(file)
    made = DisagreementFile(
        key=secrets.token_urlsafe(18),
        organisation_id=row.organisation_id,
        referral_id=row.referral_id,
        challenger_id=row.challenger_id,
        answerer_id=row.answerer_id,
        disagreement_id=row.id or 0,
        entry_id=entry.id or 0,
        filename=taken.name,
        content_type=taken.content_type,
        size=len(taken.content),
        digest=taken.digest,
        stored_name=storage.write(taken.content),
        uploaded_by_id=actor.user_id,
        uploaded_by_name=actor.name,
        uploaded_at=clock.now(),
    )
    db.session().add(made)
    db.session().flush()
    trail.record(actor, row, Action.DISAGREEMENT_FILE_ADDED, key=made.key, digest=taken.digest)

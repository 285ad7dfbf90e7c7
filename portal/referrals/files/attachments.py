"""Attachments: kept when they are what they say, offered as downloads, taken away from a draft."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select
from werkzeug.datastructures import FileStorage

from portal import clock, db
from portal.access.actor import Actor
from portal.access.models import ReferralParty
from portal.audit import service as audit
from portal.audit.actions import Action
from portal.referrals.files import kinds, names, storage
from portal.referrals.files.archives import RefusedFileError
from portal.referrals.files.taken import take
from portal.referrals.models import Attachment, Audience, Referral, TimelineEntry
from portal.referrals.queries import get_referral


@dataclass(frozen=True)
class Refused:
    """A file that was not kept: its name, and why in words that follow the name and say what to do."""

    filename: str
    reason: str

    @property
    def message(self) -> str:
        """Return the whole sentence."""
        return f"“{self.filename}” {self.reason}"


@dataclass(frozen=True)
class Stored:
    """What became of the files somebody sent."""

    kept: list[Attachment]
    refused: list[Refused]


def store(actor: Actor, referral: Referral, files: Iterable[FileStorage], entry: TimelineEntry | None = None) -> Stored:
    """Keep each of `files` that may be attached to `referral`, with the message `entry` if it came with one.

    A file that is attached already is not kept twice. Returns what was kept and what was refused, with the reason;
    empty file inputs are passed over. The caller authorises `actor`; everything rolls back with the open transaction.
    """
    present = {attached.digest: attached for attached in of_referral(actor, referral)}
    kept: list[Attachment] = []
    refused: list[Refused] = []
    for file in files:
        if not file.filename:
            continue
        try:
            attached = _store_one(actor, referral, file, entry, present)
        except RefusedFileError as refusal:
            refused.append(Refused(names.for_refusal(file.filename), str(refusal)))
        else:
            present[attached.digest] = attached
            kept.append(attached)
    return Stored(kept, refused)


def of_referral(actor: Actor, referral: Referral) -> list[Attachment]:
    """Return the attachments of `referral` that `actor` may read, in the order they came.

    They may hold anything: an organisation it is shared with sees none before every part is open to it.
    """
    sees_all = select(ReferralParty.referral_id).where(
        col(ReferralParty.organisation_id) == actor.organisation_id,
        ReferralParty.reads_whole(),
        ReferralParty.is_live(clock.now()),
    )
    found = (
        select(Attachment)
        .outerjoin(TimelineEntry, col(Attachment.entry_id) == col(TimelineEntry.id))
        .where(
            col(Attachment.referral_id) == referral.id,
            col(Attachment.removed_at).is_(None),
            col(Attachment.referral_id).in_(sees_all),
        )
        .order_by(col(Attachment.id))
    )
    if not actor.is_operator:
        # A note among KSAF's own people keeps its files to them as well.
        everyone = col(TimelineEntry.audience) == Audience.EVERYONE
        found = found.where(col(Attachment.entry_id).is_(None) | everyone)
    return list(db.session().scalars(found).all())


def get_attachment(actor: Actor, reference: str, key: str) -> Attachment | None:
    """Return the attachment `key` of the referral `reference` if `actor` may read it, else None."""
    referral = get_referral(actor, reference)
    if referral is None:
        return None
    return next((attached for attached in of_referral(actor, referral) if attached.key == key), None)


def read(actor: Actor, reference: str, attached: Attachment) -> bytes:
    """Return the file's content, having noted in a transaction of its own that `actor` took it."""
    content = storage.read(attached.stored_name)
    with db.own_transaction(actor.organisation_id):
        _audit(actor, Action.ATTACHMENT_READ, attached, reference)
    return content


def remove(actor: Actor, referral: Referral, attached: Attachment) -> None:
    """Take a draft's attachment away, its bytes with it once the transaction is committed."""
    attached.removed_at = clock.now()
    storage.remove_after_commit(attached.stored_name)
    _audit(actor, Action.ATTACHMENT_REMOVED, attached, referral.reference)


def _store_one(
    actor: Actor, referral: Referral, file: FileStorage, entry: TimelineEntry | None, present: dict[str, Attachment]
) -> Attachment:
    taken = take(file)
    if taken.digest in present:
        return present[taken.digest]
    if len(present) >= kinds.MOST_FILES:
        raise RefusedFileError(
            f"is one too many: a referral takes {kinds.MOST_FILES} files. Put several into one document, or remove one."
        )
    made = Attachment(
        key=secrets.token_urlsafe(18),
        organisation_id=referral.organisation_id,
        referral_id=referral.id or 0,
        entry_id=entry.id if entry else None,
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
    _audit(actor, Action.ATTACHMENT_ADDED, made, referral.reference, digest=taken.digest)
    return made


def _audit(actor: Actor, action: Action, attached: Attachment, reference: str, **detail: str) -> None:
    subject = ("attachment", attached.id)
    owner = attached.organisation_id
    audit.record(actor, action, subject=subject, owner_id=owner, reference=reference, key=attached.key, **detail)

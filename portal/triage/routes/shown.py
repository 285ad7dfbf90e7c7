"""What triage's pages about one referral have in common: the referral beside the form."""

from typing import Any

from flask import flash, redirect
from werkzeug.wrappers import Response

from portal.access.actor import Actor
from portal.referrals import lifecycle
from portal.referrals.models import Referral
from portal.referrals.rules import Event, said_now
from portal.triage import summary
from portal.triage.assessment import shown
from portal.triage.known import queries as known
from portal.triage.queries import Evidence, File


def beside(actor: Actor, file: File, found: Evidence) -> dict[str, Any]:
    """Return what shows the referral beside a form: file, answers, gaps, consent, assessment, who may be known."""
    gaps = summary.gaps(file.organisation.kind, found.answers)
    return {
        "file": file,
        "referral": file.referral,
        "first_rows": summary.first_rows(found.answers),
        "answer_sections": summary.sections(found.answers),
        "gaps": gaps,
        "consent_lines": found.consent,
        "assessment": shown.describe(file.referral, file.assessment),
        "known": known.likely(actor, file.referral, found.answers),
    }


def not_now(actor: Actor, referral: Referral, event: Event) -> Response | None:
    """Return the way to the referral, saying where it is, when `event` is not possible now; else None."""
    if lifecycle.can(actor, referral, event):
        return None
    flash(said_now(referral.state, is_operator=actor.is_operator), "info")
    return redirect(f"/referrals/{referral.reference}", 303)

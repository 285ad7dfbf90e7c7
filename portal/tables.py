"""Imports every models.py, so that migrations and the tenant filter know every table."""

from sqlmodel import SQLModel

from portal.access import models as access
from portal.accountability.requests import models as data_requests
from portal.accounts import models as accounts
from portal.audit import models as audit
from portal.cases import models as cases
from portal.consent import models as consent
from portal.disagreements import models as disagreements
from portal.enquiries import models as enquiries
from portal.enquiries.call_backs import models as call_backs
from portal.enquiries.signposts import models as signposts
from portal.family import models as family
from portal.health import models as health
from portal.notifications import models as notifications
from portal.organisations import models as organisations
from portal.referrals import models as referrals
from portal.referrals.corrections import models as corrections
from portal.referrals.sharing import models as sharing
from portal.retention import models as retention
from portal.safeguarding import models as safeguarding
from portal.timescales import models as timescales
from portal.transfers import models as transfers
from portal.transfers.statutory import models as statutory
from portal.triage import models as triage
from portal.triage.assessment import models as assessments
from portal.triage.context import models as context
from portal.web import models as web

metadata = SQLModel.metadata

__all__ = [
    "access",
    "accounts",
    "assessments",
    "audit",
    "call_backs",
    "cases",
    "consent",
    "context",
    "corrections",
    "data_requests",
    "disagreements",
    "enquiries",
    "family",
    "health",
    "metadata",
    "notifications",
    "organisations",
    "referrals",
    "retention",
    "safeguarding",
    "sharing",
    "signposts",
    "statutory",
    "timescales",
    "transfers",
    "triage",
    "web",
]

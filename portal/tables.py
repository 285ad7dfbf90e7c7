"""Imports every models.py, so that migrations and the tenant filter know every table."""

from sqlmodel import SQLModel

import portal.access.models
import portal.accounts.models
import portal.audit.models
import portal.consent.models
import portal.notifications.models
import portal.organisations.models
import portal.referrals.models
import portal.timescales.models
import portal.triage.models
import portal.web.models

metadata = SQLModel.metadata

__all__ = ["metadata", "portal"]

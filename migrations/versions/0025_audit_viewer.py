"""audit viewer: indexes by which the audit is read, newest first, by organisation, person, action and owner.

Revision: 0025, after 0022.
"""

from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add; migrations never take away."""
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_index("ix_audit_event_organisation", "audit_event", ["organisation_id", "at"])
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_id", "at"])
    op.create_index("ix_audit_event_action", "audit_event", ["action", "at"])
    op.create_index("ix_audit_event_owner", "audit_event", ["subject_owner_id", "at"])

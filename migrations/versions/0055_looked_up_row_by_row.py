"""row by row: PostgreSQL looks up in an index whether a row's referral is reached, however many rows there are.

Revision: 0055, after 0054.

Whose rows a policy lets through does not change. But asked to choose, PostgreSQL lists all referrals that whoever asks
is party to and compares with that list: for KSAF, every referral there has ever been, to show the newest 25. A query
with an OFFSET it takes as it stands, and asks of each row by itself. What may be written is asked so anyway.
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

ME = "nullif(current_setting('app.organisation_id', true), '')::integer"
SYSTEM = "coalesce(current_setting('app.system', true), '') = 'on'"
REACHED = {
    "referral": "id",
    **dict.fromkeys(
        (
            "referral_section",
            "attachment",
            "timeline_entry",
            "information_request",
            "seen_mark",
            "consent_event",
            "decision",
            "support_case",
            "case_week",
            "case_goal",
            "goal_score",
        ),
        "referral_id",
    ),
}
"""The tables whose rows the parties of a referral reach, and the column that says which."""


def upgrade() -> None:
    """Say the same of each; SQLite has no policies."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in REACHED.items():
        op.execute(
            f"ALTER POLICY own_rows ON {table} USING ({SYSTEM} OR organisation_id = {ME}"
            f" OR EXISTS (SELECT 1 FROM referral_party party WHERE party.referral_id = {table}.{column}"
            f" AND party.organisation_id = {ME} AND (party.valid_to IS NULL OR party.valid_to > now()) OFFSET 0))"
        )

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
BY_REFERRAL = (
    *("referral_section", "attachment", "timeline_entry", "information_request", "seen_mark", "consent_event"),
    *("decision", "assessment", "handover", "consent_link", "support_case", "case_week", "case_goal", "goal_score"),
    *("case_contact", "case_review", "attendance_week", "completion_summary"),
)
OFFERED = ("transfer", "context_request")
DISAGREED = ("disagreement", "disagreement_entry", "disagreement_file")


def upgrade() -> None:
    """Say the same of each table as before; SQLite has no policies."""
    if op.get_bind().dialect.name != "postgresql":
        return
    _let("referral", f"organisation_id = {ME} OR {_is_party('referral.id')}")
    for table in BY_REFERRAL:
        _let(table, f"organisation_id = {ME} OR {_is_party(f'{table}.referral_id')}")
    for table in OFFERED:
        _let(table, f"organisation_id = {ME} OR {_is_party(f'{table}.referral_id')} OR to_organisation_id = {ME}")
    for table in DISAGREED:
        _let(table, f"({ME} IN (challenger_id, answerer_id) AND {_is_party(f'{table}.referral_id')})")
    _let("record_correction", _is_party("record_correction.referral_id", "party.valid_from <= now()"))


def _is_party(referral: str, besides: str = "true") -> str:
    return (
        f"EXISTS (SELECT 1 FROM referral_party party WHERE party.referral_id = {referral} AND {besides}"
        f" AND party.organisation_id = {ME} AND (party.valid_to IS NULL OR party.valid_to > now()) OFFSET 0)"
    )


def _let(table: str, rows: str) -> None:
    op.execute(f"ALTER POLICY own_rows ON {table} USING ({SYSTEM} OR {rows})")

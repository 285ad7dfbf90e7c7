"""The panels of first pages: each with its address, who may read it, what it reads and the fragment that shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.access.policy import Permission
from portal.dashboards import caseload, concerns, data_requests, news, oversight, signposted, triage, upkeep, waiting
from portal.dashboards.shown import Reading, Shown
from portal.web.rendering import unchanged

_LIST = "dashboards/_list.html"


@dataclass(frozen=True)
class Panel:
    """One part of a first page. `/home/<key>` answers with it again; a `is_wide` one takes both columns."""

    key: str
    label: str
    permission: Permission
    read: Callable[[Reading], Shown]
    fragment: str = _LIST
    is_wide: bool = False

    @property
    def address(self) -> str:
        """Return where the panel is refreshed from."""
        return f"/home/{self.key}"


WAITING = Panel("waiting", "Waiting for you", Permission.PROMPT_READ, waiting.waiting)
CHANGED = Panel("changed", "What changed", Permission.REFERRAL_READ, news.changed)
LATEST = Panel(
    "latest", "Referrals", Permission.REFERRAL_READ, news.latest, fragment="dashboards/_latest.html", is_wide=True
)
SHARED = Panel("shared", "Families shared with you", Permission.REFERRAL_READ, news.shared, is_wide=True)
CASELOAD = Panel("caseload", "Families", Permission.SUMMARY_WRITE, caseload.caseload, is_wide=True)
QUEUE = Panel("queue", "The queue", Permission.REFERRAL_QUEUE, triage.queue, fragment="dashboards/_queue.html")
MINE = Panel("mine", "On you", Permission.REFERRAL_QUEUE, triage.mine)
RISK = Panel("risk", "At risk, or risk has changed", Permission.REFERRAL_QUEUE, triage.risk)
CONCERNS = Panel("concerns", "Safeguarding concerns", Permission.CONCERN_READ, concerns.to_look_at)
RAISED = Panel("raised", "Concerns you raised", Permission.CONCERN_FOLLOW, concerns.raised)
TO_ARRANGE = Panel("to-arrange", "Families that wait for help", Permission.CASE_ALLOCATE, triage.to_arrange)
DECISIONS = Panel("decisions", "Decisions to authorise", Permission.REFERRAL_AUTHORISE, oversight.decisions)
MISSED = Panel("missed", "Missed deadlines", Permission.REFERRAL_AUTHORISE, oversight.missed)
DATA_REQUESTS = Panel("data-requests", "Data requests", Permission.DATA_REQUEST_READ, data_requests.to_answer)
AGREEMENTS = Panel("agreements", "Agreements", Permission.ORGANISATION_READ, upkeep.agreements)
INVITATIONS = Panel("invitations", "Invitations", Permission.ORGANISATION_READ, upkeep.invitations)
MAIL = Panel("mail", "Email and reminders that failed", Permission.ORGANISATION_READ, upkeep.mail)
MACHINE = Panel("machine", "The portal’s machine", Permission.MONITORING_READ, upkeep.machine)
SIGNPOSTED = Panel("signposted", "Your signposts", Permission.SIGNPOST_READ, signposted.signposted)

PANELS = (
    WAITING,
    CHANGED,
    LATEST,
    SHARED,
    CASELOAD,
    QUEUE,
    MINE,
    RISK,
    CONCERNS,
    RAISED,
    TO_ARRANGE,
    DECISIONS,
    MISSED,
    DATA_REQUESTS,
    AGREEMENTS,
    INVITATIONS,
    MAIL,
    MACHINE,
    SIGNPOSTED,
)


def tag(panel: Panel, reading: Reading, shown: Shown) -> str | None:
    """Return the tag of `panel` as it is `shown`, or None when the browser holds the same."""
    actor = reading.actor
    return unchanged(panel.key, actor.user_id, actor.organisation_id, actor.role, shown)

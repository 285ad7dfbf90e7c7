"""Who may call every address of the portal, written down a second time and by hand.

Nothing here is read from `portal.access.policy`: the access matrix compares the two. An address that is missing fails
the tests, so a route is declared on the day it is added.
"""

from dataclasses import dataclass, field

from portal.referrals.rules import State
from tests.whole_app.visitors import STAFF as STAFF_ROLES

PUBLIC, SIGNED_IN = frozenset({"public"}), frozenset({"signed in"})

PARTNERS = frozenset({"referrer", "admin", "viewer", "outsider", "outsider admin", "health", "council", "councillor"})
STAFF = frozenset(STAFF_ROLES)
EVERYONE = PARTNERS | STAFF
WRITERS = PARTNERS - {"viewer", "councillor"}
"""Councillors signpost and never hold a referral form; viewers read."""
TRIAGE = frozenset({"triage_officer", "case_manager", "safeguarding_team", "manager"})
ADVISERS = TRIAGE | {"support_line_adviser"}
OFFERERS = frozenset({"triage_officer", "case_manager", "manager"})
PRACTITIONER = frozenset({"family_outreach_practitioner"})
"""Within reach of the families they work with: in this world those of the school, and no others."""
READERS = TRIAGE | PRACTITIONER
MANAGER = frozenset({"manager"})
SAFEGUARDING = MANAGER | {"safeguarding_team"}
"""Need to know: nobody else reads what a concern says, nor learns that there is one."""
RAISERS = frozenset({"referrer", "outsider", "family_outreach_practitioner"})
"""Those who have raised a concern in this world: nobody else has a receipt."""
ALLOCATORS = MANAGER | {"case_manager"}
DELIVERERS = PRACTITIONER | MANAGER | {"case_manager"}
ADMINISTRATOR = frozenset({"administrator"})
OVERSEERS = MANAGER | ADMINISTRATOR
PARTNER_ADMINS = frozenset({"admin", "outsider admin"})
PEOPLE_ADMINS = PARTNER_ADMINS | ADMINISTRATOR
SAFEGUARDERS = MANAGER | {"safeguarding_team"}
AUDITORS = PEOPLE_ADMINS | SAFEGUARDERS


@dataclass(frozen=True)
class Declared:
    """Who may, and on what: the state of the referral in the address, or the kind of key it carries."""

    who: frozenset[str]
    subject: State | str = State.SENT
    owners_only: bool = False
    """The row is not there for anybody but the organisation that sent it, KSAF included."""
    within_reach_of: frozenset[str] = frozenset()
    """Those for whom no such row is out of reach: KSAF's administrators know every organisation."""
    hidden: bool = False
    """Whoever may not read such a row is not told that there is one: it is not found, rather than forbidden."""
    typed: dict[str, str] = field(default_factory=dict)
    """What must be posted for the answer to say whether one may."""


R = "/referrals/<reference:reference>"
DRAFT, ASKED, PROPOSED = State.DRAFT, State.INFORMATION_REQUESTED, State.DECISION_PROPOSED
SUPPORT, ONWARD = State.IN_SUPPORT, State.HANDING_OVER

DECLARED: dict[tuple[str, str], Declared] = {
    # Nobody need be signed in.
    ("GET", "/health/live"): Declared(PUBLIC),
    ("GET", "/health/ready"): Declared(PUBLIC),
    ("GET", "/metrics"): Declared(PUBLIC),
    ("GET", "/sign-in"): Declared(PUBLIC),
    ("POST", "/sign-in"): Declared(PUBLIC),
    ("POST", "/sign-out"): Declared(PUBLIC),
    ("GET", "/password-reset"): Declared(PUBLIC),
    ("POST", "/password-reset"): Declared(PUBLIC),
    ("GET", "/password-reset/sent"): Declared(PUBLIC),
    ("GET", "/password-reset/<token:token>"): Declared(PUBLIC, "reset link"),
    ("POST", "/password-reset/<token:token>"): Declared(PUBLIC, "reset link"),
    ("GET", "/invitations/<token:token>"): Declared(PUBLIC, "invitation link"),
    ("POST", "/invitations/<token:token>"): Declared(PUBLIC, "invitation link"),
    ("GET", "/handover/<token:token>"): Declared(PUBLIC, "handover link"),
    ("POST", "/handover/<token:token>/code"): Declared(PUBLIC, "handover link"),
    ("POST", "/handover/<token:token>/proof"): Declared(PUBLIC, "handover link"),
    ("POST", "/handover/<token:token>/accept"): Declared(PUBLIC, "handover link"),
    ("POST", "/handover/<token:token>/decline"): Declared(PUBLIC, "handover link"),
    ("GET", "/privacy"): Declared(PUBLIC),
    ("GET", "/accessibility"): Declared(PUBLIC),
    ("GET", "/terms"): Declared(PUBLIC),
    ("GET", "/consent/<token:token>"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/check"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/leave"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/again"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/copy"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/copy"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/call"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/call"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/questions/<word:step>"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/questions/<word:step>"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/check-answers"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/send"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/sharing-with"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/sharing-with"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/stop"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/stop"): Declared(PUBLIC, "consent link"),
    ("GET", "/consent/<token:token>/data"): Declared(PUBLIC, "consent link"),
    ("POST", "/consent/<token:token>/data"): Declared(PUBLIC, "consent link"),
    # On the way in, or about oneself.
    ("GET", "/account"): Declared(EVERYONE),
    ("GET", "/account/details"): Declared(EVERYONE),
    ("POST", "/account/details"): Declared(EVERYONE),
    ("GET", "/account/password"): Declared(EVERYONE),
    ("POST", "/account/password"): Declared(EVERYONE),
    ("POST", "/account/recovery-codes"): Declared(EVERYONE),
    ("POST", "/account/sign-out-everywhere"): Declared(EVERYONE),
    ("GET", "/second-factor"): Declared(SIGNED_IN),
    ("POST", "/second-factor"): Declared(SIGNED_IN),
    ("GET", "/second-factor/recovery-code"): Declared(SIGNED_IN),
    ("POST", "/second-factor/recovery-code"): Declared(SIGNED_IN),
    ("GET", "/second-factor/set-up"): Declared(SIGNED_IN),
    ("POST", "/second-factor/set-up"): Declared(SIGNED_IN),
    ("GET", "/terms/accept"): Declared(SIGNED_IN),
    ("POST", "/terms/accept"): Declared(SIGNED_IN),
    ("GET", "/organisations-in-use"): Declared(SIGNED_IN),
    ("POST", "/organisations-in-use"): Declared(SIGNED_IN),
    # The referrer's side.
    ("GET", "/referrals/new"): Declared(WRITERS | {"councillor"}),  # who is shown how to signpost instead
    ("POST", "/referrals/new"): Declared(WRITERS),
    ("GET", f"{R}/tasks"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/quality"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/discard"): Declared(WRITERS, DRAFT),
    ("POST", f"{R}/discard"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/sections/<word:section_key>"): Declared(WRITERS, DRAFT),
    ("POST", f"{R}/sections/<word:section_key>"): Declared(WRITERS, DRAFT),
    ("POST", f"{R}/sections/<word:section_key>/autosave"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/attachments"): Declared(PARTNERS | READERS, DRAFT),
    ("POST", f"{R}/attachments"): Declared(WRITERS | READERS, DRAFT),
    ("GET", f"{R}/attachments/<key:key>"): Declared(PARTNERS | READERS, DRAFT),
    ("POST", f"{R}/attachments/<key:key>/remove"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/check-answers"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/submit"): Declared(WRITERS, DRAFT),
    ("POST", f"{R}/submit"): Declared(WRITERS, DRAFT),
    ("GET", f"{R}/sent"): Declared(PARTNERS, owners_only=True),
    ("POST", f"{R}/answer"): Declared(WRITERS, ASKED),
    ("GET", f"{R}/answer"): Declared(WRITERS, ASKED),
    ("GET", f"{R}/update"): Declared(WRITERS),
    ("POST", f"{R}/update"): Declared(WRITERS),
    ("GET", f"{R}/update/risk-changed"): Declared(WRITERS),
    ("GET", f"{R}/withdraw"): Declared(WRITERS),
    ("POST", f"{R}/withdraw"): Declared(WRITERS),
    ("POST", f"{R}/chase"): Declared(WRITERS),
    # Both sides.
    ("GET", "/"): Declared(EVERYONE),
    ("GET", "/home/waiting"): Declared(EVERYONE),
    ("GET", "/home/latest"): Declared(PARTNERS | READERS),
    ("GET", "/home/changed"): Declared(PARTNERS | READERS),
    ("GET", "/home/shared"): Declared(PARTNERS | READERS),
    ("GET", "/home/signposted"): Declared(PARTNERS | ADVISERS),
    ("GET", "/home/queue"): Declared(TRIAGE),
    ("GET", "/home/mine"): Declared(TRIAGE),
    ("GET", "/home/risk"): Declared(TRIAGE),
    ("GET", "/home/concerns"): Declared(SAFEGUARDING),
    ("GET", "/home/raised"): Declared(PARTNERS | READERS),
    ("GET", "/home/caseload"): Declared(DELIVERERS),
    ("GET", "/home/to-arrange"): Declared(ALLOCATORS),
    ("GET", "/home/decisions"): Declared(MANAGER),
    ("GET", "/home/missed"): Declared(MANAGER),
    ("GET", "/home/data-requests"): Declared(OVERSEERS),
    ("GET", "/home/agreements"): Declared(OVERSEERS),
    ("GET", "/home/invitations"): Declared(OVERSEERS),
    ("GET", "/home/mail"): Declared(OVERSEERS),
    ("GET", "/home/machine"): Declared(OVERSEERS),
    ("GET", "/referrals"): Declared(PARTNERS | READERS),
    ("GET", "/referrals/rows"): Declared(PARTNERS | READERS),
    ("GET", "/referrals/export"): Declared(PARTNER_ADMINS | SAFEGUARDERS),
    ("GET", R): Declared(PARTNERS | READERS),
    ("GET", f"{R}/status"): Declared(PARTNERS | READERS),
    ("GET", f"{R}/who-has-it"): Declared(WRITERS | ALLOCATORS),
    ("POST", f"{R}/who-has-it"): Declared(WRITERS | ALLOCATORS),
    ("GET", f"{R}/messages"): Declared(WRITERS | READERS),
    ("POST", f"{R}/messages"): Declared(WRITERS | READERS),
    ("GET", f"{R}/outcome"): Declared(PARTNERS | READERS, State.ACCEPTED),
    # KSAF's side.
    ("GET", "/queue"): Declared(TRIAGE),
    ("GET", "/queue/rows"): Declared(TRIAGE),
    ("GET", "/queue/<reference:reference>/summary"): Declared(TRIAGE),
    ("POST", f"{R}/acknowledge"): Declared(TRIAGE),
    ("GET", f"{R}/ask"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("POST", f"{R}/ask"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("GET", f"{R}/decide"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("POST", f"{R}/decide"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("GET", f"{R}/ask-context"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("POST", f"{R}/ask-context"): Declared(TRIAGE, State.ACKNOWLEDGED),
    ("GET", f"{R}/record-context"): Declared(TRIAGE, State.CONTEXT_REQUESTED),
    ("POST", f"{R}/record-context"): Declared(TRIAGE, State.CONTEXT_REQUESTED),
    ("GET", f"{R}/attendance-question"): Declared(WRITERS, "attendance question"),
    ("POST", f"{R}/attendance-question"): Declared(WRITERS, "attendance question"),
    ("GET", "/decisions"): Declared(MANAGER),
    ("GET", "/decisions/rows"): Declared(MANAGER),
    ("GET", f"{R}/authorise"): Declared(MANAGER, PROPOSED),
    ("POST", f"{R}/authorise"): Declared(MANAGER, PROPOSED),
    ("POST", f"{R}/return"): Declared(MANAGER, PROPOSED),
    # Triage.
    ("GET", f"{R}/assessment"): Declared(READERS),
    ("POST", f"{R}/assessment"): Declared(TRIAGE),
    # Enquiries.
    ("GET", "/enquiries"): Declared(ADVISERS),
    ("GET", "/enquiries/new"): Declared(ADVISERS),
    ("POST", "/enquiries/new"): Declared(ADVISERS),
    ("GET", "/enquiries/<reference:reference>"): Declared(ADVISERS, "enquiry"),
    ("GET", "/enquiries/<reference:reference>/invite"): Declared(ADVISERS, "professional's call"),
    ("POST", "/enquiries/<reference:reference>/invite"): Declared(ADVISERS, "professional's call"),
    ("POST", "/enquiries/<reference:reference>/in-writing"): Declared(ADVISERS, "professional's call"),
    ("GET", "/enquiries/call-backs"): Declared(ADVISERS),
    ("GET", "/enquiries/call-backs/rows"): Declared(ADVISERS),
    ("GET", "/enquiries/call-backs/<reference:reference>"): Declared(ADVISERS, "call back"),
    ("POST", "/enquiries/call-backs/<reference:reference>/take"): Declared(ADVISERS, "call back"),
    ("POST", "/enquiries/call-backs/<reference:reference>/try"): Declared(ADVISERS, "call back"),
    ("POST", "/enquiries/call-backs/<reference:reference>/end"): Declared(ADVISERS, "call back"),
    ("GET", "/signposts"): Declared(PARTNERS | ADVISERS),
    ("GET", "/signposts/new"): Declared(WRITERS | {"councillor"}),
    ("GET", "/signposts/record"): Declared(WRITERS | {"councillor"}),
    ("POST", "/signposts/record"): Declared(WRITERS | {"councillor"}),
    ("GET", "/signposts/call"): Declared(WRITERS | {"councillor"}),
    ("POST", "/signposts/call"): Declared(WRITERS | {"councillor"}),
    # Cases, delivery.
    ("GET", f"{R}/allocate"): Declared(ALLOCATORS, State.ACCEPTED),
    ("POST", f"{R}/allocate"): Declared(ALLOCATORS, State.ACCEPTED),
    ("GET", f"{R}/support"): Declared(PARTNERS | READERS, SUPPORT),
    # Cases, the plan.
    ("GET", f"{R}/plan"): Declared(PARTNERS | READERS, SUPPORT),
    ("GET", f"{R}/plan/page"): Declared(PARTNERS | READERS, SUPPORT),
    ("GET", f"{R}/plan/edit"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/plan/edit"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/plan/consent"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/plan/consent"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/plan/goals"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/plan/goals"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/plan/goals/<key:key>"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/plan/goals/<key:key>"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/plan/goals/<key:key>/end"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/contacts"): Declared(READERS, SUPPORT),
    ("GET", f"{R}/contacts/new"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/contacts/new"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/contacts/<key:key>"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/contacts/<key:key>"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/review"): Declared(PARTNERS | READERS, SUPPORT),
    ("GET", f"{R}/review/plan"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/review/plan"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/review/cancel"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/review/record"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/review/record"): Declared(DELIVERERS, SUPPORT),
    # Cases, weekly updates.
    ("GET", "/this-week"): Declared(DELIVERERS),
    ("GET", "/this-week/rows"): Declared(DELIVERERS),
    ("GET", f"{R}/support/weeks"): Declared(PARTNERS | READERS, SUPPORT),
    ("GET", f"{R}/weeks/<week:number>"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/weeks/<week:number>"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/weeks/<week:number>/autosave"): Declared(DELIVERERS, SUPPORT),
    ("GET", f"{R}/weeks/<week:number>/preview"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/weeks/<week:number>/read"): Declared(WRITERS | {"councillor"}, SUPPORT),
    # Cases, attendance and endings.
    ("GET", f"{R}/attendance"): Declared(PARTNERS | READERS, SUPPORT),
    ("GET", f"{R}/attendance/template"): Declared(PARTNERS | READERS, SUPPORT),
    ("POST", f"{R}/attendance"): Declared(WRITERS | DELIVERERS, SUPPORT),
    ("POST", f"{R}/attendance/file"): Declared(WRITERS | DELIVERERS, SUPPORT),
    ("GET", f"{R}/summary"): Declared(PARTNERS | READERS, SUPPORT),
    ("POST", f"{R}/summary"): Declared(DELIVERERS, SUPPORT),
    ("POST", f"{R}/summary/authorise"): Declared(MANAGER, SUPPORT),
    ("POST", f"{R}/summary/return"): Declared(MANAGER, SUPPORT),
    ("GET", f"{R}/summary/partner"): Declared(PARTNERS | READERS, State.CLOSED),
    ("GET", f"{R}/summary/family"): Declared(PARTNERS | READERS, State.CLOSED),
    ("GET", f"{R}/summary/partner/pdf"): Declared(PARTNERS | READERS, State.CLOSED),
    ("GET", f"{R}/summary/family/pdf"): Declared(PARTNERS | READERS, State.CLOSED),
    ("GET", f"{R}/close"): Declared(MANAGER, SUPPORT),
    ("POST", f"{R}/close"): Declared(MANAGER, SUPPORT),
    ("GET", f"{R}/closing"): Declared(PARTNERS | READERS, State.CLOSED),
    ("GET", f"{R}/extend"): Declared(MANAGER, SUPPORT),
    ("POST", f"{R}/extend"): Declared(MANAGER, SUPPORT),
    ("GET", f"{R}/move-on"): Declared(MANAGER, SUPPORT),
    ("POST", f"{R}/move-on"): Declared(MANAGER, SUPPORT),
    ("GET", f"{R}/record-review"): Declared(MANAGER, SUPPORT),
    ("POST", f"{R}/record-review"): Declared(MANAGER, SUPPORT),
    ("GET", f"{R}/reopen"): Declared(MANAGER, State.CLOSED),
    ("POST", f"{R}/reopen"): Declared(MANAGER, State.CLOSED),
    # Transfers.
    ("GET", f"{R}/onward"): Declared(PARTNERS | READERS, ONWARD),
    ("GET", f"{R}/onward/offer"): Declared(OFFERERS, ONWARD),
    ("POST", f"{R}/onward/offer"): Declared(OFFERERS, ONWARD),
    ("GET", f"{R}/onward/override"): Declared(MANAGER, ONWARD),
    ("POST", f"{R}/onward/override"): Declared(MANAGER, ONWARD),
    ("GET", f"{R}/onward/<key:key>"): Declared(OFFERERS, ONWARD),
    ("POST", f"{R}/onward/<key:key>/chase"): Declared(OFFERERS, ONWARD),
    ("POST", f"{R}/onward/<key:key>/withdraw"): Declared(OFFERERS, ONWARD),
    ("POST", f"{R}/onward/<key:key>/link"): Declared(OFFERERS, ONWARD),
    ("GET", f"{R}/onward/statutory"): Declared(TRIAGE, ONWARD),
    ("POST", f"{R}/onward/statutory"): Declared(TRIAGE, ONWARD),
    ("GET", f"{R}/onward/statutory/<key:key>"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/onward/statutory/<key:key>/confirm"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/onward/statutory/<key:key>/acknowledge"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/onward/statutory/<key:key>/chase"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/onward/statutory/<key:key>/outcome"): Declared(TRIAGE, ONWARD, hidden=True),
    ("GET", "/transfers"): Declared(PARTNERS),
    ("GET", "/transfers/<key:key>"): Declared(PARTNERS, "offer"),
    ("POST", "/transfers/<key:key>/accept"): Declared(WRITERS, "offer"),
    ("POST", "/transfers/<key:key>/decline"): Declared(WRITERS, "offer"),
    # Disagreements: the two sides of each; nobody else who has the referral is told that there is one.
    ("GET", f"{R}/challenge"): Declared(WRITERS | READERS),
    ("POST", f"{R}/challenge"): Declared(WRITERS | READERS),
    ("GET", "/disagreements"): Declared(PARTNERS | READERS),
    ("GET", "/disagreements/report"): Declared(SAFEGUARDING),
    ("GET", "/disagreements/report/export"): Declared(SAFEGUARDING),
    ("GET", "/disagreements/<reference:reference>"): Declared(PARTNERS | READERS, "disagreement"),
    ("GET", "/disagreements/<reference:reference>/files/<key:key>"): Declared(PARTNERS | READERS, "evidence"),
    **{
        (method, f"/disagreements/<reference:reference>/{step}"): Declared(WRITERS | READERS, "disagreement")
        for method in ("GET", "POST")
        for step in ("add", "answer", "escalate", "resolve", "withdraw")
    },
    # Safeguarding: anybody who has a record can raise a concern, few read it, whoever raised it has a receipt.
    ("GET", f"{R}/concern"): Declared(PARTNERS | READERS),
    ("POST", f"{R}/concern"): Declared(PARTNERS | READERS),
    ("GET", "/concerns"): Declared(PARTNERS | READERS),
    ("GET", "/concerns/<reference:reference>/received"): Declared(RAISERS, "receipt", hidden=True),
    ("GET", "/concerns/<reference:reference>"): Declared(SAFEGUARDING, "concern", hidden=True),
    ("POST", "/concerns/<reference:reference>/look"): Declared(SAFEGUARDING, "concern", hidden=True),
    ("GET", "/concerns/<reference:reference>/decide"): Declared(SAFEGUARDING, "concern", hidden=True),
    ("POST", "/concerns/<reference:reference>/decide"): Declared(SAFEGUARDING, "concern", hidden=True),
    ("GET", "/concerns/<reference:reference>/chronology"): Declared(SAFEGUARDING, "concern", hidden=True),
    ("GET", "/concerns/cpoms"): Declared(SAFEGUARDING),
    ("GET", "/concerns/cpoms/text"): Declared(SAFEGUARDING),
    ("POST", "/concerns/cpoms"): Declared(SAFEGUARDING),
    # Sharing.
    ("GET", f"{R}/share"): Declared(TRIAGE),
    ("POST", f"{R}/share"): Declared(TRIAGE),
    ("POST", f"{R}/stop-sharing"): Declared(TRIAGE),
    ("GET", f"{R}/extend-sharing"): Declared(TRIAGE),
    ("POST", f"{R}/extend-sharing"): Declared(TRIAGE),
    ("GET", f"{R}/change-of-school"): Declared(WRITERS | READERS),
    ("POST", f"{R}/change-of-school"): Declared(WRITERS | READERS),
    ("GET", f"{R}/school-move"): Declared(READERS),
    ("POST", f"{R}/school-move/access"): Declared(TRIAGE),
    ("POST", f"{R}/school-move/not-shared"): Declared(TRIAGE),
    ("GET", f"{R}/sharing"): Declared(TRIAGE),
    ("GET", f"{R}/sharing/new"): Declared(TRIAGE),
    ("POST", f"{R}/sharing/new"): Declared(TRIAGE),
    ("GET", f"{R}/sharing/respect"): Declared(TRIAGE),
    ("POST", f"{R}/sharing/respect"): Declared(TRIAGE),
    ("GET", f"{R}/sharing/<key:key>"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/sharing/<key:key>/authorise"): Declared(MANAGER, ONWARD, hidden=True),
    ("POST", f"{R}/sharing/<key:key>/return"): Declared(MANAGER, ONWARD, hidden=True),
    ("POST", f"{R}/sharing/<key:key>/refusal-reason"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/sharing/<key:key>/tell-receiver"): Declared(TRIAGE, ONWARD, hidden=True),
    ("POST", f"{R}/sharing/<key:key>/tell-family"): Declared(TRIAGE, ONWARD, hidden=True),
    ("GET", f"{R}/context"): Declared(WRITERS | {"councillor"}, "shared referral"),
    ("POST", f"{R}/context"): Declared(WRITERS | {"councillor"}, "shared referral"),
    # Accountability.
    ("GET", "/audit"): Declared(AUDITORS),
    ("GET", "/retention"): Declared(OVERSEERS),
    ("POST", "/retention/approve"): Declared(MANAGER),
    ("POST", "/retention/holds"): Declared(MANAGER),
    ("GET", "/retention/holds/<key:key>"): Declared(MANAGER, "hold", hidden=True),
    ("POST", "/retention/holds/<key:key>/keep"): Declared(MANAGER, "hold", hidden=True),
    ("POST", "/retention/holds/<key:key>/lift"): Declared(MANAGER, "hold", hidden=True),
    ("GET", "/audit/export"): Declared(AUDITORS),
    ("GET", f"{R}/seen"): Declared(PARTNER_ADMINS | SAFEGUARDERS),
    # What people ask about their data.
    ("GET", "/data-requests"): Declared(OVERSEERS),
    ("GET", "/data-requests/new"): Declared(OVERSEERS),
    ("POST", "/data-requests/new"): Declared(OVERSEERS),
    ("GET", "/data-requests/<reference:reference>"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/ask"): Declared(OVERSEERS, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/ask"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/reply"): Declared(OVERSEERS, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/reply"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/acknowledge"): Declared(OVERSEERS, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/acknowledge"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/extend"): Declared(OVERSEERS, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/extend"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/answer"): Declared(OVERSEERS, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/answer"): Declared(OVERSEERS, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/corrections"): Declared(MANAGER, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/corrections"): Declared(MANAGER, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/recipients/<key:key>"): Declared(
        MANAGER, "correction recipient", hidden=True
    ),
    ("POST", "/data-requests/<reference:reference>/recipients/<key:key>"): Declared(
        MANAGER, "correction recipient", hidden=True
    ),
    ("GET", "/data-requests/<reference:reference>/copies"): Declared(MANAGER, "data request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/copies"): Declared(MANAGER, "data request", hidden=True),
    ("GET", "/data-requests/<reference:reference>/copies/<key:key>"): Declared(MANAGER, "data copy", hidden=True),
    ("POST", "/data-requests/<reference:reference>/copies/<key:key>/read"): Declared(MANAGER, "data copy", hidden=True),
    ("GET", "/data-requests/<reference:reference>/copies/<key:key>/pdf"): Declared(MANAGER, "data copy", hidden=True),
    ("GET", "/data-requests/<reference:reference>/copies/<key:key>/json"): Declared(MANAGER, "data copy", hidden=True),
    ("GET", "/data-requests/<reference:reference>/erasure"): Declared(MANAGER, "erasure request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/erasure"): Declared(MANAGER, "erasure request", hidden=True),
    ("POST", "/data-requests/<reference:reference>/erasure/<key:key>/approve"): Declared(
        MANAGER, "erasure request", hidden=True
    ),
    ("POST", "/data-requests/<reference:reference>/erasure/<key:key>/return"): Declared(
        MANAGER, "erasure request", hidden=True
    ),
    ("GET", f"{R}/data-request"): Declared(WRITERS | READERS),
    ("POST", f"{R}/data-request"): Declared(WRITERS | READERS),
    # The family's page.
    ("GET", f"{R}/consent-links"): Declared(WRITERS | READERS),
    ("POST", f"{R}/consent-links"): Declared(WRITERS | READERS),
    ("GET", f"{R}/consent-links/<key:key>"): Declared(WRITERS | READERS),
    ("POST", f"{R}/consent-links/<key:key>/end"): Declared(WRITERS | READERS),
    ("GET", f"{R}/consent-change"): Declared(WRITERS | READERS),
    ("POST", f"{R}/consent-change"): Declared(WRITERS | READERS),
    # Time.
    ("GET", "/prompts/<key:key>"): Declared(EVERYONE, "prompt"),
    ("POST", "/prompts/<key:key>"): Declared(EVERYONE, "prompt"),
    ("GET", "/prompts"): Declared(EVERYONE),
    ("POST", "/prompts/<key:key>/later"): Declared(EVERYONE, "prompt"),
    ("POST", "/prompts/<key:key>/back"): Declared(EVERYONE, "prompt"),
    ("POST", "/prompts/<key:key>/give"): Declared(EVERYONE, "prompt"),
    ("GET", "/away"): Declared(EVERYONE),
    ("POST", "/away"): Declared(EVERYONE),
    ("POST", "/away/<key:key>/end"): Declared(EVERYONE, "absence"),
    ("GET", "/account/mail"): Declared(EVERYONE),
    ("POST", "/account/mail"): Declared(EVERYONE),
    ("GET", "/timescales"): Declared(EVERYONE),
    ("GET", "/timescales/changes"): Declared(EVERYONE),
    ("GET", "/timescales/change"): Declared(ADMINISTRATOR),
    ("POST", "/timescales/change"): Declared(ADMINISTRATOR, typed={"kind": "decide"}),
    ("GET", "/timescales/hours"): Declared(ADMINISTRATOR),
    ("POST", "/timescales/hours"): Declared(ADMINISTRATOR),
    ("GET", "/monitoring"): Declared(OVERSEERS),
    ("POST", "/timescales/closure-days"): Declared(ADMINISTRATOR),
    ("POST", "/timescales/closure-days/remove"): Declared(ADMINISTRATOR, typed={"day": "2026-12-29"}),
    # People and organisations.
    ("GET", "/people"): Declared(PARTNERS | MANAGER | ADMINISTRATOR),
    ("GET", "/people/invite"): Declared(PEOPLE_ADMINS),
    ("POST", "/people/invite"): Declared(PEOPLE_ADMINS),
    ("POST", "/people/invitations/<key:key>/cancel"): Declared(PEOPLE_ADMINS, "invitation"),
    ("GET", "/people/<key:key>"): Declared(PEOPLE_ADMINS | MANAGER, "member"),
    ("POST", "/people/<key:key>/hand-over"): Declared(PEOPLE_ADMINS | MANAGER, "member"),
    ("POST", "/people/<key:key>/role"): Declared(PEOPLE_ADMINS, "member"),
    ("POST", "/people/<key:key>/remove"): Declared(PEOPLE_ADMINS, "member"),
    ("GET", "/organisations/<key:key>"): Declared(MANAGER | ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/invite"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/people/<key:member>/close"): Declared(
        ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS
    ),
    ("GET", "/organisations/<key:key>/name"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/name"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("GET", "/organisations/<key:key>/trust"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/trust"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("GET", "/organisations/<key:key>/closing"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/close"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("POST", "/organisations/<key:key>/open"): Declared(ADMINISTRATOR, "organisation", within_reach_of=OVERSEERS),
    ("GET", "/head-of-service"): Declared(ADMINISTRATOR),
    ("POST", "/head-of-service"): Declared(ADMINISTRATOR),
    ("GET", "/organisations"): Declared(MANAGER | ADMINISTRATOR),
    ("GET", "/organisations/new"): Declared(ADMINISTRATOR),
    ("POST", "/organisations"): Declared(ADMINISTRATOR),
    ("GET", "/agreement"): Declared(PARTNERS),
    ("POST", "/agreement"): Declared(PARTNER_ADMINS),
}

DEMO_ONLY = {("GET", "/demo/mailbox"), ("GET", "/demo/mailbox/<key:key>")}
"""Open to anybody, and there in the demo alone."""

SHARED_PERMISSION: dict[str, str] = {}
"""Changing routes that may share another's permission, each with its reason."""

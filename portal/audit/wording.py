"""Every action in plain words, under the heading a reader looks for it by; `DETAILS` names the details worth reading.

What people wrote (a reason, a comment, evidence) and opaque keys are left out: the audit says that something was done,
the record says what.
"""

from enum import StrEnum

from portal.audit.actions import Action


class Kind(StrEnum):
    """What an action is about."""

    LOOKED = "Looking at records"
    REFERRAL = "Referrals"
    DECISION = "Decisions"
    SUPPORT = "Support and closing"
    ONWARD = "Onward and statutory"
    SAFEGUARDING = "Safeguarding concerns"
    CALL = "Calls and signposts"
    SHARING = "Consent and sharing"
    PEOPLE = "People and signing in"
    TIME = "Time and reminders"
    DATA = "The audit and data protection"


PHRASES: dict[Kind, dict[Action, str]] = {
    Kind.LOOKED: {
        Action.REFERRAL_VIEWED: "Looked at a referral",
        Action.REFERRALS_EXPORTED: "Took a copy of the list of referrals",
        Action.ATTACHMENT_READ: "Opened a file",
        Action.RECORD_COPIED: "Made a copy of a record for somebody who asked",
        Action.DATA_COPY_TAKEN: "Downloaded a copy of a record for somebody who asked",
        Action.DATA_REQUEST_VIEWED: "Looked at a request about personal data",
        Action.UPDATE_READ: "Marked an update as read",
        Action.CONTEXT_VIEWED: "Looked at a question about attendance",
        Action.TRANSFER_VIEWED: "Looked at an offered family",
        Action.CALL_VIEWED: "Looked at a call",
        Action.CALL_OPENED: "Looked at a call that is owed",
        Action.CONCERN_VIEWED: "Looked at a safeguarding concern",
        Action.DISAGREEMENT_VIEWED: "Looked at a disagreement",
        Action.DISAGREEMENT_FILE_READ: "Opened a file of a disagreement",
    },
    Kind.REFERRAL: {
        Action.DRAFT_STARTED: "Started a referral",
        Action.DRAFT_SAVED: "Saved part of a referral",
        Action.REFERRAL_MOVED: "Moved a referral on",
        Action.REFERRAL_UPDATED: "Told KSAF what has changed",
        Action.REFERRAL_CHASED: "Chased KSAF",
        Action.RECORD_REVIEWED: "Reviewed an open record",
        Action.MESSAGE_SENT: "Sent a message",
        Action.ATTACHMENT_ADDED: "Added a file",
        Action.ATTACHMENT_REMOVED: "Removed a file",
        Action.CONTEXT_ADDED: "Added what they know",
        Action.SHARING_EXTENDED: "Shared with an organisation for longer",
        Action.HOLDER_LEFT: "Took a part in it from somebody who left",
        Action.HOLDER_NAMED: "Named who has a part in it",
        Action.SHARING_PROPOSED: "Decided to share without consent",
        Action.SHARING_AUTHORISED: "Authorised sharing without consent",
        Action.SHARING_RETURNED: "Returned a decision to share without consent",
        Action.SHARING_FOLLOWED: "Recorded what followed sharing without consent",
        Action.REFUSAL_RESPECTED: "Respected a family’s refusal to share",
    },
    Kind.DECISION: {
        Action.ASSESSMENT_SAVED: "Saved an assessment",
        Action.CONTEXT_ASKED: "Asked about attendance",
        Action.CONTEXT_RECORDED: "Recorded an answer about attendance",
        Action.DECISION_PROPOSED: "Proposed a decision",
        Action.DECISION_RETURNED: "Returned a decision",
        Action.DECISION_AUTHORISED: "Authorised a decision",
        Action.DISAGREEMENT_RAISED: "Challenged a decision",
        Action.DISAGREEMENT_MOVED: "Moved a disagreement on",
        Action.DISAGREEMENT_FILE_ADDED: "Added a file to a disagreement",
        Action.DISAGREEMENTS_EXPORTED: "Took a copy of the report on disagreements",
    },
    Kind.SUPPORT: {
        Action.CASE_ALLOCATED: "Named who helps a family",
        Action.PLAN_SAVED: "Saved a family support plan",
        Action.GOAL_ADDED: "Added a goal",
        Action.GOAL_CHANGED: "Changed a goal",
        Action.GOAL_ENDED: "Ended a goal",
        Action.CONTACT_LOGGED: "Logged a contact",
        Action.CONTACT_CORRECTED: "Corrected a logged contact",
        Action.REVIEW_PLANNED: "Planned a review",
        Action.REVIEW_CANCELLED: "Cancelled a review",
        Action.REVIEW_HELD: "Recorded a review",
        Action.UPDATE_DRAFTED: "Drafted a weekly update",
        Action.UPDATE_POSTED: "Posted a weekly update",
        Action.UPDATE_MISSED: "A weekly update did not come",
        Action.ATTENDANCE_GIVEN: "Gave attendance figures",
        Action.SUMMARY_SAVED: "Saved a completion summary",
        Action.SUMMARY_PROPOSED: "Proposed a completion summary",
        Action.SUMMARY_RETURNED: "Returned a completion summary",
        Action.SUMMARY_AUTHORISED: "Authorised a completion summary",
        Action.SUPPORT_EXTENDED: "Extended the support",
        Action.REFERRAL_CLOSED: "Closed a referral",
    },
    Kind.ONWARD: {
        Action.TRANSFER_OFFERED: "Offered a family to another service",
        Action.TRANSFER_ACCEPTED: "Accepted an offered family",
        Action.TRANSFER_DECLINED: "Declined an offered family",
        Action.TRANSFER_WITHDRAWN: "Withdrew an offer",
        Action.TRANSFER_CHASED: "Chased another service",
        Action.TRANSFER_RENEWED: "Sent a new link to another service",
        Action.ACCEPTANCE_OVERRIDDEN: "Let a referral close without an acceptance",
        Action.STATUTORY_LOGGED: "Recorded a statutory referral",
        Action.STATUTORY_CONFIRMED: "Confirmed a statutory referral in writing",
        Action.STATUTORY_ACKNOWLEDGED: "Recorded that a front door acknowledged",
        Action.STATUTORY_CHASED: "Chased a front door",
        Action.STATUTORY_OUTCOME: "Recorded the outcome of a statutory referral",
    },
    Kind.SAFEGUARDING: {
        Action.CONCERN_RAISED: "Raised a safeguarding concern",
        Action.CONCERN_LOOKED_AT: "Recorded that a concern was looked at",
        Action.CONCERN_DECIDED: "Decided about a safeguarding concern",
        Action.CPOMS_RECORDED: "Recorded that something is in CPOMS",
        Action.CPOMS_EXPORTED: "Took a copy for CPOMS",
    },
    Kind.CALL: {
        Action.CALL_LOGGED: "Logged a call",
        Action.CALLER_INVITED: "Invited a caller to refer",
        Action.CALL_CONFIRMED: "Recorded what became of a referral by telephone",
        Action.SIGNPOST_MADE: "Signposted a family",
        Action.CALL_TAKEN: "Took on a call that is owed",
        Action.CALL_TRIED: "Tried to call a family",
        Action.CALL_ENDED: "Ended a call that was owed",
    },
    Kind.SHARING: {
        Action.CONSENT_RECORDED: "Recorded consent or its limits",
        Action.CONSENT_LINK_MADE: "Made a consent link for a family",
        Action.CONSENT_LINK_ENDED: "Stopped a family’s consent link",
        Action.CONSENT_LINK_OPENED: "Opened the family’s own page",
        Action.CONSENT_CALL_ASKED: "Asked KSAF to call about consent",
        Action.REFERRAL_SHARED: "Shared a referral with an organisation",
        Action.SHARING_ENDED: "Stopped sharing a referral",
        Action.SCHOOL_CHANGED: "Recorded that a child has changed school",
        Action.NEW_SCHOOL_SETTLED: "Settled that a new school does not see a referral",
        Action.SENDER_ACCESS_LIMITED: "Set the day on which the access of who sent it ends",
        Action.SENDER_ACCESS_ENDED: "The access of who sent it ended",
    },
    Kind.PEOPLE: {
        Action.TERMS_ACCEPTED: "Accepted the terms of use",
        Action.SIGNED_IN: "Signed in",
        Action.SIGNED_OUT: "Signed out",
        Action.ORGANISATION_SWITCHED: "Switched organisation",
        Action.PASSWORD_CHANGED: "Changed their password",
        Action.DETAILS_CHANGED: "Changed their details",
        Action.SECOND_FACTOR_SET: "Set up a second factor",
        Action.RECOVERY_CODE_USED: "Used a recovery code",
        Action.PERSON_INVITED: "Invited a person",
        Action.INVITATION_ACCEPTED: "Accepted an invitation",
        Action.INVITATION_CANCELLED: "Cancelled an invitation",
        Action.ROLE_CHANGED: "Changed a person’s role",
        Action.MEMBERSHIP_ENDED: "Removed a person",
        Action.PERSON_DISABLED: "Closed a person’s account",
        Action.ORGANISATION_RENAMED: "Renamed an organisation",
        Action.ORGANISATION_MOVED: "Noted the trust an organisation belongs to",
        Action.ORGANISATION_CLOSED: "Closed an organisation",
        Action.ORGANISATION_OPENED: "Opened an organisation again",
        Action.HEAD_OF_SERVICE_NAMED: "Named the head of service",
        Action.HEAD_OF_SERVICE_LEFT: "The head of service left, or lost the role",
        Action.ORGANISATION_ADDED: "Added an organisation",
        Action.AGREEMENT_ACCEPTED: "Accepted the data-sharing terms",
    },
    Kind.TIME: {
        Action.RUNG_FIRED: "A deadline came near or was missed",
        Action.PROMPT_CLOSED: "Closed a reminder with what was done",
        Action.PROMPT_PUT_OFF: "Put a reminder off until later",
        Action.PROMPT_BROUGHT_BACK: "Brought back a reminder that was put off",
        Action.PROMPT_GIVEN: "Gave a reminder to a colleague",
        Action.ABSENCE_SET: "Said who stands in while somebody is away",
        Action.ABSENCE_ENDED: "Ended somebody’s time away",
        Action.MAIL_CHOSEN: "Chose when emails come",
        Action.CLOSURE_ADDED: "Added a closure day",
        Action.CLOSURE_REMOVED: "Removed a closure day",
        Action.TIMESCALE_CHANGED: "Changed a timescale or KSAF’s hours",
    },
    Kind.DATA: {
        Action.AUDIT_EXPORTED: "Exported the audit",
        Action.DATA_REQUEST_RECORDED: "Recorded a request about personal data",
        Action.RECORD_CORRECTED: "Added a statement beside a record",
        Action.DATA_COPY_READ: "Read a copy of a record before it is given",
        Action.DATA_REQUEST_MOVED: "Moved a request about personal data on",
        Action.KEYS_ROTATED: "Brought everything under the newest secret key",
        Action.HOLD_PLACED: "Put a hold on a record",
        Action.HOLD_KEPT: "Kept a hold on",
        Action.HOLD_LIFTED: "Lifted a hold",
        Action.ERASURES_APPROVED: "Let records go that were due",
        Action.RECORD_ERASED: "Erased a record",
    },
}

WORDS: dict[str, str] = {action.value: words for kind in PHRASES.values() for action, words in kind.items()}

# Seeing what is in a child's record, or taking a copy of it. The organisation that referred the child may know of each.
SEEING = frozenset(
    {
        Action.REFERRAL_VIEWED,
        Action.RECORD_COPIED,
        Action.DATA_COPY_TAKEN,
        Action.ATTACHMENT_READ,
        Action.UPDATE_READ,
        Action.CONTEXT_VIEWED,
        Action.TRANSFER_VIEWED,
    }
)

DETAILS: dict[str, str] = {
    "page": "page",
    "section": "section",
    "week": "week",
    "event": "step",
    "outcome": "outcome",
    "purpose": "purpose",
    "position": "position",
    "scope": "sees",
    "email": "email",
    "role": "role",
    "old": "from",
    "new": "to",
    "fields": "fields",
    "day": "day",
    "kind": "kind",
    "rung": "stage",
    "result": "result",
    "ending": "ending",
    "version": "version",
    "safeguarding": "safeguarding parts",
    "form": "as",
    "narrowed_by": "narrowed by",
    "review_on": "look again on",
    "records": "records",
    "rule": "rule",
}


def said(action: str) -> str:
    """Return what `action` means to a reader; one that a later version of the portal wrote is given as it stands."""
    return WORDS.get(action, action)


def details(detail: dict[str, object]) -> str:
    """Return the details worth reading as "page: timeline, week: 2"; empty when there is none."""
    parts = [f"{words}: {_plain(detail[key])}" for key, words in DETAILS.items() if detail.get(key) not in (None, "")]
    return ", ".join(parts)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " and ".join(str(each).replace("_", " ") for each in value)  # pyright: ignore[reportUnknownArgumentType]
    return str(value).replace("_", " ") if isinstance(value, str) and "@" not in value else str(value)

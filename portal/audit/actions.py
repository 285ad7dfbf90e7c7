"""Every action the audit knows, as source:subject:verb, with the keys its detail may hold."""

from enum import StrEnum


class Action(StrEnum):
    """What can be recorded. Each feature declares its own here, beside the keys in `DETAIL`."""

    ORGANISATION_RENAMED = "organisations:organisation:renamed"
    ORGANISATION_MOVED = "organisations:organisation:moved"
    ORGANISATION_CLOSED = "organisations:organisation:closed"
    ORGANISATION_OPENED = "organisations:organisation:opened"
    ORGANISATION_ADDED = "organisations:organisation:added"
    AGREEMENT_ACCEPTED = "organisations:agreement:accepted"
    PERSON_INVITED = "accounts:invitation:sent"
    INVITATION_ACCEPTED = "accounts:invitation:accepted"
    INVITATION_CANCELLED = "accounts:invitation:cancelled"
    MEMBERSHIP_ENDED = "accounts:membership:ended"
    ROLE_CHANGED = "accounts:membership:role_changed"
    PERSON_DISABLED = "accounts:user:disabled"
    TERMS_ACCEPTED = "accounts:terms:accepted"
    SIGNED_IN = "accounts:session:started"
    SIGNED_OUT = "accounts:session:ended"
    ORGANISATION_SWITCHED = "accounts:session:switched"
    PASSWORD_CHANGED = "accounts:password:changed"  # noqa: S105 - an action, not a password
    DETAILS_CHANGED = "accounts:details:changed"
    SECOND_FACTOR_SET = "accounts:second_factor:set"
    RECOVERY_CODE_USED = "accounts:recovery_code:used"
    CLOSURE_ADDED = "timescales:closure_day:added"
    CLOSURE_REMOVED = "timescales:closure_day:removed"
    RUNG_FIRED = "timescales:rung:fired"
    PROMPT_CLOSED = "timescales:prompt:closed"
    PROMPT_PUT_OFF = "timescales:prompt:put_off"
    PROMPT_BROUGHT_BACK = "timescales:prompt:brought_back"
    PROMPT_GIVEN = "timescales:prompt:given"
    DRAFT_STARTED = "referrals:draft:started"
    DRAFT_SAVED = "referrals:draft:saved"
    REFERRAL_MOVED = "referrals:referral:moved"
    REFERRAL_VIEWED = "referrals:referral:viewed"
    REFERRAL_UPDATED = "referrals:referral:updated"
    REFERRAL_CHASED = "referrals:referral:chased"
    MESSAGE_SENT = "referrals:message:sent"
    ATTACHMENT_ADDED = "referrals:attachment:added"
    ATTACHMENT_REMOVED = "referrals:attachment:removed"
    ATTACHMENT_READ = "referrals:attachment:read"
    CONSENT_RECORDED = "consent:event:recorded"
    # the family's page
    CONSENT_LINK_MADE = "family:link:made"
    CONSENT_LINK_ENDED = "family:link:ended"
    CONSENT_LINK_OPENED = "family:link:opened"
    CONSENT_CALL_ASKED = "family:call:asked"
    DECISION_PROPOSED = "triage:decision:proposed"
    DECISION_RETURNED = "triage:decision:returned"
    DECISION_AUTHORISED = "triage:decision:authorised"
    # triage
    ASSESSMENT_SAVED = "triage:assessment:saved"
    CONTEXT_ASKED = "triage:context:asked"
    CONTEXT_VIEWED = "triage:context:viewed"
    CONTEXT_RECORDED = "triage:context:recorded"
    # enquiries
    CALL_LOGGED = "enquiries:call:logged"
    CALL_VIEWED = "enquiries:call:viewed"
    CALLER_INVITED = "enquiries:call:invited"
    SIGNPOST_MADE = "enquiries:signpost:made"
    CALL_OPENED = "enquiries:call_back:viewed"
    CALL_TAKEN = "enquiries:call_back:taken"
    CALL_TRIED = "enquiries:call_back:tried"
    CALL_ENDED = "enquiries:call_back:ended"
    # cases, delivery
    CASE_ALLOCATED = "cases:case:allocated"
    # cases, the plan
    PLAN_SAVED = "cases:plan:saved"
    GOAL_ADDED = "cases:goal:added"
    GOAL_CHANGED = "cases:goal:changed"
    GOAL_ENDED = "cases:goal:ended"
    CONTACT_LOGGED = "cases:contact:logged"
    CONTACT_CORRECTED = "cases:contact:corrected"
    REVIEW_PLANNED = "cases:review:planned"
    REVIEW_CANCELLED = "cases:review:cancelled"
    REVIEW_HELD = "cases:review:held"
    # cases, weekly updates
    UPDATE_DRAFTED = "cases:update:drafted"
    UPDATE_POSTED = "cases:update:posted"
    UPDATE_READ = "cases:update:read"
    UPDATE_MISSED = "cases:update:missed"
    # cases, attendance and endings
    ATTENDANCE_GIVEN = "cases:attendance:given"
    SUMMARY_SAVED = "cases:summary:saved"
    SUMMARY_PROPOSED = "cases:summary:proposed"
    SUMMARY_RETURNED = "cases:summary:returned"
    SUMMARY_AUTHORISED = "cases:summary:authorised"
    SUPPORT_EXTENDED = "cases:support:extended"
    REFERRAL_CLOSED = "cases:referral:closed"
    # transfers
    TRANSFER_OFFERED = "transfers:transfer:offered"
    TRANSFER_VIEWED = "transfers:transfer:viewed"
    TRANSFER_ACCEPTED = "transfers:transfer:accepted"
    TRANSFER_DECLINED = "transfers:transfer:declined"
    TRANSFER_WITHDRAWN = "transfers:transfer:withdrawn"
    TRANSFER_CHASED = "transfers:transfer:chased"
    TRANSFER_RENEWED = "transfers:transfer:renewed"
    ACCEPTANCE_OVERRIDDEN = "transfers:acceptance:overridden"
    STATUTORY_LOGGED = "transfers:statutory:logged"
    STATUTORY_CONFIRMED = "transfers:statutory:confirmed"
    STATUTORY_ACKNOWLEDGED = "transfers:statutory:acknowledged"
    STATUTORY_CHASED = "transfers:statutory:chased"
    STATUTORY_OUTCOME = "transfers:statutory:outcome"
    # safeguarding
    CONCERN_RAISED = "safeguarding:concern:raised"
    CONCERN_VIEWED = "safeguarding:concern:viewed"
    CONCERN_LOOKED_AT = "safeguarding:concern:looked_at"
    CONCERN_DECIDED = "safeguarding:concern:decided"
    CPOMS_RECORDED = "safeguarding:cpoms:recorded"
    CPOMS_EXPORTED = "safeguarding:cpoms:exported"
    # disagreements
    DISAGREEMENT_RAISED = "disagreements:disagreement:raised"
    DISAGREEMENT_VIEWED = "disagreements:disagreement:viewed"
    DISAGREEMENT_MOVED = "disagreements:disagreement:moved"
    DISAGREEMENT_FILE_ADDED = "disagreements:disagreement:file_added"
    DISAGREEMENT_FILE_READ = "disagreements:disagreement:file_read"
    DISAGREEMENTS_EXPORTED = "disagreements:report:exported"
    # sharing
    REFERRAL_SHARED = "referrals:sharing:started"
    SHARING_ENDED = "referrals:sharing:ended"
    CONTEXT_ADDED = "referrals:context:added"
    SHARING_EXTENDED = "referrals:sharing:extended"
    SHARING_PROPOSED = "referrals:sharing:proposed"
    SHARING_AUTHORISED = "referrals:sharing:authorised"
    SHARING_RETURNED = "referrals:sharing:returned"
    SHARING_FOLLOWED = "referrals:sharing:followed"
    REFUSAL_RESPECTED = "referrals:refusal:respected"
    # a child changes school, and what whoever sent a referral sees
    SCHOOL_CHANGED = "changes:school:recorded"
    NEW_SCHOOL_SETTLED = "changes:new_school:settled"
    SENDER_ACCESS_LIMITED = "changes:sender_access:limited"
    SENDER_ACCESS_ENDED = "changes:sender_access:ended"
    # who works on what
    HOLDER_LEFT = "staffing:holder:left"
    HOLDER_NAMED = "staffing:holder:named"
    # the audit and data protection
    AUDIT_EXPORTED = "accountability:audit:exported"
    KEYS_ROTATED = "accountability:keys:rotated"
    RECORD_COPIED = "accountability:record:copied"
    # what people ask about their data
    DATA_REQUEST_RECORDED = "accountability:data_request:recorded"
    DATA_REQUEST_VIEWED = "accountability:data_request:viewed"
    DATA_REQUEST_MOVED = "accountability:data_request:moved"
    RECORD_CORRECTED = "accountability:record:corrected"
    DATA_COPY_READ = "accountability:data_copy:read"
    DATA_COPY_TAKEN = "accountability:data_copy:taken"
    # retention
    HOLD_PLACED = "retention:hold:placed"
    HOLD_KEPT = "retention:hold:kept"
    HOLD_LIFTED = "retention:hold:lifted"
    ERASURES_APPROVED = "retention:list:approved"
    RECORD_ERASED = "retention:record:erased"


DETAIL: dict[Action, frozenset[str]] = {
    Action.ORGANISATION_RENAMED: frozenset({"before", "after"}),
    Action.ORGANISATION_MOVED: frozenset({"before", "after"}),
    Action.ORGANISATION_CLOSED: frozenset({"since", "referrals", "shares", "offers", "people"}),
    Action.ORGANISATION_OPENED: frozenset({"since"}),
    Action.ORGANISATION_ADDED: frozenset({"name", "kind"}),
    Action.AGREEMENT_ACCEPTED: frozenset({"version"}),
    Action.PERSON_INVITED: frozenset({"email", "role"}),
    Action.INVITATION_ACCEPTED: frozenset({"email", "role"}),
    Action.INVITATION_CANCELLED: frozenset({"email"}),
    Action.MEMBERSHIP_ENDED: frozenset({"user_id", "role"}),
    Action.ROLE_CHANGED: frozenset({"user_id", "old", "new"}),
    Action.PERSON_DISABLED: frozenset({"user_id"}),
    Action.TERMS_ACCEPTED: frozenset({"version"}),
    Action.SIGNED_IN: frozenset({"browser"}),
    Action.SIGNED_OUT: frozenset({"everywhere"}),
    Action.ORGANISATION_SWITCHED: frozenset({"from", "to"}),
    Action.PASSWORD_CHANGED: frozenset({"by_reset"}),
    Action.DETAILS_CHANGED: frozenset({"fields"}),
    Action.SECOND_FACTOR_SET: frozenset(),
    Action.RECOVERY_CODE_USED: frozenset({"left"}),
    Action.CLOSURE_ADDED: frozenset({"day", "reason"}),
    Action.CLOSURE_REMOVED: frozenset({"day", "reason"}),
    Action.RUNG_FIRED: frozenset({"reference", "kind", "rung", "due_at", "prompts", "mails"}),
    Action.PROMPT_CLOSED: frozenset({"reference", "kind", "evidence"}),
    Action.PROMPT_PUT_OFF: frozenset({"reference", "kind", "until"}),
    Action.PROMPT_BROUGHT_BACK: frozenset({"reference", "kind"}),
    Action.PROMPT_GIVEN: frozenset({"reference", "kind", "user_id"}),
    Action.DRAFT_STARTED: frozenset({"reference"}),
    Action.DRAFT_SAVED: frozenset({"reference", "section", "version"}),
    Action.REFERRAL_MOVED: frozenset({"reference", "event", "from", "to", "reason"}),
    Action.REFERRAL_VIEWED: frozenset({"reference", "page"}),
    Action.REFERRAL_UPDATED: frozenset({"reference", "kind"}),
    Action.REFERRAL_CHASED: frozenset({"reference"}),
    Action.MESSAGE_SENT: frozenset({"reference"}),
    Action.ATTACHMENT_ADDED: frozenset({"reference", "key", "digest"}),
    Action.ATTACHMENT_REMOVED: frozenset({"reference", "key"}),
    Action.ATTACHMENT_READ: frozenset({"reference", "key"}),
    Action.CONSENT_RECORDED: frozenset({"reference", "purpose", "position"}),
    Action.CONSENT_LINK_MADE: frozenset({"reference", "key", "way"}),
    Action.CONSENT_LINK_ENDED: frozenset({"reference", "key"}),
    Action.CONSENT_LINK_OPENED: frozenset({"reference", "key"}),
    Action.CONSENT_CALL_ASKED: frozenset({"reference", "key"}),
    Action.DECISION_PROPOSED: frozenset({"reference", "outcome"}),
    Action.DECISION_RETURNED: frozenset({"reference", "comment"}),
    Action.DECISION_AUTHORISED: frozenset({"reference", "outcome"}),
    # triage
    Action.CONTEXT_ASKED: frozenset({"reference", "whom"}),
    Action.CONTEXT_VIEWED: frozenset({"reference"}),
    Action.CONTEXT_RECORDED: frozenset({"reference"}),
    Action.ASSESSMENT_SAVED: frozenset({"reference", "version"}),
    # enquiries
    Action.CALL_LOGGED: frozenset({"reference"}),
    Action.CALL_VIEWED: frozenset({"reference"}),
    Action.CALLER_INVITED: frozenset({"reference", "organisation"}),
    Action.SIGNPOST_MADE: frozenset({"reference", "kind"}),
    Action.CALL_OPENED: frozenset({"reference"}),
    Action.CALL_TAKEN: frozenset({"reference"}),
    Action.CALL_TRIED: frozenset({"reference", "result"}),
    Action.CALL_ENDED: frozenset({"reference", "ending"}),
    # cases, delivery
    Action.CASE_ALLOCATED: frozenset({"reference", "case_manager_id", "practitioner_id", "starts_on"}),
    # cases, the plan
    Action.PLAN_SAVED: frozenset({"reference"}),
    Action.GOAL_ADDED: frozenset({"reference", "key"}),
    Action.GOAL_CHANGED: frozenset({"reference", "key"}),
    Action.GOAL_ENDED: frozenset({"reference", "key"}),
    Action.CONTACT_LOGGED: frozenset({"reference", "key"}),
    Action.CONTACT_CORRECTED: frozenset({"reference", "key"}),
    Action.REVIEW_PLANNED: frozenset({"reference", "sequence"}),
    Action.REVIEW_CANCELLED: frozenset({"reference", "sequence"}),
    Action.REVIEW_HELD: frozenset({"reference"}),
    # cases, weekly updates
    Action.UPDATE_DRAFTED: frozenset({"reference", "week", "version"}),
    Action.UPDATE_POSTED: frozenset({"reference", "week", "late"}),
    Action.UPDATE_READ: frozenset({"reference", "week"}),
    Action.UPDATE_MISSED: frozenset({"reference", "week"}),
    # cases, attendance and endings
    Action.ATTENDANCE_GIVEN: frozenset({"reference", "weeks"}),
    Action.SUMMARY_SAVED: frozenset({"reference", "version"}),
    Action.SUMMARY_PROPOSED: frozenset({"reference"}),
    Action.SUMMARY_RETURNED: frozenset({"reference"}),
    Action.SUMMARY_AUTHORISED: frozenset({"reference"}),
    Action.SUPPORT_EXTENDED: frozenset({"reference", "weeks"}),
    Action.REFERRAL_CLOSED: frozenset({"reference", "outcome"}),
    # transfers
    Action.TRANSFER_OFFERED: frozenset({"reference", "key"}),
    Action.TRANSFER_VIEWED: frozenset({"reference", "key"}),
    Action.TRANSFER_ACCEPTED: frozenset({"reference", "key"}),
    Action.TRANSFER_DECLINED: frozenset({"reference", "key"}),
    Action.TRANSFER_WITHDRAWN: frozenset({"reference", "key"}),
    Action.TRANSFER_CHASED: frozenset({"reference", "key"}),
    Action.TRANSFER_RENEWED: frozenset({"reference", "key"}),
    Action.ACCEPTANCE_OVERRIDDEN: frozenset({"reference"}),
    Action.STATUTORY_LOGGED: frozenset({"reference", "key"}),
    Action.STATUTORY_CONFIRMED: frozenset({"reference", "key"}),
    Action.STATUTORY_ACKNOWLEDGED: frozenset({"reference", "key"}),
    Action.STATUTORY_CHASED: frozenset({"reference", "key"}),
    Action.STATUTORY_OUTCOME: frozenset({"reference", "key"}),
    # safeguarding
    Action.CONCERN_RAISED: frozenset({"reference", "week"}),
    Action.CONCERN_VIEWED: frozenset({"reference", "page"}),
    Action.CONCERN_LOOKED_AT: frozenset({"reference"}),
    Action.CONCERN_DECIDED: frozenset({"reference", "outcome"}),
    Action.CPOMS_RECORDED: frozenset({"kind", "key"}),
    Action.CPOMS_EXPORTED: frozenset({"items"}),
    # disagreements
    Action.DISAGREEMENT_RAISED: frozenset({"reference", "kind"}),
    Action.DISAGREEMENT_VIEWED: frozenset({"reference", "page"}),
    Action.DISAGREEMENT_MOVED: frozenset({"reference", "event", "stage", "outcome"}),
    Action.DISAGREEMENT_FILE_ADDED: frozenset({"reference", "key", "digest"}),
    Action.DISAGREEMENT_FILE_READ: frozenset({"reference", "key"}),
    Action.DISAGREEMENTS_EXPORTED: frozenset({"narrowed_by"}),
    # sharing
    Action.REFERRAL_SHARED: frozenset({"reference", "organisation", "scope"}),
    Action.SHARING_ENDED: frozenset({"reference", "organisation"}),
    Action.CONTEXT_ADDED: frozenset({"reference"}),
    Action.SHARING_EXTENDED: frozenset({"reference", "organisation", "until"}),
    Action.SHARING_PROPOSED: frozenset({"reference", "key"}),
    Action.SHARING_AUTHORISED: frozenset({"reference", "key"}),
    Action.SHARING_RETURNED: frozenset({"reference", "key"}),
    Action.SHARING_FOLLOWED: frozenset({"reference", "key", "duty"}),
    Action.REFUSAL_RESPECTED: frozenset({"reference", "key"}),
    # a child changes school, and what whoever sent a referral sees
    Action.SCHOOL_CHANGED: frozenset({"reference"}),
    Action.NEW_SCHOOL_SETTLED: frozenset({"reference", "answer"}),
    Action.SENDER_ACCESS_LIMITED: frozenset({"reference", "until"}),
    Action.SENDER_ACCESS_ENDED: frozenset({"reference"}),
    # who works on what
    Action.HOLDER_LEFT: frozenset({"reference", "part", "user_id"}),
    Action.HOLDER_NAMED: frozenset({"reference", "part", "before", "after"}),
    # the audit and data protection
    Action.AUDIT_EXPORTED: frozenset({"narrowed_by"}),
    Action.KEYS_ROTATED: frozenset({"renewed", "unreadable"}),
    Action.RECORD_COPIED: frozenset({"reference", "safeguarding"}),
    # what people ask about their data
    Action.DATA_REQUEST_RECORDED: frozenset({"reference", "kind"}),
    Action.DATA_REQUEST_VIEWED: frozenset({"reference", "page"}),
    Action.DATA_REQUEST_MOVED: frozenset({"reference", "event", "outcome"}),
    Action.RECORD_CORRECTED: frozenset({"reference", "part"}),
    Action.DATA_COPY_READ: frozenset({"reference", "key"}),
    Action.DATA_COPY_TAKEN: frozenset({"reference", "key", "form"}),
    # retention
    Action.HOLD_PLACED: frozenset({"reference", "review_on"}),
    Action.HOLD_KEPT: frozenset({"reference", "review_on"}),
    Action.HOLD_LIFTED: frozenset({"reference"}),
    Action.ERASURES_APPROVED: frozenset({"records", "left_out"}),
    Action.RECORD_ERASED: frozenset({"reference", "rule"}),
}

"""Who may do what, on one page. Routes, templates and the access matrix in the tests all read this table."""

from portal.access.permissions import Permission
from portal.access.roles import PARTNER_ROLES, OrganisationKind, Role

_ANYONE = frozenset(Role)
_WRITERS = frozenset({Role.REFERRER, Role.ORGANISATION_ADMIN})
_PARTNER_ADMIN = frozenset({Role.ORGANISATION_ADMIN})
_TRIAGE = frozenset({Role.TRIAGE_OFFICER, Role.CASE_MANAGER, Role.SAFEGUARDING_TEAM, Role.MANAGER})
_ADVISERS = _TRIAGE | {Role.SUPPORT_LINE_ADVISER}
_MANAGER = frozenset({Role.MANAGER})
_ALLOCATORS = frozenset({Role.CASE_MANAGER, Role.MANAGER})
_OFFERERS = frozenset({Role.TRIAGE_OFFICER, Role.CASE_MANAGER, Role.MANAGER})
_DELIVERERS = frozenset({Role.FAMILY_OUTREACH_PRACTITIONER, Role.CASE_MANAGER, Role.MANAGER})
_READERS = PARTNER_ROLES | _TRIAGE | _DELIVERERS
_SPEAKERS = _WRITERS | _TRIAGE | _DELIVERERS
_SAFEGUARDING = frozenset({Role.SAFEGUARDING_TEAM, Role.MANAGER})
_KSAF_ADMIN = frozenset({Role.ADMINISTRATOR})
_DATA_RIGHTS = _MANAGER | _KSAF_ADMIN
_AUDITORS = frozenset({Role.SAFEGUARDING_TEAM, Role.MANAGER})

POLICY: dict[Permission, frozenset[Role]] = {
    Permission.ACCOUNT_KEEP: _ANYONE,
    Permission.ACCOUNT_DETAILS: _ANYONE,
    Permission.ACCOUNT_PASSWORD: _ANYONE,
    Permission.ACCOUNT_CODES: _ANYONE,
    Permission.ACCOUNT_SESSIONS: _ANYONE,
    Permission.REFERRAL_READ: _READERS,
    # Everything at once leaves the portal: for those who answer for it.
    Permission.REFERRAL_EXPORT: _PARTNER_ADMIN | _AUDITORS,
    Permission.REFERRAL_PREPARE: _WRITERS,
    Permission.REFERRAL_START: _WRITERS,
    Permission.REFERRAL_EDIT: _WRITERS,
    Permission.REFERRAL_AUTOSAVE: _WRITERS,
    Permission.REFERRAL_SUBMIT: _WRITERS,
    Permission.REFERRAL_DISCARD: _WRITERS,
    Permission.REFERRAL_WITHDRAW: _WRITERS,
    Permission.REFERRAL_UPDATE: _WRITERS,
    Permission.REFERRAL_ANSWER: _WRITERS,
    Permission.REFERRAL_CHASE: _WRITERS,
    Permission.REFERRAL_MESSAGE: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.ATTACHMENT_ADD: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.ATTACHMENT_REMOVE: _WRITERS,
    Permission.REFERRAL_QUEUE: _TRIAGE,
    Permission.REFERRAL_ACKNOWLEDGE: _TRIAGE,
    Permission.REFERRAL_ASK: _TRIAGE,
    Permission.REFERRAL_DECIDE: _TRIAGE,
    Permission.REFERRAL_AUTHORISE: _MANAGER,
    Permission.REFERRAL_RETURN: _MANAGER,
    Permission.REFERRAL_MOVE_ON: _MANAGER,
    Permission.REFERRAL_CLOSE: _MANAGER,
    Permission.RECORD_REVIEW: _MANAGER,
    Permission.REFERRAL_REOPEN: _MANAGER,
    # triage
    Permission.ASSESSMENT_READ: _TRIAGE | _DELIVERERS,
    Permission.ASSESSMENT_SAVE: _TRIAGE,
    Permission.REFERRAL_ASK_CONTEXT: _TRIAGE,
    Permission.REFERRAL_RECORD_CONTEXT: _TRIAGE,
    Permission.CONTEXT_ANSWER: _WRITERS,
    # enquiries, Pathway 1
    Permission.ENQUIRY_READ: _ADVISERS,
    Permission.ENQUIRY_LOG: _ADVISERS,
    Permission.ENQUIRY_INVITE: _ADVISERS,
    Permission.ENQUIRY_CONFIRM: _ADVISERS,
    Permission.CALL_TAKE: _ADVISERS,
    Permission.CALL_TRY: _ADVISERS,
    Permission.CALL_END: _ADVISERS,
    Permission.SIGNPOST_READ: PARTNER_ROLES | _ADVISERS,
    Permission.SIGNPOST_RECORD: _WRITERS,
    Permission.SIGNPOST_CALL: _WRITERS,
    # cases, delivery of Pathway 2
    Permission.CASE_ALLOCATE: _ALLOCATORS,
    # cases, the plan
    Permission.CONSENT_CONFIRM: _DELIVERERS,
    Permission.PLAN_WRITE: _DELIVERERS,
    Permission.GOAL_ADD: _DELIVERERS,
    Permission.GOAL_CHANGE: _DELIVERERS,
    Permission.GOAL_END: _DELIVERERS,
    Permission.CONTACT_READ: _TRIAGE | _DELIVERERS,
    Permission.CONTACT_LOG: _DELIVERERS,
    Permission.CONTACT_CORRECT: _DELIVERERS,
    Permission.REVIEW_PLAN: _DELIVERERS,
    Permission.REVIEW_CANCEL: _DELIVERERS,
    Permission.REVIEW_RECORD: _DELIVERERS,
    # cases, weekly updates
    Permission.CASELOAD_READ: _DELIVERERS,
    Permission.UPDATE_WRITE: _DELIVERERS,
    Permission.UPDATE_AUTOSAVE: _DELIVERERS,
    Permission.UPDATE_MARK_READ: _WRITERS,
    # cases, attendance and endings
    Permission.ATTENDANCE_ADD: _WRITERS | _DELIVERERS,
    Permission.ATTENDANCE_UPLOAD: _WRITERS | _DELIVERERS,
    Permission.SUMMARY_WRITE: _DELIVERERS,
    Permission.SUMMARY_AUTHORISE: _MANAGER,
    Permission.SUMMARY_RETURN: _MANAGER,
    Permission.CASE_EXTEND: _MANAGER,
    # transfers, Pathway 3
    Permission.TRANSFER_OFFER: _OFFERERS,
    Permission.TRANSFER_WITHDRAW: _OFFERERS,
    Permission.TRANSFER_CHASE: _OFFERERS,
    Permission.TRANSFER_RENEW: _OFFERERS,
    Permission.TRANSFER_OVERRIDE: _MANAGER,
    Permission.TRANSFER_READ: PARTNER_ROLES,
    Permission.TRANSFER_ACCEPT: _WRITERS,
    Permission.TRANSFER_DECLINE: _WRITERS,
    Permission.STATUTORY_READ: _TRIAGE,
    Permission.STATUTORY_LOG: _TRIAGE,
    Permission.STATUTORY_CONFIRM: _TRIAGE,
    Permission.STATUTORY_ACKNOWLEDGE: _TRIAGE,
    Permission.STATUTORY_CHASE: _TRIAGE,
    Permission.STATUTORY_OUTCOME: _TRIAGE,
    # safeguarding: whoever has a record can raise a concern; the safeguarding team and managers alone read it
    Permission.CONCERN_RAISE: _READERS,
    Permission.CONCERN_FOLLOW: _READERS,
    Permission.CONCERN_READ: _SAFEGUARDING,
    Permission.CONCERN_LOOK: _SAFEGUARDING,
    Permission.CONCERN_DECIDE: _SAFEGUARDING,
    Permission.CPOMS_RECORD: _SAFEGUARDING,
    # sharing
    Permission.REFERRAL_SHARE: _TRIAGE,
    Permission.REFERRAL_UNSHARE: _TRIAGE,
    Permission.SHARING_EXTEND: _TRIAGE,
    Permission.REFERRAL_CONTEXT: _WRITERS,
    # a child changes school: whoever has the referral says so, triage decides who sees it then
    Permission.SCHOOL_MOVE_RECORD: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.SCHOOL_MOVE_READ: _TRIAGE | _DELIVERERS,
    Permission.SCHOOL_MOVE_ACCESS: _TRIAGE,
    Permission.SCHOOL_MOVE_NOT_SHARE: _TRIAGE,
    Permission.SHARING_READ: _TRIAGE,
    Permission.SHARING_DECIDE: _TRIAGE,
    Permission.SHARING_RESPECT: _TRIAGE,
    Permission.SHARING_AUTHORISE: _MANAGER,
    Permission.SHARING_RETURN: _MANAGER,
    Permission.SHARING_REASON: _TRIAGE,
    Permission.SHARING_TELL_RECEIVER: _TRIAGE,
    Permission.SHARING_TELL_FAMILY: _TRIAGE,
    # disagreements: whoever has the referral reads those of their own side, the others do not learn that there is one
    Permission.DISAGREEMENT_READ: _READERS,
    Permission.DISAGREEMENT_RAISE: _SPEAKERS,
    Permission.DISAGREEMENT_ADD: _SPEAKERS,
    Permission.DISAGREEMENT_ANSWER: _SPEAKERS,
    Permission.DISAGREEMENT_ESCALATE: _SPEAKERS,
    Permission.DISAGREEMENT_RESOLVE: _SPEAKERS,
    Permission.DISAGREEMENT_WITHDRAW: _SPEAKERS,
    Permission.DISAGREEMENT_REPORT: _SAFEGUARDING,
    # accountability
    Permission.AUDIT_READ: _PARTNER_ADMIN | _AUDITORS | _KSAF_ADMIN,
    Permission.RECORD_SEEN_READ: _PARTNER_ADMIN | _AUDITORS,
    # retention
    Permission.RETENTION_READ: _MANAGER | _KSAF_ADMIN,
    Permission.RETENTION_APPROVE: _MANAGER,
    Permission.RECORD_ERASE: _MANAGER,
    Permission.ERASURE_OPEN: _MANAGER,
    Permission.ERASURE_PROPOSE: _MANAGER,
    Permission.ERASURE_RETURN: _MANAGER,
    Permission.HOLD_PLACE: _MANAGER,
    Permission.HOLD_KEEP: _MANAGER,
    Permission.HOLD_LIFT: _MANAGER,
    # what people ask about their data: managers and the administrator keep the register
    Permission.DATA_REQUEST_READ: _DATA_RIGHTS,
    Permission.DATA_REQUEST_RECORD: _DATA_RIGHTS,
    Permission.DATA_REQUEST_PASS_ON: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.DATA_REQUEST_ASK: _DATA_RIGHTS,
    Permission.DATA_REQUEST_REPLY: _DATA_RIGHTS,
    Permission.DATA_REQUEST_ACKNOWLEDGE: _DATA_RIGHTS,
    Permission.DATA_REQUEST_EXTEND: _DATA_RIGHTS,
    Permission.DATA_REQUEST_ANSWER: _DATA_RIGHTS,
    # ... and copying or correcting a child's record is a manager's, as the record itself is
    Permission.CORRECTION_OPEN: _MANAGER,
    Permission.CORRECTION_ADD: _MANAGER,
    Permission.CORRECTION_TELL: _MANAGER,
    Permission.DATA_COPY_OPEN: _MANAGER,
    Permission.DATA_COPY_PREPARE: _MANAGER,
    Permission.DATA_COPY_CONFIRM: _MANAGER,
    # the family's page
    Permission.CONSENT_LINK_READ: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.CONSENT_LINK_MAKE: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.CONSENT_LINK_END: _WRITERS | _TRIAGE | _DELIVERERS,
    Permission.CONSENT_RECORD: _WRITERS | _TRIAGE | _DELIVERERS,
    # time, people and organisations
    Permission.PROMPT_READ: _ANYONE,
    Permission.PROMPT_CLOSE: _ANYONE,
    Permission.PROMPT_PUT_OFF: _ANYONE,
    Permission.PROMPT_BRING_BACK: _ANYONE,
    Permission.PROMPT_GIVE: _ANYONE,
    Permission.ABSENCE_READ: _ANYONE,
    Permission.ABSENCE_SET: _ANYONE,
    Permission.ABSENCE_END: _ANYONE,
    Permission.ACCOUNT_MAIL: _ANYONE,
    Permission.PEOPLE_READ: PARTNER_ROLES | _KSAF_ADMIN | _MANAGER,
    Permission.PEOPLE_INVITE: _PARTNER_ADMIN | _KSAF_ADMIN,
    Permission.PEOPLE_REMOVE: _PARTNER_ADMIN | _KSAF_ADMIN,
    Permission.PEOPLE_ROLE: _PARTNER_ADMIN | _KSAF_ADMIN,
    Permission.PEOPLE_MANAGE: _PARTNER_ADMIN | _KSAF_ADMIN,
    Permission.WORK_READ: _PARTNER_ADMIN | _KSAF_ADMIN | _MANAGER,
    Permission.WORK_HAND_OVER: _PARTNER_ADMIN | _KSAF_ADMIN | _MANAGER,
    Permission.HOLDER_READ: _WRITERS | _ALLOCATORS,
    Permission.HOLDER_NAME: _WRITERS | _ALLOCATORS,
    Permission.INVITATION_CANCEL: _PARTNER_ADMIN | _KSAF_ADMIN,
    Permission.PERSON_DISABLE: _KSAF_ADMIN,
    Permission.AGREEMENT_READ: PARTNER_ROLES,
    Permission.AGREEMENT_ACCEPT: _PARTNER_ADMIN,
    Permission.ORGANISATION_READ: _KSAF_ADMIN | _MANAGER,
    Permission.ORGANISATION_ADD: _KSAF_ADMIN,
    Permission.ORGANISATION_INVITE: _KSAF_ADMIN,
    Permission.ORGANISATION_HEAD: _KSAF_ADMIN,
    Permission.ORGANISATION_RENAME: _KSAF_ADMIN,
    Permission.ORGANISATION_MOVE: _KSAF_ADMIN,
    Permission.ORGANISATION_CLOSE: _KSAF_ADMIN,
    Permission.ORGANISATION_OPEN: _KSAF_ADMIN,
    Permission.CALENDAR_EDIT: _KSAF_ADMIN,
    Permission.CALENDAR_REOPEN: _KSAF_ADMIN,
    Permission.TIMESCALES_CHANGE: _KSAF_ADMIN,
    Permission.HOURS_CHANGE: _KSAF_ADMIN,
    Permission.TIMESCALES_READ: _ANYONE,
    Permission.MONITORING_READ: _KSAF_ADMIN | _MANAGER,
}

# A councillor signposts and never holds a referral form; the role alone cannot say so.
_NOT_FOR_COUNCILLORS = frozenset(
    {
        Permission.REFERRAL_START,
        Permission.REFERRAL_EDIT,
        Permission.REFERRAL_AUTOSAVE,
        Permission.REFERRAL_SUBMIT,
        Permission.REFERRAL_DISCARD,
        Permission.TRANSFER_ACCEPT,
        Permission.TRANSFER_DECLINE,
    }
)


def may(role: Role, kind: OrganisationKind, permission: Permission) -> bool:
    """Say whether `role` in an organisation of `kind` holds `permission`."""
    if kind is OrganisationKind.COUNCILLOR and permission in _NOT_FOR_COUNCILLORS:
        return False
    return role in POLICY[permission]

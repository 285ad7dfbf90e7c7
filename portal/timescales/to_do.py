"""What meets each kind of deadline, as a prompt tells whoever has just opened it, and where that is done."""

# What meets each kind, for the reader who has just opened the prompt. Kinds without a line of their own get the last.
TO_DO = {
    "acknowledge": "Open the referral, read it and acknowledge it. The referrer is told at once.",
    "chase": "Open the referral and chase it: KSAF’s manager is told at once. You can phone as well.",
    "decide": "Open the referral and record what happens next, with the reason and a next option for the family.",
    "outcome": "Open the referral and authorise the decision, so that the outcome reaches the referrer in writing.",
    "information": "Open the referral and answer KSAF’s question. Say so if you do not know yet.",
    "attendance_context": "Ask the family or the school again, and record on the referral what they say.",
    "call_back": "Call the family, and record the call.",
    "allocate": "Open the referral and name who will work with the family.",
    "weekly_update": "Open This week and post the update. Everybody who reads it is told at once.",
    "week_4_review": "Open the case and record the review.",
    "completion_summary": "Open the case and send the completion summary.",
    "onward_offer": "Open the referral and offer the family to the service named in the decision.",
    "onward_acceptance": "Ask the next organisation whether it has accepted, and record the answer.",
    "confirm_telephone": "Write to the front door, as you phoned it, and record that you did.",
    "confirm_call": "Open the draft, finish it and send it: that is what you told KSAF by phone, in writing.",
    "confirm_call_followed": "Ask whoever phoned for it in writing, and record on the call that it came.",
    "statutory_acknowledgement": "Phone the front door: without an acknowledgement it may not have arrived.",
    "statutory_manager": "Phone the front door’s manager, and record who you reached.",
    "statutory_outcome": "Ask the front door for its outcome in writing, and record it.",
    "concern": "Open the concern and look at it now.",
    "disagreement_first": "Open the disagreement and answer it: what you decided, why, and whether it changes.",
    **dict.fromkeys(
        ("disagreement_stage", "disagreement_leads", "disagreement_heads"),
        "Open the disagreement and answer it at this stage.",
    ),
    **dict.fromkeys(
        ("disagreement_first_over", "disagreement_over"),
        "Open the disagreement. Nothing goes to the next stage by itself: take it there, or wait.",
    ),
    "disagreement_turn": "Open the disagreement, read the answer, and say whether it is resolved or goes on.",
    "disagreement_partnership": "Ask the partnership again, and record what it says.",
    "record_review": "Open the record, see whether what was decided has been followed through, and record it.",
    "sharing_decision": "Read the decision to share without consent, then authorise it or return it with a comment.",
    "refusal_reason": "Record under the decision to share why the family refused.",
    "tell_receiver": "Tell the receiving team that consent was refused, and record who was told.",
    "tell_family": "Tell the family that it was shared, or record why that is not safe yet.",
    "data_request": "Open the request and answer it. If it is too complex for one month, extend it before it is due.",
    "data_request_extended": "Open the request and answer it. It cannot be extended again.",
    "data_request_reply": "Ask whoever sent the request again, or record what came.",
    "data_complaint": "Open the complaint, tell whoever sent it that KSAF has it, and record that you did.",
    "data_complaint_outcome": "Open the complaint, look into it, and tell whoever sent it what came of it.",
}
# Where under the referral it is done, for what has a page of its own.
READ_UNDER = {
    "sharing_decision": "sharing",
    "refusal_reason": "sharing",
    "tell_receiver": "sharing",
    "tell_family": "sharing",
    "record_review": "record-review",
}

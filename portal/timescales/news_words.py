"""What prompts say about news that no deadline raises."""

from portal.timescales.family_words import FAMILY
from portal.timescales.news import News
from portal.timescales.words import Words

_CLOSED_BY_STEP = "Recording it there closes this. You can also close it here: say what was done."

NEWS = {
    **FAMILY,
    News.DECISION_WAITING: Words(
        title="A decision waits for a manager",
        text="A colleague has proposed what happens with this referral. The referrer hears nothing until a manager"
        " other than them has authorised it.",
        to_do="Open the referral, read what is proposed and why, then authorise it or return it with a comment.",
    ),
    News.DECISION_RETURNED: Words(
        title="A decision has come back to you",
        text="A manager has returned the decision that was proposed, with a comment.",
        to_do="Open the referral, read the comment and propose again.",
    ),
    News.CONTEXT_ASKED: Words(
        title="KSAF asks you about a child’s attendance",
        text="Another service has asked KSAF for help with a child who may be at your school. The family agrees that"
        " KSAF asks you.",
        to_do="Open the question and answer it. You see the question and nothing else of the referral.",
        page="attendance-question",
    ),
    News.RECORD_OUTSTANDING: Words(
        title="A manager found something outstanding",
        text="A manager has reviewed this open record. Not everything that was decided has been followed through.",
        to_do="Open the referral and read under Timeline what is outstanding. Do it, or say when you will.",
        closing="Close this once it is done: say what was done. A later review that finds nothing closes it too.",
    ),
    News.QUESTION_UNANSWERED: Words(
        title="Missed: a partner’s answer to KSAF’s question",
        text="The time to answer has passed, and KSAF’s own clocks on this referral stand still meanwhile.",
        to_do="Call whoever sent the referral. If the answer does not come, decide without it: a child does not wait.",
        urgent=True,
        closing="Their answer closes this, and so does a decision. You can also say here what you agreed with them.",
    ),
    News.RISK_CHANGED: Words(
        title="Risk has changed: read it now",
        text="The referrer has told KSAF that the risk has changed.",
        to_do="Open the referral, read what has changed and decide whether anything has to happen today.",
        urgent=True,
        closing="Close this once you have looked at it: say what you decided and who you reached. A decision about the"
        " referral closes it too.",
    ),
    News.OFFER_DECLINED: Words(
        title="A service has declined: find another",
        text="The service a family was offered to has declined, so nobody has taken over yet.",
        to_do="Open the referral, read why under Onward and offer the family to another service.",
        closing="The next offer closes this. If the family needs no other service, say here why.",
    ),
    News.HEAD_LEFT: Words(
        title="Nobody is head of service any more",
        text="Whoever was head of service has left, or manages no more. Until somebody is named, what is still late"
        " after the managers were told goes to the managers again, and to nobody above them.",
        to_do="Name another manager head of service.",
        closing="Naming one closes this. You can also say here what was agreed.",
    ),
    News.ADVICE_NOT_GIVEN: Words(
        title="No advice was given: decide what comes instead",
        text="The call by which this family was to have advice has ended without it. Nothing else is owed to them now.",
        to_do="Read in the referral’s timeline why. A manager then closes it, or moves the family on. If a child may be"
        " at risk, speak to the safeguarding team first.",
        closing="Closing the referral or moving it on closes this.",
    ),
    News.MAIL_FAILED: Words(
        title="An email could not be delivered",
        text="The portal has given up on it, so somebody has not been told.",
        to_do="Find out who it was for: the referral’s page says so, and the command “portal mail” lists every email"
        " that failed. Tell them another way, and ask them to check their email address.",
        closing="Close this once they have been told: say who you reached.",
    ),
    News.CONCERN_MAIL_FAILED: Words(
        title="An email about a concern could not be delivered",
        text="The portal has given up on it, so somebody has not heard that there is a safeguarding concern.",
        to_do="Open the concern and look at it now, if nobody has. Then find out who was to be told: the command"
        " “portal mail” lists every email that failed. Tell them another way.",
        urgent=True,
        closing="Close this once they have been told: say who you reached.",
    ),
    News.SUMMARY_WAITING: Words(
        title="A completion summary waits for a manager",
        text="A colleague has written the completion summary of this support. Nobody outside KSAF reads it until a"
        " manager other than them has authorised it.",
        to_do="Open the referral’s completion summary, read it, then authorise it or return it with a comment.",
    ),
    News.CONSENT_REFUSED: Words(
        title="A family does not agree to support: end it with them",
        text="The family was asked for its consent again and does not agree to support from KSAF. Outreach is"
        " voluntary, so the support does not go on.",
        to_do="Open the referral, make sure that the family knows whom to call, then close it or move it on. If a child"
        " may be at risk, speak to the safeguarding team first: that needs no consent.",
        closing="Closing the referral or moving it on closes this, and so does the family’s agreement.",
    ),
    News.CONSENT_ENDED: Words(
        title="A family has changed its consent: review what is shared",
        text="What rested on it has ended already. Where the family took back sharing with others, whoever saw the"
        " referral by consent does not see it any more, and open offers to other services are withdrawn. What rests on"
        " another basis goes on.",
        to_do="Open the referral, read under Consent what was taken back or limited and under Who can see this what"
        " goes on and on which basis, then talk to the family. If a child may be at risk, speak to the safeguarding"
        " team first.",
        closing="Close this once you have looked at it: say what you decided and who you reached.",
    ),
    News.SHARING_ENDED: Words(
        title="KSAF no longer shares a referral with you",
        text="Your organisation cannot open it any more.",
        to_do="There is nothing to do. If you work with the family and need to know more, call KSAF.",
        closing="Close this once you have read it.",
        opens=False,
    ),
    News.UPDATE_POSTED: Words(
        title="A weekly update is ready to read",
        text="KSAF has posted an update on the support of this family.",
        to_do="Open the referral, read the update under Support and reply if there is something to add.",
        closing="Marking every update as read under Support closes this. You can also close it here.",
        read_under="support",
    ),
    News.CONCERN_RAISED: Words(
        title="Safeguarding concern: read it now",
        text="Somebody has raised a concern about a child.",
        to_do="Open the concern, read it, and record that you have looked at it. Decide whether anything has to happen"
        " today.",
        urgent=True,
        closing="Recording on the concern that you have looked at it closes this.",
    ),
    News.MESSAGE_RECEIVED: Words(
        title="A partner’s message waits for an answer",
        text="Whoever sent this referral has written to KSAF.",
        to_do="Open the referral, read the message in its timeline and answer it with a message of your own.",
        closing="An answer from anybody at KSAF closes this. If it needs none, say here how you dealt with it.",
    ),
    News.SENDER_CLOSED: Words(
        title="The organisation that sent this has closed",
        text="KSAF goes on with the referral. Nobody there sees it any more, and nothing is asked of them. What KSAF"
        " owed them it goes on owing.",
        to_do="Open the referral, see who at KSAF has it, and decide with the family who else needs to see it.",
        closing="Close this once that is decided: say what you did.",
    ),
    News.PARTNER_CLOSED: Words(
        title="An organisation on this referral has closed",
        text="It no longer sees the referral. An offer to it has been taken back; a question to it stays unanswered.",
        to_do="Open the referral and see what it was there for: offer the family elsewhere, or ask somebody else.",
        closing="Close this once that is done: say what you did.",
    ),
    News.SCHOOL_CHANGED: Words(
        title="A child has changed school: two questions",
        text="Somebody has told KSAF. The new school sees nothing yet, and the old one still sees the referral.",
        to_do="Open the page, decide whether the new school is to see it, and when the old school’s access ends.",
        closing="Answering both questions there closes this.",
        read_under="school-move",
    ),
    News.DISAGREEMENT_TO_ANSWER: Words(
        title="A decision is challenged: answer it",
        text="The other side of a referral disagrees with a decision and asks for an answer at your level.",
        to_do="Open the disagreement, read what is asked for, and answer it. A child’s safety does not wait for that.",
        closing="Answering it closes this, and so does taking it to the next stage.",
    ),
    News.DISAGREEMENT_ANSWERED: Words(
        title="A disagreement has been answered: say if that resolves it",
        text="The other side has answered the challenge of a decision.",
        to_do="Open the disagreement, read the answer, and say whether it is resolved or goes to the next stage.",
        closing="Saying so there closes this.",
    ),
    News.DISAGREEMENT_ALONE: Words(
        title="Nobody is left on the other side of a disagreement",
        text="The organisation on the other side no longer sees the referral, so it can neither answer nor go further."
        " What it owed has ended; the disagreement itself is still open.",
        to_do="Open the disagreement, look at what was challenged once more, and end it with what KSAF decides.",
        closing="Ending it closes this.",
    ),
    News.DISAGREEMENT_ENDED: Words(
        title="A disagreement has ended",
        text="The other side has recorded how it was resolved, or has withdrawn it.",
        to_do="Open the disagreement and read how it ended.",
        closing="Close this once you have read it.",
    ),
    News.DISAGREEMENT_MAIL_FAILED: Words(
        title="An email about a disagreement could not be delivered",
        text="The portal has given up on it, so somebody has not heard what is said about a decision.",
        to_do="Open the disagreement and see whose turn it is. The command “portal mail” lists every email that failed:"
        " tell whoever it was for another way.",
        closing="Close this once they have been told: say who you reached.",
    ),
    News.CONTACT_NEEDED: Words(
        title="A referral of yours needs a new contact",
        text="The colleague whom KSAF talked to about it no longer works with you here. Until somebody takes over, what"
        " KSAF asks and tells goes to everybody who refers for your organisation.",
        to_do="Open the page and choose who KSAF talks to from now on. You can take it yourself.",
        closing="Naming a contact closes this.",
        read_under="who-has-it",
    ),
    News.CONTACT_LEFT: Words(
        title="A partner’s contact has left",
        text="Whoever KSAF talked to about this referral no longer works for the organisation that sent it. Its admins"
        " have been asked to name somebody else; until then everybody who refers there is told.",
        to_do="If you need an answer now, call the organisation.",
        closing="A new contact closes this. If you have agreed something else with them, say so here.",
    ),
    News.HOLDER_NEEDED: Words(
        title="A referral needs somebody at KSAF",
        text="A colleague who had a part in it no longer works here. Nobody has that part now.",
        to_do="Open the page, see which part it is, and name who takes it.",
        closing="Naming somebody for each part closes this.",
        read_under="who-has-it",
    ),
    News.SHARING_WAITING: Words(
        title="A decision to share without consent waits for a manager",
        text="A colleague has decided to share this referral to protect the child. Nothing is opened until a manager"
        " other than them has authorised it.",
        to_do="Read the decision and its grounds, then authorise it or return it with a comment.",
        read_under="sharing",
    ),
    News.SHARING_RETURNED: Words(
        title="A decision to share has come back to you",
        text="A manager has returned the decision to share without consent, with a comment. Nothing was opened.",
        to_do="Read the comment under Sharing without consent, and decide again.",
        closing="Deciding again about each organisation that it was returned for closes this. If you have dealt with it"
        " in another way, close it here.",
        read_under="sharing",
    ),
    News.REFUSAL_REASON_OWED: Words(
        title="Record why the family refused",
        text="The referral was shared although the family refused. Their reason is not recorded yet.",
        to_do="Record under the decision to share what they said.",
        closing=_CLOSED_BY_STEP,
        read_under="sharing",
    ),
    News.RECEIVER_TO_TELL: Words(
        title="Tell the receiving team that consent was refused",
        text="The referral was shared although the family refused. Whoever receives it has to know that.",
        to_do="Tell the team, and record under the decision to share who was told.",
        closing=_CLOSED_BY_STEP,
        read_under="sharing",
    ),
    News.SHARING_ENDS: Words(
        title="A sharing ends within two weeks",
        text="Another organisation sees this referral until a day that comes soon. Then it closes by itself.",
        to_do="Open Who can see this on the referral. If the organisation still needs it, extend it and say why.",
        closing="Extending it or ending it closes this. If it may end by itself, say so here.",
    ),
    News.HOLD_REVIEW: Words(
        title="Look at a hold on a record again",
        text="Somebody put a hold on this referral, so that nothing of it goes. The day to look at it again has come.",
        to_do="Open Retention, read why it is held, then keep the hold on until a later day or lift it.",
        closing="Keeping it on or lifting it there closes this.",
    ),
    News.FAMILY_TO_TELL: Words(
        title="Tell the family that the referral was shared",
        text="The referral was shared without the family’s consent, and they have not been told.",
        to_do="Tell them, and record under the decision to share how; or record why that is not safe yet.",
        closing=_CLOSED_BY_STEP,
        read_under="sharing",
    ),
    News.CPOMS_OWED: Words(
        title="Safeguarding records are not in CPOMS yet",
        text="CPOMS is KSAF’s safeguarding case record, and something of the portal’s belongs there.",
        to_do="Open Concerns, then the list for CPOMS: copy each text into CPOMS and mark it.",
        closing="Marking the last of them as recorded closes this.",
    ),
    News.DATA_REQUEST_RECEIVED: Words(
        title="Somebody asks about their data",
        text="A family, or a partner for one, has sent a request about personal data. Its time runs already.",
        to_do="Open the request, read what is asked and whether you know who asks, then answer it.",
        closing="Answering the request closes this.",
    ),
    News.ERASURE_WAITING: Words(
        title="A removal waits for a second manager",
        text="A colleague has proposed to remove records that somebody asked KSAF to remove. Nothing has gone yet.",
        to_do="Open the request and read what would go and what stays. Then agree to it, or return it.",
        closing="Agreeing to it or returning it closes this.",
        read_under="erasure",
    ),
    News.ERASURE_RETURNED: Words(
        title="A removal you proposed has come back to you",
        text="Another manager has returned it with a comment. The time to answer the request runs on.",
        to_do="Open the request, read the comment, then propose it again or answer in another way.",
        closing="Proposing it again or answering the request closes this.",
        read_under="erasure",
    ),
    News.SUMMARY_RETURNED: Words(
        title="A completion summary has come back to you",
        text="A manager has returned the completion summary, with a comment.",
        to_do="Open the referral’s completion summary, read the comment and send it again.",
    ),
}

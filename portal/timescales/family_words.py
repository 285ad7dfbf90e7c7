"""What prompts say about a family’s own page: the link to it, and a call that the family asks for."""

from portal.timescales.news import News
from portal.timescales.words import Words

FAMILY = {
    News.FAMILY_CALL: Words(
        title="A family asks for a call about consent",
        text="Instead of answering on its page, or besides, the family would like KSAF to call.",
        to_do="Open the referral, read the number in its timeline and call. Record under Consent what they say.",
        closing="Close this once you have spoken to them: say what was agreed.",
    ),
    News.FAMILY_LINK: Words(
        title="A family asks for a new consent link",
        text="Its link has run out, and the portal has no email address to send another to.",
        to_do="Open the referral and make a new link under Consent, or call the family.",
        closing="A new link closes this. If you reached the family in another way, say here how.",
    ),
    News.LINK_TO_REMIND: Words(
        title="Remind the family of their consent link",
        text="The link that you gave the family on paper or on a screen has not been answered. The portal has no email"
        " address to remind them at.",
        to_do="Speak to the family, ask whether they need help with it, and print the link again if it is lost.",
        closing="Their answer closes this, and so does a new link. You can also say here when you spoke to them.",
    ),
    News.LINK_UNANSWERED: Words(
        title="A consent link ran out without an answer",
        text="The family has not answered in the time that the link had.",
        to_do="Ask the family whether it needs help with it, then make a new link under Consent, or record what they"
        " tell you.",
        closing="A new link, or an answer, closes this. You can also say here what the family told you.",
    ),
    News.LINK_NOT_DELIVERED: Words(
        title="A consent link did not reach the family",
        text="The portal has given up on the email that you had sent to them, so they cannot have answered.",
        to_do="The referral’s timeline shows the address. Check it with the family and make a new link under Consent.",
        closing="A new link, or an answer, closes this.",
    ),
}

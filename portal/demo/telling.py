"""Telling the stories: each step through the service a person's click would reach, at the time it happened."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Scope
from portal.access.roles import OrganisationKind
from portal.audit.actions import Action
from portal.cases import allocation, closing
from portal.cases import service as cases
from portal.db import Database
from portal.demo import (
    agreeing,
    asking,
    changing,
    concerns,
    delivering,
    disagreeing,
    families,
    leaving,
    protecting,
    removing,
)
from portal.demo.calendar import StoryTime
from portal.demo.stories import Step, Story, answers_for
from portal.enquiries import service as enquiries
from portal.enquiries.call_backs import queries as call_backs
from portal.enquiries.call_backs import service as calling
from portal.enquiries.call_backs.rules import TryResult
from portal.enquiries.call_backs.service import Family
from portal.enquiries.inviting import queries as invitable
from portal.enquiries.inviting import service as inviting
from portal.enquiries.inviting.service import Begun
from portal.enquiries.models import Caller, NextStep
from portal.enquiries.service import Call
from portal.enquiries.signposts import service as signposting
from portal.enquiries.signposts.service import About
from portal.organisations import contacts
from portal.referrals import conversation, submission, trail
from portal.referrals.endings import Ending
from portal.referrals.form import drafts
from portal.referrals.form.sections import SECTIONS
from portal.referrals.models import Referral
from portal.referrals.queries import get_referral
from portal.referrals.sharing import service as sharing
from portal.transfers import content
from portal.transfers import queries as transfers
from portal.transfers import service as offering
from portal.transfers.models import Transfer
from portal.transfers.rules import may_answer
from portal.transfers.service import Offer, Outside
from portal.transfers.statutory import service as statutory
from portal.transfers.statutory.models import Way
from portal.transfers.statutory.service import Door, Told, WithoutConsent
from portal.triage import service as triage
from portal.triage.assessment import queries as assessments
from portal.triage.assessment import service as assessing
from portal.triage.assessment.needs import ASPECTS
from portal.triage.context import queries as contexts
from portal.triage.context import service as context
from portal.triage.models import Outcome

Happening = tuple[datetime, Callable[[], None]]
WRITING = timedelta(minutes=35)  # how long before sending a story's form was begun


def _decide(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    proposal = triage.Proposal(
        Outcome(words["outcome"]), words.get("reason"), words["rationale"], words["explanation"], words["next_option"]
    )
    triage.propose(actor, referral, proposal)


def _allocate(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    offered = allocation.choices(actor)
    people = {each.member.email: each.member for each in (*offered.managers, *offered.practitioners)}
    chosen = allocation.Allocation(people[words["manager"]], people[words["practitioner"]], offered.mondays[0])
    cases.allocate(actor, referral, chosen)


def _advise(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    owed = call_backs.get_call_back(actor, referral.reference)
    if owed is None:
        raise LookupError(referral.reference)
    calling.record_try(actor, owed, TryResult.SPOKE)
    call = Call(Caller.PARENT, referral.area, words["explored"], words["advised"], NextStep.ADVICE)
    enquiries.log_call(actor, replace(call, name=owed.name, phone=owed.phone), owed)


def _assess(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    findings = {each.key: words[each.key] for each in ASPECTS if each.key in words}
    level = int(words["level"]) if "level" in words else None
    newest = assessments.newest(actor, referral)
    found = assessing.Found(findings, level, tuple(words.get("signs", "").split()), words.get("why", ""))
    assessing.save(actor, referral, found, newest.version if newest else 0)


def _ask_context(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    schools = {each.name: each for each in contexts.schools(actor, referral)}
    context.ask(actor, referral, context.Question(words["text"], schools.get(words.get("school", ""))))


def _offer(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    outside = Outside(words["to"], words["email"], OrganisationKind(words["kind"])) if "email" in words else None
    on_portal = {each.name: each for each in transfers.receivers(actor, referral)}
    chosen = content.frozen(referral, words["note"], words["items"].split(), content.answered(actor, referral))
    offering.offer(actor, referral, Offer(outside or on_portal[words["to"]], words["why"], chosen))


def _tell_front_door(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    known = {each.key: each for each in contacts.CONTACTS}[words["door"]]
    told = Told(
        door=Door(known.key, f"{known.service}: {known.label}"),
        way=Way(words["way"]),
        made_at=clock.now(),
        spoke_to=words["spoke_to"],
        words=words["told"],
        basis_why=words["basis_why"],
        without=WithoutConsent(words["reason"], words["authorised_by"], is_family_told=True, not_told_why=""),
    )
    statutory.log(actor, referral, told)


def _share(actor: Actor, referral: Referral, words: dict[str, str]) -> None:
    chosen = next(each for each in sharing.candidates(actor, referral) if each.name == words["with"])
    sharing.share(actor, referral, chosen, sharing.Terms(Scope(words["scope"]), words["why"], words["months"]))


DEEDS: dict[str, Callable[[Actor, Referral, dict[str, str]], object]] = {
    "acknowledge": lambda actor, referral, _words: triage.acknowledge(actor, referral),
    "ask": lambda actor, referral, words: triage.ask(actor, referral, words["text"]),
    "answer": lambda actor, referral, words: conversation.answer(actor, referral, words["text"]),
    "message": lambda actor, referral, words: conversation.send_message(actor, referral, words["text"]),
    "update": lambda actor, referral, words: conversation.update(actor, referral, words["text"], is_risk_changed=False),
    "share": _share,
    "withdraw": lambda actor, referral, words: conversation.withdraw(actor, referral, words["text"]),
    "assess": _assess,
    "ask_context": _ask_context,
    "record_context": lambda actor, referral, words: context.record(actor, referral, words["said_by"], words["text"]),
    "decide": _decide,
    "advise": _advise,
    "authorise": lambda actor, referral, _words: triage.authorise(actor, referral),
    "allocate": _allocate,
    **agreeing.DEEDS,
    **delivering.DEEDS,
    **protecting.DEEDS,
    **concerns.DEEDS,
    **removing.DEEDS,
    **families.DEEDS,
    **leaving.DEEDS,
    **asking.DEEDS,
    **disagreeing.DEEDS,
    **changing.DEEDS,
    "close": lambda actor, referral, words: closing.close(
        actor, referral, Ending(words["ending"]), words["rationale"], words["told"]
    ),
    "reopen": lambda actor, referral, words: closing.reopen(actor, referral, words["text"]),
    "offer": _offer,
    "front_door": _tell_front_door,
    "look": lambda actor, referral, _words: trail.record(actor, referral, Action.REFERRAL_VIEWED, page="referral"),
    "return": lambda actor, referral, words: triage.send_back(actor, referral, words["text"]),
}

# Done by a service that was offered a family, which does not have the referral itself.
ANSWERS: dict[str, Callable[[Actor, Transfer, dict[str, str]], object]] = {
    "accept_offer": lambda actor, transfer, _words: offering.accept(actor, transfer),
    "decline_offer": lambda actor, transfer, words: offering.decline(actor, transfer, words["text"]),
}


class Teller:
    """Turns one story into what happens when."""

    def __init__(self, database: Database, times: StoryTime, actors: dict[str, list[Actor]]) -> None:
        self._database = database
        self._times = times
        self._actors = actors

    def happenings(self, story: Story) -> Iterator[Happening]:
        """Yield each happening of `story` with its instant, in order."""
        owner, reference = self._owner(story), ""

        def write() -> None:
            nonlocal reference
            reference = self._write(owner, story)

        sent = self._times.instant(story.sent or "0 09:00")
        yield sent - WRITING, write
        if story.sent is None:
            return
        yield sent, lambda: self._do(owner, reference, submission.submit)
        for step in story.steps:
            yield self._times.instant(step.at), lambda step=step: self._step(step, reference, owner)

    def call(self, words: dict[str, Any]) -> Happening:
        """Return one call to the Support and Advice Line with its instant."""
        actor = self._actors[words["by"]][0]
        call = Call(
            caller=Caller(words["caller"]),
            area=words["area"],
            explored=words["explored"],
            advised=words["advised"],
            next_step=NextStep(words["next_step"]),
            name=words.get("name", ""),
            phone=words.get("phone", ""),
            signposts=words.get("signposts", ()),
        )

        def log() -> None:
            with self._database.transaction(tenant=actor.organisation_id):
                made = enquiries.log_call(actor, call)
                if "invited" in words:
                    begun = Begun(**words["begun"])
                    inviting.invite(actor, made, invitable.places(actor, words["invited"])[0], begun)

        return self._times.instant(words["at"]), log

    def signpost(self, words: dict[str, Any]) -> Iterator[Happening]:
        """Yield one signpost, a record of nobody or a family that would like a call, and each try to call them."""
        actor, reference = self._actors[words["by"]][0], ""
        about = About(words["need"], words["area"], words.get("given", ()))

        def make() -> None:
            nonlocal reference
            with self._database.transaction(tenant=actor.organisation_id):
                if "family" in words:
                    reference = signposting.ask_for_call(actor, about, Family(**words["family"])).reference
                else:
                    signposting.record(actor, about)

        yield self._times.instant(words["at"]), make
        for each in words.get("try", ()):
            yield self._times.instant(each["at"]), lambda each=each: self._dial(each, reference)

    def _dial(self, words: dict[str, Any], reference: str) -> None:
        """Call a family that waits for it; where somebody spoke to them, write the call down as well."""
        actor = self._actors[words["by"]][0]
        with self._database.transaction(tenant=actor.organisation_id):
            owed = call_backs.get_call_back(actor, reference)
            if owed is None:
                raise LookupError(reference)
            calling.record_try(actor, owed, TryResult(words["result"]))
            if "explored" in words:
                call = Call(Caller.PARENT, words["area"], words["explored"], words["advised"], NextStep.ADVICE)
                enquiries.log_call(actor, replace(call, name=owed.name, phone=owed.phone), owed)

    def _owner(self, story: Story) -> Actor:
        """Return the person in the organisation of the story's own setting, where they work for several."""
        held = self._actors[story.by]
        setting = story.answers.get("education_setting")
        return next((actor for actor in held if actor.organisation_name == setting), held[0])

    def _write(self, owner: Actor, story: Story) -> str:
        sent_on = self._times.instant(story.sent or "0 09:00").date()
        whole = answers_for(owner.organisation_kind.value, story, self._times.working_day_before(sent_on).isoformat())
        if owner.organisation_kind == "education":
            whole |= {"education_setting": owner.organisation_name}
        with self._database.transaction(tenant=owner.organisation_id):
            draft = drafts.start_draft(owner)
            for section in SECTIONS:
                if story.draft and section.key not in story.draft:
                    continue
                own = {question.key: whole[question.key] for question in section.questions if question.key in whole}
                drafts.save_section(owner, draft, section, own, 0)
            return draft.reference

    def _step(self, step: Step, reference: str, owner: Actor) -> None:
        held = self._actors[step.by]
        actor = owner if owner in held else held[0]
        if step.do in ANSWERS:
            self._answer(actor, reference, step)
            return
        self._do(actor, reference, lambda who, referral: DEEDS[step.do](who, referral, step.words))

    def _do(self, actor: Actor, reference: str, deed: Callable[[Actor, Referral], object]) -> None:
        with self._database.transaction(tenant=actor.organisation_id):
            referral = get_referral(actor, reference)
            if referral is None:
                raise LookupError(reference)
            deed(actor, referral)

    def _answer(self, actor: Actor, reference: str, step: Step) -> None:
        with self._database.transaction(tenant=actor.organisation_id):
            waiting = (each for each in transfers.received(actor) if may_answer(each.state))
            transfer = next(each for each in waiting if each.content["reference"] == reference)
            ANSWERS[step.do](actor, transfer, step.words)

"""Every address of the portal, filled in with a visitor's own rows, somebody else's, and rows that never were."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from portal import crypto, references
from portal.access.roles import Role
from portal.referrals.form.sections import SECTIONS
from portal.referrals.rules import State
from tests.factories.world import Tenant, World
from tests.whole_app import declared
from tests.whole_app.declared import Declared
from tests.whole_app.visitors import Visitor, Visitors

OF_KSAF = {
    *("enquiry", "call back", "professional's call", "concern"),
    *("data request", "data copy", "correction recipient", "erasure request", "hold"),
}
"""Kinds of row that KSAF alone has."""
OWN, FOREIGN, MIXED, NOWHERE = "own", "foreign", "mixed", "nonexistent"


def rules(app: Flask) -> list[Rule]:
    """Every rule of ours: all but the static files."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def methods_of(rule: Rule) -> set[str]:
    """The methods a rule was written for."""
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Subject:
    """One address and method, with what is declared about it."""

    method: str
    rule: str
    declared: Declared
    world: World

    @property
    def is_about_a_row(self) -> bool:
        return "<" in self.rule

    def addresses(self, visitor: Visitor) -> dict[str, str]:
        """The address for each kind of row, as far as `visitor` has such; one without a row is its own."""
        if not self.is_about_a_row:
            return {OWN: self.rule}
        nowhere = {"reference": references.new(), "key": secrets.token_urlsafe(12), "member": secrets.token_urlsafe(12)}
        if visitor.name in self.declared.within_reach_of:
            known = self._row(self.world.school, None, str(self.declared.subject)) or {}
            return {OWN: self._fill(known), NOWHERE: self._fill(nowhere)}
        own, foreign = self._own(visitor), self._foreign(visitor)
        made = {FOREIGN: self._fill(foreign), NOWHERE: self._fill(nowhere)}
        if own:
            made[OWN] = self._fill(own)
            if "<reference" in self.rule and "<key" in self.rule and "key" in foreign:
                made[MIXED] = self._fill({"reference": own["reference"], "key": foreign["key"]})
        return made

    def _own(self, visitor: Visitor) -> dict[str, str] | None:
        """The parts of an address within the visitor's reach: KSAF reaches what schools have sent it."""
        home, at = visitor.home, self.declared.subject
        if isinstance(at, State):
            if home is self.world.ksaf:
                hidden = at is State.DRAFT or self.declared.owners_only
                return None if hidden else self._referral(self.world.school, at)
            return self._referral(home, at) if home.references else None
        return self._row(home, visitor, at)

    def _foreign(self, visitor: Visitor) -> dict[str, str]:
        home, at = visitor.home, self.declared.subject
        other = self.world.school if home is self.world.other_school else self.world.other_school
        if at == "shared referral":
            other = self.world.health if home is self.world.council else self.world.council
        if at in {"disagreement", "evidence"} and home is self.world.ksaf:
            return {}  # KSAF is a side of each
        if at == "receipt" and home is self.world.ksaf:
            other = self.world.school
        if at in OF_KSAF and home is not self.world.ksaf:
            other = self.world.ksaf
        if isinstance(at, State):
            hidden = home is self.world.ksaf and not self.declared.owners_only
            return self._referral(other, State.DRAFT if hidden else at)
        return self._row(other, None, at) or {}

    def _referral(self, tenant: Tenant, state: State) -> dict[str, str]:
        parts = {
            "statutory": "statutory",
            "sharing": "sharing",
            "consent-links": "consent_link",
            "onward": "onward",
            "goals": "goal",
            "contacts": "contact",
        }
        part = next((held for part, held in parts.items() if f"/{part}/" in self.rule), None)
        key = getattr(tenant, part) if part else tenant.attachments[state]
        return {"reference": tenant.references[state], "key": key}

    def _row(self, tenant: Tenant, visitor: Visitor | None, kind: str) -> dict[str, str] | None:
        role = visitor.role if visitor and visitor.person else next(iter(tenant.people))
        colleague = tenant.members.get(Role.VIEWER) or tenant.members[Role.SUPPORT_LINE_ADVISER]
        found = {
            "prompt": tenant.prompts[role],
            "absence": tenant.absences[role],
            "member": colleague,
            "invitation": tenant.invitation,
            "organisation": tenant.key,
            "offer": tenant.offered,
            "invitation link": crypto.sign("invitation", tenant.invitation),
            "shared referral": tenant.shared or None,
            "attendance question": tenant.asked or None,
            "handover link": crypto.sign("handover", tenant.handover) if tenant.handover else None,
            "consent link": tenant.consent_path.rpartition("/")[2] or None,
            "reset link": crypto.sign("password-reset", tenant.reset),
            "enquiry": tenant.enquiry,
            "concern": tenant.concern,
            "data request": tenant.data_request,
            "hold": tenant.hold,
            "receipt": tenant.receipt,
            "disagreement": tenant.disagreement or None,
            "call back": tenant.call_back,
            "professional's call": tenant.professional,
            "nothing": None,
        }.get(kind)
        if kind == "correction recipient" and tenant.recipient:
            return {"reference": tenant.correction, "key": tenant.recipient}
        if kind == "erasure request" and tenant.erasure:
            return {"reference": tenant.erasure, "key": tenant.erasure_proposal}
        if kind == "evidence" and tenant.evidence:
            return {"reference": tenant.disagreement, "key": tenant.evidence}
        if kind == "data copy" and tenant.data_copy:
            return {"reference": tenant.data_request, "key": tenant.data_copy}
        return {"reference": found, "key": found, "token": found, "member": colleague} if found else None

    def _fill(self, parts: dict[str, str]) -> str:
        nothing = {"reference": references.new(), "key": "nowhere-at-all", "token": "signed-by-nobody.at-all"}
        # A week that is still to be posted.
        given = {"section_key": SECTIONS[1].key, "number": "2", "step": "about-you", **nothing, **parts}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: given[part[1]], self.rule)


def subjects(visitors: Visitors, methods: set[str]) -> Iterator[Subject]:
    """Every declared address, for each of its `methods`; test_routes.py finds those that nobody declared."""
    for rule in sorted(rules(visitors.app), key=lambda rule: rule.rule):
        for method in sorted(methods_of(rule) & methods):
            if known := declared.DECLARED.get((method, rule.rule)):
                yield Subject(method, rule.rule, known, visitors.world)

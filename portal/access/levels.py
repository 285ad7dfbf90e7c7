"""The levels of a professional disagreement, as one table: at which each of its deadlines is answered, and by whom.

The levels are those of the Kent and Medway procedures (003, resolving professional difference). Whom the portal takes
for each is ours: a partner's organisation admin is its lead for safeguarding, or leads it. The ladder, whoever is told
of a stage, the rule of who answers and the words of the pages all read this table.
"""

from dataclasses import dataclass

from portal.access.roles import OrganisationKind, Role


@dataclass(frozen=True)
class Level:
    """One stage: the kind of policy.toml that is its time, its words, and the roles that speak at it on each side.

    With no roles it is whoever knows the case; with `is_head`, of the roles at KSAF, the head of service alone while
    one is named.
    """

    kind: str
    title: str
    who: str
    at_ksaf: str
    ksaf: frozenset[Role] = frozenset()
    partner: frozenset[Role] = frozenset()
    is_head: bool = False
    at_partner: str = "its organisation admins"

    def roles(self, kind: OrganisationKind) -> frozenset[Role]:
        """Return the roles that speak at this level in an organisation of `kind`; none where it is not by role."""
        return self.ksaf if kind is OrganisationKind.OPERATOR else self.partner


_LEADS_THERE = frozenset({Role.ORGANISATION_ADMIN})
LEVELS = (
    Level(
        "disagreement_first", "Professional to professional", "Whoever knows the case, on each side", "whoever has it"
    ),
    Level(
        "disagreement_stage",
        "Line or team managers",
        "The line or team manager of each side",
        "its managers",
        frozenset({Role.MANAGER}),
        _LEADS_THERE,
    ),
    Level(
        "disagreement_leads",
        "Safeguarding leads or service managers",
        "The designated safeguarding lead or service manager of each side",
        "its safeguarding team and its managers",
        frozenset({Role.SAFEGUARDING_TEAM, Role.MANAGER}),
        _LEADS_THERE,
    ),
    Level(
        "disagreement_heads",
        "Assistant or deputy directors",
        "An assistant or deputy director, or the head, of each side",
        "its head of service, or its managers while none is named",
        frozenset({Role.MANAGER}),
        _LEADS_THERE,
        is_head=True,
    ),
    Level(
        "disagreement_partnership",
        "The safeguarding children partnership",
        "The partnership, asked by KSAF",
        "its safeguarding team and its managers",
        frozenset({Role.SAFEGUARDING_TEAM, Role.MANAGER}),
    ),
)
"""By the number of the stage, from 0."""
_BY_KIND = {level.kind: level for level in LEVELS}


def of(kind: str) -> Level | None:
    """Return the level at which a deadline of this kind is answered, None for one that is no answer at a level."""
    return _BY_KIND.get(kind)

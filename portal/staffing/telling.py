"""Who hears that a part changed hands, or has nobody: by reference, one mail a person however many referrals."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from portal.access.actor import Actor
from portal.notifications import service as notifications
from portal.referrals import lifecycle, sender
from portal.referrals import telling as referrals
from portal.referrals.models import Referral
from portal.referrals.rules import State
from portal.staffing.rules import PARTS, Part, parts_at
from portal.timescales import news
from portal.timescales.news import News
from portal.timescales.recipients import Member, Staff, staff_of

Left = tuple[Referral, list[Part]]


def handed_over(actor: Actor, part: Part, rows: Iterable[Referral], to: Member) -> None:
    """Mail `to`, unless they took it themselves, and the people of the other side, that `part` is theirs now."""
    known = list(rows)
    if to.user_id != actor.user_id:
        _mail("staffing/yours_now", {to.email: [each.reference for each in known]}, actor.organisation_id)
    others: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    directory: dict[int, Staff] = {}
    for referral in known:
        if referral.state is State.DRAFT or (part is not Part.CONTACT and not sender.sees(referral)):
            continue
        home = lifecycle.operator_id() if part is Part.CONTACT else referral.organisation_id
        person = referral.assigned_to_id if part is Part.CONTACT else referral.contact_id
        for member in directory.setdefault(home, staff_of(home)).on_whom(person):
            others[home][member.email].append(referral.reference)
    for home, told in others.items():
        _mail("staffing/changed_hands", told, home)


def left(rows: Collection[Left], home: int, staff: Staff) -> None:
    """Prompt who can name somebody in `home` for each of `rows`, mail them once, and tell KSAF of a partner's."""
    if not rows:
        return
    operator_id = lifecycle.operator_id()
    is_ours = home == operator_id
    about = News.HOLDER_NEEDED if is_ours else News.CONTACT_NEEDED
    people = staff.managers() or staff.on_whom(None)
    for referral, _ in rows:
        news.tell(about, referral.reference, people, organisation_id=home)
        if not is_ours and referral.state is not State.DRAFT:
            referrals.prompt_operator(referral, News.CONTACT_LEFT)
    references = [referral.reference for referral, _ in rows]
    _mail("staffing/left", {member.email: references for member in people}, home)


def settle(referral: Referral, part: Part, why: str) -> None:
    """Close what asked for somebody to take `part`, once no other part of that side has nobody."""
    if part is Part.CONTACT:
        news.settle(News.CONTACT_NEEDED, referral.reference, why)
        news.settle(News.CONTACT_LEFT, referral.reference, why)
        return
    needed = (each for each in parts_at(is_operator=True) if referral.state in PARTS[each].needed_in)
    if all(getattr(referral, f"{each}_id") is not None for each in needed):
        news.settle(News.HOLDER_NEEDED, referral.reference, why)


def _mail(template: str, told: dict[str, list[str]], organisation_id: int) -> None:
    for address, references in told.items():
        reference = references[0] if len(references) == 1 else None
        notifications.queue(
            template, address, organisation_id=organisation_id, reference=reference, references=references
        )

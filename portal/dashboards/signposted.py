"""For councillors: whether contact was made with the families they have signposted, and never who they are."""

from portal import clock
from portal.dashboards.shown import Item, Link, Listed, Reading
from portal.enquiries.signposts.queries import signposts
from portal.enquiries.signposts.rules import NEEDS, STATES, SignpostState
from portal.web.dates import ago, count_of

MOST = 5
_TONES = {SignpostState.WAITING: "waiting", SignpostState.CONTACTED: "on_track"}
_ALL = Link("See all signposts", "/signposts")


def signposted(reading: Reading) -> Listed:
    """Return the newest signposts of the reader's organisation and how each stands."""
    now = clock.now()
    rows = [
        Item(
            title=NEEDS[each.need],
            href="/signposts",
            detail=f"{each.reference}, {ago(now, each.made_at)}",
            words=STATES[each.state],
            tone=_TONES.get(each.state, "neutral"),
        )
        for each, _ in signposts(reading.actor).rows[:MOST]
    ]
    empty = "You have signposted no family yet. Each appears here with whether contact was made, never with a name."
    said = f"{count_of(len(rows), 'signpost')} shown"
    return Listed("What became of your signposts", said, rows, empty, _ALL)

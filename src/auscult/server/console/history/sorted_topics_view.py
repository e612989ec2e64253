"""The conversations in the builder of a taxonomy: their number at each topic."""

from msgspec import Struct

from auscult.domain.definitions.taxonomy import BELOW, Taxonomy
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.naming import BETWEEN
from auscult.server.console.frame.reader import Reader
from auscult.services.history.sorted_topics import TopicCounts

FEW, ENOUGH = 5, 100
"""With fewer conversations than the first, a topic is marked as rare, once as many as the second were counted in all."""
_STEPS = 20


class CountRow(Struct, frozen=True, kw_only=True):
    """A topic by its name with those above it, its number with the list of these, and the length of its bar, from 0 to 20."""

    trail: str
    n: str
    href: str
    share: int
    is_few: bool


class TopicCountsView(Struct, frozen=True, kw_only=True):
    """The numbers at the topics, and what they count; without ``said`` nothing is known. ``share``: of those without a topic."""

    said: str = ""
    without: str = ""
    share: str = ""
    few: str = ""
    rows: tuple[CountRow, ...] = ()


def counts_view(found: TopicCounts, draft: Taxonomy, reader: Reader, base: str) -> TopicCountsView:
    """Show the numbers at the topics of a draft."""
    if found.since is None or found.until is None:
        return TopicCountsView(said=_("No conversation in its languages was sorted yet."))
    n, read = found.read, reader.number(found.read)
    first, last = reader.day(found.since), reader.day(found.until)
    said = ngettext("{n} conversation, {first} to {last}.", "{n} conversations, {first} to {last}.", n)
    if first == last:
        said = ngettext("{n} conversation, {first}.", "{n} conversations, {first}.", n)
    share = reader.share(found.without / n, 1 if 0 < found.without * _STEPS < n else 0)
    without = _("Not recognised: {n} ({share}).").format(n=reader.number(found.without), share=share)
    days = {
        "since": [reader.local(found.since).date().isoformat()],
        "to": [reader.local(found.until).date().isoformat()],
    }
    ends = draft.end_names()
    largest = max((found.topics[(each.name,)] for each in draft.topics), default=0)
    return TopicCountsView(
        said=said.format(first=first, last=last, n=read),
        without=without,
        share=share,
        few=_("fewer than {n} conversations").format(n=FEW),
        rows=tuple(
            CountRow(
                trail=BETWEEN.join(names),
                n=reader.number(found.topics[names]),
                href=address(f"{base}/conversations", days, topic=[*map(BELOW.join, found.stored[names])])
                if found.topics[names]
                else "",
                share=_share(found.topics[names], largest),
                is_few=names in ends and found.topics[names] < FEW and n >= ENOUGH,
            )
            for names in draft.names()
        ),
    )


def _share(n: int, largest: int) -> int:
    return max(1, round(_STEPS * n / largest)) if n else 0

"""The list of conversations: each row shows the customer's words, and strips align down the list."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.delivery.exports import SavedView
from auscult.domain.errors import RequestError
from auscult.domain.evaluation import MetricResult
from auscult.domain.scoring.list_fields import Order
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.charts.sentiment import spark
from auscult.server.console.frame.charts.strip import strip
from auscult.server.console.frame.filters import ORDERS, FilterView, Query, address, write_position
from auscult.server.console.frame.heads import Sorting
from auscult.server.console.frame.naming import CHANNELS, agents_of, customer_words, queues_of, why_not_scored
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, clock
from auscult.server.console.frame.verdicts import cells_of
from auscult.services.conversations.latest import LatestPage
from auscult.services.conversations.list_query import USUAL, read_order
from auscult.services.insights.intent_names import intent_name
from auscult.services.scoring.listing import ListedConversation
from auscult.storage.conversations.said import MOST_COUNTED

COLUMNS = {
    "channel": later("Channel"),
    "length": later("Length"),
    "verdicts": later("Verdicts"),
    "sentiment": later("Sentiment"),
    "audit": later("Audit"),
}
"""Columns of the list that can be left out, by the value of ``without`` in its address."""
_TABS: Sequence[tuple[str, dict[str, list[str]]]] = (
    (later("All"), {}),
    (later("Last 7 days"), {"days": ["7"]}),
    (later("Not passed"), {"outcome": ["failed"]}),
    (later("Fatal"), {"outcome": ["fatal"]}),
    (later("Undecided"), {"outcome": ["undecided"]}),
    (later("Not scored"), {"outcome": ["unscored"]}),
    (later("Audited"), {"audit": ["audited"]}),
    (later("Least sure first"), {"sort": ["confidence"]}),
)
_HEADS: Mapping[str, tuple[Order, ...]] = {
    "started": ("-started_at", "started_at"),
    "length": ("-duration", "duration"),
    "score": ("score", "-score"),
    "sentiment": ("sentiment",),
}
"""Orders that the head of a column goes through, by the column."""
_AUDITS = {"assigned": (later("Being audited"), "go"), "audited": (later("Audited"), "")}


class RowView(Struct, frozen=True, kw_only=True):
    """One conversation. ``missing`` is the reason why there is no score, ``doubt`` the answer that is the least sure."""

    id: str
    href: str
    when: str
    at: str
    words: str
    about: str
    channel: str
    length: str
    strip: Markup | None
    score: str
    missing: str
    is_failed: bool
    undecided: str
    spark: Markup | None
    sentiment: str
    audit: str
    audit_kind: str
    doubt: str = ""


class TabView(Struct, frozen=True, kw_only=True):
    """A named view of the list. Empty if not saved: ``view_id``; if not the reader's own: ``remove``, its address."""

    name: str
    href: str
    is_here: bool
    remove: str = ""
    view_id: str = ""


class ColumnView(Struct, frozen=True, kw_only=True):
    """A column that can be left out."""

    name: str
    label: str
    is_on: bool


class BulkView(Struct, frozen=True, kw_only=True):
    """The actions on chosen conversations. ``auditors`` are the users who can be assigned an audit."""

    auditors: tuple[tuple[str, str], ...] = ()
    may_hold: bool = False
    may_export: bool = False
    may_correct: bool = False

    @property
    def can_choose(self) -> bool:
        """Return whether there is an action on chosen rows."""
        return bool(self.auditors) or self.may_hold or self.may_correct


class ConversationsView(Struct, frozen=True, kw_only=True):
    """The page. ``older`` and ``newest`` are addresses, empty where there is no such page."""

    rows: tuple[RowView, ...]
    tabs: tuple[TabView, ...]
    filters: FilterView
    count: str
    older: str
    newest: str
    is_empty: bool
    columns: tuple[ColumnView, ...]
    kept: tuple[tuple[str, str], ...]
    here: str
    can_save: bool
    order: str
    is_newest_first: bool
    heads: Sorting
    bulk: BulkView = BulkView()
    note: str = ""
    problem: str = ""

    @property
    def left_out(self) -> frozenset[str]:
        """The columns that are not shown."""
        return frozenset(each.name for each in self.columns if not each.is_on)


def row_view(
    listed: ListedConversation,
    known: EvaluatedConversation | None,
    reader: Reader,
    base: str,
    *,
    with_doubt: bool = False,
) -> RowView:
    """Show one row; facts that are no longer stored are left empty."""
    insights = known.insights if known else None
    sentiment = insights.sentiment if insights else None
    results = known.evaluation.results if known else ()
    has_words = known is None or any(each.text.strip() for each in known.conversation.turns)
    audit, audit_kind = _AUDITS.get(listed.audit.state, ("", ""))
    return RowView(
        id=listed.id,
        href=f"{base}/conversations/{listed.id}",
        when=reader.lately(listed.started_at),
        at=listed.started_at.isoformat(),
        words=_words(known),
        about=_about(listed, known, reader),
        channel=_(CHANNELS[listed.channel]),
        length=clock(listed.duration_ms),
        strip=strip(cells_of(results)) if results else None,
        score="\u2013" if listed.score is None else reader.number(listed.score),
        missing="" if results else why_not_scored(listed.status, _("Not scored"), has_words=has_words),
        is_failed=listed.passed is False,
        undecided=_("Undecided") if listed.passed is None and listed.score is not None else "",
        spark=spark([float(each.score) for each in sentiment.turns]) if sentiment and sentiment.turns else None,
        sentiment=reader.number(sentiment.score, 1) if sentiment else "",
        audit=_(audit),
        audit_kind=audit_kind,
        doubt=_doubt(results, reader) if with_doubt else "",
    )


def _doubt(results: Sequence[MetricResult], reader: Reader) -> str:
    """Return the question whose answer is the least sure, and how sure it is."""
    known = [(each.verdict.confidence, each.metric.name) for each in results if each.verdict.confidence is not None]
    if not known:
        return ""
    least, name = min(known)
    return _("{metric}: {share} sure").format(metric=name, share=reader.share(least))


def _words(known: EvaluatedConversation | None) -> str:
    if known is None:
        return ""
    summary = known.insights.summary if known.insights else None
    words = summary.evidence[0].text if summary and summary.evidence else customer_words(known.conversation)
    return excerpt(words)


def _about(listed: ListedConversation, known: EvaluatedConversation | None, reader: Reader) -> str:
    intents = (listed.insights.intents or ()) if listed.insights else ()
    intent = intents[0].name if intents else ""
    people = (agents_of(known.conversation), queues_of(known.conversation, reader)) if known else ()
    return " \u00b7 ".join(each for each in (*people, intent_name(intent)) if each)


class Found(NamedTuple):
    """The data of a page: its rows, the stored conversations, how many in the whole list have a score, saved views.

    ``me`` is the reader's e-mail address.
    """

    page: LatestPage
    known: Mapping[str, EvaluatedConversation]
    scored: int
    saved: Sequence[SavedView] = ()
    me: str = ""


def conversations_view(found: Found, filters: FilterView, query: Query, reader: Reader, base: str) -> ConversationsView:
    """Show a page of the list."""
    page, path = found.page, f"{base}/conversations"
    order = _order(query)
    older = address(path, query, before=write_position(page.next)) if page.next else ""
    return ConversationsView(
        rows=tuple(
            row_view(each, found.known.get(each.id), reader, base, with_doubt=order == "confidence")
            for each in page.items
        ),
        tabs=(*_tabs(query, path), *_saved(found.saved, query, path, found.me)),
        filters=filters,
        count=_count(page, found.scored, reader),
        older=older,
        newest=address(path, query, before="") if query.get("before") else "",
        is_empty=not page.items,
        columns=_columns(query),
        kept=tuple((name, value) for name, found in _comparable(query).items() if name != "without" for value in found),
        here=address(path, query),
        can_save=_is_new(query, found.saved),
        order=_(ORDERS[order]),
        is_newest_first=order == USUAL,
        heads=Sorting(columns=_HEADS, order=order, usual=USUAL, query=query, path=path, names=ORDERS),
    )


def _order(query: Query) -> Order:
    """Return the order of a list; the usual one where the address has none that exists."""
    try:
        return read_order(query)
    except RequestError:
        return USUAL


def _is_new(query: Query, saved: Sequence[SavedView]) -> bool:
    """Return whether a list is neither a tab nor a saved view."""
    known = [wanted for _name, wanted in _TABS] + [_comparable(parse_qs(each.query)) for each in saved]
    return _comparable(query) not in known


def _columns(query: Query) -> tuple[ColumnView, ...]:
    left_out = set(query.get("without", ()))
    return tuple(ColumnView(name=name, label=_(label), is_on=name not in left_out) for name, label in COLUMNS.items())


def _comparable(query: Query) -> dict[str, list[str]]:
    return {name: list(found) for name, found in query.items() if name not in ("before", "app")}


def _saved(saved: Sequence[SavedView], query: Query, path: str, me: str) -> Iterator[TabView]:
    for each in saved:
        yield TabView(
            name=each.name,
            href=f"{path}?{each.query}" if each.query else path,
            is_here=_comparable(parse_qs(each.query)) == _comparable(query),
            remove=f"{path}/views/{each.view_id}/remove" if each.owner == me else "",
            view_id=each.view_id,
        )


def _tabs(query: Query, path: str) -> tuple[TabView, ...]:
    here = {name: found for name, found in _comparable(query).items() if name != "without"}
    return tuple(TabView(name=_(name), href=address(path, wanted), is_here=here == wanted) for name, wanted in _TABS)


def _count(page: LatestPage, scored: int, reader: Reader) -> str:
    if page.total > MOST_COUNTED:
        return _("More than {n} conversations").format(n=reader.number(MOST_COUNTED))
    many = ngettext("{n} conversation", "{n} conversations", page.total).format(n=reader.number(page.total))
    return _("{conversations} \u00b7 {n} scored").format(conversations=many, n=reader.number(scored))

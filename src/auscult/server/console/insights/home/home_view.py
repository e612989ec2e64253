"""Home: three numbers with their uncertainty, the reader's tasks, changes, conversations worth reading."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.insights.changes import Move
from auscult.domain.operations.records import made_from
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.charts.interval import Span, figure_line
from auscult.server.console.frame.charts.lanes import lanes
from auscult.server.console.frame.counts import CountView, Leads, sentence
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.naming import agents_of, customer_words, queues_of
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, Reader, clock, percent
from auscult.server.console.frame.transcript import spoken
from auscult.services.insights.drivers import PassedChange
from auscult.services.insights.intent_names import intent_name
from auscult.services.insights.quality import Passed
from auscult.services.insights.sentences import cause
from auscult.services.insights.trust import Part

_WORDS = 76


class NumberView(Struct, frozen=True, kw_only=True):
    """One of the three numbers: its name, its figure with its uncertainty, a drawing and a sentence."""

    name: str
    figure: str
    beside: str
    chart: Markup | None
    sentence: str | Markup
    href: str = ""
    action: str = ""


class TodoView(Struct, frozen=True, kw_only=True):
    """A task that waits for the reader, ``since`` when or until when it is ``due``, with one action."""

    what: str
    detail: str
    href: str
    verb: str
    since: datetime | None = None
    due: datetime | date | None = None
    is_late: bool = False


class NewsView(Struct, frozen=True, kw_only=True):
    """One of the changes, largest first. ``is_down``: the share fell."""

    figure: str
    is_down: bool
    name: str
    text: str
    href: str
    action: str


class HearView(Struct, frozen=True, kw_only=True):
    """A conversation worth reading, with the reason."""

    words: str
    about: str
    lanes: Markup | None
    reason: str
    href: str


class Agreed(NamedTuple):
    """Agreement of machine and people in a period: the number of audits, and each metric's part."""

    audits: int
    parts: Mapping[str, Part]
    since: datetime
    until: datetime


def pass_number(found: PassedChange, leads: Leads, why: str, *, names_cause: bool) -> NumberView:
    """Show the share that passes, and that of the four weeks before.

    ``names_cause``: with what moved it. ``why`` is the address of the explanation, or empty.
    """
    shown = _pass_number(found, leads, why)
    now = found.now
    moved_by = cause(found, leads.reader.queues.label) if names_cause and found.change and found.change.leading else ""
    parts = [_passed_of(now, leads) if now.scored else "", shown.sentence, moved_by, leads.undecided(now)]
    return replace(shown, sentence=Markup(" ").join(each for each in parts if each))


def _passed_of(now: Passed, leads: Leads) -> Markup:
    """Return the sentence that counts who passed."""
    said = ngettext("{n} of {whole} passed.", "{n} of {whole} passed.", now.passed)
    return sentence(said, n=leads.passed(now), whole=leads.scored(now))


def _pass_number(found: PassedChange, leads: Leads, why: str) -> NumberView:
    reader, now, before = leads.reader, found.now, found.before
    name = _("Conversations that pass, last 7 days")
    if not now.scored:
        nothing = _("Nothing was scored in 7 days.")
        return NumberView(name=name, figure="\u2013", beside="", chart=None, sentence=nothing)
    if now.scored < FEW:
        few = _("Too few for a share.")
        return NumberView(name=name, figure=reader.rate(now.passed, now.scored), beside="", chart=None, sentence=few)
    figure = wilson_figure(now.passed, now.scored)
    earlier = wilson_figure(before.passed, before.scored) if before.scored >= FEW else None
    is_explained = bool(earlier and found.change and not found.change.may_be_chance)
    low = min(figure.low, earlier.value if earlier else 1.0)
    first = max(round(low * 20 - 0.5) / 20 - 0.05, 0.0)
    return NumberView(
        name=name,
        figure=reader.share(figure.value, 1),
        beside=reader.interval(figure),
        chart=figure_line(_span(figure, first, earlier), reader.number(first * 100), reader.share(1)),
        sentence=_moved(found, reader),
        href=why if is_explained else "",
        action=_("See why") if is_explained and why else "",
    )


def agreement_number(agreed: Agreed, reader: Reader, base: str) -> NumberView:
    """Show how often machine and people give the same answer."""
    name = _("Machine and people agree, last 90 days")
    seen = sum(each.n for each in agreed.parts.values())
    if not seen:
        none = _("No audits in 90 days. A few a week show how far to trust the machine.")
        return NumberView(name=name, figure="\u2013", beside="", chart=None, sentence=none)
    figure = wilson_figure(sum(each.agreed for each in agreed.parts.values()), seen)
    weakest_id, weakest = min(agreed.parts.items(), key=lambda each: each[1].agreed / each[1].n)
    first = max(round(figure.low * 20 - 0.5) / 20 - 0.1, 0.0)
    said = ngettext("From one audit. Weakest:", "From {n} audits. Weakest:", agreed.audits)
    audits = CountView(
        shown=reader.number(agreed.audits),
        href=address(f"{base}/conversations", {}, audit="audited", **_span_of(agreed)),
    )
    return NumberView(
        name=name,
        figure=reader.share(figure.value),
        beside=reader.interval(figure),
        chart=figure_line(_span(figure, first, None), reader.number(first * 100), reader.share(1)),
        sentence=sentence(said, n=audits),
        href=f"{base}/metrics/{weakest_id}",
        action=f"{weakest.name}, {reader.share(weakest.agreed / weakest.n)}",
    )


def _span_of(agreed: Agreed) -> dict[str, str]:
    return {"since": agreed.since.isoformat(), "until": agreed.until.isoformat()}


def count_number(name: str, count: int, beside: str, sentence: str, link: tuple[str, str]) -> NumberView:
    """Show a plain count."""
    return NumberView(
        name=name, figure=str(count), beside=beside, chart=None, sentence=sentence, href=link[0], action=link[1]
    )


def _span(figure: Figure, first: float, earlier: Figure | None) -> Span:
    return made_from(Span, figure, first=first, last=1.0, before=earlier.value if earlier else None)


def _moved(found: PassedChange, reader: Reader) -> str:
    change = found.change
    if change is None or found.before.scored < FEW:
        return _("Too few were scored in the four weeks before to compare.")
    by = change.value.value * 100
    if abs(by) < 0.05:  # noqa: PLR2004  (it shows as 0.0)
        return _("As in the four weeks before.")
    if change.may_be_chance:
        said = (
            _("{points} points more than in the four weeks before, which could still be chance.")
            if by > 0
            else _("{points} points fewer than in the four weeks before, which could still be chance.")
        )
    elif by > 0:
        said = _("{points} points more than in the four weeks before.")
    else:
        said = _("{points} points fewer than in the four weeks before.")
    return said.format(points=reader.number(abs(by), 1))


def news_of(moves: Iterable[Move], leads: Leads, span: tuple[datetime, datetime]) -> tuple[NewsView, ...]:
    """Describe what moved in a period."""
    reader = leads.reader
    found: list[NewsView] = []
    for each in moves:
        group, by = each.group, each.value * 100
        now, before = group.now, group.before
        if group.kind == "metric":
            found.append(
                NewsView(
                    figure=reader.number(by, 1, signed=True),
                    is_down=by < 0,
                    name=group.name,
                    text=_("{before} to {now}, more than chance.").format(
                        before=reader.number(before.total / before.n * 100, 1),
                        now=percent(reader.number(now.total / now.n * 100, 1)),
                    ),
                    href=leads.to(span, missed=group.id),
                    action=_("Where it was missed"),
                )
            )
            continue
        count, usual = int(now.total), before.total / before.n * now.n
        text = (
            _("Reason for contact; about {usual} would be usual.").format(usual=reader.number(round(usual)))
            if before.total
            else _("New reason for contact; none before.")
        )
        found.append(
            NewsView(
                figure=reader.number(count - usual, 0, signed=True),
                is_down=False,
                name=intent_name(group.name),
                text=text,
                href=leads.to(span, intent=group.id),
                action=ngettext("{n} conversation", "{n} conversations", count).format(n=reader.number(count)),
            )
        )
    return tuple(found)


def hear_view(known: EvaluatedConversation, reason: str, reader: Reader, base: str) -> HearView:
    """Show a conversation worth reading."""
    conversation = known.conversation
    said = spoken(conversation)
    end_ms = max([conversation.duration_ms or 0, *(each.end_ms for each in said)], default=0)
    return HearView(
        words=_title(known, conversation),
        about=" \u00b7 ".join(
            each for each in (agents_of(conversation), queues_of(conversation, reader), clock(end_ms)) if each
        ),
        lanes=lanes(said, end_ms) if said and end_ms else None,
        reason=reason,
        href=f"{base}/conversations/{conversation.id}",
    )


def _title(known: EvaluatedConversation, conversation: Conversation) -> str:
    summary = known.insights.summary if known.insights else None
    words = summary.evidence[0].text if summary and summary.evidence else customer_words(conversation)
    return excerpt(words, _WORDS)


def lead_of(came: CountView, scored: CountView, numbers: tuple[int, int], since: str) -> Markup:
    """Return the sentence that counts the new and the scored conversations, whose ``numbers`` choose its words."""
    if not any(numbers):
        return sentence(_("Nothing came in since {day}."), day=since)
    came_in = ngettext("{n} conversation came in", "{n} conversations came in", numbers[0])
    said = ngettext(
        "Since {day} {came_in} and {n} was scored.", "Since {day} {came_in} and {n} were scored.", numbers[1]
    )
    return sentence(said, day=since, came_in=sentence(came_in, n=came), n=scored)


def last_workday(reader: Reader) -> tuple[str, timedelta]:
    """Return the name of the last workday (Friday, or yesterday), and how long ago it was."""
    days = {0: 3, 6: 2}.get(reader.today.weekday(), 1)
    day = reader.today - timedelta(days=days)
    return reader.weekday_name(day), timedelta(days=days)

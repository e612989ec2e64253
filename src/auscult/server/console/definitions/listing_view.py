"""Scorecards and taxonomies: the lists, the page of each, and the document that the author edits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote, urlencode

from msgspec import Struct

from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.definitions.taxonomy import Node, Taxonomy
from auscult.language import gettext as _
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.reader import Reader
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.scorecards import AgentFigures

_LONGEST_AGENTS, _EXAMPLES = 3, 3


class ListedRow(Struct, frozen=True, kw_only=True):
    """One definition of a list. ``facts`` are the columns after its name; ``tag`` is its special state, or empty."""

    name: str
    id: str
    href: str
    facts: tuple[str, ...]
    tag: str


class Actions(Struct, frozen=True, kw_only=True):
    """Addresses of a definition: of its builder, and the one that puts it out of force."""

    edit: str
    remove: str


class Entered(Struct, frozen=True, kw_only=True):
    """The name that a new document was to have, and why it cannot."""

    name: str = ""
    problem: str = ""


class ListView(Struct, frozen=True, kw_only=True):
    """A list of definitions. ``columns`` name the facts. ``heading``: of the form that begins one, empty without it.

    ``empty``, ``purpose`` and ``like``: what an empty list says, what it is for, and the sample of what will be in it.
    """

    title: str
    lead: str
    empty: str
    purpose: str
    like: str
    columns: tuple[str, ...]
    rows: tuple[ListedRow, ...]
    note: str
    heading: str
    entered: Entered


class FiguresRow(Struct, frozen=True, kw_only=True):
    """One agent's figures. ``attributes`` are in the order of the scorecard."""

    name: str
    href: str
    conversations: str
    score: str
    interval: str
    passed: str
    attributes: tuple[str, ...]


class AttributeView(Struct, frozen=True, kw_only=True):
    """One attribute with its metrics: each with its name, its weight, and a remark."""

    name: str
    weight: str
    metrics: tuple[tuple[str, str, str], ...]


class ScorecardView(Struct, frozen=True, kw_only=True):
    """The page of one scorecard. ``figures`` is None if they were not requested, or the visitor may not see them.

    ``orders``: name, address and whether it is in force, of each order; empty where the app has no leaderboard.
    """

    name: str
    about: str
    attributes: tuple[AttributeView, ...]
    may_see_figures: bool
    since: str
    last: str
    figures: tuple[FiguresRow, ...] | None
    orders: tuple[tuple[str, str, bool], ...]
    actions: Actions | None
    note: str


class TopicView(Struct, frozen=True, kw_only=True):
    """A topic with its subtopics. ``examples`` sums up the ways to express it."""

    name: str
    description: str
    examples: str
    below: tuple["TopicView", ...]


class TaxonomyView(Struct, frozen=True, kw_only=True):
    """The page of one taxonomy. ``versions`` are the versions in words, the newest first."""

    name: str
    about: str
    topics: tuple[TopicView, ...]
    versions: tuple[str, ...]
    actions: Actions | None
    note: str


def scorecard_rows(cards: Iterable[Scorecard], reader: Reader, base: str) -> tuple[ListedRow, ...]:
    """Show the scorecards in force."""
    return tuple(
        ListedRow(
            name=each.name,
            id=each.id,
            href=f"{base}/{quote(each.id, safe='')}",
            facts=(
                ", ".join(attribute.name for attribute in each.attributes),
                agents_word(each.agents),
                _("{n} needed").format(n=reader.number(each.pass_score)),
                _("Version {n}").format(n=each.version),
            ),
            tag=_("Inactive") if not each.is_active else _("Default") if each.is_default else "",
        )
        for each in cards
    )


def draft_row(name: str, document: bytes, base: str, columns: int) -> ListedRow:
    """Show a document that is only a draft."""
    value = read_document(document).value
    shown = str(value.get("name") or name) if isinstance(value, dict) else name
    href = f"{base}/{quote(name, safe='')}/edit"
    return ListedRow(name=shown, id=name, href=href, facts=("",) * columns, tag=_("Draft"))


def taxonomy_rows(
    stored: Iterable[Definition], read: Mapping[str, Taxonomy], reader: Reader, base: str
) -> tuple[ListedRow, ...]:
    """Show the taxonomies in force; unreadable ones have a tag."""
    return tuple(
        ListedRow(
            name=taxonomy.name if (taxonomy := read.get(each.name)) else each.name,
            id=each.name,
            href=f"{base}/{quote(each.name, safe='')}",
            facts=(
                " / ".join(map(reader.number, taxonomy.counts())) if taxonomy else "",
                ", ".join(language_name(one, reader) for one in taxonomy.languages) if taxonomy else "",
                _("Version {n}, {day}").format(n=each.version, day=reader.short_day(each.published_at)),
            ),
            tag="" if taxonomy else _("Cannot be read"),
        )
        for each in stored
    )


def agents_word(agents: Sequence[str]) -> str:
    """Return the agents that a scorecard measures, in words."""
    if "*" in agents:
        return _("Every agent")
    more = len(agents) - _LONGEST_AGENTS
    names = ", ".join(agents[:_LONGEST_AGENTS])
    return _("{names} and {n} more").format(names=names, n=more) if more > 0 else names


def attribute_views(card: Scorecard, names: Mapping[str, str], reader: Reader) -> tuple[AttributeView, ...]:
    """Show the attributes of a scorecard. ``names`` are those of the metrics in force, by id."""
    return tuple(
        AttributeView(
            name=attribute.name,
            weight=f"{_weight(attribute.weight, reader)}%",
            metrics=tuple(
                (
                    names.get(each.metric, each.metric),
                    _weight(each.weight, reader),
                    _("fatal") if each.fatal else "" if each.metric in names else _("on no form"),
                )
                for each in attribute.metrics
            ),
        )
        for attribute in card.attributes
    )


def figures_rows(
    figures: Iterable[AgentFigures], reader: Reader, base: str, since: date, last: date
) -> tuple[FiguresRow, ...]:
    """Show agents, in the order in which they come."""
    return tuple(
        FiguresRow(
            name=each.name or each.agent_id,
            href=f"{base}/conversations?{urlencode({'agent': each.agent_id, 'from': since, 'to': last})}",
            conversations=reader.number(each.interactions),
            score=_score(each.score, reader),
            interval=_interval(each, reader),
            passed=_("{done} of {n}").format(done=each.passed, n=each.passed + each.failed),
            attributes=tuple(_score(one.score, reader) for one in each.attributes),
        )
        for each in figures
    )


def _interval(each: AgentFigures, reader: Reader) -> str:
    """Return the interval of a mean by its ends; empty of few scores."""
    if each.score_low is None or each.score_high is None:
        return ""
    return _("{low} to {high}").format(low=reader.number(each.score_low), high=reader.number(each.score_high))


def topic_views(nodes: Iterable[Node], reader: Reader) -> tuple[TopicView, ...]:
    """Show topics with their subtopics."""
    return tuple(
        TopicView(
            name=each.name,
            description=each.description,
            examples=_examples(each.examples, reader),
            below=topic_views(each.topics, reader),
        )
        for each in nodes
    )


def _examples(examples: Sequence[str], reader: Reader) -> str:
    more = len(examples) - _EXAMPLES
    shown = ", ".join(f"\u201c{one}\u201d" for one in examples[:_EXAMPLES])
    return _("{names} and {n} more").format(names=shown, n=reader.number(more)) if more > 0 else shown


def _weight(value: Decimal, reader: Reader) -> str:
    return reader.number(value, 0 if value == value.to_integral_value() else 2)


def _score(value: Decimal | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.number(value, 1)

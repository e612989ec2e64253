"""Scorecards and taxonomies: lists, each alone, and their documents, written and published as YAML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import ClassVar, NamedTuple
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.definitions.definition import Definition, DefinitionKind
from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import RequestError
from auscult.domain.form import derive_metric_id
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.cards import new_card
from auscult.services.definitions.forms.editing.topics import new_tree
from auscult.services.definitions.scorecards import figures_of, has_leaderboard, read_scorecard, scorecards
from auscult.services.scoring.classification import in_force, listed_versions

_PERIOD = timedelta(days=27)
_LONGEST = 50
_NOTES = {"published": later("Published."), "removed": later("No longer in force. Its versions stay.")}
_LONGEST_AGENTS = 3


class ListedRow(Struct, frozen=True, kw_only=True):
    """One definition of a list. ``facts`` are the columns after its name; ``tag`` is its special state, or empty."""

    name: str
    id: str
    href: str
    facts: tuple[str, ...]
    tag: str


class ListView(Struct, frozen=True, kw_only=True):
    """A list of definitions. ``columns`` name the facts. ``name``: that a new document was to have, with the ``problem``. ``heading``: of the form that begins one, empty without it.

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
    name: str
    problem: str


class _Building(NamedTuple):
    """Beginning of a document that has a builder: the prefix of its id, its first text, and words."""

    prefix: str
    begin: Callable[[str, str], bytes]
    heading: str
    taken: str


class _Kind(NamedTuple):
    """The differences of the two kinds on pages."""

    kind: DefinitionKind
    noun: str
    title: str
    path: str
    show: Callable[[Visit, Definition, str, str], Response[str]]
    listing: Callable[[Visit], tuple[ListedRow, ...]]
    lead: str
    empty: str
    purpose: str
    like: str
    columns: tuple[str, ...]
    build: _Building


class _Listing(Controller):
    """The definitions of a kind, as ``of`` describes it."""

    of: ClassVar[_Kind]

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List what is in force."""
        return _list(visit, self.of)

    @post(sync_to_thread=True)
    def publish(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Begin a definition as a draft, and redirect to its builder."""
        return _begun(visit, self.of, data)

    @get("/{name:str}", sync_to_thread=True)
    def one(self, name: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """Show one: a scorecard with the results of agents if a period is given, or a taxonomy as a tree."""
        return _one(visit, self.of, name)

    @post("/{name:str}/remove", sync_to_thread=True)
    def remove(self, name: FromPath[str], visit: TheVisit) -> Redirect:
        """Put one out of force."""
        visit.require_everywhere("form.publish")
        if visit.app.definitions.remove(self.of.kind, name) is None:
            raise missing(self.of.noun, name)
        return Redirect(f"{BASE}{self.of.path}?done=removed", status_code=303)


def _list(visit: Visit, of: _Kind, problem: str = "", name: str = "") -> Response[str]:
    visit.require("form.read")
    view = ListView(
        title=_(of.title),
        lead=_(of.lead),
        empty=_(of.empty),
        purpose=_(of.purpose),
        like=of.like,
        columns=tuple(map(_, of.columns)),
        rows=(*of.listing(visit), *_drafts(visit, of)),
        heading=_(of.build.heading) if visit.principal.may_everywhere("form.edit") else "",
        name=name,
        problem=problem,
        note=visit.note(_NOTES),
    )
    return visit.page("definitions/definitions", of.title, view, 422 if problem else 200)


def _begun(visit: Visit, of: _Kind, data: Posted) -> Response[str] | Redirect:
    """Store the draft of a new document, whose id follows its name."""
    visit.require_everywhere("form.edit")
    name = one(data, "name")
    words = derive_metric_id(name).removeprefix("em-").removeprefix("em")
    if not words or len(name) > _LONGEST or not name.isprintable():
        problem = _("Give a name of 1 to {n} characters with a letter or digit in it.").format(n=_LONGEST)
        return _list(visit, of, problem, name)
    made, definitions = f"{of.build.prefix}{words}", visit.app.definitions
    stored = definitions.get(of.kind, made)
    if definitions.draft(of.kind, made) or (stored and stored.removed_at is None):
        problem = _(of.build.taken).format(id=made)
        return _list(visit, of, problem, name)
    definitions.save_draft(of.kind, made, of.build.begin(made, name))
    return Redirect(f"{BASE}{of.path}/{made}/edit", status_code=303)


def _drafts(visit: Visit, of: _Kind) -> tuple[ListedRow, ...]:
    """Return the rows of documents that were never published, or are out of force."""
    known = {each.name for each in visit.app.definitions.in_force(of.kind)}
    return tuple(
        draft_row(each.name, each.document, f"{BASE}{of.path}", len(of.columns))
        for each in visit.app.definitions.drafts(of.kind)
        if each.name not in known
    )


def _one(visit: Visit, of: _Kind, name: str) -> Response[str] | Redirect:
    visit.require("form.read")
    stored = visit.app.definitions.get(of.kind, name)
    if stored is None or stored.removed_at is not None:
        if visit.app.definitions.draft(of.kind, name):
            return Redirect(f"{BASE}{of.path}/{name}/edit", status_code=303)
        raise missing(of.noun, name)
    may_publish = visit.principal.may_everywhere("form.publish")
    return of.show(visit, stored, f"{BASE}{of.path}/{name}" if may_publish else "", visit.note(_NOTES))


def _cards(visit: Visit) -> tuple[ListedRow, ...]:
    return scorecard_rows(scorecards(visit.app), visit.reader, f"{BASE}/scorecards")


def _trees(visit: Visit) -> tuple[ListedRow, ...]:
    definitions = visit.app.definitions
    return taxonomy_rows(definitions.in_force("taxonomy"), in_force(definitions), visit.reader, f"{BASE}/taxonomies")


def _show_card(visit: Visit, stored: Definition, here: str, note: str) -> Response[str]:
    card, reader = read_scorecard(stored), visit.reader
    may_see = visit.may("insight.read")
    since, last = _day(visit, "from", reader.today - _PERIOD), _day(visit, "to", reader.today)
    figures, has_board = None, has_leaderboard(visit.app, visit.principal)
    is_ranked = has_board and visit.query.get("order") == ["score"]
    if may_see and "from" in visit.query:
        begin, end = (datetime.combine(each, time(), reader.timezone) for each in (since, last))
        found = figures_of(visit.app_for("insight.read"), card, begin, end + timedelta(days=1), visit.principal)
        if not is_ranked:
            found = sorted(found, key=lambda each: (each.name or each.agent_id).casefold())
        figures = list(found)
    orders = _orders(card.id, (since, last), is_ranked=is_ranked) if figures and has_board else ()
    return visit.page(
        "definitions/scorecard",
        CARDS.title,
        card=card,
        agents=agents_word(card.agents),
        names=metric_names(visit.app),
        may_see_figures=may_see,
        days=(since.isoformat(), last.isoformat()),
        figures=figures,
        orders=orders,
        here=here,
        note=note,
    )


def _orders(card_id: str, days: tuple[date, date], *, is_ranked: bool) -> tuple[tuple[str, str, bool], ...]:
    """Return the two orders of agents: by name, and by score."""
    asked = {"from": days[0].isoformat(), "to": days[1].isoformat()}
    path = f"{BASE}/scorecards/{card_id}"
    return (
        (_("By name"), address(path, {}, **asked), not is_ranked),
        (_("By mean score"), address(path, {}, **asked, order="score"), is_ranked),
    )


def _show_tree(visit: Visit, stored: Definition, here: str, note: str) -> Response[str]:
    taxonomy, reader = in_force(visit.app.definitions).get(stored.name), visit.reader
    return visit.page(
        "definitions/taxonomy",
        TREES.title,
        taxonomy=taxonomy,
        name=taxonomy.name if taxonomy else stored.name,
        version=stored.version,
        languages=", ".join(language_name(each, reader) for each in taxonomy.languages) if taxonomy else "",
        versions=list(listed_versions(visit.app.definitions, stored.name)),
        here=here,
        note=note,
    )


def _day(visit: Visit, name: str, otherwise: date) -> date:
    given = visit.asked(name)
    try:
        return date.fromisoformat(given) if given else otherwise
    except ValueError as error:
        message = _("{name}: {given} is not a date; write it as 2026-03-28").format(name=name, given=repr(given))
        raise RequestError(message, code="date.invalid", field=name, value=given) from error


CARDS = _Kind(
    kind="scorecard",
    noun="scorecard",
    title=later("Scorecards"),
    path="/scorecards",
    show=_show_card,
    listing=_cards,
    lead=later("Measures of agents over a period, computed from the recorded answers to forms."),
    empty=later("No scorecard yet"),
    purpose=later(
        "A scorecard weighs the answers of one agent over many conversations. Without one, reports show the scores of forms."
    ),
    like="scorecards",
    columns=(later("Attributes"), later("Who"), later("Pass"), later("In force")),
    build=_Building(
        "sc-",
        new_card,
        later("Begin a scorecard"),
        later("There is a scorecard {id} already. Open it, or give another name."),
    ),
)
TREES = _Kind(
    kind="taxonomy",
    noun="taxonomy",
    title=later("Taxonomies"),
    path="/taxonomies",
    show=_show_tree,
    listing=_trees,
    lead=later(
        "Topics that conversations are sorted into from publication on: business, product, reason for the contact."
    ),
    empty=later("No taxonomy yet"),
    purpose=later("A taxonomy sorts conversations by what customers want. Without one they are not sorted."),
    like="taxonomies",
    columns=(later("Topics, by level"), later("Languages"), later("In force")),
    build=_Building(
        "tx-",
        new_tree,
        later("Begin a taxonomy"),
        later("There is a taxonomy {id} already. Open it, or give another name."),
    ),
)


class ScorecardsPage(_Listing):
    """Measures of agents over a period."""

    path = "/scorecards"
    of = CARDS


class TaxonomiesPage(_Listing):
    """Topics that conversations are classified by."""

    path = "/taxonomies"
    of = TREES


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

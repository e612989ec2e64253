"""The one search in the console: its dialog on every page, and a page with all hits for those without scripts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlencode

from litestar import Controller, Response, get
from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.search import GROUPS, LONGEST, GroupName, Hit, Kind, SearchResult, best, folded, opened_by
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import side_name
from auscult.server.console.frame.reader import clock
from auscult.server.console.frame.templating import NavigationItem
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.operations.tabs import tabs_of
from auscult.server.console.search.answer import AnswerView, answer, may_ask
from auscult.services.conversations.names import typed
from auscult.services.insights.intent_names import intent_name
from auscult.services.search import FEW, MOST, MOST_OPENED, Searching

Shown = GroupName | Literal["pages"]
"""Groups of hits in the console, which also finds its own pages."""
SHOWN: tuple[Shown, ...] = (*GROUPS[:-1], "pages", GROUPS[-1])
HEADINGS: Mapping[Shown, str] = {
    "said": later("Said in conversations"),
    "people": later("People"),
    "forms": later("Forms and questions"),
    "reasons": later("Reasons, queues and views"),
    "pages": later("Pages"),
    "help": later("Documentation"),
}
TABS: Mapping[Shown, str] = {
    **HEADINGS,
    "said": later("Said"),
    "reasons": later("Reasons and views"),
    "help": later("Help"),
}
KINDS: Mapping[Kind, str] = {
    "agent": later("Agent"),
    "user": later("User"),
    "form": later("Form"),
    "metric": later("Question"),
    "scorecard": later("Scorecard"),
    "taxonomy": later("Taxonomy"),
    "intent": later("Reason for contact"),
    "queue": later("Queue"),
    "view": later("Saved view"),
}
"""Kinds of hits in words, where their heading is not enough."""


class HitView(Struct, frozen=True, kw_only=True):
    """A hit as a link: its name with the words marked, and a second line. ``is_said``: the name is what was said."""

    href: str
    name: Markup
    about: str
    is_said: bool = False
    is_english: bool = False


class GroupView(NamedTuple):
    """Hits under one heading; ``all_href`` leads to all of them, empty where these are all."""

    heading: str
    hits: tuple[HitView, ...]
    all_href: str


class ResultsView(Struct, frozen=True, kw_only=True):
    """The results of a search. ``exact``: the thing that a pasted link or id names; ``answer`` to a question. ``tabs``: name, address, is open.

    ``recent`` are pages that were opened lately, for a search without words.
    """

    words: str
    kind: str
    groups: tuple[GroupView, ...] = ()
    exact: HitView | None = None
    recent: tuple[HitView, ...] = ()
    tabs: tuple[tuple[str, str, bool], ...] = ()
    number: int = 0
    is_too_long: bool = False
    answer: AnswerView | None = None


class SearchPage(Controller):
    """The search of everything."""

    path = "/search"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the results as a page."""
        found = results(visit)
        is_asked = bool(folded(found.words)) and not found.kind and not found.is_too_long
        return visit.page(
            "search/search", "Search", replace(found, answer=answer(visit, found.words) if is_asked else None)
        )

    @get("/part", sync_to_thread=True)
    def part(self, visit: TheVisit) -> Response[str]:
        """Show the results in the dialog; without words, the pages of ``recent`` that still exist for the visitor."""
        return visit.part("search/results", results(visit), may_ask=may_ask(visit))

    @get("/picks", sync_to_thread=True)
    def picks(self, visit: TheVisit) -> Response[str]:
        """Show what a field can take: ``of`` agents, users or conversations, by words or a pasted link with its moment; or own ids and fields."""
        values, hits = picks_of(visit)
        return visit.part("search/picks", values=values, hits=hits, turn_of=turn_of)


PICKED: Mapping[str, tuple[GroupName, Kind]] = {
    "agents": ("people", "agent"),
    "users": ("people", "user"),
    "conversations": ("said", "conversation"),
}
"""Kinds of fields, by the group that is searched and the kind of hit."""
TYPED: tuple[Literal["custom_id", "custom_field"], ...] = ("custom_id", "custom_field")
"""Kinds of fields whose values are looked up by their beginning."""
_MOST_PICKS = 8


def picks_of(visit: Visit) -> tuple[Sequence[str], Sequence[Hit]]:
    """Return what a field accepts for the words of the address: values, or hits. What the visitor may not open is not offered."""
    words, of = (visit.asked(name).strip() for name in ("q", "of"))
    typing: Literal["custom_id", "custom_field"] | None = next((each for each in TYPED if each == of), None)
    if typing and len(words) <= LONGEST and visit.may("conversation.read"):
        return typed(visit.app, typing, words), ()
    if of not in PICKED or not words or len(words) > LONGEST:
        return (), ()
    group, kind = PICKED[of]
    result = Searching(visit.store, visit.app, visit.principal).find(words, group)
    hits = [result.exact] if result.exact else [hit for each in result.groups for hit in each.hits]
    return (), [hit for hit in hits if hit.kind == kind][:_MOST_PICKS]


def turn_of(hit: Hit) -> str:
    """Return the turn that a hit in a conversation is, empty for the whole conversation."""
    return unquote(hit.path.partition("#")[2]).removeprefix("t-")


def results(visit: Visit) -> ResultsView:
    """Return the results of the search in the address."""
    words = " ".join(visit.query.get("q", []))
    kind: Shown | None = next((each for each in SHOWN if each in visit.query.get("kind", [])), None)
    work = Searching(visit.store, visit.app, visit.principal)
    if len(words) > LONGEST:
        return ResultsView(words=words, kind=kind or "", is_too_long=True)
    if not folded(words):
        given = [opened_by(each) for each in visit.query.get("recent", [])[:MOST_OPENED]]
        found = [hit for each in given if each and (hit := work.open(each))]
        return ResultsView(words="", kind="", recent=tuple(_view(visit, each, ()) for each in found))
    marks = _marks(words)
    sought = work.find(words, kind) if kind != "pages" else SearchResult(exact=None, groups=())
    known: dict[Shown, tuple[tuple[HitView, ...], bool]] = {
        each.name: (tuple(_view(visit, hit, marks) for hit in each.hits), each.has_more) for each in sought.groups
    }
    if kind in (None, "pages"):
        found_pages = [
            HitView(href=page.href, name=marked(page.name, marks), about=heading)
            for page, heading in best(folded(words), _pages(visit), lambda each: each[0].name)
        ]
        limit = MOST if kind else FEW
        known["pages"] = (tuple(found_pages[:limit]), len(found_pages) > limit)
    groups = tuple(
        GroupView(_(HEADINGS[name]), hits, "" if kind or not more else _address(words, name))
        for name in SHOWN
        if (hits := known.get(name, ((), False))[0])
        for more in (known[name][1],)
    )
    exact = _view(visit, sought.exact, ()) if sought.exact else None
    return ResultsView(
        words=words,
        kind=kind or "",
        groups=groups,
        exact=exact,
        tabs=tuple((_(TABS[name]), _address(words, name), name == kind) for name in SHOWN),
        number=sum(len(each.hits) for each in groups) + (exact is not None),
    )


def _pages(visit: Visit) -> Iterable[tuple[NavigationItem, str]]:
    """Yield the pages of the visitor's menu, and those of administration, each with the heading that it is under."""
    for group in visit.groups():
        for item in group.items:
            yield replace(item, name=_(item.name)), _(group.name) if group.name else ""
    for tab in tabs_of(visit, ""):
        yield NavigationItem(name=tab.name, href=tab.href), _("Administration")
    yield NavigationItem(name=_("Notices"), href=f"{BASE}/notices"), ""
    yield NavigationItem(name=_("Your sign-in"), href=f"{BASE}/account"), ""
    yield NavigationItem(name=_("Documentation"), href=f"{BASE}/help"), ""


def _view(visit: Visit, hit: Hit, marks: tuple[str, ...]) -> HitView:
    """Show a hit in the reader's language."""
    name = intent_name(hit.name) if hit.kind == "intent" else hit.name
    parts = [_(KINDS[hit.kind])] if hit.kind in KINDS else []
    if hit.speaker:
        parts.append(side_name(hit.speaker) + (f", {clock(hit.offset_ms)}" if hit.offset_ms is not None else ""))
    parts += [hit.about] if hit.about else []
    parts += [visit.reader.lately(hit.at)] if hit.at else []
    return HitView(
        href=BASE + hit.path,
        name=marked(name, marks),
        about=" \u00b7 ".join(parts),
        is_said=hit.kind == "conversation",
        is_english=hit.kind == "section",
    )


def _address(words: str, kind: Shown) -> str:
    return f"{BASE}/search?{urlencode({'q': words, 'kind': kind})}"


def _marks(words: str) -> tuple[str, ...]:
    """Return the words of a search that are marked, without the signs of its language."""
    plain = (re.sub(r"^-.*|^(agent|customer):", "", each) for each in folded(words))
    return tuple(each for each in plain if each)


def marked(text: str, marks: tuple[str, ...]) -> Markup:
    """Return a text with the words marked where words begin with them; within words only where none does."""
    if not marks:
        return escape(text)
    wanted = "(" + "|".join(map(re.escape, sorted(marks, key=len, reverse=True))) + ")"
    begins = re.split(rf"(?<!\w){wanted}", text, flags=re.IGNORECASE)
    found = begins if len(begins) > 1 else re.split(wanted, text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup('<mark class="hit">{}</mark>').format(part) if n % 2 else part for n, part in enumerate(found)
    )

"""The one search for one viewer: small providers, one for each group, each with what the viewer's own pages show."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple
from urllib.parse import quote as escaped
from urllib.parse import urlencode

from msgspec.structs import replace

from auscult.domain.definitions.definition import DefinitionKind
from auscult.domain.errors import FormError, RequestError, coded
from auscult.domain.people.principal import Principal
from auscult.domain.said.search import SaidQuery, parse
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.search import (
    GROUPS,
    LONGEST,
    SHORTEST_BEGINNING,
    GroupName,
    Hit,
    HitGroup,
    Kind,
    Opened,
    SearchResult,
    best,
    folded,
    opened_by,
    opening,
    quote,
    turn_with,
)
from auscult.services.audits.blind import (
    blind_case,
    blindness_of,
    kept_from_agents,
    shows_only_audited,
)
from auscult.services.conversations.latest import Sought, newest
from auscult.services.conversations.names import names_in_use
from auscult.services.definitions.forms.cache import read_kept
from auscult.services.definitions.forms.document import read_document
from auscult.services.manual.installed import headings_with
from auscult.storage.store import AppStore, Store

FEW = 3
"""Hits of a group among all groups."""
MOST = 50
"""Hits of one group alone."""
MOST_OPENED = 12
"""Links that are resolved at once."""
_MOST_TRIED = 60
"""Agents with a matching name whose conversations are looked for."""
_DEFINITIONS: Mapping[DefinitionKind, Kind] = {"scorecard": "scorecard", "taxonomy": "taxonomy"}
_FOLDERS: Mapping[Kind, str] = {"scorecard": "scorecards", "taxonomy": "taxonomies"}


class _Titles(NamedTuple):
    """The id and the name of a form, and those of its metrics, in its order."""

    id: str
    name: str
    metrics: tuple[tuple[str, str], ...]


class Searching:
    """The search of one app for one viewer. Cheap to make; threads may share one.

    A provider finds only what a page of the viewer shows: an empty one where they have no such page.
    """

    def __init__(self, store: Store, app: AppStore, viewer: Principal) -> None:
        """Search in the app of ``app`` with the viewer's own visibility, whatever that of ``app`` is."""
        self._store = store
        self._viewer = viewer
        self._app = store.within(app.tenant).seen_by(viewer.visibility("conversation.read"))
        self._settings = kept_from_agents(self._app, viewer.visibility("conversation.read"))
        self._providers: Mapping[GroupName, Callable[[str, int], Iterator[Hit]]] = {
            "said": self._said,
            "people": self._people,
            "forms": self._forms,
            "reasons": self._reasons,
            "help": self._help,
        }

    def find(self, text: str, group: GroupName | None = None) -> SearchResult:
        """Return the hits of a search: a few of each group, or up to ``MOST`` of one. Raises ``RequestError`` ``search.invalid``."""
        text = text.strip()
        if len(text) > LONGEST:
            message = coded("a search has at most {most} characters", most=LONGEST)
            raise RequestError(message, code="search.invalid", field="q", value=text[:LONGEST])
        if not folded(text):
            return SearchResult(exact=None, groups=())
        limit = FEW if group is None else MOST
        found: list[HitGroup] = []
        for name in (group,) if group else GROUPS:
            try:
                hits = tuple(islice(self._providers[name](text, limit), limit + 1))
            except RequestError:  # what was said takes too long to find: the other groups need not wait for it
                if group:
                    raise
                continue
            if hits:
                found.append(HitGroup(name=name, hits=hits[:limit], has_more=len(hits) > limit))
        named = opened_by(text)
        return SearchResult(exact=self.open(named) if named else None, groups=tuple(found))

    def open(self, named: Opened) -> Hit | None:
        """Return the thing that a link names; None where there is none, or the viewer has no page of it."""
        match named.kind:
            case "conversation":
                return self._conversation(named.id, named.part)
            case "agent":
                return next(self._agents([named.id]), None)
            case "form" | "metric":
                return next((each for each in self._of_forms() if (each.kind, each.id) == (named.kind, named.id)), None)
            case _:
                found = (each for each in self._definitions() if (each.kind, each.id) == (named.kind, named.id))
                return next(found, None)

    def _said(self, text: str, limit: int) -> Iterator[Hit]:
        if not self._viewer.may("conversation.read"):
            return
        try:
            query = parse(text)
        except RequestError:  # no word of it is one that can be said
            return
        query = _as_typed(text, query)
        rows = newest(self._app, Sought(said=query), limit + 1)
        known = self._app.conversations.recorded([each.id for each in rows])
        blindness = blindness_of(self._app, self._viewer.name, self._viewer.agent_ids)
        for row in rows:
            case = known.get(row.id)
            if case is not None:
                yield _hit_of(blind_case(case, blindness.get(row.id, frozenset())), query)

    def _conversation(self, conversation_id: str, part: str = "") -> Hit | None:
        if not self._viewer.may("conversation.read"):
            return None
        case = self._app.conversations.recorded([conversation_id]).get(conversation_id)
        if case is None:
            return None
        hidden = blindness_of(self._app, self._viewer.name, self._viewer.agent_ids).get(conversation_id, frozenset())
        hit = _hit_of(blind_case(case, hidden), None)
        return replace(hit, path=f"{hit.path}#{escaped(part)}") if part else hit

    def _people(self, text: str, limit: int) -> Iterator[Hit]:
        words = folded(text)
        if self._viewer.may("conversation.read"):
            named = best(words, self._app.people.directory.agents(), lambda each: each.name or each.agent_id)
            yield from islice(self._agents([each.agent_id for each in named[:_MOST_TRIED]]), limit + 1)
        if self._viewer.may_everywhere("user.read"):
            tenant, people = self._app.tenant, self._store.people
            granted = {each.user_id for each in people.grants.in_app(tenant.app_id, tenant.account_id)}
            users = (each for each in people.users.listing(tenant.account_id) if each.user_id in granted)
            for user in best(words, users, lambda each: each.name, lambda each: each.email):
                path = f"/administration/users/{user.user_id}"
                yield Hit(kind="user", id=user.user_id, name=user.name, about=user.email, path=path)

    def _agents(self, ids: list[str]) -> Iterator[Hit]:
        """Yield the agents of these who have a page that the viewer may open."""
        own = self._viewer.is_only_agent()
        audits = ("audited",) if shows_only_audited(self._settings) else ()
        for agent_id in ids:
            if not self._viewer.may("conversation.read") or (own and agent_id not in self._viewer.agent_ids):
                continue
            rows = newest(self._app, Sought(agents=(agent_id,), audits=audits), 1)
            agent = next((each for row in rows for each in row.agents if each.id == agent_id), None)
            if agent is not None:
                name = agent.name or agent_id
                yield Hit(kind="agent", id=agent_id, name=name, path=f"/agents/{escaped(agent_id, safe='')}")

    def _forms(self, text: str, limit: int) -> Iterator[Hit]:
        del limit
        hits = [*self._of_forms(), *self._definitions()]
        yield from best(folded(text), hits, lambda each: each.name, lambda each: each.about)

    def _of_forms(self) -> Iterator[Hit]:
        """Yield the forms and the metrics in force that have a page for the viewer, each metric once."""
        edits = any(self._viewer.may_everywhere(each) for each in ("form.edit", "form.publish"))
        judges = self._viewer.may("insight.read") and self._viewer.may("audit.read")
        if not edits and not judges:
            return
        seen: set[str] = set()
        for version in self._app.forms.in_force():
            form = _titles_of(version.document, version.version)
            if form is None:
                continue
            if edits:
                yield Hit(kind="form", id=form.id, name=form.name, path=f"/forms/{escaped(form.id, safe='')}")
            for metric_id, name in form.metrics if judges else ():
                if metric_id not in seen:
                    seen.add(metric_id)
                    path = f"/metrics/{escaped(metric_id, safe='')}"
                    yield Hit(kind="metric", id=metric_id, name=name, about=form.name, path=path)

    def _definitions(self) -> Iterator[Hit]:
        """Yield scorecards and taxonomies in force."""
        if not self._viewer.may("form.read") or self._viewer.is_only_agent():
            return
        for of, kind in _DEFINITIONS.items():
            for each in self._app.definitions.in_force(of):
                path = f"/{_FOLDERS[kind]}/{escaped(each.name, safe='')}"
                yield Hit(kind=kind, id=each.name, name=_name_of(each.document) or each.name, path=path)

    def _reasons(self, text: str, limit: int) -> Iterator[Hit]:
        """Yield reasons for contact and queues, which lead to their conversations, and saved views."""
        if not self._viewer.may("conversation.read"):
            return
        words = folded(text)
        names = names_in_use(self._app)
        hits = [_named("queue", each) for each in names.queues]
        if self._settings is None:  # agents may see no results of conversations that are not audited
            hits += [_named("intent", each) for each in names.intents]
        if self._viewer.is_person:
            hits += [
                Hit(kind="view", id=each.view_id, name=each.name, path=f"/conversations?{each.query}")
                for each in self._app.people.views.listing(self._viewer.name)
            ]
        yield from islice(best(words, hits, lambda each: each.name), limit + 1)

    def _help(self, text: str, limit: int) -> Iterator[Hit]:
        for each in headings_with(folded(text))[: limit + 1]:
            about = "" if each.level == 1 else each.title
            yield Hit(kind="section", id=each.address, name=each.text, about=about, path=f"/help/{each.address}")


def _named(kind: Literal["queue", "intent"], name: str) -> Hit:
    """Return a name that conversations are filtered by as a hit, which leads to them."""
    return Hit(kind=kind, id=name, name=name, path=f"/conversations?{urlencode({kind: name})}")


def _as_typed(text: str, query: SaidQuery) -> SaidQuery:
    """Let the last word go on, as it may not be typed to its end."""
    last = query.wanted[-1]
    is_open = text[-1].isalnum() and not text.rsplit(maxsplit=1)[-1].startswith("-")
    if not is_open or len(last.words[-1]) < SHORTEST_BEGINNING:
        return query
    return replace(query, wanted=(*query.wanted[:-1], replace(last, is_prefix=True)))


def _hit_of(case: EvaluatedConversation, query: SaidQuery | None) -> Hit:
    """Return a conversation as a hit: the turn with the words, or one that it is known by."""
    said = case.conversation
    turn = turn_with(said.turns, query) if query else None
    shown = turn or opening(said.turns)
    about = [each.name for each in (*said.agents, *said.queues) if each.name]
    return Hit(
        kind="conversation",
        id=said.id,
        name=quote(shown.text, query or SaidQuery(wanted=())) if shown else said.id,
        path=f"/conversations/{escaped(said.id, safe='')}" + (f"#t-{escaped(turn.id, safe='')}" if turn else ""),
        about=", ".join(about),
        at=said.started_at,
        speaker=shown.speaker if shown else None,
        offset_ms=shown.start_ms if shown else None,
    )


@lru_cache(maxsize=2_000)
def _titles_of(document: bytes, version: int) -> _Titles | None:
    """Return what a form is found by; None of one that an older version took and this one does not, which has no page.

    Kept for more forms than an app has: all of them are needed for each search.
    """
    try:
        form = read_kept(document, version)
    except FormError:
        return None
    return _Titles(form.id, form.name, tuple((each.id, each.name) for each in form.metrics))


@lru_cache(maxsize=2_000)
def _name_of(document: bytes) -> str:
    value = read_document(document).value
    return str(value.get("name", "")) if isinstance(value, dict) else ""

"""The page of queues, teams and agents: renamed in place, merged, made, and imported from a table with a preview."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from auscult.domain.directory import EDIT, Aliases, DirectoryChange, Merge, PartyKind, Rename
from auscult.domain.errors import AuscultError
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.operations.jobs import renaming_view
from auscult.server.console.operations.tabs import PATH, administration, tabs_of
from auscult.server.console.people.names import names_of_people
from auscult.server.console.people.users import managed
from auscult.services.conversations.latest import Sought, count
from auscult.services.directory.naming import Naming
from auscult.services.directory.table import SETTLED, Imports, Preview, Row, read_table
from auscult.services.people.known import check_agents

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
_LARGEST = 5_000_000
"""Bytes of a table."""
AnyVisit = TheVisit
_HERE, _PATH = "Queues, teams, agents", f"{PATH}/directory"
_KINDS: dict[PartyKind, str] = {"queue": later("Queues"), "team": later("Teams"), "agent": later("Agents")}
_NEW: dict[PartyKind, str] = {
    "queue": later("Add a queue"),
    "team": later("Add a team"),
    "agent": later("Add an agent"),
}
_LABELS = {
    "id": later("Id"),
    "name": later("Name"),
    "into": later("Which name stays"),
    "team": later("Team"),
    "user": later("User"),
    "table": later("Table"),
}
_DONE = {
    "renamed": later("Renamed. Lists show the new name; reports follow."),
    "merged": later("Merged. It can be undone below."),
    "undone": later("Undone."),
    "moved": later("The team is changed. Conversations from now on count there."),
    "paired": later("Saved. With the role Agent, users read the results of the agent that they are."),
    "added": later("Added."),
    "imported": later("Imported."),
}
_FATES = {
    "new": later("New"),
    "same": later("As it is"),
    "no_id": later("No id"),
    "twice": later("This id comes twice"),
    "too_long": later("The name is too long"),
}
_PAIR = "user.manage"
"""The permission to say which user an agent is."""
_SHOWN, _CHANGES, _MERGES = 200, 20, 5_000


class PartyRow(NamedTuple):
    """One queue, team or agent. ``others`` are the ids that are merged into it, each with its undo.

    ``user`` is the e-mail address of the user who an agent is.
    """

    id: str
    name: str
    note: str
    others: tuple[tuple[str, str], ...]
    href: str
    merge: str
    team: str
    user: str


class ChangeRow(NamedTuple):
    """A rename or a merge, and the words for it; ``may_undo``: it is in force, and no later name is."""

    change: DirectoryChange
    text: str
    may_undo: bool


class Candidate(NamedTuple):
    """One of two that may be one: its conversations, and whether its name is the one that stays."""

    id: str
    name: str
    conversations: str
    stays: bool


class TableRow(NamedTuple):
    """A row of an import, and what happens to it. ``fix`` is a team's name that a click puts in."""

    row: Row
    fate: str
    tag: str
    fix: str


class DirectoryPage(Controller):
    """Queues, teams and agents of an app."""

    path = "/administration/directory"

    @get(sync_to_thread=True)
    def show(self, visit: AnyVisit) -> Response[str]:
        """Show the queues, the teams or the agents."""
        visit.require_everywhere(EDIT)
        return _page(visit, _kind(visit.asked("kind") or "queue"))

    @post("/{kind:str}/rename", sync_to_thread=True)
    def rename(self, kind: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Rename one."""
        visit.require_everywhere(EDIT)
        its = _kind(kind)
        wanted = Rename(kind=its, id=one(data, "id"), name=one(data, "name"))
        return _acted(visit, its, data, "renamed", lambda: naming(visit).rename(wanted))

    @post("/{kind:str}/team", sync_to_thread=True)
    def team(self, kind: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Put an agent into a team from now on, or into none."""
        visit.require_everywhere(EDIT)
        moved = (one(data, "id"), one(data, "team"))
        return _acted(visit, _kind(kind), data, "moved", lambda: naming(visit).move(*moved))

    @post("/{kind:str}/user", sync_to_thread=True)
    def user(self, kind: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Store which user an agent is, or that they are none."""
        visit.require_everywhere(EDIT)
        visit.require_everywhere(_PAIR)
        return _acted(visit, _kind(kind), data, "paired", lambda: _pair(visit, one(data, "id"), one(data, "user")))

    @post("/{kind:str}/merge", sync_to_thread=True)
    def merge(self, kind: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Merge the one whose name goes into the one whose name stays."""
        visit.require_everywhere(EDIT)
        its, into = _kind(kind), one(data, "into")
        goes = next((each for each in (one(data, "first"), one(data, "second")) if each != into), into)
        wanted = Merge(kind=its, id=goes, into=into)
        return _acted(visit, its, data, "merged", lambda: naming(visit).merge(wanted))

    @post("/{kind:str}/add", sync_to_thread=True)
    def add(self, kind: FromPath[str], data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Add one that no conversation has named yet."""
        visit.require_everywhere(EDIT)
        its = _kind(kind)
        wanted = Rename(kind=its, id=one(data, "id"), name=one(data, "name"))
        return _acted(visit, its, data, "added", lambda: naming(visit).add(wanted))

    @post("/changes/{change_id:str}/undo", sync_to_thread=True)
    def undo(self, change_id: FromPath[str], visit: AnyVisit) -> Response[str] | Redirect:
        """Undo a rename or a merge."""
        visit.require_everywhere(EDIT)
        try:
            return _done(naming(visit).undo(change_id).kind, "undone")
        except AuscultError as error:
            return _page(visit, "queue", None, sentence_of(error, _LABELS))

    @post("/{kind:str}/import", sync_to_thread=True, request_max_body_size=_LARGEST)
    def bring(self, kind: FromPath[str], data: Upload, visit: AnyVisit) -> Response[str] | Redirect:
        """Show what each row of a table would do, and do it once that was seen."""
        visit.require_everywhere(EDIT)
        its, fixes = _kind(kind), _fixes(data)
        file: object = data.get("file")
        text, columns = str(data.get("table", "")), _all(data, "column")
        imports = Imports(visit.app, naming(visit))
        if one(data, "back"):
            return _page(visit, its, data)
        try:
            if isinstance(file, UploadFile) and file.filename:
                text = read_table(file.file.read(), file.filename)
            if one(data, "apply"):
                imports.apply(its, text, fixes, visit.now, columns)
                return _done(its, "imported")
            found = imports.preview(its, text, fixes, columns)
        except AuscultError as error:
            return _page(visit, its, data, sentence_of(error, _LABELS))
        shown = _table(its, text, fixes, found)
        return visit.page("directory/directory_table", "Administration", tabs=tabs_of(visit, _HERE), **shown)


def naming(visit: Visit) -> Naming:
    """Return the names and merges of this visit's app as the visitor changes them."""
    return Naming(visit.app, lambda: visit.now, visit.principal)


def _kind(given: str) -> PartyKind:
    for kind in _KINDS:
        if kind == given:
            return kind
    raise missing("page", given)


def _done(kind: PartyKind, done: str) -> Redirect:
    return Redirect(f"{_PATH}?{urlencode({'kind': kind, 'done': done})}", status_code=303)


def _acted(
    visit: Visit, kind: PartyKind, given: Given, done: str, act: Callable[[], object]
) -> Response[str] | Redirect:
    """Do what a form asks for, and lead to the page with its outcome; where that is refused, show the form with the reason."""
    try:
        act()
    except AuscultError as error:
        return _page(visit, kind, given, sentence_of(error, _LABELS))
    return _done(kind, done)


def _page(visit: Visit, kind: PartyKind, given: Given | None = None, problem: str = "") -> Response[str]:
    work, reader = naming(visit), visit.reader
    names, aliases = work.names(kind), visit.app.aliases.in_force()
    changes = [each.change for each in visit.app.aliases.listing(limit=_CHANGES)]
    heads = {each: aliases.name(kind, each, name) or each for each, name in names.items()}
    heads = {each: name for each, name in heads.items() if aliases.head(kind, each) == each}
    rows = _rows(visit, kind, heads)
    merging, first, done = _merging(visit, kind, heads), visit.asked("first"), visit.done
    most = len(rows) if visit.file else _SHOWN
    more, ordered = len(rows) - most, sorted(heads, key=lambda each: (heads[each].casefold(), each))
    return administration(
        visit,
        _HERE,
        kind=kind,
        kinds=_KINDS,
        new=_(_NEW[kind]),
        rows=rows[:most],
        teams=tuple(sorted(_teams(work, aliases).values(), key=str.casefold)) if kind == "agent" else (),
        users=names_of_people(visit) if kind == "agent" and visit.principal.may_everywhere(_PAIR) else {},
        total=reader.number(len(heads)),
        sought=visit.asked("q"),
        more=_("{n} more; search for them").format(n=reader.number(more)) if more > 0 else "",
        same=tuple(_alike(kind, heads)),
        merging=merging,
        merging_one=first if first in heads and not merging else "",
        others=tuple((each, f"{heads[each]} ({each})") for each in ordered),
        changes=tuple(_change_rows(visit, changes)),
        progress=renaming_view(visit.app.aliases.progress(), reader),
        given={each: one(given or {}, each) for each in ("id", "name", "table", "team", "user")},
        note="" if problem or done not in _DONE else _(_DONE[done]),
        problem=problem,
    )


def _rows(visit: Visit, kind: PartyKind, heads: Mapping[str, str]) -> tuple[PartyRow, ...]:
    """Return what the search leaves, by name."""
    work = naming(visit)
    aliases, sought = visit.app.aliases.in_force(), visit.asked("q").casefold()
    in_force = (each.change for each in visit.app.aliases.listing(in_force=True, limit=_MERGES))
    undo = {each.id: f"{_PATH}/changes/{each.change_id}/undo" for each in in_force if each.into and each.kind == kind}
    often = Counter(name.casefold() for name in heads.values())
    teams, users = (work.teams_of(), _users(visit)) if kind == "agent" else ({}, {})
    names = _teams(work, aliases) if teams else {}
    return tuple(
        PartyRow(
            each,
            heads[each],
            _("Another one has this name") if often[heads[each].casefold()] > 1 else "",
            tuple((other, undo.get(other, "")) for other in aliases.ids(kind, each) if other != each),
            "" if kind == "team" else f"{BASE}/conversations?{urlencode({kind: each})}",
            f"{_PATH}?{urlencode({'kind': kind, 'first': each})}#merge",
            names.get(teams.get(each, ""), ""),
            users.get(each, ""),
        )
        for each in sorted(heads, key=lambda one: (heads[one].casefold(), one))
        if not sought or any(sought in text.casefold() for text in (heads[each], *aliases.ids(kind, each)))
    )


def _users(visit: Visit) -> dict[str, str]:
    """Return the e-mail addresses of the users who are agents, by the ids of these; none to who may not manage users."""
    if not visit.principal.may_everywhere(_PAIR):
        return {}
    users = visit.store.people.users.listing(visit.app.tenant.account_id)
    return {agent_id: each.email for each in users for agent_id in each.agent_ids}


def _teams(work: Naming, aliases: Aliases) -> dict[str, str]:
    """Return the names of the teams by their ids; of those that are merged, the one that stays."""
    return {each: aliases.name("team", each, name) or each for each, name in work.names("team").items()}


def _pair(visit: Visit, agent_id: str, email: str) -> None:
    """Make an agent, with all ids, the one that a user is, and no other user; with no address, no user's."""
    check_agents(visit.store, [visit.app.tenant], [agent_id])
    users, ids = managed(visit), frozenset(visit.app.aliases.in_force().ids("agent", agent_id))
    wanted = users.find(email) if email else None
    if wanted:
        users.set_agents(wanted, wanted.agent_ids | ids)
    for each in visit.store.people.users.listing(visit.app.tenant.account_id):
        if each.agent_ids & ids and (wanted is None or each.user_id != wanted.user_id):
            users.set_agents(each, each.agent_ids - ids)


def _alike(kind: PartyKind, heads: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield pairs that may be one, each in words and with the address that asks: equal names, or an initial for one."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for party, name in heads.items():
        words = name.casefold().replace(".", " ").split()
        groups[" ".join([words[0][:1], *words[1:]]) if kind == "agent" and len(words) > 1 else name.casefold()].append(
            party
        )
    for parties in groups.values():
        ordered = sorted(parties, key=lambda each: (-len(heads[each]), each))
        for other in ordered[1:]:
            kept, name = heads[ordered[0]].casefold(), heads[other].casefold()
            if kind == "agent" and kept != name and len(name.split()[0].rstrip(".")) > 1:
                continue  # both have a first name, and they differ
            words = _("{one} ({one_id}) and {other} ({other_id})").format(
                one=heads[ordered[0]], one_id=ordered[0], other=heads[other], other_id=other
            )
            yield words, f"{_PATH}?{urlencode({'kind': kind, 'first': ordered[0], 'second': other})}#merge"


def _merging(visit: Visit, kind: PartyKind, heads: Mapping[str, str]) -> tuple[Candidate, ...]:
    asked = (visit.asked("first"), visit.asked("second"))
    if asked[0] == asked[1] or any(each not in heads for each in asked):
        return ()
    return tuple(
        Candidate(each, heads[each], _conversations(visit, kind, each), stays=each == asked[0]) for each in asked
    )


def _conversations(visit: Visit, kind: PartyKind, party: str) -> str:
    if kind == "team":
        n = len(visit.app.people.directory.memberships("team", party))
        return ngettext("{n} member", "{n} members", n).format(n=visit.reader.number(n))
    n = count(visit.app, Sought(queues=(party,)) if kind == "queue" else Sought(agents=(party,)))
    return ngettext("{n} conversation", "{n} conversations", n).format(n=visit.reader.number(n))


def _change_rows(visit: Visit, changes: Sequence[DirectoryChange]) -> Iterable[ChangeRow]:
    people = names_of_people(visit) if changes else {}
    later_names: set[tuple[PartyKind, str]] = set()
    for each in changes:
        who = people.get(each.by, each.by)
        if each.into:
            text = _("{before} ({id}) merged into {name} ({into}) by {who}").format(
                before=each.before or each.id, id=each.id, name=each.name or each.into, into=each.into, who=who
            )
        else:
            text = _("{before} ({id}) renamed to {name} by {who}").format(
                before=each.before or each.id, id=each.id, name=each.name, who=who
            )
        if not each.is_in_force:
            text = _("{text}; undone by {who}").format(text=text, who=people.get(each.undone_by or "", each.undone_by))
        may_undo = each.is_in_force and (each.into is not None or (each.kind, each.id) not in later_names)
        if each.is_in_force and each.into is None:
            later_names.add((each.kind, each.id))
        yield ChangeRow(each, text, may_undo)


def _fixes(data: Given) -> dict[str, str]:
    """Return the teams that a person put right: what the table has, and what is read for it."""
    fixes: dict[str, str] = {}
    for each in (*_all(data, "fix"), *_all(data, "fixed")):
        given, _sign, right = each.partition("\x1f")
        if given and right:
            fixes[given] = right
    return fixes


def _all(data: Given, name: str) -> tuple[str, ...]:
    value = data.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _table(kind: PartyKind, text: str, fixes: Mapping[str, str], found: Preview) -> dict[str, Any]:
    """Return what the page of an import shows before it happens."""
    new, changed = found.count("new"), found.count("renamed", "moves")
    unsettled = len(found.rows) - found.count("same", *SETTLED)
    both = _("Add {new}, change {changed}").format(new=new, changed=changed)
    return {
        "kind": kind,
        "text": text,
        "fixes": tuple((f"{given}\x1f{right}", right) for given, right in fixes.items()),
        "rows": tuple(_table_row(each) for each in found.rows),
        "columns": found.columns,
        "holds": (
            *((each, _(_LABELS[each])) for each in ("id", "name", *(["team"] if kind == "agent" else []))),
            ("-", _("Left out")),
        ),
        "unsettled": ngettext(
            "{n} row is not settled, and is left out.", "{n} rows are not settled, and are left out.", unsettled
        ).format(n=unsettled)
        if unsettled
        else "",
        "act": both if new or changed else "",
        "problem": ""
        if any(each.holds == "id" for each in found.columns)
        else _("No column has the ids. Choose the one that has."),
    }


def _table_row(row: Row) -> TableRow:
    if row.fate == "renamed":
        words = _("Renamed from {before}").format(before=row.before or row.id)
    elif row.fate == "moves":
        words = _("Moves from {before} to {team}").format(before=row.before or _("no team"), team=row.team)
    elif row.fate == "no_team":
        words = _("No such team")
    else:
        words = _(_FATES[row.fate])
    tag = {"new": "done", "same": "", "renamed": "", "moves": ""}.get(row.fate, "late")
    return TableRow(row, words, tag, row.nearest)

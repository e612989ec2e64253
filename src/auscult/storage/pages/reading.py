"""Reading of pages. Every page is of one state of the data: its rows, its total and its position agree under any writes.

Values computed for a page (positions of rows, numbers of rows) are cached with the version of the data
that they were computed from. Every transaction that changes rows raises that version, in the database; a page that
uses a cached value reads the version together with its rows, and only when it is the same does it count.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from operator import itemgetter

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.domain.record import Breakdown, Grouped, RecordPage, RecordQuery, RowKey
from auscult.storage.core.database import Database, Reader, Row
from auscult.storage.core.packing import recent
from auscult.storage.core.tables.pages import facets, listings
from auscult.storage.core.tables.people import memberships
from auscult.storage.pages.breakdown import Asked as AskedBreakdown
from auscult.storage.pages.breakdown import Breakdowns
from auscult.storage.pages.cached import MOST_REMEMBERED, NO_READER, Key, NotCachedError, Plan, Position, View
from auscult.storage.pages.dimension_keys import cells_of
from auscult.storage.pages.facet_codes import ROWS_OF_A_LISTING
from auscult.storage.pages.faceting import TALLIED, Facet, agent_facet, implies, queue_facet, wanted_by
from auscult.storage.pages.rollups import DAY, TOP
from auscult.storage.pages.row_filters import Part, Selection, StatementCache, Statements
from auscult.storage.pages.sorted_rows import Asked, SortedRows, without_flags

_MOST_AGENTS = 32
"""Agents whose rows are read as those of a team; those of more are decided row by row."""
_NOTHING = RecordPage(rows=(), total=0, last=None)

_VERSION = 1
_KEY = slice(2, 4)
_ROW = 4
"""Where they stand in a row: body, version, start, id. Rows that come in no order have their number as well."""
_IN_ORDER = itemgetter(2, 3, 4)
_UNORDERED = 5


class Pages:
    """Pages of any listing."""

    def __init__(self, database: Database) -> None:
        """Nothing is known yet."""
        self._database = database
        self._phrases = StatementCache(database)
        self._breakdowns = Breakdowns(database, self._phrases)
        self._sorted = SortedRows(database)
        self._listings: dict[tuple[int, str], int] = {}
        self._app_of: dict[int, int] = {}
        self._views: dict[tuple[int, ...], View] = {}
        self._find_listing = database.text(
            sa.select(listings.c.listing).where(
                listings.c.app == sa.bindparam("app"), listings.c.report == sa.bindparam("report")
            )
        )
        self._find_facet = database.text(
            sa.select(facets.c.facet).where(
                facets.c.listing == sa.bindparam("listing"),
                facets.c.name == sa.bindparam("name"),
                facets.c.value == sa.bindparam("value"),
            )
        )

        self._find_stays = database.text(
            sa.select(memberships.c.agent_id, memberships.c.since, memberships.c.until).where(
                memberships.c.app == sa.bindparam("app"),
                memberships.c.kind == sa.literal_column("'team'"),
                memberships.c.group_id == sa.bindparam("team"),
            )
        )

    def page(self, apps: tuple[int, ...], query: RecordQuery) -> RecordPage:
        """Return one page over the apps of these numbers; the apps of the query itself are ignored."""
        return self._database.read(partial(self._page, apps, query))

    def breakdown(self, app: int, query: RecordQuery, by: Grouped) -> Breakdown:
        """Return numbers of rows of one app; the query's own range, skip and limit are ignored."""
        asked = replace(query, since_ms=by.bounds[0], until_ms=by.bounds[-1])
        return self._database.read(partial(self._breakdown, app, asked, by))

    def _breakdown(self, app: int, query: RecordQuery, by: Grouped, reader: Reader) -> Breakdown:
        listing = self._listing(reader, app, query.report)
        if listing is None:
            return {each: {} for each in by.groupings}
        view = self._views.get((listing,))
        found = view and view.breakdowns.get((query, by))
        if view and found is not None and self._version(reader, (listing,)) == view.version:
            return found
        with reader.snapshot():
            view = self._view(reader, (listing,))
            if (query, by) not in view.breakdowns:
                if len(view.breakdowns) >= MOST_REMEMBERED:
                    view.breakdowns.clear()
                selection = self._selection(reader, view, (listing,), query)
                if query.fields.bounds:
                    selection = selection._replace(has_tallies=False, bounds=query.fields.bounds)
                asked = AskedBreakdown(listing, selection, by, view.rows)
                view.breakdowns[query, by] = self._breakdowns.read(reader, asked)
            return view.breakdowns[query, by]

    def _page(self, apps: tuple[int, ...], query: RecordQuery, reader: Reader) -> RecordPage:
        numbers = tuple(n for app in apps if (n := self._listing(reader, app, query.report)) is not None)
        if not numbers:
            return _NOTHING
        if query.is_by_figures:
            return self._sorted_page(numbers[:1], query, reader)
        view = self._views.get(numbers)
        plan = view and self._cached_plan(view, numbers, query)
        if view and plan and plan.text:
            rows = reader.fetch(plan.text, plan.values or {})
            if rows and rows[0][_VERSION] == view.version:
                return _finish(view, plan, query, rows)
        elif view and plan and self._version(reader, numbers) == view.version:
            return _finish(view, plan, query, [])
        with reader.snapshot():
            view = self._view(reader, numbers)
            plan = view.plans.get(query) or self._plan(reader, view, numbers, query)
            rows = reader.fetch(plan.text, plan.values or {}) if plan.text else []
        return _finish(view, plan, query, rows)

    def _sorted_page(self, numbers: tuple[int, ...], query: RecordQuery, reader: Reader) -> RecordPage:
        with reader.snapshot():
            view = self._view(reader, numbers)
            whole = self._selection(reader, view, numbers, query)
            if whole.is_empty:
                return _NOTHING
            matching = self._counting(reader, view, whole, 1).between(query.since_ms, query.until_ms)
            asked = Asked(query, whole, self._selection(reader, view, numbers, without_flags(query)))
            total = self._sorted.count(reader, asked, matching) if matching else 0
            return self._sorted.page(reader, asked, total) if total and query.limit else replace(_NOTHING, total=total)

    def _view(self, reader: Reader, numbers: tuple[int, ...]) -> View:
        """Return the cache of these listings, as of this snapshot."""
        version = self._version(reader, numbers)
        view = self._views.get(numbers)
        if view is None or view.version != version:
            if len(self._views) >= MOST_REMEMBERED:
                self._views.clear()
            view = self._views[numbers] = View(version)
        return view

    def _version(self, reader: Reader, numbers: tuple[int, ...]) -> int:
        """Return the version of the data of these listings."""
        return reader.fetch(self._phrases.version(len(numbers)), _all(numbers))[0][0]

    def _cached_plan(self, view: View, numbers: tuple[int, ...], query: RecordQuery) -> Plan | None:
        """Return the plan of a page, unless a value has to be read for it: a snapshot costs three round trips."""
        with suppress(NotCachedError):
            return view.plans.get(query) or self._plan(NO_READER, view, numbers, query)
        return None

    def _plan(self, reader: Reader, view: View, numbers: tuple[int, ...], query: RecordQuery) -> Plan:
        """Work out how many rows match, and where this page begins."""
        selection = self._selection(reader, view, numbers, query)
        plan = Plan(0, selection)
        if not selection.is_empty:
            plan = _lay_out(plan, self._counting(reader, view, selection, len(numbers)), numbers, query)
        if len(view.plans) >= MOST_REMEMBERED:
            view.plans.clear()
        view.plans[query] = plan
        return plan

    def _counting(self, reader: Reader, view: View, selection: Selection, listings_: int) -> "_Counting":
        texts, apart = self._phrases.texts(selection, listings_), selection.facet_by_facet
        return _Counting(
            reader, view, selection, texts, self._counting(reader, view, apart, listings_) if apart else None
        )

    def _selection(self, reader: Reader, view: View, numbers: tuple[int, ...], query: RecordQuery) -> Selection:
        """Return the rows that the filters leave."""
        wanted = wanted_by(query)
        visibility = self._of_agents(reader, view, numbers, query)
        if not (visibility.is_everything or visibility.teams or visibility.assigned_to):
            # Queues and agents are facets: so these rows are found, and counted, without looking at others.
            wanted = _narrowed(wanted, visibility)
            visibility = EVERYTHING
        parts: list[Part] = []
        for listing in numbers:
            groups = tuple(
                tuple(sorted({n for facet in group if (n := self._facet(reader, view, listing, *facet)) is not None}))
                for group in wanted
            )
            if all(groups):
                parts.append(Part(listing, groups))
        names = {name for group in wanted for name, _ in group}
        is_whole = visibility.is_everything and query.ids is None
        has_tallies = is_whole and len(wanted) <= 1 and names <= TALLIED
        app = 0 if is_whole else self._app_of[numbers[0]]  # what only some see is read of one app
        among = None if query.ids is None else msgspec.json.encode(query.ids).decode()
        return Selection(tuple(parts), cells_of(query), has_tallies, visibility, app, among)

    def _of_agents(self, reader: Reader, view: View, numbers: tuple[int, ...], query: RecordQuery) -> Visibility:
        """Return the query's visibility with agents in place of teams, where these are the same in its whole range.

        They are not where a membership begins or ends within it: then each conversation is decided by its own start.
        """
        visibility = query.visibility
        if not visibility.teams or visibility.assigned_to:
            return visibility
        agents = set(visibility.agents)
        for team in sorted(visibility.teams):
            for agent, since, until in self._stays(reader, view, self._app_of[numbers[0]], team):
                begins, ends = since is None or since <= query.since_ms, until is None or until >= query.until_ms
                if begins and ends:
                    agents.add(agent)
                elif (since or query.since_ms) < query.until_ms and (until or query.until_ms) > query.since_ms:
                    return visibility
        if len(agents) > _MOST_AGENTS:
            return visibility
        return replace(visibility, teams=frozenset(), agents=frozenset(agents))

    def _stays(self, reader: Reader, view: View, app: int, team: str) -> Sequence[Row]:
        """Return the memberships of a team: agent, start and end."""
        if team not in view.stays:
            if len(view.stays) >= MOST_REMEMBERED:
                view.stays.clear()
            view.stays[team] = reader.fetch(self._find_stays, {"app": app, "team": team})
        return view.stays[team]

    def _facet(self, reader: Reader, view: View, listing: int, name: str, value: str) -> int | None:
        key = (listing, name, value)
        if key not in view.facets:
            if len(view.facets) >= MOST_REMEMBERED:
                view.facets.clear()
            found = reader.fetch(self._find_facet, {"listing": listing, "name": name, "value": value})
            view.facets[key] = found[0][0] if found else None
        return view.facets[key]

    def _listing(self, reader: Reader, app: int, report: str) -> int | None:
        if (app, report) not in self._listings:
            found = reader.fetch(self._find_listing, {"app": app, "report": report})
            if not found:
                return None
            self._listings[app, report] = found[0][0]
            self._app_of[found[0][0]] = app
        return self._listings[app, report]


def _narrowed(wanted: list[list[Facet]], visibility: Visibility) -> list[list[Facet]]:
    """Return groups of facets for the rows that are wanted and visible, without groups that another one implies.

    A filter by queues that the principal may see is counted by its tallies: another group is looked up row by row.
    """
    seen = [*map(queue_facet, sorted(visibility.queues)), *map(agent_facet, sorted(visibility.agents))]
    if any(implies(group, seen) for group in wanted):
        return wanted
    return [*(group for group in wanted if not implies(seen, group)), seen]


class _Counting:
    """Counts the rows of a selection, and finds positions among them, remembering what it worked out.

    ``apart`` counts those of each of two facets.
    """

    def __init__(
        self, reader: Reader, view: View, selection: Selection, texts: Statements, apart: "_Counting | None"
    ) -> None:
        self.texts = texts
        self._reader = reader
        self._apart = apart
        self._is_tallied = selection.is_tallied
        self._values = selection.values
        self._cells = selection.cells
        self._known = view.of(selection)
        self._counts = view.of(selection._replace(cells=None)).counts

    def between(self, since_ms: int, until_ms: int) -> int:
        """Return how many rows start in a range."""
        if until_ms <= since_ms:
            return 0
        if self._apart:
            return self._apart.between(since_ms, until_ms) - self._scan(self.texts.twice, since_ms, until_ms)
        if not self._is_tallied:
            return self._scan(self.texts.number, since_ms, until_ms)
        return self._before(until_ms) - self._before(since_ms)

    def position(self, since_ms: int, skip: int) -> Position:
        """Return the position of the row after ``skip`` rows of the range."""
        return (None, self._before(since_ms) + skip) if self._is_tallied else (since_ms, skip)

    def anchor(self, position: Position, since_ms: int, skip: int) -> tuple[Key, int]:
        """A key near before a position, and how many rows lie between."""
        if position in self._known.anchors:  # of one listing only: over several, a key may be there twice
            return self._known.anchors[position], 0
        if skip and self._is_tallied:
            start, rest = self._known.tree.locate(position[1], self._load)
            if rest < skip:
                return (start, ""), rest
        return (since_ms, ""), skip

    def _before(self, until_ms: int) -> int:
        """Return how many rows start before an instant: whole buckets from the tallies, the rest of one from the rows."""
        whole, known_to = self._known.tree.before(until_ms, self._load)
        return whole + (self._scan(self.texts.number, known_to, until_ms) if known_to < until_ms else 0)

    def _scan(self, text: str, since_ms: int, until_ms: int) -> int:
        counts = self._counts
        if (since_ms, until_ms) not in counts:
            values = {**self._values, "at": since_ms, "id": "", "until": until_ms}
            if len(counts) >= MOST_REMEMBERED:
                counts.clear()
            counts[since_ms, until_ms] = dict(self._reader.fetch(text, values))
        found = counts[since_ms, until_ms]
        return sum(n for cell, n in found.items() if self._cells is None or cell in self._cells)

    def _load(self, spans: Mapping[int, tuple[int, int]]) -> list[Row]:
        values = dict(self._values)
        if len(spans) == 1:
            ((values["level"], (values["first"], values["last"])),) = spans.items()
            return self._reader.fetch(self.texts.node, values)
        for level in range(DAY, TOP + 1):
            values[f"first_{level}"], values[f"last_{level}"] = spans.get(level, (0, 0))
        return self._reader.fetch(self.texts.nodes, values)


def _lay_out(plan: Plan, counting: "_Counting", numbers: tuple[int, ...], query: RecordQuery) -> Plan:
    """Complete a plan: the total, and, where the page has rows, how to read them."""
    if query.is_counted:
        plan = plan._replace(total=counting.between(query.since_ms, query.until_ms))
    parts = len(plan.selection.parts)
    is_from_key = query.after is not None and parts > 1 and not query.is_descending
    if query.is_counted and (not plan.total or not query.limit or query.skip >= plan.total):
        return plan
    text = counting.texts.again if is_from_key else counting.texts.page
    before = (query.until_ms, "")
    if query.is_descending:
        text, position, offset = counting.texts.newest, None, 0
        (at, id_), limit = (query.since_ms, ""), query.limit + 1
        before = min(before, query.after[:2]) if query.after else before
    elif query.after is None:
        position = counting.position(query.since_ms, query.skip)
        (at, id_), offset = counting.anchor(position, query.since_ms, query.skip)
        limit = min(query.limit, plan.total - query.skip)  # so that nobody looks for more behind the last row
    else:
        position, offset = None, 0
        at, id_, *_ = min(max(query.after, RowKey(query.since_ms, "")), RowKey(query.until_ms, ""))
        # Only a row more can tell whether there is one.
        limit = query.limit + 1 + (parts if is_from_key else 0)
    values = {"at": at, "id": id_, "until": before[0], "until_id": before[1], "limit": limit, "offset": offset}
    return plan._replace(
        text=text,
        values={**plan.selection.values, **_all(numbers), **values},
        position=position,
        again=counting.texts.again if parts == 1 and not query.is_descending else None,
        is_from_key=is_from_key,
    )


def _finish(view: View, plan: Plan, query: RecordQuery, rows: list[Row]) -> RecordPage:
    """Make the page, and remember where the next one begins."""
    if rows and len(rows[0]) == _UNORDERED:
        rows.sort(key=_IN_ORDER, reverse=query.is_descending)
    if plan.is_from_key and query.after is not None:
        after = query.after
        rows = [row for row in rows if _key_of(plan, row) > after]
    is_one_more_read = query.after is not None or query.is_descending
    more = len(rows) > query.limit if is_one_more_read else query.skip + len(rows) < plan.total
    rows = rows[: query.limit]
    last = plan.last
    if rows and last is None:
        last = _key_of(plan, rows[-1])
        if plan.again:
            at, id_ = rows[0][_KEY]
            values = {**(plan.values or {}), "at": at, "id": id_, "offset": 0}
            view.plans[query] = plan._replace(text=plan.again, values=values, last=last)
        if plan.position and len(plan.selection.parts) == 1:
            base, before = plan.position
            anchors = view.of(plan.selection).anchors
            if len(anchors) >= MOST_REMEMBERED:
                anchors.clear()
            anchors[base, before + len(rows)] = last[:2]
    return RecordPage(rows=tuple([recent(row[0]) for row in rows]), total=plan.total, last=last, more=more)


def _key_of(plan: Plan, row: Row) -> RowKey:
    """Return the sort key of a row that was read with its key."""
    parts = plan.selection.parts
    listing = parts[0].listing if len(parts) == 1 else row[_ROW] // ROWS_OF_A_LISTING
    started_ms, id_ = row[_KEY]
    return RowKey(started_ms, id_, listing)


def _all(numbers: tuple[int, ...]) -> dict[str, int]:
    return {f"all_{n}": number for n, number in enumerate(numbers)}

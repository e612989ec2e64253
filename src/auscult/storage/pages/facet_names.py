"""Names in an app's conversations: queues, agents, and what they were about, each as it was last written.

Facets are compared without case, so how a name is written is in the rows alone. It is read once, from the newest row
that has the facet; tallies show which facets have rows, and how many.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, Integer

from auscult.domain.people.visibility import Visibility
from auscult.storage.core.database import AnySelect, Database
from auscult.storage.core.packing import recent
from auscult.storage.core.tables.pages import facet_rows, facets, listings, report_rows, tallies
from auscult.storage.core.text_validation import is_storable
from auscult.storage.pages.faceting import AGENT_NAME, CUSTOMER, FIELD, INTENT, LANGUAGE, QUEUE, Facet
from auscult.storage.pages.rollups import TOP

KINDS = (QUEUE, AGENT_NAME, INTENT, LANGUAGE)
_AT_ONCE = 500
MOST_FIELDS = 100
"""Custom fields whose names are read."""
MOST_VALUES = 10
"""Values that are read for one beginning."""
_LAST = "\U0010ffff"

Written = Callable[[Facet, bytes], str]
"""Returns how a name is written, given its facet and a row that has it."""

_ROWS_WITH = (
    sa.select(sa.cast(sa.func.sum(tallies.c.n), BigInteger))
    .where(
        tallies.c.listing == facets.c.listing,
        tallies.c.facet == facets.c.facet,
        tallies.c.level == sa.literal_column(str(TOP), Integer),
    )
    .correlate(facets)
    .scalar_subquery()
)
_IN_USE = (
    sa.select(facets.c.facet, facets.c.name, facets.c.value, _ROWS_WITH)
    .join(listings, listings.c.listing == facets.c.listing)
    .where(
        listings.c.app == sa.bindparam("app"),
        listings.c.report == sa.bindparam("report"),
        facets.c.name.in_([sa.literal_column(f"'{each}'") for each in KINDS]),
    )
)
_NEWEST = (
    sa.select(facet_rows.c.row)
    .where(facet_rows.c.facet == facets.c.facet)
    .order_by(facet_rows.c.started_at.desc(), facet_rows.c.conversation_id.desc())
    .limit(sa.literal_column("1"))
    .offset(sa.literal_column("0"))
    .correlate(facets)
    .scalar_subquery()
)
_LISTING = (
    sa.select(listings.c.listing)
    .where(listings.c.app == sa.bindparam("app"), listings.c.report == sa.bindparam("report"))
    .scalar_subquery()
)
_NEXT_FIELD = (
    sa.select(facets.c.name)
    .where(facets.c.listing == _LISTING, facets.c.name > sa.bindparam("after"), facets.c.name < sa.bindparam("end"))
    .order_by(facets.c.name)
    .limit(sa.literal_column("1"))
    .offset(sa.literal_column("0"))
)
"""One step along the index for each field: a field may have as many values as there are conversations."""
_BEGINNING = (
    sa.select(facets.c.value)
    .where(
        facets.c.listing == _LISTING,
        facets.c.name == sa.bindparam("name"),
        facets.c.value >= sa.bindparam("begin"),
        facets.c.value < sa.bindparam("end"),
    )
    .order_by(facets.c.value)
    .limit(sa.literal_column(str(MOST_VALUES)))
    .offset(sa.literal_column("0"))
)


_CONTACTS = (
    sa.select(facet_rows.c.facet, facet_rows.c.started_at, facet_rows.c.conversation_id)
    .join(facets, facets.c.facet == facet_rows.c.facet)
    .where(
        facets.c.listing == _LISTING,
        facets.c.name == sa.literal_column(f"'{CUSTOMER}'"),
        facet_rows.c.started_at >= sa.bindparam("since"),
        facet_rows.c.started_at < sa.bindparam("until"),
    )
    .order_by(facet_rows.c.started_at, facet_rows.c.conversation_id)
)


class FacetNames:
    """Reads names of any app."""

    def __init__(self, database: Database) -> None:
        """Nothing is read yet."""
        self._database = database
        self._written: dict[tuple[int, Facet], str] = {}

    def read(self, app: int, report: str, written: Written, most: int) -> Mapping[str, frozenset[str]]:
        """Return the names in the rows of a report by kind of facet: of each kind ``most``, those of most rows."""
        found: dict[str, list[tuple[int, int, Facet]]] = {kind: [] for kind in KINDS}
        for facet, kind, value, rows in self._database.fetch(_IN_USE, app=app, report=report):
            if rows:
                found[kind].append((-rows, facet, (kind, value)))
        chosen = {kind: [one[1:] for one in sorted(some)[:most]] for kind, some in found.items()}
        self._learn({facet: one for some in chosen.values() for facet, one in some}, written)
        return {kind: frozenset(self._written.get(each, each[1][1]) for each in some) for kind, some in chosen.items()}

    def fields(self, app: int, report: str) -> tuple[str, ...]:
        """Return the names of custom fields in the rows of a report, in order, at most ``MOST_FIELDS``."""
        prefix = f"{FIELD}:"
        found, after = list[str](), prefix
        while len(found) < MOST_FIELDS:
            rows = self._database.fetch(_NEXT_FIELD, app=app, report=report, after=after, end=prefix + _LAST)
            if not rows:
                break
            (after,) = rows[0]
            found.append(after.removeprefix(prefix))
        return tuple(found)

    def beginning(self, app: int, report: str, facet: Facet) -> tuple[str, ...]:
        """Return the values of a facet that begin like this one, in order, at most ``MOST_VALUES``."""
        name, begin = facet
        if not is_storable(name + begin):
            return ()
        rows = self._database.fetch(_BEGINNING, app=app, report=report, name=name, begin=begin, end=begin + _LAST)
        return tuple(value for (value,) in rows)

    def contacts(self, app: int, report: str, since_ms: int, until_ms: int) -> Sequence[tuple[int, int, str]]:
        """Return customers, as numbers, with the start (in ms) and the id of each conversation in a period, in order."""
        return self._database.fetch(_CONTACTS, app=app, report=report, since=since_ms, until=until_ms)

    def _learn(self, chosen: Mapping[int, Facet], written: Written) -> None:
        """Read how those of these names are written that are not known yet."""
        new = sorted(each for each in chosen.items() if each not in self._written)
        for at in range(0, len(new), _AT_ONCE):
            text = self._database.text(_newest_rows([facet for facet, _ in new[at : at + _AT_ONCE]]))
            for facet, body in self._database.read(lambda reader, text=text: reader.fetch(text, {})):
                self._written[facet, chosen[facet]] = written(chosen[facet], recent(body))


class AppNames(NamedTuple):
    """Names of one app, for those who see all of it."""

    names: FacetNames
    app: int
    is_everything: bool = True

    def seen_by(self, visibility: Visibility) -> "AppNames":
        """Return the same for a principal."""
        return self._replace(is_everything=visibility.is_everything)

    def read(self, report: str, written: Written, most: int) -> Mapping[str, frozenset[str]] | None:
        """Return the names in the rows of a report; None where the principal may not see every row."""
        return self.names.read(self.app, report, written, most) if self.is_everything else None

    def contacts(self, report: str, since_ms: int, until_ms: int) -> Sequence[tuple[int, int, str]]:
        """Return the conversations of known customers, as ``FacetNames.contacts``, also those that the principal does not see."""
        return self.names.contacts(self.app, report, since_ms, until_ms)

    def fields(self, report: str) -> tuple[str, ...]:
        """Return the names of custom fields in the rows of a report; none where the principal may not see every row."""
        return self.names.fields(self.app, report) if self.is_everything else ()

    def beginning(self, report: str, facet: Facet) -> tuple[str, ...]:
        """Return the values of a facet that begin like this one; none where the principal may not see every row."""
        return self.names.beginning(self.app, report, facet) if self.is_everything else ()


def _newest_rows(numbers: Collection[int]) -> AnySelect:
    """Facets of these numbers, each with its newest row."""
    chosen = facets.c.facet.op("IN", is_comparison=True)(sa.literal_column(f"({', '.join(map(str, numbers))})"))
    newest = sa.select(facets.c.facet, _NEWEST.label("row")).where(chosen).subquery()
    return sa.select(newest.c.facet, report_rows.c.body).join(report_rows, report_rows.c.row == newest.c.row)

"""The lists of scorecards and taxonomies."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from msgspec import Struct

from auscult.domain.definitions.definition import Definition
from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.language import gettext as _
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.reader import Reader
from auscult.services.definitions.forms.document import read_document

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

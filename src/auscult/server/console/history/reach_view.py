"""Last week's conversations by form: how many the form in the editor would score, and where the others went."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.reader import Reader
from auscult.services.history.coverage import Older
from auscult.services.history.routing import Routing

_MOST_ROWS = 12
Row = tuple[str, str]
"""A name and a number."""


class OtherForm(Struct, frozen=True, kw_only=True):
    """Another form of the channel: what it scored, and what the form in the editor takes from it, empty for nothing."""

    name: str
    href: str
    count: str
    taken: str


class OlderView(Struct, frozen=True, kw_only=True):
    """The number of older conversations that are scored again, in a sentence; empty where it is not known."""

    said: str = ""


class ReachView(Struct, frozen=True, kw_only=True):
    """Counts of the last seven days. ``sums`` add up to the conversations that the form scores; empty: nothing is known.

    ``nowhere`` are the conversations in no form: a queue, their number, and its name where it can be added to the form.
    """

    title: str = ""
    sums: tuple[Row, ...] = ()
    scored: str = ""
    queues: tuple[Row, ...] = ()
    nowhere: tuple[tuple[str, str, str], ...] = ()
    others: tuple[OtherForm, ...] = ()
    note: str = ""


def reach_view(found: Routing, form: Form, others: Sequence[Form], reader: Reader, path: str) -> ReachView:
    """Show the counts of a form."""
    none = found.nowhere.total()
    title = ngettext("{n} conversation in seven days", "{n} conversations in seven days", found.came)
    if none:
        title = ngettext(
            "{n} conversation in seven days, {none} in no form",
            "{n} conversations in seven days, {none} in no form",
            found.came,
        )
    sums = (
        (_("Came in"), found.came),
        (_("In no form"), -none),
        (_("For other forms"), -found.elsewhere.total()),
        (_("Too short"), -found.short),
    )
    channel = [each for each in others if each.channel == form.channel]
    return ReachView(
        title=title.format(n=reader.number(found.came), none=reader.number(none)),
        sums=tuple((name, _signed(n, reader)) for name, n in sums if n or name == sums[0][0]),
        scored=reader.number(found.here.total() - found.short),
        queues=_rows(found.here, reader),
        nowhere=tuple((*each, _to_add(each[0], found, form)) for each in _rows(found.nowhere, reader)),
        others=tuple(
            OtherForm(
                name=each.name,
                href=f"{path}/{each.id}",
                count=reader.number(found.elsewhere[each.id]),
                taken=reader.number(found.wanted[each.id]) if found.wanted[each.id] else "",
            )
            for each in channel
        ),
        note=_("There are more; these were counted first.") if found.is_least else "",
    )


def _to_add(name: str, found: Routing, form: Form) -> str:
    """Return the name of a queue that can be added to a form; empty where the form names it, or it is no queue."""
    named = {each.queue for each in form.assignments}
    return name if name in found.nowhere and not named & {name, "*"} else ""


def older_view(found: Older, reader: Reader) -> OlderView:
    """Show the number of older conversations, an estimate in two digits."""
    said = ngettext(
        "{n} conversation would be scored again.", "{n} conversations would be scored again.", found.count
    ).format(n=reader.number(found.count))
    if found.is_estimate:
        n = round(found.count, 2 - len(str(found.count)))
        said = _("About {n} conversations would be scored again: an estimate.").format(n=reader.number(n))
    return OlderView(said=said)


def _rows(counts: Counter[str], reader: Reader) -> tuple[Row, ...]:
    """Return queues by size, and the rest in one row."""
    ordered = counts.most_common()
    shown = [(name or _("No queue"), reader.number(n)) for name, n in ordered[:_MOST_ROWS]]
    rest = sum(n for _name, n in ordered[_MOST_ROWS:])
    return (*shown, *(((_("Other queues"), reader.number(rest)),) if rest else ()))


def _signed(n: int, reader: Reader) -> str:
    return reader.number(n) if n >= 0 else f"\u2212\u00a0{reader.number(-n)}"

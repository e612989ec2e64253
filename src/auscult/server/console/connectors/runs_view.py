"""Connectors: the list, and one connector with its runs, its mapping, its refusals, and a preview."""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import quote

from msgspec import Struct, structs

from auscult.domain.connectors.document import Connector
from auscult.domain.connectors.run import Counts, Order, Run, Standing
from auscult.language import gettext as _
from auscult.language import later, ngettext, pgettext, translated
from auscult.server.console.frame.naming import CHANNELS, within_sentence
from auscult.server.console.frame.reader import Reader
from auscult.services.connectors.checking import Check, Row

_STATES = {
    "running": (later("Running"), "go"),
    "done": (later("Done"), "done"),
    "failed": ("Failed", "late"),
    "crashed": (later("Broke off"), "late"),
}
_KINDS = {"schedule": later("Scheduled"), "manual": "Run now", "backfill": later("Back-fill")}
_MAPPED = {"queue": later("Queue"), "agent": later("Agent"), "channel": later("Channel")}
_NEWS = ("new", "changed", "postponed", "refused")
_COUNTS = {
    "listed": later("{n} listed"),
    "known": later("{n} known"),
    "left_out": later("{n} left out"),
    "read": later("{n} read"),
    "postponed": later("{n} postponed"),
    "new": later("{n} new"),
    "changed": later("{n} changed"),
    "unchanged": later("{n} unchanged"),
    "refused": later("{n} refused"),
    "replaced": later("{n} replaced"),
}
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60


class KindCard(Struct, frozen=True, kw_only=True):
    """One kind of place as a card."""

    kind: str
    name: str
    about: str
    is_chosen: bool


class ListedRow(Struct, frozen=True, kw_only=True):
    """One connector of the list. ``problem`` is the reason why its document cannot be read any more."""

    name: str
    href: str
    place: str
    about: str
    state: tuple[str, str]
    last: str
    at: str
    counts: str
    next: str
    problem: str


class PreviewView(Struct, frozen=True, kw_only=True):
    """The results of a check. ``steps`` are access, path and format, each with its success and its message."""

    said: str
    steps: tuple[tuple[str, bool, str], ...]
    mapped: tuple[Row, ...]
    channels: tuple[str, ...]
    times: tuple[str, ...]
    refused: tuple[Row, ...]
    remarks: tuple[str, ...]


class MappedRow(Struct, frozen=True, kw_only=True):
    """A name of the source and its counterpart here. ``is_unknown``: the table does not have it."""

    kind: str
    source: str
    here: str
    is_unknown: bool


def state_of(standing: Standing) -> tuple[str, str]:
    """Return the state of a connector in a word, and the kind of its tag."""
    last = standing.last
    if last is not None and last.state == "running":
        return _("Running"), "go"
    if standing.is_paused:
        return _("Paused"), "due"
    if standing.ordered is not None:
        return _("Waits for a worker"), "go"
    if last is None:
        return _("Never run"), ""
    return state_of_run(last)


def is_open(standing: Standing) -> bool:
    """Return whether a run is under way, or waits for a worker."""
    return (standing.last is not None and standing.last.state == "running") or (
        standing.ordered is not None and not standing.is_paused
    )


def listed_row(standing: Standing, read: Connector | str, reader: Reader, path: str) -> ListedRow:
    """Show one connector of the list; ``read`` is its document, or the reason why it cannot be read."""
    last = standing.last
    is_read = isinstance(read, Connector)
    return ListedRow(
        name=standing.name,
        href=f"{path}/{quote(standing.name)}",
        place=read.place if is_read else "",
        about=f"{read.format}, {every_word(read.every_s)}" if is_read else "",
        state=state_of(standing),
        last=reader.lately(last.started_at) if last else "",
        at=last.started_at.isoformat() if last else "",
        counts=(counts_word(last.counts, reader, _NEWS) or _("Nothing new")) if last else "",
        next=reader.lately(standing.next_at) if standing.next_at and not standing.is_paused else "",
        problem="" if is_read else read,
    )


def about_of(read: Connector | None, standing: Standing, items: int, reader: Reader) -> str:
    """Return the line below the heading of one connector."""
    many = ngettext("{n} item read so far", "{n} items read so far", items).format(n=reader.number(items))
    facts = [_("Version {n}").format(n=standing.version), many]
    if read is not None:
        facts = [read.place, read.format, every_word(read.every_s), *facts]
    if standing.next_at and not standing.is_paused:
        facts.append(_("next run {when}").format(when=reader.lately(standing.next_at)))
    return " · ".join(facts)


def kind_of(order: Order) -> str:
    """Return the kind of a run in words."""
    kind = pgettext("run", "Run now") if order.kind == "manual" else _(_KINDS[order.kind])
    return _("{kind}, dry").format(kind=kind) if order.is_dry else kind


def remarks_of(run: Run) -> Iterator[str]:
    """Yield the error of a run, the findings of the drift watch, and the postponed items."""
    yield from map(translated, (*((run.error,) if run.error else ()), *run.notes))
    yield from (_("Postponed: {what}").format(what=translated(each)) for each in run.postponed)


def mapped_rows(read: Connector | None, unknown: Mapping[str, int], reader: Reader) -> tuple[MappedRow, ...]:
    """Show the mapping table: first the unknown names with their conversations, then the known ones."""
    rows: list[MappedRow] = []
    for name, count in unknown.items():
        kind, source = _split(name)
        many = ngettext("{n} conversation", "{n} conversations", count).format(n=reader.number(count))
        here = _("unknown: {conversations}").format(conversations=many)
        rows.append(MappedRow(kind=kind, source=source, here=here, is_unknown=True))
    if read is None:
        return tuple(rows)
    for kind, table in ((_("Queue"), read.mapping.queues), (_("Agent"), read.mapping.agents)):
        for source, target in table.items():
            here = ", ".join(filter(None, (target.id, target.name, target.email)))
            rows.append(MappedRow(kind=kind, source=source, here=here, is_unknown=False))
    rows.extend(
        MappedRow(kind=_("Channel"), source=source, here=_channel(here), is_unknown=False)
        for source, here in read.mapping.channels.items()
    )
    return tuple(rows)


def preview_view(found: Check, reader: Reader) -> PreviewView:
    """Show the results of a check."""
    steps = tuple(
        (name, value == "ok", "" if value == "ok" else value or _("not tried"))
        for name, value in ((_("Access"), found.access), (_("Path"), found.path), (_("Format"), found.format))
    )
    unknown = (
        _("{kind} {name} is not in the mapping table").format(kind=within_sentence(kind), name=name)
        for kind, name in map(_split, found.unknown)
    )
    return PreviewView(
        said=counts_word(found.counts, reader),
        steps=steps,
        mapped=found.mapped,
        channels=tuple(_(CHANNELS[each.channel]) if each.channel else "" for each in found.mapped),
        times=tuple(reader.moment(each.started_at) if each.started_at else "" for each in found.mapped),
        refused=found.refused,
        remarks=(*found.postponed, *unknown),
    )


def counts_word(counts: Counts, reader: Reader, names: Collection[str] = tuple(_COUNTS)) -> str:
    """Return the counts that are not 0, in words."""
    found = {name: count for name, count in structs.asdict(counts).items() if name in names}
    return ", ".join(
        _(words).format(n=reader.number(found[name])) for name, words in _COUNTS.items() if found.get(name)
    )


def state_of_run(run: Run) -> tuple[str, str]:
    """Return the state of a run in a word, and the kind of its tag."""
    word, kind = _STATES[run.state]
    return pgettext("job", "Failed") if run.state == "failed" else _(word), kind


def _split(name: str) -> tuple[str, str]:
    """Return the kind of an unknown name in the reader's language, and the name: ``Queue`` and ``7`` of ``queue:7``."""
    kind, _colon, source = name.partition(":")
    return _(_MAPPED[kind]), source


def _channel(channel: str) -> str:
    """Return a channel of conversations in the spelling of a mapping table: ``voice``."""
    return within_sentence(_(CHANNELS[channel]))


def every_word(seconds: int) -> str:
    """Return how often a connector runs: ``every 15 minutes``."""
    if seconds == 0:
        return _("on demand")
    if seconds % _DAY_S == 0:
        n = seconds // _DAY_S
        return ngettext("every day", "every {n} days", n).format(n=n)
    if seconds % _HOUR_S == 0:
        n = seconds // _HOUR_S
        return ngettext("every hour", "every {n} hours", n).format(n=n)
    n = seconds // _MINUTE_S
    return ngettext("every minute", "every {n} minutes", n).format(n=n)

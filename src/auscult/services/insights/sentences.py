"""Sentences on a change and its drivers, in the current language: the same ones on pages, in mails and over the API.

Each is written from a ``FigureChange``, which has its figure, periods, groups, parts and signs as data.
"""

from collections.abc import Callable, Mapping

from auscult.domain.insights.changes import Driver, Group, Kind, Sample
from auscult.domain.statistics.charts import BEYOND, RUN, Chart
from auscult.language import current, later, ngettext, writing
from auscult.language import gettext as _
from auscult.services.insights.drivers import AT, OF_METRIC, FigureChange
from auscult.services.insights.intent_names import intent_name

FEW = 10
"""Of fewer conversations no share is compared."""
_SHOWN = 0.05
"""Points of which fewer are shown as 0.0."""
_NAMED = 3
"""At most this many weeks outside their limits are named."""
QueueName = Callable[[str, str], str]
"""Returns the name of a queue to show, by its id and its own name."""

_CHANNELS = {"voice": later("Voice"), "chat": later("Chat")}
_HANDLERS = {
    "ai": later("an AI agent alone"),
    "human": later("people alone"),
    "both": later("an AI agent and a person"),
}
_NOUNS: Mapping[str, str] = {
    "pass": later("{share} pass"),
    "score": later("The mean score is {share}"),
    "resolved": later("{share} are resolved"),
    "escalation": later("{share} escalate"),
    "churn": later("{share} are at risk of churn"),
    "handover": later("{share} are handed over"),
}
_OF_METRIC = later("{share} meet it")
_COUNTS: Mapping[str, tuple[str, str]] = {
    "pass": (later("{n} of {whole} pass"), later("{n} of {whole} passed")),
    "resolved": (later("{n} of {whole} are resolved"), later("{n} of {whole} were resolved")),
    "escalation": (later("{n} of {whole} escalate"), later("{n} of {whole} escalated")),
    "churn": (later("{n} of {whole} are at risk"), later("{n} of {whole} were at risk")),
    "handover": (later("{n} of {whole} are handed over"), later("{n} of {whole} were handed over")),
}
_COUNTS_OF_METRIC = later("{n} of {whole} meet it"), later("{n} of {whole} met it")
_COUNTS_OF_SCORE = later("the mean is {n} in {whole}"), later("the mean was {n} in {whole}")


def conclusion(found: FigureChange, queue_name: QueueName | None = None) -> str:
    """Return all sentences on a change: what changed in between, how the figure moved, and what moved it."""
    said = (forms_changed(found), moved(found), cause(found, queue_name))
    return " ".join(each for each in said if each)


def against_weeks_before(found: FigureChange, queue_name: QueueName | None = None) -> str:
    """Return the sentences on the last week against the four weeks before (``lately``)."""
    return _("Last 7 days, against the four weeks before: {said}").format(said=conclusion(found, queue_name))


def forms_changed(found: FigureChange) -> str:
    """Return the sentence that another version of a form scores since, which is named before all else; else nothing."""
    if not found.forms:
        return ""
    names = ", ".join(_form(each.name, each.version) for each in found.forms)
    return _("The questions changed in between ({forms}): part of any difference may be theirs.").format(forms=names)


def moved(found: FigureChange) -> str:
    """Return the sentence on how a figure moved."""
    change, n = found.change, found.samples[1].n
    if change is None or change.now.value is None or min(n, change.before.n) < FEW:
        return ngettext("One conversation: too few to compare.", "{n} conversations: too few to compare.", n).format(
            n=writing.number(n)
        )
    value, points = change.now.value, _points(abs(change.value.value), found)
    share = writing.share(value, 1, current()) if found.is_share else writing.number(value, 1)
    what = _(_NOUNS.get(found.figure, _OF_METRIC)).format(share=share)
    if abs(change.value.value) * (100 if found.is_share else 1) < _SHOWN:
        said = _("{what}, as before.")
    elif change.may_be_chance:
        said = (
            _("{what}, {points} points more than before, which could still be chance.")
            if change.value.value > 0
            else _("{what}, {points} points fewer than before, which could still be chance.")
        )
    elif change.value.value > 0:
        said = _("{what}, {points} points more than before.")
    else:
        said = _("{what}, {points} points fewer than before.")
    return said.format(what=what, points=points)


def limits(chart: Chart) -> str:
    """Return the sentence on which periods of a chart, by their names, lie outside their limits or on one side.

    It says nothing of chance, so that it cannot contradict what ``moved`` says of the last of them.
    """
    outside = [point.name for point in chart.points if BEYOND in point.signals]
    n, every = writing.number(len(outside)), writing.number(len(chart.points))
    if len(outside) > _NAMED:
        return _("{n} of {all} weeks lie outside their limits.").format(n=n, all=every)
    if outside:
        said = ngettext(
            "One of {all} weeks lies outside its limits: {weeks}.",
            "{n} of {all} weeks lie outside their limits: {weeks}.",
            len(outside),
        )
        return said.format(n=n, all=every, weeks=", ".join(outside))
    run = next((point.name for point in reversed(chart.points) if point.signals), "")
    if run:
        said = _(
            "All {n} weeks lie within their limits, but at least {run} in a row, up to {week}, lie on one side of the mean."
        )
        return said.format(n=every, run=writing.number(RUN), week=run)
    return _("All {n} weeks lie within their limits.").format(n=every)


def cause(found: FigureChange, queue_name: QueueName | None = None) -> str:
    """Return the sentence that names the group that moved a figure most beyond chance; nothing of too few to compare."""
    change = found.change
    if change is None or min(change.now.n, change.before.n) < FEW:
        return ""
    if not change.leading:
        if change.is_beyond_chance:
            return _("No group stands out: the change runs through all of them.")
        return _("No group changed it by more than chance.")
    first, total = change.leading[0], change.value.value
    if first.group.kind == "metric":
        now, before = first.group.now.n, first.group.before.n
        is_more = now * change.before.n > before * change.now.n
        said = (
            _("No group stands out; missed more often: {metric}, {n} of {whole}, {n_before} of {whole_before} before.")
            if is_more
            else _(
                "No group stands out; missed less often: {metric}, {n} of {whole}, {n_before} of {whole_before} before."
            )
        )
        return said.format(
            metric=first.group.name,
            n=writing.number(now),
            whole=writing.number(change.now.n),
            n_before=writing.number(before),
            whole_before=writing.number(change.before.n),
        )
    name = title_of(first.group, queue_name)
    points = {"points": _points(abs(first.part.value), found), "total": _points(abs(total), found), "name": name}
    if first.part.value * total > 0 and abs(first.part.value) <= abs(total):
        said = _("{points} of the {total} points come from {name}")
    elif first.part.value < 0:
        said = _("{name} alone brought {points} points fewer")
    else:
        said = _("{name} alone brought {points} points more")
    return _("{what}, {why}.").format(what=said.format(**points), why=_why(first, found, queue_name))


def _why(first: Driver, found: FigureChange, queue_name: QueueName | None) -> str:
    """Return the counts behind the part of a group."""
    now, before = first.group.now, first.group.before
    present, past = map(_, _counts_of(found))
    counts, counts_before = ({"n": _sum(each, found), "whole": writing.number(each.n)} for each in (now, before))
    if first.is_new:
        why = _("which is new: {counts}").format(counts=present.format(**counts))
    elif not now.n:
        why = _("which has no conversation any more: {counts}").format(counts=past.format(**counts_before))
    elif abs(first.rate) >= abs(first.mix):
        said = {"counts": present.format(**counts), **{f"{name}_before": each for name, each in counts_before.items()}}
        why = _("where {counts}, {n_before} of {whole_before} before").format(**said)
        if not found.is_share:
            why = _("where {counts}, {n_before} in {whole_before} before").format(**said)
    else:
        why = _("with {whole} conversations, {whole_before} before: {counts}").format(
            whole=counts["whole"], whole_before=counts_before["whole"], counts=present.format(**counts)
        )
    if first.shared is None:
        return why
    together = {"queue": _("{why}, all in {name}"), "agent": _("{why}, all by {name}")}
    shared = together.get(first.shared.kind, _("{why}, all about {name}"))
    return shared.format(why=why, name=title_of(first.shared, queue_name))


def title_of(group: Group, queue_name: QueueName | None = None) -> str:
    """Return the name of a group in the current language."""
    if group.kind == "pair":
        first, second = (title_of(each, queue_name) for each in group.of)
        return _("{first} with {second}").format(first=first, second=second)
    if group.kind == "queue":
        name = queue_name(group.id, group.name) if queue_name else group.name
        return name[:1].upper() + name[1:]
    titled = _TITLES.get(group.kind)
    name = titled(group) if titled else group.name
    return name[:1].upper() + name[1:] if group.kind == "handled_by" else name


_TITLES: Mapping[Kind, Callable[[Group], str]] = {
    "reason": lambda group: intent_name(group.name),
    "form": lambda group: _form(group.name, group.id.rpartition(AT)[2]),
    "channel": lambda group: _(_CHANNELS.get(group.name, group.name)),
    "handled_by": lambda group: _("conversations of {who}").format(who=_(_HANDLERS.get(group.name, group.name))),
    "language": lambda group: writing.language_name(group.name),
}
KINDS: Mapping[Kind, str] = {
    "form": later("Form"),
    "queue": later("Queue"),
    "reason": later("Reason"),
    "agent": later("Agent"),
    "channel": later("Channel"),
    "language": later("Language"),
    "handled_by": later("Handled by"),
    "pair": later("Both"),
    "metric": later("Missed"),
}


def _form(name: str, version: object) -> str:
    return _("{form}, version {version}").format(form=name, version=version)


def _points(value: float, found: FigureChange) -> str:
    return writing.number(value * 100 if found.is_share else value, 1)


def _sum(sample: Sample, found: FigureChange) -> str:
    if found.is_share:
        return writing.number(sample.total)
    return writing.number(sample.value or 0.0, 1)


def _counts_of(found: FigureChange) -> tuple[str, str]:
    if found.figure.startswith(OF_METRIC):
        return _COUNTS_OF_METRIC
    return _COUNTS.get(found.figure, _COUNTS_OF_SCORE)

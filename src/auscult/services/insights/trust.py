"""Trust in a metric: the machine's answers compared with people's, and the value of more audits."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from auscult.domain.ai_agents.calls import handled_by
from auscult.domain.audits.agreement import Pair, compare_counts
from auscult.domain.evaluation import Qualification
from auscult.domain.scoring.stored import AuditedConversation
from auscult.domain.statistics.intervals import Figure, wilson_figure
from auscult.domain.statistics.post_stratified import Stratum, post_stratified
from auscult.domain.statistics.sample_size import expected_half_width
from auscult.services.conversations.audited import answers_of, audits_in
from auscult.services.conversations.latest import Sought
from auscult.services.conversations.queue_names import queue_names
from auscult.services.insights.quality import Adherence, adherence
from auscult.storage.store import AppStore


class Differing(Struct, frozen=True, kw_only=True):
    """One audit whose answer is not the machine's."""

    audited: AuditedConversation
    metric_id: str
    machine: Qualification
    person: Qualification
    comment: str


class Part(Struct, frozen=True, kw_only=True):
    """Agreement on some of the audits: of one queue, of one language."""

    name: str
    agreed: int
    n: int


class Trust(Struct, frozen=True, kw_only=True):
    """Metric in a period: the machine's answers on all, people's on the audited ones, and both combined.

    ``cells`` counts audits by the machine's and the person's answer, where YES means that the metric was met. ``used``
    are the audits of conversations in which the machine found an occasion, ``answered`` those in which people did.
    ``curve`` is half the width of the interval to expect of each number of audits. ``estimate`` is None where no audit
    can be used.
    """

    machine: Adherence
    people: Figure | None
    estimate: Figure | None
    audits: int
    used: int
    answered: int
    cells: dict[Pair, int]
    agreement: Figure | None
    kappa: float | None
    parts: tuple[Part, ...]
    curve: tuple[tuple[int, float], ...]
    differing: tuple[Differing, ...]


_ALL = Sought()
_MOST = 12
"""Differing answers that are shown."""


def agreement_by_metric(
    app: AppStore, since: datetime, until: datetime, sought: Sought = _ALL
) -> tuple[int, dict[str, Part]]:
    """Return how many audits there are, and how often machine and people agree on each metric."""
    agreed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    audits = 0
    for audited in _audits(app, since, until, sought):
        audits += 1
        for metric_id, name, machine, person in answers_of(audited):
            names[metric_id] = name
            seen[metric_id] += 1
            agreed[metric_id] += machine == person
    return audits, {each: Part(name=names[each], agreed=agreed[each], n=n) for each, n in seen.items()}


def trust(app: AppStore, metric_id: str, since: datetime, until: datetime, sought: Sought = _ALL) -> Trust:
    """Compare machine and people on one metric, over the conversations of a period; ``sought`` are those it counts."""
    machine = adherence(app, sought, metric_id, since, until)
    queues, cells = queue_names(app), Counter[Pair]()
    groups: dict[str, Counter[bool]] = {}
    differing: list[Differing] = []
    audits = 0
    for audited in _audits(app, since, until, sought):
        found = next((each for each in answers_of(audited) if each[0] == metric_id), None)
        if found is None:
            continue
        audits += 1
        _, _, said, answered = found
        cells[said, answered] += 1
        for name in dict.fromkeys(queues.key(each.id, each.name) for each in audited.conversation.queues):
            groups.setdefault(name, Counter())[said == answered] += 1
        if said != answered and len(differing) < _MOST:
            differing.append(
                Differing(
                    audited=audited,
                    metric_id=metric_id,
                    machine=said,
                    person=answered,
                    comment=_comment(audited, metric_id),
                )
            )
    strata = _strata(machine, cells)
    asked = cells_of(cells, "YES") + cells_of(cells, "NO")
    alike = sum(n for (one, other), n in cells.items() if one == other)
    compared = compare_counts(cells) if cells else None
    estimate = post_stratified(strata) if asked and machine.n else None
    return Trust(
        machine=machine,
        people=wilson_figure(cells_of(cells, "YES"), asked) if asked else None,
        estimate=estimate,
        audits=audits,
        answered=asked,
        cells=dict(cells),
        agreement=wilson_figure(alike, audits) if audits else None,
        kappa=compared.kappa if compared else None,
        parts=tuple(Part(name=name, agreed=found[True], n=found.total()) for name, found in groups.items()),
        used=(used := sum(one.n for one in strata)),
        curve=_curve(strata, used, estimate) if estimate else (),
        differing=tuple(differing),
    )


def _audits(app: AppStore, since: datetime, until: datetime, sought: Sought) -> Iterator[AuditedConversation]:
    """Yield the audits of conversations of a period, of those handlers that a selection counts."""
    led = sought.fields.handled_by
    return (each for each in audits_in(app, since, until) if not led or handled_by(each.conversation) in led)


def cells_of(cells: Counter[Pair], person: Qualification) -> int:
    """Return how many audits have this answer of a person."""
    return sum(n for (_, answered), n in cells.items() if answered == person)


def _strata(machine: Adherence, cells: Counter[Pair]) -> list[Stratum]:
    """Return the population by the machine's answer. Audits without a plan count as drawn at random."""
    sizes = {"YES": machine.met, "NO": machine.missed}
    return [
        Stratum(said, max(size, sum(n for (one, _), n in cells.items() if one == said)), *_people(cells, said))
        for said, size in sizes.items()
    ]


def _people(cells: Counter[Pair], said: str) -> tuple[int, int, int]:
    return tuple(cells[said, answered] for answered in ("YES", "NO", "NA"))  # pyright: ignore[reportReturnType]


def _curve(strata: list[Stratum], audits: int, today: Figure) -> tuple[tuple[int, float], ...]:
    """Return half the width to expect of fewer and of more audits, spread as the conversations are.

    It passes through the width of ``today``'s estimate: audits in hand may be spread better or worse than that.
    """
    expected = expected_half_width(strata, _spread(strata, audits))
    scale = (today.high - today.low) / 2 / expected if expected else 1.0
    steps = sorted({max(audits // 4, 10), max(audits // 2, 20), audits, *(audits * k // 4 for k in range(5, 13))})
    return tuple((n, scale * expected_half_width(strata, _spread(strata, n))) for n in steps if n)


def _spread(strata: list[Stratum], n: int) -> dict[str, int]:
    whole = sum(one.population for one in strata) or 1
    return {one.verdict: round(n * one.population / whole) for one in strata}


def _comment(audited: AuditedConversation, metric_id: str) -> str:
    result = audited.audit.result
    answers = result.sheet.answers if result else ()
    return next((each.comment for each in answers if each.metric_id == metric_id), "")

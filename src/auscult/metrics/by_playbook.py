"""Adherence to a playbook: all of it as far as asked, or steps by name. From the assistant's records.

Settings, semantics and examples for users: docs/reference/metrics/by_playbook.md.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import ClassVar, Literal, NamedTuple

from msgspec import Struct

from auscult.domain.assist.assistance import PlaybookRun, PlaybookStep
from auscult.domain.conversation import Conversation
from auscult.domain.errors import Coded, coded, joined
from auscult.domain.evaluation import Evidence, Verdict
from auscult.metrics._contract import Alone
from auscult.metrics._events.runs import evidence_of, is_called, met

WHOLE = Decimal(100)


class NamedStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A step that is asked for, by id or name; ``stage`` where several stages have one so called."""

    step: str
    stage: str | None = None


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type: ``min_adherence`` of the entire playbook in percent, or ``steps``."""

    playbook: str
    question: str = ""
    min_adherence: Decimal | None = None
    steps: tuple[NamedStep, ...] = ()
    when_not_run: Literal["na", "no"] = "na"


class ByPlaybook(Alone[Settings]):
    """YES when the playbook was followed, NO when not, NA when it was not run or that is unknown."""

    name: ClassVar[str] = "by_playbook"
    settings_type: ClassVar[type[Struct]] = Settings

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the settings."""
        return tuple(_problems(settings))

    def decide(self, settings: Settings, conversation: Conversation) -> Verdict:
        """The verdict, with the steps that decided it."""
        playbooks = conversation.assist.playbooks if conversation.assist else None
        if playbooks is None:
            return Verdict(qualification="NA", reason=coded("no playbook is reported"))
        runs = [run for run in playbooks if is_called(settings.playbook, run.id, run.name)]
        if not runs:
            answer: Literal["NA", "NO"] = "NA" if settings.when_not_run == "na" else "NO"
            reason = coded("the playbook {name} was not run", name=settings.playbook)
            return Verdict(qualification=answer, evidence=(Evidence(why=reason),), reason=reason)
        taken = _steps_of(runs)
        if settings.steps:
            return _by_steps(settings.steps, taken, conversation)
        return _entire(settings.min_adherence or WHOLE, runs, taken, conversation)


def _problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.playbook.strip():
        yield "playbook", coded("is empty; give the playbook's id or name")
    if (settings.min_adherence is None) == (not settings.steps):
        yield "playbook", coded("is judged by exactly one of min_adherence (entire playbook) and steps")
    if settings.min_adherence is not None and not 0 < settings.min_adherence <= WHOLE:
        yield "min_adherence", coded("{value} must be above 0 and at most 100 percent", value=settings.min_adherence)
    for index, named in enumerate(settings.steps):
        for key, value in (("step", named.step), ("stage", named.stage)):
            if value is not None and not value.strip():
                yield f"steps[{index}].{key}", coded("is empty; give an id or a name")
        if named in settings.steps[:index]:
            yield f"steps[{index}]", coded("is asked for already; keep one")


class _Taken(NamedTuple):
    """A step of a playbook over all runs of it: taken where it was in any."""

    stage: tuple[str | None, str | None]
    step: PlaybookStep

    @property
    def name(self) -> str:
        stage = self.stage[1] or self.stage[0]
        step = self.step.name or self.step.id or "unnamed"
        return _step_in_words(step, stage)


def _steps_of(runs: Sequence[PlaybookRun]) -> list[_Taken]:
    """Every step of the playbook, once; agents after a transfer work by the same one, and each may take some."""
    found: dict[tuple[str | None, ...], _Taken] = {}
    for run in runs:
        for index, stage in enumerate(run.stages):
            for at, step in enumerate(stage.steps):
                key = (stage.id or stage.name or str(index), step.id or step.name or str(at))
                if key not in found or (step.is_adhered and not found[key].step.is_adhered):
                    found[key] = _Taken((stage.id, stage.name), step)
    return list(found.values())


def _step_in_words(step: str, stage: str | None) -> Coded:
    if stage:
        return coded("step '{name}' of '{stage}'", name=step, stage=stage)
    return coded("step '{name}'", name=step)


def _by_steps(named: Sequence[NamedStep], taken: Sequence[_Taken], conversation: Conversation) -> Verdict:
    """Every step that is asked for must have been taken."""
    found: list[_Taken] = []
    unknown: list[str] = []
    for one in named:
        fitting = [
            each
            for each in taken
            if is_called(one.step, each.step.id, each.step.name)
            and (one.stage is None or is_called(one.stage, *each.stage))
        ]
        found += fitting
        if not fitting:
            unknown.append(_step_in_words(one.step, one.stage))
    missed = [each.name for each in found if not each.step.is_adhered]
    evidence = tuple(_evidence(each, conversation) for each in found)
    if missed:
        return Verdict(
            qualification="NO", evidence=evidence, reason=coded("not done: {steps}", steps=joined(", ", missed))
        )
    if unknown:
        return Verdict(
            qualification="NA", evidence=evidence, reason=coded("not reported: {steps}", steps=joined(", ", unknown))
        )
    return met(evidence, conversation)


def _entire(
    least: Decimal, runs: Sequence[PlaybookRun], taken: Sequence[_Taken], conversation: Conversation
) -> Verdict:
    """Judge the share of all steps, in percent. Without steps, by the assistant's own figure, its best run."""
    if taken:
        done = sum(each.step.is_adhered for each in taken)
        is_enough = 100 * done >= least * len(taken)
        reason = coded("{n} of {m} steps done", n=done, m=len(taken))
        evidence = tuple(_evidence(each, conversation) for each in taken)
    else:
        rates = [run.adherence_rate for run in runs if run.adherence_rate is not None]
        if not rates:
            return Verdict(qualification="NA", reason=coded("no step of it is reported"))
        is_enough = Decimal(str(max(rates))) >= least
        reason = coded("{n} percent of the steps done, as the assistant counts", n=f"{max(rates):g}")
        evidence = (evidence_of(reason, conversation, None, None),)
    if is_enough:
        return met(evidence, conversation, reason)
    return Verdict(
        qualification="NO",
        evidence=evidence,
        reason=coded("{before}; asked for: at least {least} percent", before=reason, least=least),
    )


def _evidence(taken: _Taken, conversation: Conversation) -> Evidence:
    why = coded("{step}: not done", step=taken.name)
    if taken.step.is_adhered:
        why = coded("{step}: done", step=taken.name)
    return evidence_of(why, conversation, taken.step.turn_id, taken.step.adhered_at)

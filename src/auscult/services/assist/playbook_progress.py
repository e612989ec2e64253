"""Progress of a live conversation in its playbooks, the form's metrics about them, and hints at missing steps.

Pure. The metrics themselves judge the conversation so far; so live progress and the final verdict
cannot differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.assist.assistance import DialogRun, PlaybookRun
from auscult.domain.assist.live_projection import Live
from auscult.domain.definitions.playbook import Playbook
from auscult.domain.evaluation import Evidence, Qualification
from auscult.domain.form import Form, Metric, choose_form
from auscult.domain.operations.records import made_from
from auscult.metrics import METRICS
from auscult.metrics._events.runs import is_called
from auscult.metrics.by_dialog import ByDialog
from auscult.metrics.by_playbook import WHOLE, ByPlaybook, NamedStep
from auscult.metrics.by_playbook import Settings as PlaybookSettings

FOLLOWED = (ByPlaybook.name, ByDialog.name)
"""The types of metrics that are about playbooks and dialog tasks."""


class FollowedStep(Struct, frozen=True, kw_only=True):
    """A step: whether it is done, with the message that did it. ``is_required``: by the playbook, or by the form."""

    id: str
    name: str | None
    is_required: bool
    is_done: bool
    message_id: str | None
    done_at: datetime | None


class FollowedStage(Struct, frozen=True, kw_only=True):
    """A stage: ``done`` when all of its steps are, ``current`` where the last step was done, else ``begun`` or ``open``."""

    id: str
    name: str | None
    status: Literal["open", "begun", "current", "done"]
    steps: tuple[FollowedStep, ...]


class FollowedPlaybook(Struct, frozen=True, kw_only=True):
    """A playbook that lies open. ``adherence`` is the share of its steps that are done so far, in percent.

    ``min_adherence`` is the most that a metric of the form asks for, null where none asks for a share.
    """

    id: str
    name: str | None
    opened_at: datetime | None
    adherence: float
    min_adherence: float | None
    stages: tuple[FollowedStage, ...]


class FollowedDialog(Struct, frozen=True, kw_only=True):
    """A dialog task that was run, with the message that shows it."""

    id: str
    name: str | None
    message_id: str | None
    started_at: datetime | None


class Hint(Struct, frozen=True, kw_only=True):
    """Missing required step, though ``before``, which follows it, is done. ``text`` states it in words."""

    playbook_id: str
    stage_id: str
    step_id: str
    before: str
    text: str


class FollowedMetric(Struct, frozen=True, kw_only=True):
    """Verdict of a metric of the form so far, and its reason: in the end this is its verdict."""

    id: str
    name: str
    type: str
    qualification: Qualification
    reason: str
    evidence: tuple[Evidence, ...]


class Followed(Struct, frozen=True, kw_only=True):
    """Playbooks followed in a conversation. The form is the one that it would be scored with now, null where none fits."""

    form_id: str | None
    form_version: int | None
    playbooks: tuple[FollowedPlaybook, ...]
    dialogs: tuple[FollowedDialog, ...]
    metrics: tuple[FollowedMetric, ...]
    hints: tuple[Hint, ...]


def follow(live: Live, forms: Sequence[Form]) -> Followed:
    """Return the present progress. ``forms`` are those of the app that are in force."""
    form = choose_form(live.conversation, forms, live.conversation.language)
    metrics = [metric for metric in form.metrics if metric.type in FOLLOWED] if form else []
    plans = {playbook.id: playbook for playbook in live.plan.playbooks} if live.plan else {}
    runs = [_Run(run, plans[run.id or ""], _settings_for(run, metrics)) for run in live.assist.playbooks or ()]
    return Followed(
        form_id=form.id if form else None,
        form_version=form.version if form else None,
        playbooks=tuple(_playbook(run) for run in runs),
        dialogs=tuple(_dialog(run) for run in live.assist.dialogs or ()),
        metrics=tuple(_metric(metric, live) for metric in metrics),
        hints=tuple(hint for run in runs for hint in _hints(run)),
    )


class _Run(NamedTuple):
    """A run, its playbook, and the form's settings for it."""

    run: PlaybookRun
    playbook: Playbook
    settings: Sequence[PlaybookSettings]

    def steps(self) -> Iterator[tuple[str, str | None, FollowedStep]]:
        """Every step in its order, with id and name of its stage."""
        is_whole = any(one.min_adherence is not None and one.min_adherence >= WHOLE for one in self.settings)
        named = [step for one in self.settings for step in one.steps]
        for stage, planned in zip(self.run.stages, self.playbook.stages, strict=True):
            for step, plan in zip(stage.steps, planned.steps, strict=True):
                is_named = any(_is_meant(one, planned.id, planned.name, plan.id, plan.name) for one in named)
                yield (
                    planned.id,
                    planned.name,
                    FollowedStep(
                        id=plan.id,
                        name=plan.name,
                        is_required=plan.is_required or is_whole or is_named,
                        is_done=step.is_adhered,
                        message_id=step.turn_id,
                        done_at=step.adhered_at,
                    ),
                )


def _is_meant(named: NamedStep, stage_id: str, stage: str | None, step_id: str, step: str | None) -> bool:
    return is_called(named.step, step_id, step) and (named.stage is None or is_called(named.stage, stage_id, stage))


def _settings_for(run: PlaybookRun, metrics: Sequence[Metric]) -> list[PlaybookSettings]:
    """Return the form's settings for this playbook."""
    settings = [metric.settings for metric in metrics if isinstance(metric.settings, PlaybookSettings)]
    return [one for one in settings if is_called(one.playbook, run.id, run.name)]


def _playbook(run: _Run) -> FollowedPlaybook:
    steps = list(run.steps())
    least: list[Decimal] = [one.min_adherence for one in run.settings if one.min_adherence is not None]
    done = [(step.done_at, index) for index, (_, _, step) in enumerate(steps) if step.done_at is not None]
    last = steps[max(done)[1]][0] if done else None
    return FollowedPlaybook(
        id=run.playbook.id,
        name=run.playbook.name,
        opened_at=run.run.opened_at,
        adherence=run.run.adherence_rate or 0.0,
        min_adherence=float(max(least)) if least else None,
        stages=tuple(
            _stage(stage.id, stage.name, [step for stage_id, _, step in steps if stage_id == stage.id], last)
            for stage in run.playbook.stages
        ),
    )


def _stage(stage_id: str, name: str | None, steps: Sequence[FollowedStep], last: str | None) -> FollowedStage:
    """``last`` is the stage in which the last step was done."""
    done = sum(step.is_done for step in steps)
    status: Literal["open", "begun", "current", "done"] = "begun" if done else "open"
    if stage_id == last:
        status = "current"
    if done == len(steps):
        status = "done"
    return FollowedStage(id=stage_id, name=name, status=status, steps=tuple(steps))


def _hints(run: _Run) -> Iterator[Hint]:
    """Required steps that are missing, though one that comes after them is done."""
    steps = list(run.steps())
    for index, (stage_id, stage, step) in enumerate(steps):
        later = next((one for _, _, one in steps[index + 1 :] if one.is_done), None)
        if step.is_required and not step.is_done and later is not None:
            name, before = step.name or step.id, later.name or later.id
            yield Hint(
                playbook_id=run.playbook.id,
                stage_id=stage_id,
                step_id=step.id,
                before=later.id,
                text=f"'{name}' of '{stage or stage_id}' is missing, and comes before '{before}', which is done",
            )


def _dialog(run: DialogRun) -> FollowedDialog:
    return FollowedDialog(id=run.id or "", name=run.name, message_id=run.turn_id, started_at=run.started_at)


def _metric(metric: Metric, live: Live) -> FollowedMetric:
    answers: Mapping[object, object] = {}
    verdict = METRICS[metric.type].judge(metric.settings, live.conversation, answers)  # type: ignore[arg-type]
    return made_from(
        FollowedMetric, metric, qualification=verdict.qualification, reason=verdict.reason, evidence=verdict.evidence
    )

"""Progress of a live conversation in its playbooks, and the dialog tasks that ran: part of the fold."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from auscult.domain.assist.assistance import DialogRun, PlaybookRun, PlaybookStage, PlaybookStep
from auscult.domain.assist.live import Message, Tracked, whole_ms
from auscult.domain.definitions.playbook import Plan, Playbook, StepId


class Runs(Struct, frozen=True, kw_only=True):
    """Playbooks and tasks followed. ``plan`` is None where there was nothing to follow; its parts are then None too."""

    plan: Plan | None = None
    playbooks: tuple[PlaybookRun, ...] | None = None
    dialogs: tuple[DialogRun, ...] | None = None


def runs_of(tracked: Sequence[Tracked], messages: Sequence[Message], start: datetime) -> Runs:
    """Read what was recognised, each in its order. A step is done with the first message that shows it."""
    plan = next((event.plan for event in tracked if event.plan is not None), None)
    if plan is None:
        return Runs()
    by_message = {event.of: event for event in tracked}
    shown = [(message, by_message[message.message_id]) for message in messages if message.message_id in by_message]
    opened: dict[str, Message] = {}
    done: dict[StepId, Message] = {}
    for message, event in shown:
        for playbook_id in event.opens:
            opened.setdefault(playbook_id, message)
        for step in event.steps:
            done.setdefault(step, message)
    names = {task.id: task.name for task in plan.dialogs}
    return Runs(
        plan=plan,
        playbooks=tuple(
            _run(playbook, _at(opened.get(playbook.id), start), done)
            for playbook in plan.playbooks
            if playbook.opens is None or playbook.id in opened
        )
        if plan.playbooks
        else None,
        dialogs=tuple(
            DialogRun(id=task_id, name=names.get(task_id), turn_id=message.message_id, started_at=_at(message, start))
            for message, event in shown
            for task_id in event.dialogs
        )
        if plan.dialogs
        else None,
    )


def _run(playbook: Playbook, opened_at: datetime, done: Mapping[StepId, Message]) -> PlaybookRun:
    stages = tuple(
        PlaybookStage(
            id=stage.id,
            name=stage.name,
            steps=tuple(
                _step(step.id, step.name, done.get(StepId(playbook=playbook.id, stage=stage.id, step=step.id)))
                for step in stage.steps
            ),
        )
        for stage in playbook.stages
    )
    steps = [step.is_adhered for stage in stages for step in stage.steps]
    return PlaybookRun(
        id=playbook.id,
        name=playbook.name,
        opened_at=opened_at,
        adherence_rate=round(100 * sum(steps) / len(steps), 2),
        stages=stages,
    )


def _step(step_id: str, name: str | None, message: Message | None) -> PlaybookStep:
    if message is None:
        return PlaybookStep(id=step_id, name=name)
    at = whole_ms(message.at)
    return PlaybookStep(id=step_id, name=name, is_adhered=True, adhered_at=at, turn_id=message.message_id)


def _at(message: Message | None, start: datetime) -> datetime:
    return start if message is None else max(start, whole_ms(message.at))

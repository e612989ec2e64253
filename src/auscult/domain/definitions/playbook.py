"""Playbooks and dialog tasks of an app: the steps of a conversation, and the phrases that show each step.

An app defines them among its settings of assistance; forms name them in metrics of the types by_playbook and
by_dialog. Steps are expected in the order of the list.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.said.text import spoken_words
from auscult.domain.stated import stated

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Texts = Annotated[tuple[Text, ...], Meta(max_length=100)]


class Sign(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """By what a message is recognised: one of ``phrases`` is said in it, or a sentence of it is ``similar`` enough."""

    speaker: Literal["agent", "customer"] = "agent"
    phrases: Texts = ()
    similar: Texts = ()
    threshold: Annotated[float, Meta(gt=0, le=1)] = 0.55

    def __post_init__(self) -> None:
        """Refuse a sign that nothing could show."""
        if not self.phrases and not self.similar:
            raise ValueError("a sign needs phrases or similar, or both")
        for text in (*self.phrases, *self.similar):
            if spoken_words(text) == " ":
                raise ValueError(f"{text!r} has no word in it that could be found")


_SHOWN = stated(anyOf=[{"required": [name], "properties": {name: {"minItems": 1}}} for name in ("phrases", "similar")])
StatedSign = Annotated[Sign, _SHOWN]


class PlannedStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A step, done with the first message that shows it. ``is_required``: it must be done before what comes after it."""

    id: Name
    name: Name | None = None
    when: StatedSign
    is_required: bool = False


class PlannedStage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stage: its steps, in their order."""

    id: Name
    name: Name | None = None
    steps: Annotated[tuple[PlannedStep, ...], Meta(min_length=1, max_length=50)]

    def __post_init__(self) -> None:
        """Refuse two steps of one id."""
        _check_ids("steps", (step.id for step in self.steps))


class Playbook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A playbook: its stages, in their order. It lies open from the beginning, or from the message that shows ``opens``."""

    id: Name
    name: Name | None = None
    opens: StatedSign | None = None
    stages: Annotated[tuple[PlannedStage, ...], Meta(min_length=1, max_length=20)]

    def __post_init__(self) -> None:
        """Refuse two stages of one id."""
        _check_ids("stages", (stage.id for stage in self.stages))


class DialogTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A dialog task, run with every message that shows it."""

    id: Name
    name: Name | None = None
    when: StatedSign


class StepId(Struct, frozen=True, kw_only=True, array_like=True):
    """A step, by ids."""

    playbook: str
    stage: str
    step: str


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is followed in a conversation."""

    playbooks: tuple[Playbook, ...] = ()
    dialogs: tuple[DialogTask, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there is anything to follow."""
        return bool(self.playbooks or self.dialogs)

    def signs(self) -> Iterator[Sign]:
        """Everything by which something is recognised."""
        for playbook in self.playbooks:
            if playbook.opens is not None:
                yield playbook.opens
            yield from (step.when for stage in playbook.stages for step in stage.steps)
        yield from (dialog.when for dialog in self.dialogs)


def check_ids(playbooks: Iterable[Playbook], dialogs: Iterable[DialogTask]) -> None:
    """Refuse two playbooks or two dialog tasks of one id: raises ``ValueError``."""
    _check_ids("playbooks", (playbook.id for playbook in playbooks))
    _check_ids("dialogs", (dialog.id for dialog in dialogs))


def _check_ids(what: str, ids: Iterable[str]) -> None:
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise ValueError(f"{what}: the id {twice[0]} is there twice; ids must differ")

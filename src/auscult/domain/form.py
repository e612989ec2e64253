"""Evaluation forms: what is asked of a conversation, what each answer weighs, and which conversations it is for."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal, Protocol

from msgspec import Struct

from auscult.domain.conversation import Channel, Direction, Queue

Scoring = Literal["percentage", "points"]
NotApplicable = Literal["exclude", "award"]


class Assignment(Struct, frozen=True, kw_only=True):
    """Which conversations a form is for. ``queue`` is an id, a name, or ``*`` for any."""

    queue: str = "*"
    direction: Direction | Literal["both"] = "both"


class Metric(Struct, frozen=True, kw_only=True):
    """One metric as it stands on a form. ``settings`` belong to the metric type named by ``type``.

    ``weight`` and ``negative_weight`` are exact decimals, both given as positive numbers or zero.
    ``is_id_derived``: the form gives it no id (``id: null``), and ``id`` was made of its name.
    """

    id: str
    name: str
    type: str
    weight: Decimal = Decimal(0)
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"
    settings: Any = None
    is_id_derived: bool = False


class Form(Struct, frozen=True, kw_only=True):
    """A published evaluation form. A form is never edited: a change is a new ``version`` (rule 7)."""

    id: str
    name: str
    channel: Channel
    metrics: tuple[Metric, ...]
    version: int = 1
    languages: tuple[str, ...] = ("en",)
    scoring: Scoring = "percentage"
    pass_score: Decimal = Decimal(0)
    min_duration_ms: int = 0
    not_applicable: NotApplicable = "exclude"
    assignments: tuple[Assignment, ...] = ()


def derive_metric_id(name: str) -> str:
    """Make an id of a metric's name: ``em-`` and its letters and digits, small, with dashes between the words.

    >>> derive_metric_id("Recommend/explain other options")
    'em-recommend-explain-other-options'
    """
    letters = (letter if letter.isalnum() else " " for letter in name.casefold())
    return "-".join(("em", *"".join(letters).split()))


class Routed(Protocol):
    """What a form is chosen by."""

    @property
    def channel(self) -> Channel:
        """Voice or chat."""
        ...

    @property
    def direction(self) -> Direction:
        """Who called whom."""
        ...

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that it was in, the last one last."""
        ...


def choose_form(conversation: Routed, forms: Iterable[Form]) -> Form | None:
    """Choose the one form a conversation is scored with, or None (rule 10).

    The queue decides first (the one the conversation ended in; an id or name beats ``*``),
    then the channel, then the direction (inbound or outbound beats both). Where one form names the queue by its id
    and another by its name, and they say the same otherwise, the id decides.
    """
    queue = conversation.queues[-1] if conversation.queues else None
    names = {queue.id, queue.name} if queue else set[str | None]()

    def rank(form: Form) -> tuple[bool, bool, bool] | None:
        fits = [
            (
                assignment.queue in names,
                assignment.direction == conversation.direction,
                queue is not None and assignment.queue == queue.id,
            )
            for assignment in form.assignments
            if (assignment.queue == "*" or assignment.queue in names)
            and assignment.direction in ("both", conversation.direction)
        ]
        return max(fits, default=None)

    ranked = [(fit, form) for form in forms if form.channel == conversation.channel and (fit := rank(form))]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None

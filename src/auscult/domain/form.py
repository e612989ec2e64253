"""Evaluation forms: what is asked of a conversation, what each answer weighs, and which conversations it is for."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from auscult.domain.conversation import Channel, Direction, Queue
from auscult.domain.questions.structure import Band, Condition, Grades, Reason, Section
from auscult.domain.statistics.calibration import JudgeCalibration

Scoring = Literal["percentage", "points"]
NotApplicable = Literal["exclude", "award"]
Abstention = Literal["na", "audit"]
"""What becomes of an answer that the machine is not sure enough of: NA, or left to a person."""
Handler = Literal["ai", "human"]
"""Handler of a segment: an AI agent (a bot of any kind) or a person."""
StoredHandler = Literal["ai", "human", "bot", "agent"]
"""The same as it was stored at any time."""


class Assignment(Struct, frozen=True, kw_only=True):
    """Conversations that a form is for. ``queue`` is an id, a name, or ``*`` for any.

    ``pass_score`` replaces the form's for these conversations.
    """

    queue: str = "*"
    direction: Direction | Literal["both"] = "both"
    pass_score: Decimal | None = None


class Metric(Struct, frozen=True, kw_only=True):
    """Metric on a form. ``settings`` belong to the metric type named by ``type``.

    ``weight`` and ``negative_weight`` are exact decimals, both given as positive numbers or zero.
    ``is_id_derived``: the form gives it no id (``id: null``), and ``id`` was made of its name.
    ``fails_section``: a wrong answer removes all that its section gained. ``bonus``: its weight adds to what is gained
    and not to what is possible. ``not_applicable`` replaces the form's rule. ``comments`` are templates for auditors.
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
    section: str | None = None
    fails_section: bool = False
    bonus: bool = False
    not_applicable: NotApplicable | None = None
    when: Condition | None = None
    grades: Grades | None = None
    reasons: tuple[Reason, ...] = ()
    reason_required: bool = False
    guidance: str = ""
    comments: tuple[str, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """A published evaluation form. A form is never edited: a change is a new ``version`` (rule 7).

    ``re_audit`` allows the answers of submitted audits to be changed. With ``segments`` each stretch that one agent, or
    an AI agent, handled is scored and audited by itself; ``handled_by`` limits that to one of the two. ``comments`` are
    templates of comments on a conversation or a turn. The machine abstains from answers whose confidence is under
    ``abstain_below``: they are NA, or (``abstain``) left for an audit. ``judge_calibration`` is what ``tune`` fitted to
    what people said about judged answers.
    """

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
    abstain_below: Decimal | None = None
    abstain: Abstention = "na"
    assignments: tuple[Assignment, ...] = ()
    re_audit: bool = False
    sections: tuple[Section, ...] = ()
    bonus_cap: Decimal | None = None
    bands: tuple[Band, ...] = ()
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    segments: bool = False
    handled_by: StoredHandler | None = None
    comments: tuple[str, ...] = ()
    judge_calibration: JudgeCalibration | None = None

    def __post_init__(self) -> None:
        """Replace a word of earlier versions."""
        force_setattr(self, "handled_by", handler_of(self.handled_by))


def handler_of(stored: StoredHandler | None) -> Handler | None:
    """Return who handled something, whichever word it was stored with."""
    match stored:
        case "ai" | "bot":
            return "ai"
        case "human" | "agent":
            return "human"
        case _:
            return None


UNDETERMINED = "und"
"""The language of a conversation that could not be recognised."""


def primary(language: str) -> str:
    """Return a language without its region: ``en`` for ``en-GB``."""
    return language.replace("_", "-").partition("-")[0].lower()


def speaks(form: Form, language: str) -> bool:
    """Return whether a form is for conversations in a language; regions do not matter."""
    return primary(language) in {primary(each) for each in form.languages}


def refuses(form: Form, language: str | None) -> bool:
    """Return whether a form is not for conversations in a language; none is refused where the language is not known."""
    return language is not None and language != UNDETERMINED and not speaks(form, language)


def derive_metric_id(name: str) -> str:
    """Make an id of a metric's name: ``em-`` and its letters and digits, small, with dashes between the words.

    >>> derive_metric_id("Recommend/explain other options")
    'em-recommend-explain-other-options'
    """
    letters = (letter if letter.isalnum() else " " for letter in name.casefold())
    return "-".join(("em", *"".join(letters).split()))


class Routed(Protocol):
    """Properties by which a form is chosen."""

    @property
    def channel(self) -> Channel:
        """Voice or chat."""
        ...

    @property
    def direction(self) -> Direction:
        """Return the direction of the contact."""
        ...

    @property
    def started_at(self) -> datetime:
        """When it began, with a zone."""
        ...

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that it was in, the last one last."""
        ...


def choose_form(conversation: Routed, forms: Iterable[Form], language: str | None = None) -> Form | None:
    """Choose the one form a conversation is scored with, or None (rule 10).

    Forms for the ``language`` that is spoken go before all others; where there is none, the choice is that of any
    language, and the evaluation refuses it. The queue decides next (the one the conversation ended in; an id or name beats ``*``),
    then the channel, then the direction (inbound or outbound beats both). Where one form names the queue by its id
    and another by its name, and they say the same otherwise, the id decides. A form is for no conversation that began
    before the day (UTC) from which it is valid; of several versions, the newest whose day had come decides. A form for
    segments of bots gives way to one for the same queue.
    """
    begun = forms_of_day(conversation, forms)
    ranked = [
        (fit[0], form) for form in begun if form.channel == conversation.channel and (fit := _fit(conversation, form))
    ]
    ranked = [pair for pair in ranked if not refuses(pair[1], language)] or ranked
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def forms_of_day(conversation: Routed, forms: Iterable[Form]) -> list[Form]:
    """Return one version of each form: the newest whose first day had come when the conversation began."""
    day = conversation.started_at.astimezone(UTC).date()
    found: dict[str, Form] = {}
    for form in forms:
        if form.valid_from is not None and day < form.valid_from:
            continue
        known = found.get(form.id)
        if known is None or known.version < form.version:
            found[form.id] = form
    return list(found.values())


def undated(form: Form) -> Form:
    """Return a form as if it had no first day: for trying it on conversations that were before."""
    return form if form.valid_from is None else replace(form, valid_from=None)


def refused_languages(conversation: Routed, forms: Iterable[Form], language: str) -> str:
    """Return why no form is for a conversation in a language, with the languages of those that would be for it."""
    fitting = [
        form
        for form in forms_of_day(conversation, forms)
        if form.channel == conversation.channel and _fit(conversation, form)
    ]
    if len(fitting) == 1:
        return (
            f"form '{fitting[0].id}' is for {' and '.join(fitting[0].languages)}, and the conversation is in {language}"
        )
    known = dict.fromkeys(each for form in fitting for each in form.languages)
    return f"no form is for a {conversation.channel} conversation in {language}; there are forms for {', '.join(known)}"


def pass_score_of(form: Form, conversation: Routed) -> Decimal:
    """Return the lowest score with which a conversation passes: that of its queue where the form names one."""
    if all(assignment.pass_score is None for assignment in form.assignments):
        return form.pass_score
    fit = _fit(conversation, form)
    return form.pass_score if fit is None or fit[1].pass_score is None else fit[1].pass_score


_Rank = tuple[bool, bool, bool, bool]


def _fit(conversation: Routed, form: Form) -> tuple[_Rank, Assignment] | None:
    """Return the assignment by which a form is for a conversation, and how closely it is; None where none is."""
    queue = conversation.queues[-1] if conversation.queues else None
    names = {queue.id, queue.name} if queue else set[str | None]()
    fits: list[tuple[_Rank, Assignment]] = [
        (
            (
                assignment.queue in names,
                assignment.direction == conversation.direction,
                queue is not None and assignment.queue == queue.id,
                form.handled_by != "ai",
            ),
            assignment,
        )
        for assignment in form.assignments
        if (assignment.queue == "*" or assignment.queue in names)
        and assignment.direction in ("both", conversation.direction)
    ]
    return max(fits, key=lambda pair: pair[0], default=None)

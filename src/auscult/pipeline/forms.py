"""Form documents: read, checked (rule 6), and every fault told at once with its line and what would be right."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from importlib.resources import files
from itertools import combinations
from typing import Any, Literal

from msgspec import Struct

from auscult.domain.conversation import Channel, Direction
from auscult.domain.duration import parse_duration_ms
from auscult.domain.errors import FormError
from auscult.domain.form import Assignment, Form, Metric, NotApplicable, Scoring, derive_metric_id
from auscult.domain.probe import Probe, Similarity
from auscult.metrics import METRICS
from auscult.metrics._contract import MetricType
from auscult.pipeline.form_document import Document, Path, Problem, Value, field_name, read_document
from auscult.pipeline.form_shape import name_of, read_struct

MetricTypes = Mapping[str, MetricType[Any]]
EMBEDDED: frozenset[type[Probe]] = frozenset({Similarity})
"""The kinds of probe that an engine inside the package answers."""

_MAX_WEIGHT = Decimal(1_000_000)
_MAX_DECIMALS = 4
_MAX_NAME = 200
_WHOLE = Decimal(100)


class FormCheck(Struct, frozen=True, kw_only=True):
    """What a look at a form document found.

    ``form`` is there when ``problems`` is empty. ``unanswered`` says which metrics ask what no engine answers: the
    form is right, and cannot be published until one is configured. ``warnings`` do not stand in the way of anything.
    """

    form: Form | None
    problems: tuple[Problem, ...] = ()
    unanswered: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class _WrittenMetric(Struct, frozen=True, kw_only=True):
    id: str | None
    name: str
    type: str
    weight: Decimal = Decimal(0)
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"


class _WrittenAssignment(Struct, frozen=True, kw_only=True):
    queue: str = "*"
    direction: Direction | Literal["both"] = "both"


class _WrittenForm(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    channel: Channel
    metrics: list[Any]
    languages: tuple[str, ...] = ("en",)
    scoring: Scoring = "percentage"
    pass_score: Decimal = Decimal(0)
    min_duration: str | int = 0
    not_applicable: NotApplicable = "exclude"
    assignments: tuple[_WrittenAssignment, ...] = (_WrittenAssignment(),)


def check_form(
    document: bytes,
    *,
    version: int = 1,
    in_force: Iterable[Form] = (),
    answered: Collection[type[Probe]] = EMBEDDED,
    types: MetricTypes = METRICS,
) -> FormCheck:
    """Read a form document and check it against rule 6 and the other forms in force.

    ``in_force`` may hold earlier versions of the same form; they are passed over. ``answered`` names the kinds of
    probe for which an engine is configured.
    """
    read = read_document(document)
    if not isinstance(read.value, dict):
        if not read.problems:
            read.unread((), f"must be a mapping of keys like id, name and metrics, not {name_of(read.value)}")
        return FormCheck(form=None, problems=tuple(read.problems))
    form = _read_form(read, read.value, version, types)
    _check_form(read, form)
    _check_weights(read, form, types)
    _check_metrics(read, form, types)
    _check_assignments(read, form, in_force)
    if read.problems:
        return FormCheck(form=None, problems=tuple(sorted(read.problems, key=lambda problem: problem.line or 0)))
    return FormCheck(form=form, unanswered=_unanswered(read, form, answered, types), warnings=_warnings(read, form))


def read_form(document: bytes, version: int = 1, *, types: MetricTypes = METRICS) -> Form:
    """Read a stored form document. Raises ``FormError`` with every problem."""
    check = check_form(document, version=version, types=types)
    if check.form is None:
        raise refused(check.problems)
    return check.form


def refused(problems: Iterable[Problem], file: str = "form") -> FormError:
    """Make the error that tells all problems of a form."""
    told = tuple(problem.told(file) for problem in problems)
    count = "1 problem" if len(told) == 1 else f"{len(told)} problems"
    return FormError(f"the form cannot be used: {count}\n" + "\n".join(told), problems=told)


def starter_documents() -> dict[str, bytes]:
    """The forms that come with the package, as their authors wrote them: name -> document."""
    folder = files("auscult") / "starter"
    found = [one for one in folder.iterdir() if one.name.endswith(".yaml")] if folder.is_dir() else []
    return {one.name.removesuffix(".yaml"): one.read_bytes() for one in sorted(found, key=lambda one: one.name)}


def starter_forms() -> tuple[Form, ...]:
    """The forms that come with the package, read."""
    return tuple(read_form(document) for document in starter_documents().values())


def _read_form(document: Document, value: dict[str, Value], version: int, types: MetricTypes) -> Form:
    """Read what can be read; what cannot has a default or a stand-in, and is noted, so that the checks can go on."""
    stand_ins: dict[str, Any] = {"id": "", "name": "", "channel": "voice", "metrics": []}
    written: _WrittenForm = read_struct(document, _WrittenForm, value, (), stand_ins=stand_ins)
    min_duration_ms = 0
    try:
        min_duration_ms = parse_duration_ms(written.min_duration)
    except ValueError as error:
        document.unread(("min_duration",), str(error))
    return Form(
        id=written.id,
        name=written.name,
        channel=written.channel,
        metrics=tuple(_read_metric(document, one, ("metrics", at), types) for at, one in enumerate(written.metrics)),
        version=version,
        languages=written.languages,
        scoring=written.scoring,
        pass_score=written.pass_score,
        min_duration_ms=min_duration_ms,
        not_applicable=written.not_applicable,
        assignments=tuple(Assignment(queue=one.queue, direction=one.direction) for one in written.assignments),
    )


_UNKNOWN = Metric(id="", name="", type="")


def _read_metric(document: Document, raw: Value, path: Path, types: MetricTypes) -> Metric:
    if not isinstance(raw, dict):
        document.unread(path, f"must be a mapping of keys, not {name_of(raw)}")
        return _UNKNOWN
    named = raw.get("type")
    kind = types.get(named) if isinstance(named, str) else None
    keys = _WrittenMetric.__struct_fields__
    common = {key: value for key, value in raw.items() if kind is None or key in keys}
    written: _WrittenMetric = read_struct(
        document, _WrittenMetric, common, path, stand_ins={"id": "", "name": "", "type": ""}, allow_others=kind is None
    )
    settings: Any = None
    if kind is None and isinstance(named, str):
        document.unread((*path, "type"), f"{named!r} is not a metric type; known: {', '.join(sorted(types))}")
    if kind is not None:
        rest = {key: value for key, value in raw.items() if key not in keys}
        settings = read_struct(document, kind.settings_type, rest, path, elsewhere=keys)
    if kind is not None and isinstance(settings, Struct):
        for field, reason in kind.problems(settings):
            document.problem((*path, *_path(field)), reason)
    return Metric(
        id=derive_metric_id(written.name) if written.id is None else written.id,
        name=written.name,
        type=written.type if isinstance(settings, Struct) else "",
        weight=written.weight,
        negative_weight=written.negative_weight,
        fatal=written.fatal,
        correct_answer=written.correct_answer,
        settings=settings,
        is_id_derived=written.id is None,
    )


def _path(field: str) -> Path:
    """Read a field's name back into a path: ``answer.any_of[1]``."""
    parts = field.replace("]", "").replace("[", ".").split(".")
    return tuple(int(part) if part.isdigit() else part for part in parts if part)


def _check_names(document: Document, identity: str, name: str, path: Path) -> None:
    if not identity or len(identity) > _MAX_NAME or not identity.isprintable() or any(map(str.isspace, identity)):
        document.problem(
            (*path, "id"), f"{identity!r} must be 1 to {_MAX_NAME} characters without spaces, like em-greeting"
        )
    if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
        document.problem((*path, "name"), f"{name!r} must be 1 to {_MAX_NAME} characters on one line")


def _check_form(document: Document, form: Form) -> None:
    _check_names(document, form.id, form.name, ())
    if not form.metrics:
        document.problem(("metrics",), "is empty; a form asks at least one thing")
    if not 0 <= form.pass_score <= _WHOLE:
        document.problem(("pass_score",), f"{form.pass_score} must be from 0 to 100")
    if not form.languages:
        document.problem(("languages",), "is empty; name at least one, like en")
    for at, language in enumerate(form.languages):
        if not language.replace("-", "").isalnum() or not language.isascii():
            document.problem(("languages", at), f"{language!r} is not a language tag like en or pt-BR")


def _check_weights(document: Document, form: Form, types: MetricTypes) -> None:
    for at, metric in enumerate(form.metrics):
        for key, weight in (("weight", metric.weight), ("negative_weight", metric.negative_weight)):
            if reason := _weight_fault(weight, form):
                document.unread(("metrics", at, key), reason)
        kind = types.get(metric.type)
        if kind is not None and form.scoring not in kind.scorings:
            told = f"{metric.type} metrics are for {' and '.join(sorted(kind.scorings))} forms, not for {form.scoring}"
            document.problem(("metrics", at, "type"), told)
    total = sum((metric.weight for metric in form.metrics), Decimal(0))
    loss = sum((metric.negative_weight for metric in form.metrics), Decimal(0))
    if form.scoring == "percentage" and total != _WHOLE and form.metrics:
        document.problem(("metrics",), f"weights total {total}; on a percentage form they must total exactly 100")
    if form.scoring == "points" and loss > total:
        document.problem(("metrics",), f"negative weights total {loss} and weights {total}; they may not total more")


def _weight_fault(weight: Decimal, form: Form) -> str:
    if weight < 0:
        return f"{weight} must be 0 or more; a weight is written without a sign"
    if weight > _MAX_WEIGHT:
        return f"{weight} must be at most {_MAX_WEIGHT}"
    if weight != round(weight, _MAX_DECIMALS):
        return f"{weight} has more than {_MAX_DECIMALS} decimals"
    if form.scoring == "points" and weight != int(weight):
        return f"{weight} must be a whole number on a points form"
    return ""


def _check_metrics(document: Document, form: Form, types: MetricTypes) -> None:
    first_by_id: dict[str, int] = {}
    first_by_key: dict[str, int] = {}
    for at, metric in enumerate(form.metrics):
        _check_names(document, metric.id, metric.name, ("metrics", at))
        first = first_by_id.setdefault(metric.id, at)
        if first != at and metric.id:
            document.problem(("metrics", at, "id"), f"{metric.id} is the id of metrics[{first}] too; give each its own")
        kind = types.get(metric.type)
        if kind is None:
            continue
        if form.channel not in kind.channels and not document.is_unread(("channel",)):
            told = f"{metric.type} metrics are for {' and '.join(sorted(kind.channels))} forms, not for {form.channel}"
            document.problem(("metrics", at, "type"), told)
        key = kind.unique_key(metric.settings)
        first = at if key is None else first_by_key.setdefault(key, at)
        if first != at:
            document.problem(("metrics", at), f"is a second {key} metric beside metrics[{first}]; a form has one")
        understood = kind.languages(metric.settings)
        for language in form.languages:
            if understood is not None and not _covers(understood, language):
                told = f"lack {language}, which the form is for; they are {', '.join(sorted(understood)) or 'none'}"
                document.problem(("metrics", at, "languages"), told)


def _covers(understood: frozenset[str], language: str) -> bool:
    """Whether a language is among those understood: ``en`` covers ``en-GB``."""
    known = {one.casefold() for one in understood}
    return language.casefold() in known or language.partition("-")[0].casefold() in known


def _check_assignments(document: Document, form: Form, in_force: Iterable[Form]) -> None:
    pairs = combinations(enumerate(form.assignments), 2)
    for (at, one), (to, other) in pairs:
        if _collide(one, other):
            document.problem(("assignments", to), f"says the same as assignments[{at}]: {_told(other)}; keep one")
    for rival in in_force:
        if rival.id == form.id or rival.channel != form.channel:
            continue
        for at, one in enumerate(form.assignments):
            if any(_collide(one, other) for other in rival.assignments):
                told = f"{_told(one)} has the form {rival.id} for {form.channel} already; one form for each"
                document.problem(("assignments", at), told)


def _collide(one: Assignment, other: Assignment) -> bool:
    return one.queue == other.queue and (one.direction == other.direction or "both" in (one.direction, other.direction))


def _told(assignment: Assignment) -> str:
    return f"queue {assignment.queue}, direction {assignment.direction}"


def _unanswered(
    document: Document, form: Form, answered: Collection[type[Probe]], types: MetricTypes
) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            document.line(("metrics", at)),
            field_name(("metrics", at)),
            f"asks a {kind.__name__.lower()}, and no engine that answers one is configured; configure one to publish",
        )
        for at, metric in enumerate(form.metrics)
        for kind in sorted(types[metric.type].needs(metric.settings), key=lambda kind: kind.__name__)
        if kind not in answered
    )


def _warnings(document: Document, form: Form) -> tuple[Problem, ...]:
    faults: list[tuple[str, str]] = []
    if not form.assignments:
        faults.append(("assignments", "is empty; no conversation will be scored with this form"))
    if not any(metric.weight for metric in form.metrics):
        faults.append(("metrics", "have no weight; no conversation will get a score"))
    return tuple(Problem(document.line((field,)), field, reason) for field, reason in faults)

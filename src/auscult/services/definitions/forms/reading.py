"""Form documents: read and checked, with every fault reported at once, its line and what would be right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from string import Template
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Channel
from auscult.domain.errors import FormError, coded
from auscult.domain.form import (
    Abstention,
    Assignment,
    Form,
    Metric,
    NotApplicable,
    Scoring,
    derive_metric_id,
)
from auscult.domain.operations.records import made_from
from auscult.domain.probe import OPTIONAL, Acts, Probe, Similarity, TableLookup
from auscult.domain.questions.structure import Band, Reason, Section
from auscult.domain.said.spelling import did_you_mean
from auscult.domain.scoring.budget import add_work, metered
from auscult.domain.statistics.calibration import JudgeCalibration
from auscult.metrics import METRICS
from auscult.services.definitions.form_channels import by_channel
from auscult.services.definitions.forms.document import (
    Document,
    Path,
    Problem,
    Value,
    field_name,
    path_of,
    read_document,
)
from auscult.services.definitions.forms.rules import MOST_METRICS, MetricTypes, check_rules
from auscult.services.definitions.forms.shape import fields_of, name_of, read_struct
from auscult.services.definitions.forms.warnings import warnings_of
from auscult.services.definitions.questions.rules import grade_faults
from auscult.services.definitions.questions.written import (
    WrittenCondition,
    WrittenGrades,
    read_condition,
    read_grades,
)

MOST_WORK = 100_000
"""Steps a letter that all patterns of a form may take that count repetitions: twenty of the largest, or thousands of
usual ones."""

SCHEMA_KEY = "$schema"
"""By this a document may name its schema, for editors."""

EMBEDDED: frozenset[type[Probe]] = frozenset({Acts, Similarity, TableLookup})
"""The kinds of probe that an engine inside the package answers."""


class FormCheck(Struct, frozen=True, kw_only=True):
    """Result of checking a form document.

    ``form`` is set when ``problems`` is empty. ``unanswered`` names metrics whose questions no engine answers: the
    form is right, and cannot be published until one is configured. ``warnings`` do not prevent anything.
    """

    form: Form | None
    problems: tuple[Problem, ...] = ()
    unanswered: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class WrittenMetric(WrittenGrades, frozen=True, kw_only=True):
    """The keys of every metric; the others belong to its type. Where a type has a key of this name, the type's holds."""

    id: str | None
    name: str
    type: str
    weight: Decimal = Decimal(0)
    negative_weight: Decimal = Decimal(0)
    fatal: bool = False
    correct_answer: Literal["yes", "no"] = "yes"
    section: str | None = None
    fails_section: bool = False
    bonus: bool = False
    not_applicable: NotApplicable | None = None
    when: WrittenCondition | None = None
    reasons: tuple[Reason, ...] = ()
    reason_required: bool = False
    guidance: str = ""
    comments: tuple[str, ...] = ()


class WrittenForm(Struct, frozen=True, kw_only=True):
    """The keys of a form."""

    id: str
    name: str
    channel: Channel
    metrics: list[Any]
    languages: tuple[str, ...] = ("en",)
    scoring: Scoring = "percentage"
    pass_score: Decimal = Decimal(0)
    min_duration: str | int = 0
    not_applicable: NotApplicable = "exclude"
    abstain_below: Decimal | None = None
    abstain: Abstention = "na"
    assignments: tuple[Assignment, ...] = (Assignment(),)
    re_audit: bool = False
    sections: tuple[Section, ...] = ()
    bonus_cap: Decimal | None = None
    bands: tuple[Band, ...] = ()
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    segments: bool = False
    handled_by: Literal["ai", "human", "both"] | None = None
    comments: tuple[str, ...] = ()
    judge_calibration: JudgeCalibration | None = None


def check_form(  # noqa: PLR0913  (what there is to know about everything around it)
    document: bytes,
    *,
    version: int = 1,
    in_force: Iterable[Form] = (),
    answered: Collection[type[Probe]] = EMBEDDED,
    types: MetricTypes = METRICS,
    files: Mapping[str, str] = MappingProxyType({}),
) -> FormCheck:
    """Read a form document and check it against rule 6 and the other forms in force.

    ``in_force`` may hold earlier versions of the same form; they are passed over. ``answered`` names the kinds of
    probe for which an engine is configured, ``files`` the files that other forms are in, by form id.
    """
    with metered() as meter:
        read, form = _read(document, version, types, in_force, files)
    if meter.work > MOST_WORK:
        read.problem(
            ("metrics",),
            "ask for {n} steps a letter where patterns count repetitions; a form has {m} at most",
            n=meter.work,
            m=MOST_WORK,
        )
    if read.problems:
        return FormCheck(form=None, problems=read.problems)
    warnings = tuple(_problem(read, path, reason) for path, reason in warnings_of(form))
    return FormCheck(form=form, unanswered=_unanswered(read, form, answered, types), warnings=warnings)


def check_forms(
    documents: Mapping[str, bytes],
    *,
    in_force: Iterable[Form] = (),
    answered: Collection[type[Probe]] = EMBEDDED,
    types: MetricTypes = METRICS,
) -> dict[str, FormCheck]:
    """Check form documents, by the names of their files, each with those before it and the other forms in force."""
    known: dict[str, list[Form]] = {}
    for form in in_force:
        known.setdefault(form.id, []).append(form)
    files: dict[str, str] = {}
    found: dict[str, FormCheck] = {}
    for name, document in documents.items():
        others = [form for versions in known.values() for form in versions]
        check = check_form(document, in_force=others, answered=answered, types=types, files=files)
        if check.form is not None and check.form.id in files:
            other = coded("the form in {file}", file=files[check.form.id])
            message = coded("{value} is the id of {name} too; give each its own", value=check.form.id, name=other)
            check = FormCheck(form=None, problems=(Problem(read_document(document).line(("id",)), "id", message),))
        if check.form is not None:
            known[check.form.id] = _with_newer(check.form, known.get(check.form.id, []))
            files[check.form.id] = name
        found[name] = check
    return found


def _with_newer(form: Form, versions: Sequence[Form]) -> list[Form]:
    """Return the versions that score once this one is published: itself, and before its first day those of now."""
    newest = replace(form, version=1 + max((each.version for each in versions), default=0))
    return [newest, *(versions if form.valid_from else ())]


def read_form(document: bytes, version: int = 1, *, types: MetricTypes = METRICS) -> Form:
    """Read a stored form document. Raises ``FormError`` with every problem."""
    read, form = _read(document, version, types)
    if read.problems:
        raise FormError.of(each.describe("form") for each in read.problems)
    return form


STARTER_LANGUAGES = {"en": "English", "es": "Spanish", "de": "German", "fr": "French", "pt": "Portuguese"}
"""Languages of the starter forms, that of most users first, with their names in English."""


def starter_documents(language: str = "en") -> dict[str, bytes]:
    """Return the documents of a language's starter form, one for each channel: channel -> document."""
    return {**by_channel(starter_document(language))}


def ai_starter_documents() -> dict[str, bytes]:
    """Return the documents of the starter form for AI agents: ``ai-voice`` and ``ai-chat`` -> document."""
    document = (files("auscult") / "starter" / "starter-ai.yaml").read_bytes()
    return {f"ai-{channel}": each for channel, each in by_channel(document).items()}


def all_starter_documents() -> dict[str, bytes]:
    """Return the starter forms of every language: ``voice``, ``chat``, ``es-voice`` and so on -> document."""
    return {
        channel if language == "en" else f"{language}-{channel}": document
        for language in STARTER_LANGUAGES
        for channel, document in starter_documents(language).items()
    }


def starter_document(language: str = "en") -> bytes:
    """Return a language's starter form: one document for all channels.

    English has its own; the others share one, in which their name and their packs are put.
    """
    folder = files("auscult") / "starter"
    if language == "en":
        return (folder / "starter.yaml").read_bytes()
    shared = Template((folder / "starter-by-packs.yaml").read_text(encoding="utf-8"))
    return shared.safe_substitute(language=language, spoken=STARTER_LANGUAGES[language]).encode()


def starter_forms() -> tuple[Form, ...]:
    """The forms that come with the package, read."""
    return tuple(read_form(document) for document in starter_documents().values())


def _read(
    document: bytes,
    version: int,
    types: MetricTypes,
    in_force: Iterable[Form] = (),
    files: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Document, Form]:
    """The document with what is wrong in it, and the form, which is right where nothing is."""
    read = read_document(document)
    value = read.value
    if not isinstance(value, dict):
        if not read.problems:
            read.unread(
                (),
                "must be a mapping of keys like {list}, not {type}",
                list="id, name and metrics",
                type=name_of(value),
            )
        return read, _NO_FORM
    form = _read_form(read, value, version, types)
    check_rules(read, form, types, in_force, files)
    return read, form


_EARLIER = {"bot": "ai", "agent": "human"}
"""Words of earlier versions for who handled a segment."""
_NO_FORM = Form(id="", name="", channel="voice", metrics=())


def _read_form(document: Document, value: dict[str, Value], version: int, types: MetricTypes) -> Form:
    """Read what can be read; the rest gets a default or a placeholder, and is noted, so that the checks can go on."""
    stand_ins: dict[str, Any] = {"id": "", "name": "", "channel": "voice", "metrics": []}
    homes = _homes(types)
    if value.get("handled_by") in _EARLIER:
        value = value | {"handled_by": _EARLIER[str(value["handled_by"])]}
    written: WrittenForm = read_struct(
        document, WrittenForm, value, (), stand_ins=stand_ins, homes=homes, elsewhere=(SCHEMA_KEY,)
    )
    metrics = written.metrics[:MOST_METRICS]
    if len(metrics) < len(written.metrics):
        document.unread(("metrics",), "are {n}; a form has at most {m}", n=len(written.metrics), m=MOST_METRICS)
    return made_from(
        Form,
        written,
        metrics=tuple(_read_question(document, one, ("metrics", at), types, homes) for at, one in enumerate(metrics)),
        version=version,
        min_duration_ms=document.duration("min_duration", written.min_duration),
        handled_by=None if written.handled_by == "both" else written.handled_by,
    )


_ONLY_OF_METRICS = ("id", "name", "type", "weight")
_ONLY_OF_FORMS = [key for key in WrittenForm.__struct_fields__ if key not in WrittenMetric.__struct_fields__]
_UNKNOWN = Metric(id="", name="", type="")


def _homes(types: MetricTypes) -> dict[str, str]:
    """Return the path of each key of a form, for messages about misplaced keys."""
    homes: dict[str, str] = {
        key: coded("{name} metrics", name=name) for name, kind in types.items() for key in fields_of(kind.settings_type)
    }
    homes |= dict.fromkeys(WrittenMetric.__struct_fields__, coded("a metric"))
    return homes | dict.fromkeys(_ONLY_OF_FORMS, coded("the form")) | dict.fromkeys(_ONLY_OF_METRICS, coded("a metric"))


class _Written:
    """A question as it is written; two are equal where all in them is, with the kinds of their numbers."""

    def __init__(self, value: dict[str, Value]) -> None:
        self.value = value
        self._text = repr(value)

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Written) and self._text == other._text


class _Known(NamedTuple):
    """A question without faults, and the work that its patterns ask for."""

    metric: Metric
    work: int


@lru_cache(maxsize=1_000)
def _faultless(written: _Written) -> _Known | None:
    """Return a question, None where it has a fault. Each step of a builder reads a form, of which it changed one question."""
    document = Document(written.value, {})
    with metered() as meter:
        metric = _read_metric(document, written.value, (), METRICS, {})
    return None if document.problems else _Known(metric, meter.work)


def _read_question(document: Document, raw: Value, path: Path, types: MetricTypes, homes: Mapping[str, str]) -> Metric:
    known = _faultless(_Written(raw)) if types is METRICS and isinstance(raw, dict) else None
    if known is None:
        return _read_metric(document, raw, path, types, homes)
    add_work(known.work)
    return known.metric


def _read_metric(document: Document, raw: Value, path: Path, types: MetricTypes, homes: Mapping[str, str]) -> Metric:
    if not isinstance(raw, dict):
        document.unread(
            path, "must be a mapping of keys like {list}, not {type}", list="id, name and type", type=name_of(raw)
        )
        return _UNKNOWN
    named = raw.get("type")
    kind = types.get(named) if isinstance(named, str) else None
    own = set[str]() if kind is None else fields_of(kind.settings_type).keys()
    keys = tuple(key for key in WrittenMetric.__struct_fields__ if key not in own)
    common = {key: value for key, value in raw.items() if kind is None or key in keys}
    written: WrittenMetric = read_struct(
        document, WrittenMetric, common, path, stand_ins={"id": "", "name": "", "type": ""}, allow_others=kind is None
    )
    settings: Any = None
    if kind is None and isinstance(named, str):
        known = (
            coded("known: {list}", list=", ".join(sorted(types)))
            + "; "
            + coded("a plug-in's is known where its package is installed")
        )
        hint = did_you_mean(named, types, known)
        document.unread((*path, "type"), coded("{value!r} is not a metric type", value=named) + "; " + hint)
    if kind is not None:
        rest = {key: value for key, value in raw.items() if key not in keys}
        settings = read_struct(document, kind.settings_type, rest, path, elsewhere=keys, homes=homes)
    if kind is not None and isinstance(settings, Struct):
        for field, reason in kind.problems(settings):
            document.problem((*path, *path_of(field)), reason)
    for inner, reason in grade_faults(written, written.type, correct_answer=written.correct_answer):
        document.problem((*path, *inner), reason)
    return _metric(written, settings)


def _metric(written: WrittenMetric, settings: Any) -> Metric:  # noqa: ANN401  (any type's settings)
    return made_from(
        Metric,
        written,
        id=derive_metric_id(written.name) if written.id is None else written.id,
        type=written.type if isinstance(settings, Struct) else "",
        settings=settings,
        is_id_derived=written.id is None,
        when=read_condition(written.when),
        grades=read_grades(written),
        guidance=written.guidance or getattr(settings, "guidance", ""),
    )


def _unanswered(
    document: Document, form: Form, answered: Collection[type[Probe]], types: MetricTypes
) -> tuple[Problem, ...]:
    return tuple(
        _problem(
            document,
            ("metrics", at),
            coded(
                "asks a {name}, and no engine that answers one is configured; configure one to publish",
                name=kind.__name__.lower(),
            ),
        )
        for at, metric in enumerate(form.metrics)
        for kind in sorted(types[metric.type].needs(metric.settings), key=lambda kind: kind.__name__)
        if kind not in answered and kind not in OPTIONAL
    )


def _problem(document: Document, path: Path, reason: str) -> Problem:
    return Problem(document.line(path), field_name(path), reason)

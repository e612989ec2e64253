"""The builder: a form's questions in their sections, and a control for each key of the chosen question and the form."""

import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from auscult.domain.form import Assignment
from auscult.domain.questions.structure import Section
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.metrics import METRICS
from auscult.server.console.definitions.faults import FaultLink, Faults, Fix, Spot, fault_links, path_text
from auscult.server.console.definitions.forms.builder_words import (
    GRADES,
    LABELS,
    LONG,
    MULTIPLE,
    TYPES,
    VALUES,
    label_in_builder,
    reason_in_text,
)
from auscult.server.console.frame.meanings import meaning_of
from auscult.services.definitions.forms.document import NONE, Document, Path, Problem, Value, field_name, value_at
from auscult.services.definitions.forms.editing.questions import Group, groups_of, mappings, number_of, weights_of
from auscult.services.definitions.forms.reading import FormCheck, WrittenForm, WrittenMetric
from auscult.services.definitions.forms.shape import fields_of, options_of

_MOST_WORDS = 40
_HUNDRED = Decimal(100)
_OF_ROW = ("id", "name", "question", "type", "weight", "section")
_GRADE_KEYS = ("scale", "levels", "choices", "number", "met_at")
_SCORED = ("negative_weight", "fatal", "fails_section", "correct_answer", "bonus", "not_applicable", "when")
_FOR_PEOPLE = ("reasons", "reason_required", "guidance", "comments")
_DEEPEST = 7
_OF_ANSWERS = {("metric", "met_at"), ("graded", "otherwise"), ("Rule", "level"), ("Meaning", "level")}
"""Keys that name an answer of their question."""


class Control(Struct, frozen=True, kw_only=True):
    """A field for one key.

    ``kind``: ``text``, ``long``, ``any``, ``number``, ``date``, ``choice``, ``switch``, ``words``, ``rows``, ``group``, or
    ``kept`` for what only the text shows, on ``line``. ``is_there``: the document has the key. ``default``: the value
    without it. ``options``: what is chosen, or what can be added to ``words``. ``parts``: the controls of a group, or of
    each row. ``list``: the id of a list of names on the page that a text field offers. ``faults``: in words, shown at the
    field with the buttons of ``fixes``. ``help``: two sentences on it, with their ``page`` of the documentation.
    """

    kind: str
    label: str
    path: str
    id: str
    value: str = ""
    default: str = ""
    options: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    more: int = 0
    parts: tuple["Control", ...] = ()
    rows: tuple["Control", ...] = ()
    is_there: bool = True
    line: int | None = None
    faults: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    help: str = ""
    page: str = ""
    list: str = ""

    @property
    def element(self) -> str:
        """Return the id of the element that has the focus where it is shown."""
        return f"{_ELEMENTS.get(self.kind, 's')}-{self.id}"


_ELEMENTS = {"group": "g", "rows": "g", "words": "n"}


class Question(Struct, frozen=True, kw_only=True):
    """One question in the list; ``fields`` only of the chosen one, in groups with a heading.

    ``cells``: in place its name, its weight and, where its type has one, its question in words. ``whole``: the question itself; ``faults`` counts all in it.
    """

    number: int
    place: int
    name: str
    cells: Mapping[str, Control]
    share: int
    answers: tuple[str, ...]
    marks: tuple[str, ...]
    faults: int
    whole: Control
    fields: tuple[tuple[str, tuple[Control, ...]], ...]
    type: Control | None
    grades: Control | None
    where: str
    id: str


class SectionView(Struct, frozen=True, kw_only=True):
    """One section with its subtotal; ``at`` is its place, None of what is in no section. ``whole``: the section itself."""

    id: str
    at: int | None
    name: str
    total: str
    whole: Control
    fields: tuple[Control, ...]
    questions: tuple[Question, ...]


class BuilderView(Struct, frozen=True, kw_only=True):
    """The builder. ``missing``: a sentence where the weights of a percentage form do not total 100.

    ``chosen``: the place of the question that is open, or the path of the section that was moved.
    ``whole``: the questions together.
    """

    whole: Control
    sections: tuple[SectionView, ...]
    settings: tuple[Control, ...]
    total: str
    missing: str
    is_percentage: bool
    chosen: int | str | None
    is_readable: bool


class Known(Struct, frozen=True, kw_only=True):
    """Names that the server knows and a person picks: queues and languages, each by what the document has of it.

    ``tables``: the columns of each table of the app, by its name. ``names``: what a key that may also name something
    unknown here is offered while it is typed, by the key. ``stored``: the values of the stored document, which can be
    chosen again although nothing here is called so.
    """

    queues: Mapping[str, str] = types.MappingProxyType({})
    languages: Mapping[str, str] = types.MappingProxyType({})
    tables: Mapping[str, Sequence[str]] = types.MappingProxyType({})
    names: Mapping[str, Sequence[str]] = types.MappingProxyType({})
    stored: Value = None


NOTHING_KNOWN = Known()


def builder_view(
    document: Document, faults: Sequence[Problem], chosen: int | str | None, known: Known = NOTHING_KNOWN
) -> BuilderView:
    """Show a document as far as it can be read."""
    value: Any = document.value if isinstance(document.value, dict) else {}
    weights = weights_of(value)
    total = sum(weights.values(), Decimal(0))
    is_percentage = value.get("scoring", "percentage") == "percentage"
    missing = _HUNDRED - total if is_percentage and weights else Decimal(0)
    numbers = iter(range(1, 10_000))
    place = _Place(document, value, known, Faults(faults, value), weights, total)
    return BuilderView(
        whole=whole_of(("metrics",), _("Questions"), place.faults),
        sections=tuple(_section(place, value, group, numbers, chosen) for group in groups_of(value)),
        settings=tuple(_controls(place, WrittenForm, value, (), "form", skip=("metrics", "sections"))),
        total=f"{total:f}",
        missing=missing_words(missing),
        is_percentage=is_percentage,
        chosen=chosen,
        is_readable=isinstance(document.value, dict),
    )


def form_faults(document: Document, check: FormCheck) -> tuple[FaultLink, ...]:
    """Show what is wrong with a form, what no engine answers, and what is only doubtful."""
    value: Any = document.value if isinstance(document.value, dict) else {}
    spots = _Spots(_Place(document, value, NOTHING_KNOWN, Faults(())))
    return fault_links((*check.problems, *check.unanswered), check.warnings, spots.of, value)


def missing_words(missing: Decimal) -> str:
    """Return what weights miss to their total, or have too much; empty where neither is so."""
    if not missing:
        return ""
    if missing > 0:
        return ngettext("{n} is missing.", "{n} are missing.", int(missing) or 2).format(n=f"{missing.normalize():f}")
    return _("That is {n} too much.").format(n=f"{-missing.normalize():f}")


class _Place(Struct, frozen=True):
    """The document around a control, and the weight of each question by its place, with their total."""

    document: Document
    form: Mapping[str, Any]
    known: Known
    faults: Faults
    weights: Mapping[int, Decimal] = types.MappingProxyType({})
    total: Decimal = Decimal(0)


def whole_of(path: Path, name: str, faults: Faults) -> Control:
    """Return what shows the faults of a part as a whole."""
    written = path_text(path)
    return Control(kind="group", label=name, path=written, id=written, faults=faults.at(path), fixes=faults.fixes(path))


def _section(
    place: _Place, value: Mapping[str, Any], group: Group, numbers: Iterator[int], chosen: int | str | None
) -> SectionView:
    metrics = mappings(value, "metrics")  # type: ignore[arg-type]
    sections = mappings(value, "sections")  # type: ignore[arg-type]
    section = {} if group.at is None else sections[group.at]
    path: Path = () if group.at is None else ("sections", group.at)
    total = sum((place.weights.get(at, Decimal(0)) for at in group.places), Decimal(0))
    return SectionView(
        id=group.id,
        at=group.at,
        name=str(section.get("name", "")),
        total=f"{total:f}",
        whole=whole_of(path, str(section.get("name", "")), place.faults),
        fields=tuple(_controls(place, Section, section, path, "Section")) if path else (),
        questions=tuple(_question(place, metrics[at], at, next(numbers), chosen) for at in group.places),
    )


def _question(place: _Place, metric: Mapping[str, Any], at: int, number: int, chosen: int | str | None) -> Question:
    weight = number_of(metric.get("weight"))
    is_chosen, name = at == chosen, str(metric.get("name") or "")
    return Question(
        number=number,
        place=at,
        name=name,
        cells=_cells(place, metric, at),
        share=max(0, min(20, round(weight / (place.total or 1) * 20))),
        answers=_answers(metric),
        marks=tuple(_marks(place, metric)),
        faults=place.faults.inside(("metrics", at)),
        whole=whole_of(("metrics", at), name, place.faults),
        fields=tuple(_fields(place, metric, at)) if is_chosen else (),
        type=_type(place, metric, at) if is_chosen else None,
        grades=_grades(metric, at) if is_chosen else None,
        where=str(metric.get("section") or ""),
        id=str(metric.get("id") or ""),
    )


def _cells(place: _Place, metric: Mapping[str, Any], at: int) -> Mapping[str, Control]:
    """Return the fields in the row of a question, by their keys."""
    kind = METRICS.get(str(metric.get("type", "")))
    is_asked = kind is None or "question" in metric or "question" in fields_of(kind.settings_type)
    found: dict[str, Control] = {}
    for key in ("name", *(["question"] if is_asked else []), "weight"):
        whole = whole_of(("metrics", at, key), label_of("metric", key), place.faults)
        value = _text(metric.get(key))
        found[key] = (
            _replace(whole, kind="number", value=value or "0")
            if key == "weight"
            else _replace(whole, kind="text", value=value)
        )
    return found


def _answers(metric: Mapping[str, Any]) -> tuple[str, ...]:
    for key in ("levels", "choices"):
        if isinstance(metric.get(key), list):
            return tuple(str(each.get("name", "")) for each in mappings(dict(metric), key))[:5]
    if isinstance(metric.get("scale"), dict):
        scale = metric["scale"]
        return (str(scale.get("from", 0)), "\u2026", str(scale.get("to", "")))
    return (_("A number"),) if "number" in metric else (_("Yes"), _("No"))


def _marks(place: _Place, metric: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a reader of the list must know about a question."""
    if metric.get("fatal") is True:
        yield _("fails all")
    if metric.get("fails_section") is True:
        yield _("fails the section")
    if metric.get("bonus") is True:
        yield _("bonus")
    if number_of(metric.get("negative_weight")):
        yield _("loses {n} more").format(n=f"{number_of(metric.get('negative_weight')):f}")
    if metric.get("type") == "manual":
        yield _("a person")
    when = metric.get("when")
    if isinstance(when, dict):
        yield _("only if {question}").format(question=_name_of(place, cast("dict[str, Any]", when).get("metric")))
    if "trigger" in metric:
        yield _("not always asked")


def _name_of(place: _Place, metric_id: object) -> str:
    return next((name for each, name in _others(place) if each == metric_id), str(metric_id))


def _others(place: _Place) -> list[tuple[str, str]]:
    metrics = mappings(dict(place.form), "metrics")
    return [(str(each.get("id")), str(each.get("name") or each.get("id"))) for each in metrics if each.get("id")]


def _type(place: _Place, metric: Mapping[str, Any], at: int) -> Control:
    options = tuple((name, type_in_words(name)) for name in METRICS)
    options = _with_stored(place, ("metrics", at, "type"), options)
    shown = _above("type", at, _(LABELS["type"]), str(metric.get("type", "")), options)
    faults = place.faults.at(("metrics", at, "type"))
    return _replace(shown, faults=faults, fixes=place.faults.fixes(("metrics", at, "type")))


def type_in_words(name: str) -> str:
    """Return what answers questions of a type; a plug-in's type has its own name."""
    return _(TYPES[name]) if name in TYPES else name


def _grades(metric: Mapping[str, Any], at: int) -> Control | None:
    kind = next((key for key in GRADES if key and key in metric), "")
    if metric.get("type") not in ("manual", "graded") and not kind:
        return None
    return _above("answers", at, _("Kind of answer"), kind, tuple((name, _(text)) for name, text in GRADES.items()))


def _above(key: str, at: int, label: str, value: str, options: tuple[tuple[str, str], ...]) -> Control:
    """Return a control above the groups of a question."""
    path = f"metrics.{at}.{key}"
    said, page = meaning_of("metric", key)
    return Control(
        kind="choice", label=label, path=path, id=path, value=value, options=options, help=_(said), page=page
    )


def _fields(place: _Place, metric: Mapping[str, Any], at: int) -> Iterator[tuple[str, tuple[Control, ...]]]:
    """Yield the controls of a question: how it is answered, what an answer does, and what auditors get."""
    path: Path = ("metrics", at)
    named = str(metric.get("type", ""))
    kind = METRICS.get(named)
    common = fields_of(WrittenMetric)
    if kind is not None:
        settings = kind.settings_type
        first = (*_OF_ROW[:3], *_SCORED, *_FOR_PEOPLE) if named == "manual" else _OF_ROW[:3]
        own = _controls(place, settings, metric, path, named, skip=first)
        yield _("How it is answered"), (*own, *_of(place, [common["id"]], metric, path, "metric"))
    is_graded = any(key in metric for key in _GRADE_KEYS)
    grades = [common[key] for key in _GRADE_KEYS if key in metric or (is_graded and key == "met_at")]
    yield _("Answers"), tuple(_of(place, grades, metric, path, "metric"))
    yield (
        _("What an answer does"),
        tuple(_of(place, [common[key] for key in ("section", *_SCORED)], metric, path, "metric")),
    )
    yield _("For auditors"), tuple(_of(place, [common[key] for key in _FOR_PEOPLE], metric, path, "metric"))


def _controls(  # noqa: PLR0913, PLR0917  (where a control is, and what is shown elsewhere)
    place: _Place,
    kind: type[Struct],
    value: Mapping[str, Any],
    path: Path,
    thing: str,
    skip: Sequence[str] = (),
) -> Iterator[Control]:
    fields = [field for key, field in fields_of(kind).items() if key not in skip]
    yield from _of(place, fields, value, path, thing)


def _of(
    place: _Place, fields: Sequence[msgspec.structs.FieldInfo], value: Mapping[str, Any], path: Path, thing: str
) -> Iterator[Control]:
    for field in fields:
        key = field.encode_name
        here = (*path, key)
        if reason_in_text(thing, key) is not None:
            if key in value:
                yield Control(kind="kept", label=key, path=path_text(here), id="", line=place.document.line(here))
        else:
            yield _control(place, field, value.get(key), here, thing, is_there=key in value)


def label_of(thing: str, key: str) -> str:
    """Return the label of a key; a plug-in's key is its own label."""
    return _(label_in_builder(thing, key) or key.replace("_", " "))


def _control(  # noqa: PLR0913  (the key, its value, its place)
    place: _Place,
    field: msgspec.structs.FieldInfo,
    value: Any,  # noqa: ANN401  (any value of a document)
    path: Path,
    thing: str,
    *,
    is_there: bool,
) -> Control:
    written, default = path_text(path), _default(field)
    label = label_of(thing, field.encode_name)
    said, page = meaning_of(thing, field.encode_name)
    length = len(cast("list[Any]", value)) if isinstance(value, list) else 0
    base = Control(
        kind="text",
        label=label,
        path=written,
        id=written,
        default=default,
        is_there=is_there,
        faults=place.faults.at(path, length),
        fixes=place.faults.fixes(path, length),
        help=_(said) if said else "",
        page=page,
    )
    options = [each for each in options_of(field.type) if each is not types.NoneType]
    only = options[0] if len(options) == 1 else None
    if isinstance(only, type) and issubclass(only, Struct):
        parts = _inside(place, only, value, path) if is_there else ()
        return _replace(base, kind="group", parts=parts, line=place.document.line(path))
    shown = _text(value) if is_there else default
    if field.encode_name in ("metric", "section", "is") and thing in ("WrittenCondition", "metric"):
        picked = _with_stored(place, path, _picked(place, field.encode_name, path, shown))
        return _replace(base, kind="choice", value=shown, options=picked)
    if thing == "assignment" and field.encode_name == "queue" and place.known.queues:
        queues = _with_stored(place, path, _queues(place.known, shown))
        return _replace(base, kind="choice", value=shown, options=queues)
    if get_origin(only) is tuple or isinstance(value if is_there else value_at(place.known.stored, path), list):
        found = _list(place, base, options, value, path)
        is_language = field.encode_name == "languages" and found.kind == "words"
        return _replace(found, options=_languages(place.known, found, path)) if is_language else found
    kind, choices = _kind_of(field, options)
    choices = _with_stored(place, path, choices or _named(place, thing, path), is_required=field.required)
    offered = f"known-{field.encode_name}" if field.encode_name in place.known.names else ""
    return _replace(base, kind=kind, value=shown, options=choices, list=offered)


def _with_stored(
    place: _Place, path: Path, options: tuple[tuple[str, str], ...], *, is_required: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return what there is to choose, with the value of the stored document: once chosen, it can be chosen again.

    So can its absence, of a required key that the stored document lacks.
    """
    stored, around = value_at(place.known.stored, path), value_at(place.known.stored, path[:-1])
    if stored is NONE and not (is_required and isinstance(around, dict)):
        return options
    text = "" if stored is NONE else _text(stored)
    return options if not options or text in dict(options) else (*options, (text, text or "\u2013"))


def _named(place: _Place, thing: str, path: Path) -> tuple[tuple[str, str], ...]:
    """Return what there is to choose for a key that names something else: an answer of its question, a table, a column."""
    key = path[-1]
    if (thing, key) in _OF_ANSWERS:
        metric = mappings(dict(place.form), "metrics")[cast("int", path[1])]
        names = [str(each.get("name", "")) for part in ("levels", "choices") for each in mappings(metric, part)]
        found = names or [str(each) for each in _scale(metric)]
    elif (thing, key) == ("Table", "name"):
        found = [*place.known.tables]
    elif thing == "Table" and key in ("key_column", "column"):
        table: Any = place.form
        for part in path[:-1]:
            table = table[part]
        found = [*place.known.tables.get(str(table.get("name")), ())]
    else:
        return ()
    return (("", "\u2013"), *((each, each) for each in found if each)) if found else ()


def _scale(metric: dict[str, Any]) -> range:
    """Return the answers of a scale; none where there is none, or more than there are percents."""
    scale = cast("dict[str, Any]", metric["scale"]) if isinstance(metric.get("scale"), dict) else {}
    first, last = scale.get("from"), scale.get("to")
    is_whole = isinstance(first, int) and isinstance(last, int) and 0 <= last - first <= _HUNDRED
    return range(first, last + 1) if is_whole and first is not None and last is not None else range(0)


def _kind_of(field: msgspec.structs.FieldInfo, options: Sequence[Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the kind of control of a value that is no list and has no keys, and what there is to choose."""
    names: list[str] = []
    if options == [bool]:
        names = ["true", "false"]
    elif options and all(get_origin(each) is Literal for each in options):
        names = [str(name) for each in options for name in get_args(each)]
    if names:
        none = (("", "\u2013"),) if types.NoneType in options_of(field.type) else ()
        kind = "switch" if options == [bool] else "choice"
        return kind, (*none, *((name, word_of_value(field.encode_name, name)) for name in names))
    if len(options) == 1 and options[0] in (Decimal, int, float):
        return "number", ()
    if date in options:
        return "date", ()
    if len(options) > 1 and int in options:
        return "any", ()
    return "long" if field.encode_name in LONG else "text", ()


def word_of_value(key: str, value: str) -> str:
    """Return the word of a value of a key."""
    found = VALUES.get(f"{key}.{value}") or VALUES.get(value)
    return _(found) if found else value


def _replace(control: Control, **values: Any) -> Control:  # noqa: ANN401  (fields of a control)
    return msgspec.structs.replace(control, **values)


def _picked(place: _Place, key: str, path: Path, shown: str) -> tuple[tuple[str, str], ...]:
    """Return what the form has to choose from: its questions, its sections, or the answers of a condition."""
    if key == "is":
        names = {each: each.split(",") for each in (*MULTIPLE, *([shown] if shown not in MULTIPLE else []))}
        return tuple(
            (name, _(" or ").join(_(VALUES.get(each, each)) for each in each_)) for name, each_ in names.items()
        )
    if key == "metric":
        own = mappings(dict(place.form), "metrics")[cast("int", path[1])].get("id")
        found = tuple(each for each in _others(place) if each[0] != own)
    else:
        sections = mappings(dict(place.form), "sections")
        found = (("", "\u2013"), *((str(each.get("id")), str(each.get("name", ""))) for each in sections))
    return found if shown in dict(found) else ((shown, shown or "\u2013"), *found)


def _queues(known: Known, shown: str) -> tuple[tuple[str, str], ...]:
    """Return the queues to choose from, with the one that is written where no queue is called so."""
    found = {"*": _("every queue that no other form names"), **known.queues}
    return tuple(({shown: shown} if shown not in found else {}).items()) + tuple(found.items())


def _languages(known: Known, control: Control, path: Path) -> tuple[tuple[str, str], ...]:
    """Return the languages that a list does not have yet, with those that it has in the stored document."""
    there, stored = set(control.words), value_at(known.stored, path)
    codes = [str(code) for code in cast("list[object]", stored)] if isinstance(stored, list) and known.languages else []
    names = {code: code for code in codes} | dict(known.languages)
    return tuple((code, name) for code, name in names.items() if code not in there)


def _inside(place: _Place, kind: type[Struct], value: Any, path: Path) -> tuple[Control, ...]:  # noqa: ANN401
    if not isinstance(value, dict) or len(path) > _DEEPEST:
        return (Control(kind="kept", label=field_name(path), path="", id="", line=place.document.line(path)),)
    thing = "assignment" if kind is Assignment else kind.__name__
    return tuple(_controls(place, kind, cast("dict[str, Any]", value), path, thing))


def _list(place: _Place, base: Control, options: Sequence[Any], value: Any, path: Path) -> Control:  # noqa: ANN401
    item = next((get_args(each)[0] for each in options if get_origin(each) is tuple), str)
    given = cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]
    if isinstance(item, type) and issubclass(item, Struct):
        rows = tuple(
            _replace(whole_of((*path, n), str(n + 1), place.faults), parts=_inside(place, item, each, (*path, n)))
            for n, each in enumerate(given)
        )
        own = {"faults": place.faults.at(path), "fixes": place.faults.fixes(path)}  # each row shows its own
        return _replace(base, kind="rows", rows=rows, **own)
    if not isinstance(value, list) and value is not None:
        return _replace(base, kind="text", value=_text(value))
    words = tuple(map(str, given[:_MOST_WORDS]))
    return _replace(base, kind="words", words=words, more=max(0, len(given) - _MOST_WORDS))


def _default(field: msgspec.structs.FieldInfo) -> str:
    return "" if field.default is msgspec.NODEFAULT else _text(field.default)


def _text(value: Any) -> str:  # noqa: ANN401  (any value of a document)
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(_text(each) for each in cast("list[Any]", value))
    return text_in(value)


def text_in(value: Any) -> str:  # noqa: ANN401  (any value of a document)
    """Return a single value of a document as a field shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class _Spots:
    """The places of the faults of a form: the controls of the part around one, made for the first that is looked for."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._known: dict[Path, dict[str, Spot]] = {}

    def of(self, path: Path) -> Spot:
        """Return where a fault is: at its control, at the list that it is in, or in the text alone."""
        is_part = len(path) > 1 and path[0] in ("metrics", "sections") and isinstance(path[1], int)
        root = path[:2] if is_part else ()
        if root not in self._known:
            self._known[root] = dict(self._part(root))
        found = self._known[root]
        above, last = path[:-1], next(reversed(path), "")
        item = found.get(path_text(above)) if isinstance(last, int) and len(above) > len(root) else None
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        named = found[path_text(root)].where if is_part else ()
        return found.get(path_text(path)) or item or Spot((*named, label_of("", key)))

    def _part(self, root: Path) -> Iterator[tuple[str, Spot]]:
        """Yield the spots of the settings, of a section or of a question, by their paths."""
        value = self._place.form
        if not root:
            yield "metrics", Spot((_("Questions"),), "g-metrics")
            fields = _controls(self._place, WrittenForm, value, (), "form", skip=("metrics", "sections"))
            yield from _spots(tuple(fields), (), "")
            return
        at, parts = cast("int", root[1]), mappings(dict(value), str(root[0]))
        part = parts[at] if at < len(parts) else {}
        name = str(part.get("name") or at + 1)
        opens = str(at) if root[0] == "metrics" else ""
        yield path_text(root), Spot((name,), f"g-{path_text(root)}", opens)
        if not opens:
            yield from _spots(tuple(_controls(self._place, Section, part, root, "Section")), (name,), "")
            return
        yield from _spots(tuple(_cells(self._place, part, at).values()), (name,), "")
        fields = (each for _heading, controls in _fields(self._place, part, at) for each in controls)
        yield from _spots((_type(self._place, part, at), *fields), (name,), opens)


def _spots(controls: tuple[Control, ...], trail: tuple[str, ...], opens: str) -> Iterator[tuple[str, Spot]]:
    """Yield where controls and what is in them are; what only the text has is nowhere."""
    for control in controls:
        if control.kind != "kept":
            where = (*trail, control.label) if control.label else trail
            yield control.path, Spot(where, control.element, opens)
            yield from _spots((*control.parts, *control.rows), where, opens)

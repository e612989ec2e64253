"""The builder of scorecards: attributes with their metrics, what is missing to 100, and a control for each key."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from msgspec import Struct
from msgspec.structs import replace

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.faults import Faults, Spot, path_text
from auscult.server.console.definitions.forms.builder import Control, missing_words, text_in, whole_of
from auscult.server.console.definitions.forms.builder_words import VALUES
from auscult.server.console.frame.meanings import meaning_of
from auscult.services.definitions.forms.document import Document, Path, Value
from auscult.services.definitions.forms.editing.cards import weights_at
from auscult.services.definitions.forms.editing.questions import mappings, number_of

_HUNDRED = Decimal(100)
_WORDS = {
    "description": later("Description"),
    "agents": later("Agents"),
    "direction": later("Calls and chats"),
    "languages": later("Languages"),
    "active": later("In use"),
    "default": later("Shown first in leaderboards"),
    "weight": later("Weight"),
    "attributes": later("Attributes"),
    "metrics": later("Questions"),
    "metric": later("Question"),
    "negative_weight": later("A wrong answer loses in addition"),
    "fatal": later("A wrong answer fails all"),
    "correct_answer": later("Right answer"),
    "not_applicable": later("N/A is"),
    "pass_score": later("Passes from"),
    "min_duration": later("Conversations of at least"),
    "name": later("Name"),
    "id": later("Id"),
    "topics": later("Topics"),
    "examples": later("They say, for example"),
    "resolution": later("Report whether the request was met"),
}
"""Names of the keys of scorecards and taxonomies."""
_DIRECTIONS = {
    "both": later("both ways"),
    "inbound": later("inbound only"),
    "outbound": later("outbound only"),
}
_SWITCH = ("true", "false")


class MetricInfo(Struct, frozen=True, kw_only=True):
    """A metric of the forms in force: its name as it is picked, the names of its forms, and what is special."""

    name: str
    forms: tuple[str, ...]
    is_manual: bool = False


class Known(Struct, frozen=True, kw_only=True):
    """Metrics, agents and languages to pick from, by their id in a document. ``address``: of the pages of metrics."""

    metrics: Mapping[str, MetricInfo]
    agents: Mapping[str, str]
    languages: Mapping[str, str]
    address: str = ""


class Fix(Struct, frozen=True, kw_only=True):
    """Weights that do not total 100: a sentence, and buttons with what they do."""

    text: str
    buttons: tuple[tuple[str, str], ...]


class CardMetricView(Struct, frozen=True, kw_only=True):
    """One metric in its attribute. ``share``: of the whole scorecard in percent. ``fields`` only of the open one.

    ``metric`` shows the faults of the metric itself.
    """

    path: str
    metric: Control
    id: str
    name: str
    href: str
    forms: str
    marks: tuple[tuple[str, str], ...]
    weight: Control
    width: int
    share: str
    fields: tuple[Control, ...]
    is_open: bool


class AttributeBox(Struct, frozen=True, kw_only=True):
    """One attribute with its metrics, their total, and the field that adds one. ``whole`` shows the faults of the list."""

    path: str
    at: int
    title: str
    name: Control
    weight: Control
    fields: tuple[Control, ...]
    metrics: tuple[CardMetricView, ...]
    total: str
    fix: Fix | None
    whole: Control | None


class CardBuilder(Struct, frozen=True, kw_only=True):
    """The builder of a scorecard. ``chosen``: the path of what is open. ``tray``: metrics that are not in it."""

    attributes: tuple[AttributeBox, ...]
    segments: tuple[tuple[Decimal, Decimal], ...]
    total: str
    summary: str
    fix: Fix | None
    faults: tuple[str, ...]
    tray: tuple[tuple[str, str], ...]
    settings: tuple[Control, ...]
    chosen: str
    focus: str
    is_readable: bool


def key_word(key: str) -> str:
    """Return the name of a key."""
    return _(_WORDS[key]) if key in _WORDS else key


def field_of(  # noqa: PLR0913, PLR0917  (all of a field)
    key: str,
    value: Any,  # noqa: ANN401  (any value of a document)
    path: Path,
    faults: Faults,
    kind: str = "text",
    default: str = "",
    of: str = "scorecard",
) -> Control:
    """Return the field of a key of such a document; ``value`` is None where the document has none."""
    said, page = meaning_of(of, key)
    options: tuple[tuple[str, str], ...] = ()
    if kind == "switch":
        options = tuple((each, _(VALUES[each])) for each in _SWITCH)
    elif key == "direction":
        options = tuple((each, _(text)) for each, text in _DIRECTIONS.items())
    elif key == "not_applicable":
        options = tuple((each, _(VALUES[each])) for each in ("exclude", "award"))
    elif key == "correct_answer":
        options = tuple((each, _(VALUES[each])) for each in ("yes", "no"))
    return replace(
        whole_of(path, key_word(key), faults),
        kind=kind,
        value=default if value is None else text_in(value),
        default=default,
        options=options,
        is_there=value is not None,
        help=_(said) if said else "",
        page=page,
    )


def words_of(  # noqa: PLR0913, PLR0917  (all of a field)
    key: str,
    value: Any,  # noqa: ANN401  (any value of a document)
    path: Path,
    names: Mapping[str, str],
    faults: Faults,
    of: str = "scorecard",
) -> Control:
    """Return the list of what was picked, by name."""
    given = [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else []
    return replace(
        field_of(key, value, path, faults, "words", of=of),
        value="",
        words=tuple(names.get(each, each) for each in given),
        faults=faults.at(path, len(given)),
        fixes=faults.fixes(path, len(given)),
    )


def card_builder(document: Document, stored: object, faults: Faults, known: Known, chosen: str) -> CardBuilder:
    """Show a scorecard as far as it can be read. ``stored``: the values of the version in force."""
    value: Any = document.value if isinstance(document.value, dict) else {}
    attributes = mappings(value, "attributes")
    weights = weights_at(value, ("attributes",)) if value else {}
    total = sum(weights.values(), Decimal(0))
    inside = {str(each.get("metric")) for one in attributes for each in mappings(dict(one), "metrics")}
    before = {
        str(each.get("metric"))
        for one in mappings(cast("Value", stored), "attributes")
        for each in mappings(dict(one), "metrics")
    }
    fresh = inside - before if before else set[str]()
    boxes = tuple(_box(value, at, faults, known, chosen, fresh) for at in range(len(attributes)))
    return CardBuilder(
        attributes=boxes,
        segments=tuple(_segments(weights)),
        total=f"{total.normalize():f}",
        summary=", ".join(f"{box.title} {box.weight.value}" for box in boxes),
        fix=_fix(weights, "attributes", [box.title for box in boxes], ""),
        faults=faults.at(("attributes",)) if not attributes else (),
        tray=tuple((each, info.name) for each, info in known.metrics.items() if each not in inside),
        settings=tuple(_settings(value, faults, known)),
        chosen=chosen,
        focus=_focus(chosen),
        is_readable=isinstance(document.value, dict),
    )


def spot_of(value: object, names: Mapping[str, str], path: Path) -> Spot:
    """Return where a fault of a scorecard or a taxonomy is. ``names`` are those of metrics."""
    return Spot(tuple(_where(value, path, names)), f"s-{path_text(path)}", _part(path))


def _part(path: Path) -> str:
    """Return the metric or the topic around a fault; empty for others."""
    last = max((at for at in range(len(path)) if path[at] in ("metrics", "topics")), default=None)
    found = path[: last + 2] if last is not None else ()
    return path_text(found) if found and isinstance(found[-1], int) else ""


def _where(value: Any, path: Path, names: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401
    """Yield the names of the parts around a fault, then that of its key."""
    found: object = value
    for part in path:
        try:
            found = cast("Any", found)[part]
        except (LookupError, TypeError):
            found = None
        if isinstance(part, int) and isinstance(found, dict):
            inside = cast("dict[str, object]", found)
            metric = str(inside.get("metric", ""))
            yield str(inside.get("name") or names.get(metric) or metric or part + 1)
    last = next((part for part in reversed(path) if isinstance(part, str)), "")
    if last:
        yield key_word(last)


def _focus(chosen: str) -> str:
    """Return the id of the field that has the focus when a part comes."""
    if not chosen:
        return ""
    return f"s-{chosen}.weight" if ".metrics." in chosen else f"s-{chosen}.name"


def _box(  # noqa: PLR0913, PLR0917  (all that an attribute is shown with)
    value: Mapping[str, Any], at: int, faults: Faults, known: Known, chosen: str, fresh: set[str]
) -> AttributeBox:
    attribute = mappings(dict(value), "attributes")[at]
    path: Path = ("attributes", at)
    weights = weights_at(dict(value), (*path, "metrics"))
    total = sum(weights.values(), Decimal(0))
    title = str(attribute.get("name") or "")
    metrics = tuple(
        _metric(value, (*path, "metrics", index), faults, known, chosen, fresh)
        for index in range(len(mappings(dict(attribute), "metrics")))
    )
    return AttributeBox(
        path=f"attributes.{at}",
        at=at,
        title=title,
        name=field_of("name", attribute.get("name"), (*path, "name"), faults),
        weight=field_of("weight", attribute.get("weight"), (*path, "weight"), faults, "number"),
        fields=(field_of("description", attribute.get("description"), (*path, "description"), faults, "long"),),
        metrics=metrics,
        total=f"{total.normalize():f}",
        fix=_fix(weights, f"attributes.{at}.metrics", [each.name for each in metrics], title),
        whole=None if metrics else whole_of((*path, "metrics"), title, faults),
    )


def _metric(  # noqa: PLR0913, PLR0917  (all that a metric is shown with)
    value: Mapping[str, Any], path: Path, faults: Faults, known: Known, chosen: str, fresh: set[str]
) -> CardMetricView:
    attribute = mappings(dict(value), "attributes")[int(path[1])]
    metric = mappings(dict(attribute), "metrics")[int(path[-1])]
    identity, written = str(metric.get("metric") or ""), path_text(path)
    info = known.metrics.get(identity)
    share = number_of(attribute.get("weight")) * number_of(metric.get("weight")) / _HUNDRED
    fields = (
        _attribute_of(value, path, written),
        field_of("negative_weight", metric.get("negative_weight"), (*path, "negative_weight"), faults, "number", "0"),
        field_of("fatal", metric.get("fatal"), (*path, "fatal"), faults, "switch", "false"),
        field_of("correct_answer", metric.get("correct_answer"), (*path, "correct_answer"), faults, "choice", "yes"),
    )
    name = info.name if info else identity
    return CardMetricView(
        path=written,
        metric=whole_of((*path, "metric"), name, faults),
        id=identity,
        name=name,
        href=f"{known.address}/{identity}" if info else "",
        forms=", ".join(info.forms) if info else "",
        marks=tuple(_marks(metric, info, faults.inside(path), is_fresh=identity in fresh)),
        weight=field_of("weight", metric.get("weight"), (*path, "weight"), faults, "number"),
        width=max(0, min(20, round(number_of(metric.get("weight")) / 5))),
        share=f"{round(share, 1).normalize():f}",
        fields=fields if written == chosen else (),
        is_open=written == chosen,
    )


def _attribute_of(value: Mapping[str, Any], path: Path, written: str) -> Control:
    """Return the field that moves a metric into another attribute."""
    options = tuple(
        (str(at), str(each.get("name") or each.get("id") or at + 1))
        for at, each in enumerate(mappings(dict(value), "attributes"))
    )
    here = f"{written}.attribute"
    return Control(kind="choice", label=_("In"), path=here, id=here, value=str(path[1]), options=options)


def _marks(
    metric: Mapping[str, Any], info: MetricInfo | None, faults: int, *, is_fresh: bool
) -> Iterator[tuple[str, str]]:
    """Yield what a reader must know about a metric: words, and their kind."""
    if faults:
        yield _("a fault"), "late"
    if info is None:
        yield _("on no form"), "wait"
    elif info.is_manual:
        yield _("answered by people, does not count"), "wait"
    if metric.get("fatal") is True:
        yield _("fails all"), "late"
    if number_of(metric.get("negative_weight")):
        yield _("loses {n} more").format(n=f"{number_of(metric.get('negative_weight')):f}"), ""
    if metric.get("correct_answer") == "no":
        yield _("No is right"), ""
    if is_fresh:
        yield _("new"), "go"


def _fix(weights: Mapping[int, Decimal], path: str, names: Sequence[str], whole: str) -> Fix | None:
    """Return the sentence of weights that do not total 100, and buttons that make them."""
    total = sum(weights.values(), Decimal(0))
    missing = _HUNDRED - total
    is_unweighed = any(each <= 0 for each in weights.values())
    if not weights or (not missing and not is_unweighed):
        return None
    amount = f"{abs(missing).normalize():f}"
    equal = (f"equal:{path}", _("All the same"))
    if not missing:
        return Fix(text=_("A weight is 0, and counts nothing."), buttons=(equal,))
    text = missing_words(missing)
    if whole:
        text = _("{name} makes {n}. {missing}").format(name=whole, n=f"{total.normalize():f}", missing=text)
    buttons: list[tuple[str, str]] = []
    if total > 0 and not is_unweighed:
        buttons.append((f"spread:{path}", _("Spread the {n}").format(n=amount)))
    if len(weights) > 1:
        buttons.append(equal)
    at = len(names) - 1 if missing > 0 else max(weights, key=lambda each: weights[each])
    words = _("Give {n} to {name}") if missing > 0 else _("Take {n} from {name}")
    if weights[at] + missing > 0:
        buttons.append((f"balance:{path}.{at}", words.format(n=amount, name=names[at])))
    return Fix(text=text, buttons=tuple(buttons))


def _segments(weights: Mapping[int, Decimal]) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield where each attribute begins in the bar of weights, and how wide it is."""
    whole = max(_HUNDRED, sum(weights.values(), Decimal(0)))
    start = Decimal(0)
    for weight in weights.values():
        width = max(Decimal(0), weight * 100 / whole)
        yield start, max(Decimal(0), width - Decimal("0.4"))
        start += width


def _settings(value: Mapping[str, Any], faults: Faults, known: Known) -> Iterator[Control]:
    """Yield the controls of what holds for the whole scorecard."""

    def simple(key: str, kind: str = "text", default: str = "") -> Control:
        return field_of(key, value.get(key), (key,), faults, kind, default)

    yield simple("name")
    yield simple("description", "long")
    yield simple("pass_score", "number", "0")
    agents = value.get("agents")
    names = {**known.agents, "*": _("Every agent")}
    shown = words_of("agents", None if agents == ["*"] else agents, ("agents",), names, faults)
    yield replace(shown, default=names["*"])
    yield simple("direction", "choice", "both")
    languages = words_of("languages", value.get("languages"), ("languages",), known.languages, faults)
    yield replace(languages, default=_("All languages"))
    yield simple("min_duration", "any", "0")
    yield simple("not_applicable", "choice", "exclude")
    yield simple("active", "switch", "true")
    yield simple("default", "switch", "false")

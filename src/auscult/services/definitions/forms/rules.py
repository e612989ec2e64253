"""Rules of a form beyond its shape, so that nothing goes wrong later."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from auscult.domain.errors import coded
from auscult.domain.form import Assignment, Form, speaks
from auscult.metrics._contract import MetricType
from auscult.services.definitions.forms.document import Document, Path
from auscult.services.definitions.questions.rules import form_faults, level_faults

MetricTypes = Mapping[str, MetricType[Any]]

MOST_METRICS = 1_000
MOST_ASSIGNMENTS = 10_000
_MAX_WEIGHT = Decimal(1_000_000)
_MAX_DECIMALS = 4
_MAX_NAME = 200
_MAX_SHOWN = 60
_WHOLE = Decimal(100)
_WEIGHTS = ("weight", "negative_weight")
_SUBTAGS = (2, 3)
_ID = coded("{value} must be 1 to {n} characters without spaces, like {name}")
_OF_SCORING = {
    "percentage": coded("{type} metrics are for points forms, not for percentage"),
    "points": coded("{type} metrics are for percentage forms, not for points"),
}
_OF_CHANNEL = {
    "chat": coded("{type} metrics are for voice forms, not for chat"),
    "voice": coded("{type} metrics are for chat forms, not for voice"),
}
_RIVAL = coded("{place} has the form {id} for {type} already; one form for each")
_RIVAL_UNTIL = coded(
    "{place} has the form {id} for {type} until {date}; begin on that day (valid_from), or leave the queue there"
)
"""Letters that the first part of a language tag has."""

_LANGUAGES = {
    "arabic": "ar",
    "chinese": "zh",
    "dutch": "nl",
    "english": "en",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "polish": "pl",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "turkish": "tr",
}


def check_rules(
    document: Document, form: Form, types: MetricTypes, in_force: Iterable[Form], files: Mapping[str, str]
) -> None:
    """Note in the document what is wrong with the form that was read from it. ``files``: where other forms are, by id."""
    _check_form(document, form)
    _check_weights(document, form, types)
    _check_metrics(document, form, types)
    _check_assignments(document, form)
    for path, reason in (*form_faults(form), *level_faults(form)):
        document.problem(path, reason)
    _check_rivals(document, form, in_force, files)


def _check_names(document: Document, identity: str, name: str, path: Path) -> None:
    if not identity or len(identity) > _MAX_NAME or not identity.isprintable() or any(map(str.isspace, identity)):
        joined = "-".join(identity.split())
        meant = (
            "; " + coded("did you mean {name}?", name=joined)
            if joined and identity.isprintable() and len(joined) <= _MAX_NAME
            else ""
        )
        message = coded(_ID, value=_shown(identity), n=_MAX_NAME, name="em-greeting")
        document.problem((*path, "id"), message + meant)
    if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
        document.problem(
            (*path, "name"), "{value} must be 1 to {n} characters on one line", value=_shown(name), n=_MAX_NAME
        )


def _check_form(document: Document, form: Form) -> None:
    _check_names(document, form.id, form.name, ())
    if not form.metrics:
        document.problem(("metrics",), "is empty; a form asks at least one thing")
    if not 0 <= form.pass_score <= _WHOLE:
        document.problem(
            ("pass_score",), "{value} must be from {low} to {high}", value=form.pass_score, low=0, high=100
        )
    if not form.languages:
        document.problem(("languages",), "is empty; name at least one, like en")
    for at, language in enumerate(form.languages):
        if not is_language_tag(language):
            meant = _LANGUAGES.get(language.casefold())
            hint = "; " + coded("did you mean {name}?", name=meant) if meant else ""
            document.problem(
                ("languages", at),
                coded("{value} is not a language tag like en or pt-BR", value=_shown(language)) + hint,
            )


def is_language_tag(text: str) -> bool:
    """Return whether this is written as a language tag: two or three letters, and what specifies them behind dashes."""
    first, *others = text.split("-")
    return (
        text.isascii()
        and first.isalpha()
        and len(first) in _SUBTAGS
        and all(part.isalnum() and len(part) <= 8 for part in others)  # noqa: PLR2004  (BCP 47)
    )


def _shown(text: str) -> str:
    """A text as a message repeats it: long ones by their beginning."""
    return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…")


def _check_weights(document: Document, form: Form, types: MetricTypes) -> None:
    for at, metric in enumerate(form.metrics):
        for key, weight in zip(_WEIGHTS, (metric.weight, metric.negative_weight), strict=True):
            if reason := _weight_fault(weight, form):
                document.unread(("metrics", at, key), reason)
        kind = types.get(metric.type)
        if kind is not None and form.scoring not in kind.scorings:
            message = coded(_OF_SCORING[form.scoring], type=metric.type)
            document.problem(("metrics", at, "type"), message)
    weights = [("metrics", at, key) for at in range(len(form.metrics)) for key in _WEIGHTS]
    if any(map(document.is_unread, [("scoring",), *weights])):
        return
    total = sum((metric.weight for metric in form.metrics if not metric.bonus), Decimal(0))
    loss = sum((metric.negative_weight for metric in form.metrics), Decimal(0))
    if form.scoring == "percentage" and total != _WHOLE and form.metrics:
        document.problem_of_all(
            ("metrics",),
            "weights total {n}; on a percentage form they must total exactly 100: {rest}",
            n=total,
            rest=_missing(total),
        )
    if form.scoring == "points" and loss > total:
        document.problem_of_all(
            ("metrics",),
            "negative weights total {n} and weights {m}; they may not total more: {high} too much",
            n=loss,
            m=total,
            high=loss - total,
        )


def _missing(total: Decimal) -> str:
    if total == 1:
        return coded("write percent, 25 and not 0.25")
    is_less = total < _WHOLE
    return coded("{m} is missing", m=_WHOLE - total) if is_less else coded("{m} is too much", m=total - _WHOLE)


def _weight_fault(weight: Decimal, form: Form) -> str:
    if weight < 0:
        return coded("{value} must be 0 or more; a weight is written without a sign", value=weight)
    if weight > _MAX_WEIGHT:
        return coded("{value} must be at most {n}", value=weight, n=_MAX_WEIGHT)
    if weight != round(weight, _MAX_DECIMALS):
        return coded("{value} has more than {n} decimals", value=weight, n=_MAX_DECIMALS)
    if form.scoring == "points" and weight != int(weight):
        return coded("{value} must be a whole number on a points form", value=weight)
    return ""


def _check_metrics(document: Document, form: Form, types: MetricTypes) -> None:
    first_by_id: dict[str, int] = {}
    first_by_key: dict[str, int] = {}
    for at, metric in enumerate(form.metrics):
        _check_names(document, metric.id, metric.name, ("metrics", at))
        first = first_by_id.setdefault(metric.id, at)
        if first != at and metric.id:
            document.problem(
                ("metrics", at, "id"),
                "{value} is the id of {name} too; give each its own",
                value=metric.id,
                name=f"metrics[{first}]",
            )
        kind = types.get(metric.type)
        if kind is None:
            continue
        if form.channel not in kind.channels and not document.is_unread(("channel",)):
            message = coded(_OF_CHANNEL[form.channel], type=metric.type)
            document.problem(("metrics", at, "type"), message)
        if metric.correct_answer == "no" and kind.is_split(metric.settings):
            document.problem(
                ("metrics", at, "correct_answer"),
                "cannot be no where parts are scored one by one; write the parts so that yes is right",
            )
        key = kind.unique_key(metric.settings)
        first = at if key is None else first_by_key.setdefault(key, at)
        if first != at:
            document.problem(
                ("metrics", at),
                "is a second {name} metric beside {value}; a form has one",
                name=key,
                value=f"metrics[{first}]",
            )
        understood = kind.languages(metric.settings)
        for language in form.languages:
            if understood is not None and not _covers(understood, language):
                document.problem(
                    ("metrics", at, "languages"),
                    "lack {name}, which the form is for; they are {list}",
                    name=language,
                    list=", ".join(sorted(understood)) or "none",
                )


def _covers(understood: frozenset[str], language: str) -> bool:
    """Return whether a language is among those understood: ``en`` covers ``en-GB``."""
    known = {one.casefold() for one in understood}
    return language.casefold() in known or language.partition("-")[0].casefold() in known


def _check_assignments(document: Document, form: Form) -> None:
    if len(form.assignments) > MOST_ASSIGNMENTS:
        document.problem(
            ("assignments",), "are {n}; a form has at most {m}", n=len(form.assignments), m=MOST_ASSIGNMENTS
        )
    if form.handled_by is not None and not form.segments:
        document.problem(("handled_by",), "is of a form for segments; add segments: true")
    seen: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for at, one in enumerate(form.assignments):
        before = seen[one.queue]
        same = [before[direction] for direction in before if _overlap(one.direction, direction)]
        if same:
            other = f"assignments[{min(same)}]: {_words_of(one)}"
            document.problem(("assignments", at), "says the same as {name}; keep one", name=other)
        before.setdefault(one.direction, at)
        if one.pass_score is not None and not 0 <= one.pass_score <= _WHOLE:
            document.problem(
                ("assignments", at, "pass_score"),
                "{value} must be from {low} to {high}",
                value=one.pass_score,
                low=0,
                high=100,
            )
        if not one.queue.strip():
            document.problem(("assignments", at, "queue"), 'is empty; give an id or a name, or "*" for any')


class Rival(NamedTuple):
    """Another form for the same conversations: the indices of the assignments in common, and the day before which it is."""

    form: Form
    taken: list[int]
    until: date | None


def rivals(form: Form, in_force: Iterable[Form]) -> Iterator[Rival]:
    """Yield other forms in force that are for the same conversations.

    ``in_force`` may have earlier versions, which are for the conversations before the first day of the next one.
    """
    mine: defaultdict[str, list[tuple[int, Assignment]]] = defaultdict(list)
    for at, one in enumerate(form.assignments[:MOST_ASSIGNMENTS]):
        mine[one.queue].append((at, one))
    for rival, until in _periods(in_force):
        if rival.id == form.id or rival.channel != form.channel or _share_segments(form, rival) or _differ(form, rival):
            continue
        if until is not None and form.valid_from is not None and until <= form.valid_from:
            continue
        taken = {
            at
            for other in rival.assignments
            for at, one in mine.get(other.queue, ())
            if _overlap(one.direction, other.direction)
        }
        if taken:
            yield Rival(rival, sorted(taken), until)


def _periods(forms: Iterable[Form]) -> Iterator[tuple[Form, date | None]]:
    """Yield each version with the first day of the next newer one of its form, None of the newest."""
    versions: defaultdict[str, list[Form]] = defaultdict(list)
    for form in forms:
        versions[form.id].append(form)
    for of_form in versions.values():
        until = None
        for form in sorted(of_form, key=lambda each: -each.version):
            yield form, until
            until = form.valid_from


def _check_rivals(document: Document, form: Form, in_force: Iterable[Form], files: Mapping[str, str]) -> None:
    """No other form in force is for the same conversations."""
    for rival, taken, until in rivals(form, in_force):
        named = f"{rival.id} in {files[rival.id]}" if rival.id in files else rival.id
        message = _RIVAL if until is None else _RIVAL_UNTIL
        for at in taken:
            place = _words_of(form.assignments[at])
            document.problem(("assignments", at), coded(message, place=place, id=named, type=form.channel, date=until))


def _share_segments(form: Form, rival: Form) -> bool:
    """Return whether two forms share out the segments of the same conversations: one has those of people, one of AI agents."""
    return form.segments and rival.segments and {form.handled_by, rival.handled_by} == {"human", "ai"}


def _differ(form: Form, rival: Form) -> bool:
    """Return whether two forms have no language in common."""
    return not any(speaks(rival, language) for language in form.languages)


def _overlap(one: str, other: str) -> bool:
    return one == other or "both" in (one, other)


def _words_of(assignment: Assignment) -> str:
    return f"queue {assignment.queue}, direction {assignment.direction}"

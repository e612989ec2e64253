"""Faults of sections, grades, conditions, bonus points, reasons and bands, each with its position in the document."""

from collections.abc import Iterator
from decimal import Decimal

from auscult.domain.errors import coded
from auscult.domain.form import Form, Metric
from auscult.domain.questions.conditions import cycle_of
from auscult.domain.questions.grades import find_level
from auscult.domain.questions.structure import Grades, reason_codes
from auscult.domain.said.spelling import did_you_mean
from auscult.metrics.graded import Settings
from auscult.services.definitions.forms.document import Path, path_of
from auscult.services.definitions.questions.written import MOST_STEPS, WrittenGrades

Fault = tuple[Path, str]

_WHOLE = Decimal(100)
_MAX_DECIMALS = 4
GRADED_TYPES = ("graded", "manual")


def form_faults(form: Form) -> Iterator[Fault]:
    """Find what is wrong in the parts of a form: its sections, its bonus points, its bands and its conditions."""
    yield from _section_faults(form)
    if form.bonus_cap is not None and form.bonus_cap <= 0:
        yield ("bonus_cap",), coded("{value} must be above 0", value=form.bonus_cap)
    if form.abstain_below is not None and not 0 < form.abstain_below < 1:
        yield ("abstain_below",), coded("{value} must be above 0 and below 1, like 0.6", value=form.abstain_below)
    if form.abstain != "na" and form.abstain_below is None:
        yield (
            ("abstain",),
            coded("belongs to abstain_below, the confidence under which the machine abstains; leave it out"),
        )
    yield from _band_faults(form)
    for at, metric in enumerate(form.metrics):
        for path, reason in _metric_faults(form, metric):
            yield ("metrics", at, *path), reason


def grade_faults(written: WrittenGrades, type_name: str, *, correct_answer: str) -> Iterator[Fault]:
    """Find what is wrong in the graded answers of one metric, as they are written."""
    used = [key for key in ("scale", "levels", "choices", "number") if getattr(written, key)]
    if not used:
        if written.met_at is not None:
            yield ("met_at",), coded("names a level, and there is no scale, levels, choices or number; leave it out")
        if type_name == "graded":
            yield (), coded("is a graded metric without answers; give it a scale, levels, choices or number")
        return
    if len(used) > 1:
        yield (used[1],), coded("is a second kind of answer beside {name}; keep one", name=used[0])
        return
    key = used[0]
    if type_name not in GRADED_TYPES:
        yield (key,), coded("belongs to {list} metrics, not to {name}", list=" and ".join(GRADED_TYPES), name=type_name)
    if correct_answer == "no":
        yield ("correct_answer",), coded("cannot be no of a graded metric; give the better level the greater share")
    if key == "scale":
        yield from _scale_faults(written)
    else:
        yield from _share_faults(key, [(one.name, one.share) for one in getattr(written, key)])
        yield from _order_faults(written, key)
    yield from _mark_faults(written, key)


def _section_faults(form: Form) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for at, section in enumerate(form.sections):
        path = ("sections", at)
        if not section.id or any(map(str.isspace, section.id)):
            yield (
                (*path, "id"),
                coded("{value!r} must be characters without spaces, like se-opening", value=section.id),
            )
        elif first.setdefault(section.id, at) != at:
            other = f"sections[{first[section.id]}]"
            yield (
                (*path, "id"),
                coded("{value} is the id of {name} too; give each its own", value=section.id, name=other),
            )
        own = [metric for metric in form.metrics if metric.section == section.id]
        if not own:
            yield path, coded("has no metrics; give a metric section: {id}", id=section.id)
            continue
        total = sum((metric.weight for metric in own if not metric.bonus), Decimal(0))
        if section.weight is not None and section.weight != total:
            yield (
                (*path, "weight"),
                coded("is {n}, and the weights of its metrics total {m}", n=section.weight, m=total),
            )
        if section.pass_score is not None and not 0 <= section.pass_score <= _WHOLE:
            yield (
                (*path, "pass_score"),
                coded("{value} must be from {low} to {high}", value=section.pass_score, low=0, high=100),
            )
        if section.required and section.pass_score is None:
            yield (*path, "required"), coded("needs a pass_score that the section has to reach")


def _band_faults(form: Form) -> Iterator[Fault]:
    names: set[str] = set()
    marks: set[Decimal] = set()
    for at, band in enumerate(form.bands):
        if not band.name.strip() or band.name in names:
            yield ("bands", at, "name"), coded("{value!r} must be a name that no other band has", value=band.name)
        if not -_WHOLE <= band.at_least <= _WHOLE or band.at_least in marks:
            yield (
                ("bands", at, "at_least"),
                coded("{value} must be from -100 to 100, and of no other band", value=band.at_least),
            )
        names.add(band.name)
        marks.add(band.at_least)


def _metric_faults(form: Form, metric: Metric) -> Iterator[Fault]:
    sections = [section.id for section in form.sections]
    if metric.section is not None and metric.section not in sections:
        known = coded("sections: {list}", list=", ".join(sections)) if sections else coded("the form has no sections")
        yield (
            ("section",),
            coded("unknown section {value!r}", value=metric.section)
            + "; "
            + did_you_mean(metric.section, sections, known),
        )
    if metric.fails_section and metric.section is None:
        yield ("fails_section",), coded("needs a section that fails; give the metric one")
    if metric.bonus and (metric.negative_weight or metric.fatal):
        yield ("bonus",), coded("points only raise a score; leave out negative_weight and fatal")
    if metric.bonus and form.bonus_cap is not None and metric.weight > form.bonus_cap:
        yield ("weight",), coded("{n} is more than the bonus_cap of the form, {m}", n=metric.weight, m=form.bonus_cap)
    yield from _condition_faults(form, metric)
    codes = reason_codes(metric.reasons)
    for code in sorted({code for code in codes if codes.count(code) > 1 or not code.strip()}):
        yield ("reasons",), coded("{value!r} must be a code that no other reason has", value=code)
    if metric.reason_required and not codes:
        yield ("reason_required",), coded("needs reasons to choose from")


def _condition_faults(form: Form, metric: Metric) -> Iterator[Fault]:
    if metric.when is None:
        return
    ids = [one.id for one in form.metrics]
    if metric.when.metric not in ids:
        hint = did_you_mean(metric.when.metric, ids, coded("metrics: {list}", list=", ".join(ids)))
        yield ("when", "metric"), coded("unknown metric {value!r}", value=metric.when.metric) + "; " + hint
    elif cycle := cycle_of(form, metric):
        yield ("when", "metric"), coded("is a cycle: {list}", list=" -> ".join(cycle))
    if not metric.when.answers:
        yield ("when", "is"), coded("is empty; name YES, NO or NA")


def _scale_faults(written: WrittenGrades) -> Iterator[Fault]:
    scale = written.scale
    steps = scale.highest - scale.lowest if scale else 0
    if not 0 < steps <= MOST_STEPS:
        yield ("scale",), coded("must rise by 1 to {n} steps, like {from: 0, to: 5}", n=MOST_STEPS)
    elif (share := _WHOLE / steps) != round(share, _MAX_DECIMALS):
        yield (
            ("scale",),
            coded("has {n} steps, which do not divide 100 exactly; write levels with a share each", n=steps),
        )


def _share_faults(key: str, shares: list[tuple[str, Decimal]]) -> Iterator[Fault]:
    named: dict[str, int] = {}
    for at, (name, share) in enumerate(shares):
        if not 0 <= share <= _WHOLE or share != round(share, _MAX_DECIMALS):
            yield (
                (key, at, "share"),
                coded("{value} must be from 0 to 100 percent, with at most 4 decimals", value=share),
            )
        if ((name or key != "number") and named.setdefault(name, at) != at) or (not name.strip() and key != "number"):
            yield (key, at, "name"), coded("{value!r} must be a name that no other answer has", value=name)
    if all(share != _WHOLE for _, share in shares):
        yield (key,), coded("have no share of 100, so that the whole weight can never be earned")


def _order_faults(written: WrittenGrades, key: str) -> Iterator[Fault]:
    if key == "levels":
        shares = [level.share for level in written.levels]
        falls = shares[0] > shares[-1]
        ordered = sorted(set(shares), reverse=falls)
        if shares != ordered:
            yield ("levels",), coded("have no order; write them from the worst to the best, each with a greater share")
    if key == "number":
        marks = [band.lowest for band in written.number]
        if marks != sorted(set(marks)):
            yield ("number",), coded("have no order; write the bands from the lowest number to the highest")


def _mark_faults(written: WrittenGrades, key: str) -> Iterator[Fault]:
    if written.met_at is None:
        return
    if key == "scale" and written.scale is not None:
        names = [str(step) for step in range(written.scale.lowest, written.scale.highest + 1)[: MOST_STEPS + 1]]
    else:
        names = [one.name or f"from {one.lowest}" if key == "number" else one.name for one in getattr(written, key)]
    given = str(written.met_at)
    if given not in names:
        hint = did_you_mean(given, names, coded("levels: {list}", list=", ".join(names)))
        yield ("met_at",), coded("unknown level {value!r}", value=given) + "; " + hint


def level_faults(form: Form) -> Iterator[Fault]:
    """Find levels that the rules of graded metrics name and that their answers do not have."""
    for at, metric in enumerate(form.metrics):
        if metric.grades is None or not isinstance(metric.settings, Settings):
            continue
        names = [level.name for level in metric.grades.levels]
        yield from _judged_faults(("metrics", at), metric.settings, metric.grades)
        for field, name in metric.settings.named_levels().items():
            if find_level(metric.grades, name) is None:
                hint = did_you_mean(name, names, coded("levels: {list}", list=", ".join(names)))
                yield ("metrics", at, *path_of(field)), coded("unknown level {value!r}", value=name) + "; " + hint


def _judged_faults(path: Path, settings: Settings, grades: Grades) -> Iterator[Fault]:
    """Find levels that a judge could not choose, and what numbers have no use for."""
    if grades.kind == "number":
        if settings.rules:
            yield (*path, "rules"), coded("name levels, and the answer is a number; give a judge, or write levels")
        if settings.judge is not None and settings.judge.levels:
            yield (*path, "judge", "levels"), coded("are for named answers; a judge answers this one with a number")
        return
    if settings.judge is None:
        return
    chosen = {str(one.level) for one in settings.judge.levels}
    lacking = [level.name for level in grades.levels if level.name not in chosen]
    if lacking:
        yield (*path, "judge", "levels"), coded("lack {list}; say what each level means", list=", ".join(lacking))

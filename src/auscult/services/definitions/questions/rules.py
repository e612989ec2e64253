"""Faults of sections, grades, conditions, bonus points, reasons and bands, each with its position in the document."""

from collections.abc import Iterator
from decimal import Decimal

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
        yield ("bonus_cap",), f"{form.bonus_cap} must be above 0"
    if form.abstain_below is not None and not 0 < form.abstain_below < 1:
        yield ("abstain_below",), f"{form.abstain_below} must be above 0 and below 1, like 0.6"
    if form.abstain != "na" and form.abstain_below is None:
        yield ("abstain",), "belongs to abstain_below, the confidence under which the machine abstains; leave it out"
    yield from _band_faults(form)
    for at, metric in enumerate(form.metrics):
        for path, reason in _metric_faults(form, metric):
            yield ("metrics", at, *path), reason


def grade_faults(written: WrittenGrades, type_name: str, *, correct_answer: str) -> Iterator[Fault]:
    """Find what is wrong in the graded answers of one metric, as they are written."""
    used = [key for key in ("scale", "levels", "choices", "number") if getattr(written, key)]
    if not used:
        if written.met_at is not None:
            yield ("met_at",), "names a level, and there is no scale, levels, choices or number; leave it out"
        if type_name == "graded":
            yield (), "is a graded metric without answers; give it a scale, levels, choices or number"
        return
    if len(used) > 1:
        yield (used[1],), f"is a second kind of answer beside {used[0]}; keep one"
        return
    key = used[0]
    if type_name not in GRADED_TYPES:
        yield (key,), f"belongs to {' and '.join(GRADED_TYPES)} metrics, not to {type_name}"
    if correct_answer == "no":
        yield ("correct_answer",), "cannot be no of a graded metric; give the better level the greater share"
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
            yield (*path, "id"), f"{section.id!r} must be characters without spaces, like se-opening"
        elif first.setdefault(section.id, at) != at:
            yield (*path, "id"), f"{section.id} is the id of sections[{first[section.id]}] too; give each its own"
        own = [metric for metric in form.metrics if metric.section == section.id]
        if not own:
            yield path, f"has no metrics; give a metric section: {section.id}"
            continue
        total = sum((metric.weight for metric in own if not metric.bonus), Decimal(0))
        if section.weight is not None and section.weight != total:
            yield (*path, "weight"), f"is {section.weight}, and the weights of its metrics total {total}"
        if section.pass_score is not None and not 0 <= section.pass_score <= _WHOLE:
            yield (*path, "pass_score"), f"{section.pass_score} must be from 0 to 100"
        if section.required and section.pass_score is None:
            yield (*path, "required"), "needs a pass_score that the section has to reach"


def _band_faults(form: Form) -> Iterator[Fault]:
    names: set[str] = set()
    marks: set[Decimal] = set()
    for at, band in enumerate(form.bands):
        if not band.name.strip() or band.name in names:
            yield ("bands", at, "name"), f"{band.name!r} must be a name that no other band has"
        if not -_WHOLE <= band.at_least <= _WHOLE or band.at_least in marks:
            yield ("bands", at, "at_least"), f"{band.at_least} must be from -100 to 100, and of no other band"
        names.add(band.name)
        marks.add(band.at_least)


def _metric_faults(form: Form, metric: Metric) -> Iterator[Fault]:
    sections = [section.id for section in form.sections]
    if metric.section is not None and metric.section not in sections:
        known = f"sections: {', '.join(sections)}" if sections else "the form has no sections"
        yield ("section",), f"unknown section {metric.section!r}; {did_you_mean(metric.section, sections, known)}"
    if metric.fails_section and metric.section is None:
        yield ("fails_section",), "needs a section that fails; give the metric one"
    if metric.bonus and (metric.negative_weight or metric.fatal):
        yield ("bonus",), "points only raise a score; leave out negative_weight and fatal"
    if metric.bonus and form.bonus_cap is not None and metric.weight > form.bonus_cap:
        yield ("weight",), f"{metric.weight} is more than the bonus_cap of the form, {form.bonus_cap}"
    yield from _condition_faults(form, metric)
    codes = reason_codes(metric.reasons)
    for code in sorted({code for code in codes if codes.count(code) > 1 or not code.strip()}):
        yield ("reasons",), f"{code!r} must be a code that no other reason has"
    if metric.reason_required and not codes:
        yield ("reason_required",), "needs reasons to choose from"


def _condition_faults(form: Form, metric: Metric) -> Iterator[Fault]:
    if metric.when is None:
        return
    ids = [one.id for one in form.metrics]
    if metric.when.metric not in ids:
        hint = did_you_mean(metric.when.metric, ids, f"metrics: {', '.join(ids)}")
        yield ("when", "metric"), f"unknown metric {metric.when.metric!r}; {hint}"
    elif cycle := cycle_of(form, metric):
        yield ("when", "metric"), f"is a cycle: {' -> '.join(cycle)}"
    if not metric.when.answers:
        yield ("when", "is"), "is empty; name YES, NO or NA"


def _scale_faults(written: WrittenGrades) -> Iterator[Fault]:
    scale = written.scale
    steps = scale.highest - scale.lowest if scale else 0
    if not 0 < steps <= MOST_STEPS:
        yield ("scale",), f"must rise by 1 to {MOST_STEPS} steps, like {{from: 0, to: 5}}"
    elif (share := _WHOLE / steps) != round(share, _MAX_DECIMALS):
        yield ("scale",), f"has {steps} steps, which do not divide 100 exactly; write levels with a share each"


def _share_faults(key: str, shares: list[tuple[str, Decimal]]) -> Iterator[Fault]:
    named: dict[str, int] = {}
    for at, (name, share) in enumerate(shares):
        if not 0 <= share <= _WHOLE or share != round(share, _MAX_DECIMALS):
            yield (key, at, "share"), f"{share} must be from 0 to 100 percent, with at most 4 decimals"
        if ((name or key != "number") and named.setdefault(name, at) != at) or (not name.strip() and key != "number"):
            yield (key, at, "name"), f"{name!r} must be a name that no other answer has"
    if all(share != _WHOLE for _, share in shares):
        yield (key,), "have no share of 100, so that the whole weight can never be earned"


def _order_faults(written: WrittenGrades, key: str) -> Iterator[Fault]:
    if key == "levels":
        shares = [level.share for level in written.levels]
        falls = shares[0] > shares[-1]
        ordered = sorted(set(shares), reverse=falls)
        if shares != ordered:
            yield ("levels",), "have no order; write them from the worst to the best, each with a greater share"
    if key == "number":
        marks = [band.lowest for band in written.number]
        if marks != sorted(set(marks)):
            yield ("number",), "have no order; write the bands from the lowest number to the highest"


def _mark_faults(written: WrittenGrades, key: str) -> Iterator[Fault]:
    if written.met_at is None:
        return
    if key == "scale" and written.scale is not None:
        names = [str(step) for step in range(written.scale.lowest, written.scale.highest + 1)[: MOST_STEPS + 1]]
    else:
        names = [one.name or f"from {one.lowest}" if key == "number" else one.name for one in getattr(written, key)]
    given = str(written.met_at)
    if given not in names:
        hint = did_you_mean(given, names, f"levels: {', '.join(names)}")
        yield ("met_at",), f"unknown level {given!r}; {hint}"


def level_faults(form: Form) -> Iterator[Fault]:
    """Find levels that the rules of graded metrics name and that their answers do not have."""
    for at, metric in enumerate(form.metrics):
        if metric.grades is None or not isinstance(metric.settings, Settings):
            continue
        names = [level.name for level in metric.grades.levels]
        yield from _judged_faults(("metrics", at), metric.settings, metric.grades)
        for field, name in metric.settings.named_levels().items():
            if find_level(metric.grades, name) is None:
                hint = did_you_mean(name, names, f"levels: {', '.join(names)}")
                yield ("metrics", at, *path_of(field)), f"unknown level {name!r}; {hint}"


def _judged_faults(path: Path, settings: Settings, grades: Grades) -> Iterator[Fault]:
    """Find levels that a judge could not choose, and what numbers have no use for."""
    if grades.kind == "number":
        if settings.rules:
            yield (*path, "rules"), "name levels, and the answer is a number; give a judge, or write levels"
        if settings.judge is not None and settings.judge.levels:
            yield (*path, "judge", "levels"), "are for named answers; a judge answers this one with a number"
        return
    if settings.judge is None:
        return
    chosen = {str(one.level) for one in settings.judge.levels}
    lacking = [level.name for level in grades.levels if level.name not in chosen]
    if lacking:
        yield (*path, "judge", "levels"), f"lack {', '.join(lacking)}; say what each level means"

"""Warnings about a valid form with likely mistakes: metrics that change nothing, phrases that can never match."""

from collections.abc import Iterator

from auscult.domain.errors import coded
from auscult.domain.form import Form
from auscult.metrics._finding.warnings import doubts, structs_in
from auscult.services.definitions.forms.document import Path, path_of

Warned = tuple[Path, str]

LONGEST_MINIMUM_MS = 2 * 3_600_000
"""From this minimum duration on it looks as if the unit were mistaken."""

_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""


def warnings_of(form: Form) -> Iterator[Warned]:
    """Yield the warnings, each with its path in the form document."""
    if 0 < form.pass_score < 1:
        yield (
            ("pass_score",),
            coded("is {n} of 100", n=form.pass_score)
            + "; "
            + coded("did you mean {name}?", name=f"{(form.pass_score * 100).normalize():f}"),
        )
    elif form.pass_score == 0 and any(metric.weight for metric in form.metrics):
        yield ("pass_score",), coded("is 0, so that every conversation passes whose score is not below 0")
    if form.min_duration_ms >= LONGEST_MINIMUM_MS:
        hours = form.min_duration_ms / 3_600_000
        yield (
            ("min_duration",),
            coded("is {n} hours; a bare number is seconds, and ms are written 500ms", n=f"{hours:g}"),
        )
    for at, language in enumerate(form.languages):
        code = language.partition("-")[0].casefold()
        if len(code) == 2 and code not in _ISO_639_1.split():  # noqa: PLR2004  (two letters)
            yield (
                ("languages", at),
                coded("{value} is no language of ISO 639-1, so that no conversation will be in it", value=code),
            )
        if language in form.languages[:at]:
            yield ("languages", at), coded("{value} is there already; keep one", value=language)
    if not form.assignments:
        yield ("assignments",), coded("is empty; no conversation will be scored with this form")
    for at, assignment in enumerate(form.assignments):
        if assignment.queue != assignment.queue.strip():
            message = coded(
                "{value!r} begins or ends with a space; is the queue called so, or {name!r}?",
                value=assignment.queue,
                name=assignment.queue.strip(),
            )
            yield ("assignments", at, "queue"), message
    yield from _of_metrics(form)


def _of_metrics(form: Form) -> Iterator[Warned]:
    is_weighted = any(metric.weight for metric in form.metrics)
    if not is_weighted:
        yield ("metrics",), coded("have no weight; no conversation will get a score")
    named: dict[str, int] = {}
    deciding = {metric.when.metric for metric in form.metrics if metric.when}
    directions = {assignment.direction for assignment in form.assignments}
    for at, metric in enumerate(form.metrics):
        first = named.setdefault(metric.name.strip().casefold(), at)
        if first != at:
            yield (
                ("metrics", at, "name"),
                coded("{value} is the name of metrics[{n}] too; reports show names", value=metric.name, n=first),
            )
        counts = metric.weight or metric.negative_weight or metric.fatal or metric.fails_section
        if is_weighted and not counts and metric.id not in deciding:
            yield ("metrics", at), coded("has no weight and is not fatal, so that its answer changes nothing")
        for field, one in structs_in(metric.settings):
            for inner, reason in doubts(one, field):
                yield ("metrics", at, *path_of(inner)), reason
            direction = getattr(one, "direction", None)
            if direction and directions and not directions & {direction, "both"}:
                message = coded(
                    "is {value}, and the form is for {list} conversations only",
                    value=direction,
                    list=" and ".join(sorted(directions)),
                )
                yield ("metrics", at, *path_of(field), "direction"), message

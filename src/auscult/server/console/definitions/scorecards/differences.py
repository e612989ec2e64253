"""Differences between two versions of a scorecard, in words."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from auscult.domain.definitions.scorecard import CardMetric, Scorecard
from auscult.language import gettext as _
from auscult.server.console.definitions.forms.builder import text_in
from auscult.server.console.definitions.forms.editor_view import Difference
from auscult.server.console.definitions.scorecards.builder import Known, key_word

_OF_CARD = ("name", "description", "pass_score", "agents", "direction", "languages", "not_applicable")
_SWITCHES = {"is_active": "active", "is_default": "default"}
_OF_METRIC = ("weight", "negative_weight", "fatal", "correct_answer")


def card_differences(before: Scorecard, after: Scorecard, known: Known) -> tuple[Difference, ...]:
    """Return the differences: of the scorecard, of its attributes, and of each metric."""
    return (*_of_card(before, after, known), *_of_attributes(before, after), *_of_metrics(before, after, known))


def _of_card(before: Scorecard, after: Scorecard, known: Known) -> Iterator[Difference]:
    names = {**known.agents, **known.languages, "*": _("Every agent")}
    if before.min_duration_ms != after.min_duration_ms:
        seconds = (f"{each.min_duration_ms / 1000:g} s" for each in (before, after))
        yield _("The scorecard"), _changed("min_duration", *seconds)
    for field in (*_OF_CARD, *_SWITCHES):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            key = _SWITCHES.get(field, field)
            yield _("The scorecard"), _changed(key, _shown(old, names), _shown(new, names))


def _of_attributes(before: Scorecard, after: Scorecard) -> Iterator[Difference]:
    old = {each.id: each for each in before.attributes}
    new = {each.id: each for each in after.attributes}
    for each in before.attributes:
        if each.id not in new:
            yield each.name, _("removed.")
    for each in after.attributes:
        earlier = old.get(each.id)
        if earlier is None:
            yield each.name, _("added.")
            continue
        for field in ("name", "description", "weight"):
            pair = getattr(earlier, field), getattr(each, field)
            if pair[0] != pair[1]:
                yield each.name, _changed(field, *(_shown(one, {}) for one in pair))
    if [each for each in old if each in new] != [each for each in new if each in old]:
        yield _("The scorecard"), _("The order of the attributes changed.")


def _of_metrics(before: Scorecard, after: Scorecard, known: Known) -> Iterator[Difference]:
    old, new = _metrics(before), _metrics(after)
    for metric in (*old, *(each for each in new if each not in old)):
        info = known.metrics.get(metric)
        name = info.name if info else metric
        if metric not in new:
            yield name, _("removed.")
        elif metric not in old:
            yield name, _("added.")
        else:
            (was, was_in), (now, now_in) = old[metric], new[metric]
            for field in _OF_METRIC:
                pair = getattr(was, field), getattr(now, field)
                if pair[0] != pair[1]:
                    yield name, _changed(field, *(_shown(one, {}) for one in pair))
            if was_in != now_in:
                yield name, _("Moved from {before} to {after}.").format(before=was_in, after=now_in)


def _metrics(card: Scorecard) -> dict[str, tuple[CardMetric, str]]:
    return {one.metric: (one, attribute.name) for attribute in card.attributes for one in attribute.metrics}


def _changed(key: str, old: str, new: str) -> str:
    text = _("{field}: {before} to {after}.") if old and new else _("{field}: none to {after}.")
    text = text if new else _("{field}: {before} to none.")
    return text.format(field=key_word(key), before=old, after=new)


def _shown(value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401  (any value of a scorecard)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return ", ".join(names.get(str(each), str(each)) for each in cast("tuple[object, ...]", value))
    return text_in(value)

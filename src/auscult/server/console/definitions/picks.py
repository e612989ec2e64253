"""Names to pick from in the builders: metrics of forms, agents, languages, columns of tables, playbooks, custom fields."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from babel import Locale

from auscult.domain.definitions.lookup_table import read_table
from auscult.domain.definitions.playbook import DialogTask, PlannedStage, PlannedStep, Playbook
from auscult.domain.errors import FormatError
from auscult.server.console.definitions.in_force import forms_in_force
from auscult.server.console.definitions.scorecards.builder import Known, MetricInfo
from auscult.server.console.frame.naming import language_name
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, Visit
from auscult.services.conversations.names import custom_fields

_OF_TWO_LETTERS = 2


def known_of(visit: Visit) -> Known:
    """Return the metrics of the forms in force, the agents, and the languages, each by name."""
    agents = {each.agent_id: each.name or each.agent_id for each in visit.app.people.directory.agents()}
    return Known(
        metrics=_metrics(visit),
        agents=_distinct(agents),
        languages=languages_of(visit.reader),
        address=f"{BASE}/metrics",
    )


def languages_of(reader: Reader) -> dict[str, str]:
    """Return the languages with a tag of two letters by their names in the reader's language, in that order."""
    languages = {each: language_name(each, reader) for each in _codes()}
    return dict(sorted(languages.items(), key=lambda each: each[1].casefold()))


@cache
def _codes() -> tuple[str, ...]:
    return tuple(each for each in map(str, Locale("en").languages) if len(each) == _OF_TWO_LETTERS)


def columns_of_tables(visit: Visit) -> dict[str, tuple[str, ...]]:
    """Return the columns of each table of the app, by its name."""
    return {each.name: _columns(each.document) for each in visit.app.definitions.in_force("table")}


def names_for(visit: Visit, metric: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the names that a question can have of playbooks with their stages and steps, of dialog tasks, and of custom fields.

    They are those of this app's own assistance; a conversation that came with another one's may have others.
    """
    found: dict[str, tuple[str, ...]] = {}
    if metric.get("type") == "by_dialog":
        found["dialog"] = _called(visit.app.live.settings().dialogs)
    elif metric.get("type") == "by_playbook":
        books = visit.app.live.settings().playbooks
        stages = [stage for each in books if metric.get("playbook") in (each.id, each.name) for stage in each.stages]
        steps = _called(step for stage in stages for step in stage.steps)
        found |= {"playbook": _called(books), "stage": _called(stages), "step": steps}
    if "source" in metric or "meta" in metric:
        found["custom_field"] = custom_fields(visit.app)
    return {key: names for key, names in found.items() if names}


def _called(things: Iterable[Playbook | PlannedStage | PlannedStep | DialogTask]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name or each.id for each in things))


@lru_cache(maxsize=16)
def _columns(document: bytes) -> tuple[str, ...]:
    try:
        return read_table(document).columns
    except FormatError:  # of a version that took it
        return ()


def _metrics(visit: Visit) -> dict[str, MetricInfo]:
    forms = forms_in_force(visit.app)
    names = _distinct({metric.id: metric.name for form in forms for metric in form.metrics})
    return {
        metric: MetricInfo(
            name=name,
            forms=tuple(form.name for form in forms if any(each.id == metric for each in form.metrics)),
            is_manual=any(each.id == metric and each.type == "manual" for form in forms for each in form.metrics),
        )
        for metric, name in names.items()
    }


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Return names in their order, each with its id where another has the same."""
    count = Counter(name.casefold() for name in names.values())
    shown = {each: f"{name} ({each})" if count[name.casefold()] > 1 else name for each, name in names.items()}
    return dict(sorted(shown.items(), key=lambda each: each[1].casefold()))

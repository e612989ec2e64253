"""Names to pick from in the builders: metrics of forms, agents, languages."""

from collections import Counter
from collections.abc import Mapping

from babel import Locale

from auscult.server.console.forms import forms_in_force
from auscult.server.console.reader import Reader
from auscult.server.console.views.naming import language_name
from auscult.server.console.views.setup.cards import Known, MetricInfo
from auscult.server.console.visit import BASE, Visit

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
    codes = [each for each in map(str, Locale("en").languages) if len(each) == _OF_TWO_LETTERS]
    languages = {each: language_name(each, reader) for each in codes}
    return dict(sorted(languages.items(), key=lambda each: each[1].casefold()))


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

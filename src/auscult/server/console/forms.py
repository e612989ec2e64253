"""The forms of an app as pages need them, each document read once."""

from functools import lru_cache

from auscult.domain.form import Form
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.store import AppStore

_MOST_KEPT = 128

_read = lru_cache(maxsize=_MOST_KEPT)(read_form)


def forms_in_force(app: AppStore) -> list[Form]:
    """Return the forms that are in force, by id."""
    return [_read(each.document, each.version) for each in app.forms.in_force()]


def metric_names(app: AppStore) -> dict[str, str]:
    """Return the names of the metrics of the forms in force, by metric id, in the order of the names."""
    found = {metric.id: metric.name for form in forms_in_force(app) for metric in form.metrics}
    return dict(sorted(found.items(), key=lambda each: each[1]))

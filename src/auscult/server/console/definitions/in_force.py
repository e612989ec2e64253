"""The forms of an app as pages need them, each document read once."""

from auscult.domain.form import Form
from auscult.services.definitions.forms.cache import read_kept
from auscult.storage.store import AppStore


def forms_in_force(app: AppStore) -> list[Form]:
    """Return the forms that are in force, by id."""
    return [read_kept(each.document, each.version) for each in app.forms.in_force()]


def metric_names(app: AppStore) -> dict[str, str]:
    """Return the names of the metrics of the forms in force, by metric id, in the order of the names."""
    found = {metric.id: metric.name for form in forms_in_force(app) for metric in form.metrics}
    return dict(sorted(found.items(), key=lambda each: each[1]))

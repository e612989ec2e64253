"""Versions of forms, each read once by a process: reading one takes as long as scoring dozens of conversations."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

from auscult.domain.definitions.form_version import FormVersion
from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.definitions.forms import AppForms
from auscult.storage.store import AppStore

UNPUBLISHED = 0
"""The version of a form that is not published."""

read_kept = lru_cache(maxsize=128)(read_form)
"""``read_form`` for pages and searches of many apps: of each document and version, once while it is among the latest read."""


def earlier_versions(forms: AppForms, form: Form) -> Iterator[Form]:
    """Yield the versions of a form for conversations that began before its first day, the newest first.

    A version that begins no earlier than a newer one scores nothing; behind one that was retired, or that can no longer
    be read, there are no others.
    """
    first = form.valid_from
    for version in forms.versions(form.id) if first else ():
        if version.version >= form.version:
            continue
        if first is None or version.retired_at is not None:
            return
        try:
            found = read_kept(version.document, version.version)
        except FormError:
            return
        if found.valid_from is None or found.valid_from < first:
            yield found
            first = found.valid_from


class FormCache:
    """Cache of parsed forms. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._read: dict[tuple[str, str, int], Form] = {}
        self._earlier: dict[tuple[str, str, int], tuple[Form, ...]] = {}

    def get(self, app: AppStore, form_id: str, version: int) -> Form:
        """A version that there is. Raises ``FormError`` when it can no longer be read."""
        key = (app.tenant.app_id, form_id, version)
        if key in self._read:
            return self._read[key]
        found = app.forms.get(form_id, version)
        assert found is not None  # noqa: S101  (a version is never deleted)
        return self.stored(app, found)

    def in_force(self, app: AppStore) -> list[Form]:
        """Return the forms of an app that are in force, each with the versions of before its first day.

        One that an older version of the program took and this one does not is left out.
        """
        return self._with_earlier(app, app.forms.in_force())

    def beside(self, app: AppStore, form: Form) -> list[Form]:
        """Return the forms that conversations would choose from if this form were in force: it, and the others in force.

        One that an older version accepted and this one does not scores nothing, and is left out.
        """
        return [form, *self._with_earlier(app, [each for each in app.forms.in_force() if each.form_id != form.id])]

    def earlier(self, app: AppStore, form: Form) -> tuple[Form, ...]:
        """Return the versions of a stored form for conversations that began before its first day, the newest first."""
        if form.valid_from is None:
            return ()
        key = (app.tenant.app_id, form.id, form.version)
        if key not in self._earlier:
            self._earlier[key] = tuple(earlier_versions(app.forms, form))
        return self._earlier[key]

    def _with_earlier(self, app: AppStore, versions: Sequence[FormVersion]) -> list[Form]:
        forms: list[Form] = []
        for version in versions:
            with suppress(FormError):
                form = self.stored(app, version)
                forms += (form, *self.earlier(app, form))
        return forms

    def stored(self, app: AppStore, found: FormVersion) -> Form:
        """Return a version as it was read from the store. Raises ``FormError`` when it can no longer be read."""
        key = (app.tenant.app_id, found.form_id, found.version)
        if key not in self._read:
            self._read[key] = read_form(found.document, found.version)
        return self._read[key]

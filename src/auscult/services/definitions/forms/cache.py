"""Versions of forms, each read once by a process: reading one takes as long as scoring dozens of conversations."""

from contextlib import suppress
from functools import lru_cache

from auscult.domain.definitions.form_version import FormVersion
from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.services.definitions.forms.reading import read_form
from auscult.storage.store import AppStore

UNPUBLISHED = 0
"""The version of a form that is not published."""

read_kept = lru_cache(maxsize=128)(read_form)
"""``read_form`` for pages and searches of many apps: of each document and version, once while it is among the latest read."""


class FormCache:
    """Cache of parsed forms. Threads may share it."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._read: dict[tuple[str, str, int], Form] = {}
        self._documents: dict[str, Form] = {}

    def get(self, app: AppStore, form_id: str, version: int) -> Form:
        """A version that there is. Raises ``FormError`` when it can no longer be read."""
        key = (app.tenant.app_id, form_id, version)
        if key in self._read:
            return self._read[key]
        found = app.forms.get(form_id, version)
        assert found is not None  # noqa: S101  (a version is never deleted)
        return self._form(app, found)

    def read(self, name: str, document: bytes) -> Form:
        """A document that is no version, by a name that no other has. Raises ``FormError`` when it cannot be read."""
        if name not in self._documents:
            self._documents[name] = read_form(document, UNPUBLISHED)
        return self._documents[name]

    def in_force(self, app: AppStore) -> list[Form]:
        """The forms of an app that are in force; one that an older version took and this one does not is left out."""
        forms: list[Form] = []
        for version in app.forms.in_force():
            with suppress(FormError):
                forms.append(self._form(app, version))
        return forms

    def beside(self, app: AppStore, form: Form) -> list[Form]:
        """Return the forms that conversations would choose from if this form were in force: it, and the others in force.

        One that an older version accepted and this one does not scores nothing, and is left out.
        """
        forms = [form]
        for other in app.forms.in_force():
            if other.form_id != form.id:
                with suppress(FormError):
                    forms.append(self._form(app, other))
        return forms

    def _form(self, app: AppStore, found: FormVersion) -> Form:
        key = (app.tenant.app_id, found.form_id, found.version)
        if key not in self._read:
            self._read[key] = read_form(found.document, found.version)
        return self._read[key]

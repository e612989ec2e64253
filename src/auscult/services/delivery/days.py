"""The days of an app: from midnight to midnight of its time zone, which is UTC unless the app says otherwise."""

import msgspec
from msgspec import Struct

from auscult.domain.people.timezones import check_timezone
from auscult.storage.store import AppStore

KIND = "days"
UTC_NAME = "UTC"


class _Days(Struct, frozen=True):
    timezone: str = UTC_NAME


def timezone_of(app: AppStore) -> str:
    """Return the name of the time zone of an app's days."""
    stored = app.definitions.get(KIND, KIND)
    return UTC_NAME if stored is None else msgspec.json.decode(stored.document, type=_Days).timezone


def change_timezone(app: AppStore, name: str) -> None:
    """Let an app's days be those of a time zone. Raises ``RequestError`` ``timezone.unknown``."""
    check_timezone(name, "timezone")
    if name != timezone_of(app):
        app.definitions.publish(KIND, KIND, msgspec.json.encode(_Days(name)))

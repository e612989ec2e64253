"""Times of an app: whose days it has, which are of UTC unless the app says otherwise, and when its chats have ended."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from auscult.domain.errors import RequestError
from auscult.domain.people.timezones import check_timezone
from auscult.formats import Given
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

KIND = "days"
UTC_NAME = "UTC"
LONGEST_INACTIVITY = 366 * 24 * 60
"""Minutes of a year."""
ChatMinutes = Annotated[int, Meta(ge=1, le=LONGEST_INACTIVITY)]


class AppTimes(Struct, frozen=True, kw_only=True):
    """Times of an app: the zone of its days and of times without a zone, and when a chat without an end has ended.

    After ``chat_inactivity_minutes`` without a message, the next one begins another conversation.
    """

    timezone: str = UTC_NAME
    chat_inactivity_minutes: ChatMinutes = 12 * 60


def times_of(app: AppStore) -> AppTimes:
    """Return the times of an app."""
    stored = app.definitions.get(KIND, KIND)
    return AppTimes() if stored is None else msgspec.json.decode(stored.document, type=AppTimes)


def timezone_of(app: AppStore) -> str:
    """Return the name of the time zone of an app's days."""
    return times_of(app).timezone


def change_times(app: AppStore, principal: str, asked: Mapping[str, Any]) -> AppTimes:
    """Change the times that are asked for (not None), and return all of them; the access log has the change.

    Raises ``RequestError`` ``timezone.unknown``, ``field.out_of_range``.
    """
    before = times_of(app)
    chosen = {name: value for name, value in asked.items() if value is not None}
    check_timezone(chosen.get("timezone", UTC_NAME), "timezone")
    if not 1 <= chosen.get("chat_inactivity_minutes", 1) <= LONGEST_INACTIVITY:
        raise RequestError(
            "chat_inactivity_minutes is {value}; give 1 to {most}",
            code="field.out_of_range",
            field="chat_inactivity_minutes",
            value=chosen["chat_inactivity_minutes"],
            most=LONGEST_INACTIVITY,
        )
    after = AppTimes(**asdict(before) | chosen)
    if after != before:
        app.definitions.publish(KIND, KIND, msgspec.json.encode(after))
        record(app, principal, "times.changed", f"app:{app.tenant.app_id}", **chosen)
    return after


def of_app(given: Given, app: AppStore) -> Given:
    """Return the same for the files of an app: with its time zone, where none was given, and the end of its chats."""
    times = times_of(app)
    zone = times.timezone if given.is_zone_of_app else given.time_zone
    return replace(given, time_zone=zone, pause_ms=times.chat_inactivity_minutes * 60_000)

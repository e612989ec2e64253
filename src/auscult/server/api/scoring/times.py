"""Times of an app over HTTP: its time zone, and when its chats have ended."""

from litestar.params import JSONBody
from msgspec import Struct
from msgspec.structs import asdict

from auscult.server.rest import operation
from auscult.server.rest.context import App, Rights
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading, writing
from auscult.services.scoring.intake.times import AppTimes, ChatMinutes, change_times, times_of

example({"timezone": "Europe/Berlin", "chat_inactivity_minutes": 720})(AppTimes)


@example({"chat_inactivity_minutes": 60})
class TimesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times to change; those left out stay."""

    timezone: str | None = None
    chat_inactivity_minutes: ChatMinutes | None = None


@operation.get("/times", may=reading("conversations"), summary="The times of the app")
def get_times(app: App) -> AppTimes:
    """Return the zone of the app's days, and after how many minutes without a message a chat has ended."""
    return times_of(app)


@operation.put(
    "/times", may=writing("conversations", "settings.manage"), refuses={422: "There is no time zone of this name."}
)
def change_app_times(data: JSONBody[TimesBody], app: App, rights: Rights) -> AppTimes:
    """Change the times. They hold for what is loaded from now on."""
    return change_times(app, rights.label, asdict(data))


ROUTER = operation.router(__name__)

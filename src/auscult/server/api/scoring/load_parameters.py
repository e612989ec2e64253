"""Parameters of a load: what is given for files that do not say it themselves."""

from typing import Annotated, Literal

from auscult.domain.conversation import Channel
from auscult.formats import Given
from auscult.server.rest.parameters import query, repeated
from auscult.services.scoring.intake.asked import given_of


def given(
    format: Annotated[  # noqa: A002  (the name of the parameter)
        str | None, query("The format, where it is not to be recognised by the content: `webvtt`, `native`.")
    ] = None,
    agent: Annotated[str | None, query("The agent, where the file names none.")] = None,
    queue: Annotated[str | None, query("The queue, where the file names none.")] = None,
    channel: Annotated[Channel | None, query("The channel, where the file does not say it.")] = None,
    language: Annotated[
        str | None, query("The language, where the file does not say it. Without, it is found from the words.")
    ] = None,
    started_at: Annotated[
        str | None, query("The start, where the file does not say it, as `2026-10-14T15:34`.")
    ] = None,
    time_zone: Annotated[
        str | None, query("The zone of times that have none, as `Europe/Berlin`. Without, it is the app's.")
    ] = None,
    date_order: Annotated[
        Literal["day", "month"] | None, query("What dates like `03/04/2026` begin with, where no row shows it.")
    ] = None,
    decimal: Annotated[
        Literal["comma", "point"] | None,
        query("What decimals of numbers like `1,250` are after, where no row shows it."),
    ] = None,
    columns: Annotated[
        tuple[str, ...], repeated("The column of a table that holds something, as `text=Message`.")
    ] = (),
    sides: Annotated[tuple[str, ...], repeated("The side of a speaker, as `Speaker 1=agent`.")] = (),
) -> Given:
    """Return what is given. Raises ``RequestError`` with the field."""
    values = {
        "format": format,
        "agent": agent,
        "queue": queue,
        "channel": channel,
        "language": language,
        "started_at": started_at,
        "time_zone": time_zone,
        "date_order": date_order,
        "decimal": decimal,
    }
    return given_of(values, columns, sides)

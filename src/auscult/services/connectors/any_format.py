"""Items of a connector whose format is not named: each is recognised by its content, as a file that is loaded is."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, ClassVar, Self, cast

from msgspec.structs import replace

from auscult.domain.connectors import Item, Mapped, Refused, Setup
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError, RequestError, coded
from auscult.formats import Given, Source
from auscult.formats._contract import limits_of
from auscult.sandbox.reading import Noted, is_skipped
from auscult.services.scoring.intake.asked import NAMED, given_of
from auscult.services.scoring.intake.read import without_sides
from auscult.services.scoring.intake.times import of_app
from auscult.storage.store import AppStore

ANY = "any"
_PAIRS = ("columns", "sides")


class AnyFormat:
    """Mapper of items of any format. Options are what files do not say: ``agent``, ``channel``, ``sides``, and so on."""

    name: ClassVar[str] = ANY

    def __init__(self, setup: Setup) -> None:
        """Check the options. Raises ``RequestError``."""
        self._source = Source(
            app_id=setup.app_id,
            limits=limits_of(setup),
            given=_given(setup.options),
        )

    def in_app(self, app: AppStore) -> Self:
        """Return itself, for items of an app with its time zone and the end of its chats."""
        self._source = replace(self._source, given=of_app(self._source.given, app))
        return self

    def accepts(self, key: str) -> bool:
        """Return whether an item may hold conversations: it is no picture, no sound, no hidden file."""
        return not is_skipped(key, Noted())

    def map(self, item: Item) -> list[Mapped]:
        """Return conversations and refusals, in order; sides are found once the mapping table is applied."""
        mapped: list[Mapped] = []
        own = replace(self._source, name=item.key, siblings=item.siblings)
        try:
            for one in without_sides(BytesIO(item.data), own, Noted()):
                if isinstance(one, Conversation):
                    mapped.append(one)
                else:
                    line = "" if one.error.line is None else f"line {one.error.line}"
                    mapped.append(Refused(one.error.message, ", ".join(filter(None, (one.file, line)))))
        except FormatError as fault:
            mapped.append(Refused(fault.message, ""))
        return mapped


def _given(options: Mapping[str, Any]) -> Given:
    for name in options:
        if name not in (*NAMED, *_PAIRS):
            known = ", ".join((*NAMED, *_PAIRS))
            raise RequestError(
                "unknown key {name!r}; choose one of: {known}",
                name=name,
                known=known,
                code="connector.invalid",
                field=f"options.{name}",
            )
    pairs = {name: _pairs(name, options.get(name, {})) for name in _PAIRS}
    values = {name: None if options.get(name) is None else str(options[name]) for name in NAMED}
    return given_of(values, pairs["columns"], pairs["sides"])


def _pairs(name: str, given: object) -> list[str]:
    if not isinstance(given, dict):
        message = coded("{name} should be a mapping, as text: Message", name=name)
        raise RequestError(message, code="connector.invalid", field=f"options.{name}")
    return [f"{key}={value}" for key, value in cast("dict[str, Any]", given).items()]

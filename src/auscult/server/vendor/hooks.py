"""The hook of agent assist (rule 27): events of a contact centre about conversations in progress.

``POST /agentassist/api/v1/hooks/{botId}``, also under ``/agentai``. A body may have a message, events, or both.
The response is ``{"STATUS":"OK"}`` once its events are committed; a repeated request changes nothing.

Two fields extend the vendor's bodies: ``messageId``, and ``timestamp`` next to a message or an event. The header
``Idempotency-Key`` identifies a request, so that a repetition is recognised whatever its content.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from msgspec import Struct

from auscult.domain.assist.live import (
    Arrival,
    Author,
    Ended,
    HookEvent,
    Message,
    Moved,
    Participant,
    SummaryAsked,
    Transfer,
)
from auscult.domain.conversation import ID_SHOULD_BE, Channel, is_id
from auscult.domain.errors import FormatError, RequestError
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.formats._instants import instant
from auscult.server.asgi import Receive, Scope
from auscult.server.authorizer import check_scope
from auscult.server.bodies import check_json, read_body, read_object
from auscult.server.vendor.routes import ServedRoute
from auscult.storage.store import AppStore

PATHS = ("/agentassist/api/v1/hooks/{botId}", "/agentai/api/v1/hooks/{botId}")
SCOPES = frozenset({"AgentAssist Analytics", "assist:write"})
ANSWER = b'{"STATUS":"OK"}'

_BODY_BYTES = 1 << 20
_LONGEST_ID = 255
_MOST_EVENTS = 100
_AHEAD = timedelta(
    hours=1
)  # clocks differ; a time that is further ahead would be the last of its conversation for long
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*", re.ASCII)
_CHANNELS: Mapping[str, Channel] = {"chat": "chat", "voice": "voice"}
_AUTHORS: Mapping[str, Author] = {"user": "customer", "agent": "agent"}
_TRANSFERS: Mapping[str, Transfer] = {"na": "first", "cold": "cold", "warm": "warm", "redial": "redial"}
_TRANSITIONS: Mapping[str, bool] = {"entry": True, "exit": False}
_TRUTHS: Mapping[str, bool] = {"true": True, "false": False}


class HookRoute(ServedRoute):
    """The route that receives the events of contact centres."""

    templates = PATHS

    async def answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> bytes:
        """Store the events of a request, and return the confirmation."""
        if "token" in headers:  # as the vendor's samples have it
            headers.setdefault("auth", headers["token"])
        client = await self._authorizer.client(scope, headers)
        tenant = await self.tenant(client, scope, headers)
        check_scope(client.scopes, SCOPES)
        check_json(headers)
        body = read_object(await read_body(receive, headers, _BODY_BYTES))
        live, limits = self._services.live, self._services.settings.limits
        received = read_hook(body, tenant.app_id, live.now(), headers.get("idempotency-key"), limits)
        conversation_id = received.conversation_id
        await live.receive(lambda: self._opened(tenant, conversation_id), conversation_id, received.arrivals)
        return ANSWER

    def _opened(self, tenant: Tenant, conversation_id: str) -> AppStore:
        """Return the app, where it may begin this conversation or has. Raises ``LimitReachedError``."""
        app = self._services.store.within(tenant)
        if not app.live.count(conversation_id):  # one that goes on is received to its end
            self._services.room.must_take(tenant)
        return app


class HookBody(NamedTuple):
    """The events of a request, all of one conversation."""

    conversation_id: str
    arrivals: tuple[Arrival, ...]


def read_hook(body: Mapping[str, Any], app_id: str, received_at: datetime, key: str | None, limits: Limits) -> HookBody:
    """Read a body; other keys are ignored. Raises ``RequestError``: ``field.*``, ``date.unreadable``."""
    fields = _Fields(body, "")
    conversation_id = fields.text("conversationId", is_required=True) or ""
    if not is_id(conversation_id):
        raise fields.wrong("conversationId", ID_SHOULD_BE)
    bot_id = fields.text("botId")
    if bot_id not in (None, app_id):
        raise RequestError(
            "botId: give the app that the path names, or leave it out.",
            code="field.unknown_value",
            field="botId",
            value=bot_id,
        )
    reader = _Reader(received_at, key, limits)
    arrivals = (*reader.message(fields), *reader.events(fields))
    if not arrivals:
        raise RequestError("query: give a message as query, or events.", code="field.missing", field="query")
    return HookBody(conversation_id, arrivals)


class _Reader(Struct):
    """Reader of the parts of one body. They keep their order: each is a microsecond later than the one before."""

    received_at: datetime
    key: str | None
    limits: Limits
    parts: int = 0

    def message(self, fields: "_Fields") -> Iterator[Arrival]:
        """Yield the message, if there is one."""
        text = fields.given("query")
        if text is None:
            return
        if not isinstance(text, str):
            raise fields.wrong("query", "text")
        if not text.strip():  # nothing was said
            return
        if len(text.encode(errors="surrogatepass")) > self.limits.turn_bytes:
            raise RequestError(
                f"query: give at most {self.limits.turn_bytes} bytes (setting turn_bytes).",
                code="field.out_of_range",
                field="query",
            )
        author = fields.inner("author").choice("type", _AUTHORS, is_required=True)
        name = fields.text("messageId")
        asks = fields.choice("sendUserMessage", _TRUTHS)
        yield self._arrival(
            fields,
            name,
            lambda common: Message(
                **common,
                message_id=name or "",
                author=author or "customer",
                text=text.encode(errors="replace").decode().replace("\0", "\ufffd"),
                agent_id=fields.text("agentId"),
                wants_answer=asks is not False,
            ),
        )

    def events(self, fields: "_Fields") -> Iterator[Arrival]:
        """Yield the events, in their order."""
        given = fields.given("events")
        if given is None:
            return
        if not isinstance(given, list) or len(cast("list[object]", given)) > _MOST_EVENTS:
            raise fields.wrong("events", f"a list of at most {_MOST_EVENTS} events")
        for index, event in enumerate(cast("list[object]", given)):
            if not isinstance(event, dict):
                raise fields.wrong(f"events[{index}]", "an object")
            one = _Fields(cast("dict[str, Any]", event), f"events[{index}].", fields)
            kind = one.choice("name", _KINDS, is_required=True)
            assert kind is not None  # noqa: S101  (required)
            yield self._arrival(one, one.text("eventId"), lambda common, kind=kind, one=one: kind(one, common))

    def _arrival(self, fields: "_Fields", name: str | None, make: Callable[[dict[str, Any]], HookEvent]) -> Arrival:
        received_at = self.received_at + timedelta(microseconds=self.parts)
        key = None if self.key is None else f"key {self.key} {self.parts}"
        self.parts += 1
        at = fields.instant("timestamp", self.received_at + _AHEAD)
        common: dict[str, Any] = {
            "id": "",
            "at": at or received_at,
            "received_at": received_at,
            "channel": fields.choice("experience", _CHANNELS),
            "language": fields.language(),
            "source": fields.source(),
            "is_external": fields.choice("isExtAD", _TRUTHS),
        }
        return Arrival(event=make(common), key=name or key, is_timed=at is not None)


def _moved(fields: "_Fields", common: dict[str, Any]) -> HookEvent:
    transfer = fields.choice("transfertype", _TRANSFERS, is_required=True) or "first"
    is_entry = fields.choice("transition", _TRANSITIONS, is_required=True) or False
    participant = _participant(fields.inner("participant"), is_required=True)
    assert participant is not None  # noqa: S101  (required)
    return Moved(**common, transfer=transfer, is_entry=is_entry, participant=participant)


def _summary_asked(fields: "_Fields", common: dict[str, Any]) -> HookEvent:
    common["language"] = common["language"] or fields.inner("data").language("locale")
    return SummaryAsked(**common)


def _ended(fields: "_Fields", common: dict[str, Any]) -> HookEvent:
    return Ended(**common, reason=fields.text("reason"), participant=_participant(fields.inner("participant")))


_KINDS: Mapping[str, Callable[["_Fields", dict[str, Any]], HookEvent]] = {
    "internal_transfer_event": _moved,
    "trigger_summary_event": _summary_asked,
    "end_of_conversation": _ended,
}


def _participant(fields: "_Fields", *, is_required: bool = False) -> Participant | None:
    identity = fields.text("identity", is_required=is_required)
    if identity is None:
        return None
    custom = fields.inner("customFields")
    return Participant(
        id=identity,
        name=fields.text("name"),
        email=custom.text("agentEmail"),
        queue_id=custom.text("queueId"),
        queue_name=custom.text("queueName"),
    )


class _Fields:
    """The fields of an object, with its path for errors; ``above`` has the values of fields that it lacks."""

    def __init__(self, given: Mapping[str, Any], path: str, above: "_Fields | None" = None) -> None:
        self._given = given
        self._path = path
        self._above = above

    def given(self, name: str) -> object:
        """Return the value of a field, or None."""
        return self._given.get(name)

    def inner(self, name: str) -> "_Fields":
        """Return the object in a field, or an empty one."""
        value = self.given(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return _Fields(cast("dict[str, Any]", value or {}), f"{self._path}{name}.")

    def text(self, name: str, *, is_required: bool = False) -> str | None:
        """Return a name or an id; a number is returned as its digits."""
        value = self.given(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None or (value == "" and not is_required):
            if is_required:
                raise self.missing(name)
            return None
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID or _is_odd(value):
            raise self.wrong(name, f"text of 1 to {_LONGEST_ID} characters")
        return value

    def choice(self, name: str, known: Mapping[str, Any], *, is_required: bool = False) -> Any:  # noqa: ANN401  (a value of the table)
        """Return a value of a table by its name in any letter case; the body's for a field that an event lacks."""
        value = self.given(name)
        if value is None and self._above is not None and not is_required:
            return self._above.choice(name, known)
        if value is None:
            if is_required:
                raise self.missing(name)
            return None
        found = str(value).lower() if isinstance(value, str | bool) else ""
        if found not in known:
            field = self._path + name
            raise RequestError(
                f"{field}: give one of {', '.join(each.upper() for each in known)}.",
                code="field.unknown_value",
                field=field,
                value=value,
            )
        return known[found]

    def language(self, name: str = "language") -> str | None:
        """Return a language by its code; a language's name is ignored."""
        value = self.given(name)
        if isinstance(value, str) and _LANGUAGE.fullmatch(value):
            return value.replace("_", "-").partition("-")[0].lower()
        return None if self._above is None else self._above.language(name)

    def source(self) -> str | None:
        """Return the system that sends the event."""
        return self.text("source") or (None if self._above is None else self._above.source())

    def instant(self, name: str, latest: datetime) -> datetime | None:
        """Return a point in time, at most the latest: ISO 8601, or seconds or milliseconds since 1970."""
        value = self.given(name)
        if value is None:
            return None if self._above is None else self._above.instant(name, latest)
        field = self._path + name
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise self.wrong(name, "a time")
        try:
            found = instant(value, field)
        except FormatError as error:
            raise RequestError(error.message, code="date.unreadable", field=field, value=value) from error
        if found > latest:
            raise RequestError(
                f"{field}: give a time that is not in the future; up to an hour ahead is accepted.",
                code="field.out_of_range",
                field=field,
                value=value,
            )
        return found

    def missing(self, name: str) -> RequestError:
        """Return the error of a missing field."""
        field = self._path + name
        return RequestError(f"{field} is required.", code="field.missing", field=field)

    def wrong(self, name: str, right: str) -> RequestError:
        """Return the error of a field with a wrong value; ``right`` describes a valid one."""
        field = self._path + name
        return RequestError(f"{field}: give {right}.", code="field.wrong_type", field=field, value=self.given(name))


def _is_odd(text: str) -> bool:
    """Return whether no database can store this."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)

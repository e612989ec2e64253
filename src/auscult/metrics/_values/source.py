"""Source of truth of a value: a custom field, a table of the app, or the reply to a request.

Documented for users in docs/reference/metrics/by_value.md.
"""

import json
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple
from urllib.parse import quote

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.probe import Answers, FailedAnswerError, Lookup, LookupAnswer, Probe, TableLookup, Transcript
from auscult.metrics._finding.language import Problem
from auscult.metrics._finding.reading import Reading
from auscult.metrics._values.addresses import url_problem
from auscult.metrics._values.said import Said, Sayings, said_problems

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PATH = re.compile(r"[^.\[\]]+(\[\d+\])*(\.[^.\[\]]+(\[\d+\])*)*|(\[\d+\])+(\.[^.\[\]]+(\[\d+\])*)*")
_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding", "authorization", "cookie"})
_NOBODY: Answers = {}


class Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """By what the truth is looked up: a custom field, an id of the conversation, or a value that is said."""

    custom_field: str | None = None
    field: Literal["id", "custom_id", "customer_id"] | None = None
    said: Said | None = None
    which: Literal["first", "last"] = "last"


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the app: the row whose ``key_column`` holds the key, and there ``column``."""

    name: str
    key_column: str
    column: str
    key: Key


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A header of a request; not a secret, for forms are read by many."""

    name: str
    value: str


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Request to a host that the operator allows. ``{key}`` is replaced by the key; ``path`` leads to the value."""

    url: str
    path: str
    key: Key | None = None
    method: Literal["GET", "POST"] = "GET"
    headers: tuple[Header, ...] = ()
    body: str = ""


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Exactly one of these."""

    custom_field: str | None = None
    table: Table | None = None
    request: Request | None = None


def source_problems(source: Source, field: str) -> Iterator[Problem]:
    """Yield its faults: (field, fault and what would be right)."""
    if sum(one is not None for one in (source.custom_field, source.table, source.request)) != 1:
        yield field, coded("needs exactly one of custom_field, table and request")
    if source.custom_field is not None and not source.custom_field.strip():
        yield f"{field}.custom_field", coded("is empty; name a custom field")
    if source.table is not None:
        for key in ("name", "key_column", "column"):
            if not getattr(source.table, key).strip():
                yield f"{field}.table.{key}", coded("is empty")
        yield from _key_problems(source.table.key, f"{field}.table.key")
    if source.request is not None:
        yield from _request_problems(source.request, f"{field}.request")


def _key_problems(key: Key, field: str) -> Iterator[Problem]:
    if sum(one is not None for one in (key.custom_field, key.field, key.said)) != 1:
        yield field, coded("needs exactly one of custom_field, field and said")
    if key.said is not None:
        yield from said_problems(key.said, f"{field}.said", has_trigger=False)
        if key.said.judge is not None:
            yield f"{field}.said.judge", coded("cannot find a key; give a kind or a pattern")


def _request_problems(request: Request, field: str) -> Iterator[Problem]:
    if reason := url_problem(request.url):
        yield f"{field}.url", reason
    if not _PATH.fullmatch(request.path):
        yield (
            f"{field}.path",
            coded("{value!r} must lead to the value, like data.loans[0].rate", value=request.path),
        )
    if "{key}" in request.url + request.body and request.key is None:
        yield field, coded("has {key} and no key; say what it stands for")
    if request.key is not None:
        if "{key}" not in request.url + request.body:
            yield f"{field}.key", coded("is used nowhere; put {key} into url or body")
        yield from _key_problems(request.key, f"{field}.key")
    if request.body and request.method == "GET":
        yield f"{field}.body", coded("belongs to method POST")
    for index, header in enumerate(request.headers):
        if not _HEADER.fullmatch(header.name) or not (header.value.isascii() and header.value.isprintable()):
            yield f"{field}.headers[{index}]", coded("is no header of HTTP")
        elif header.name.casefold() in _OURS:
            yield (
                f"{field}.headers[{index}].name",
                coded("{name} cannot be set by a form; secrets belong in the hosts file", name=header.name),
            )


class Truth(NamedTuple):
    """Value of a source, as text; None where it has none, and then ``reason`` explains why.

    ``digests`` are the keyed hashes that an equal value has where redaction masked it.
    """

    text: str | None
    reason: str = ""
    digests: tuple[str, ...] = ()


class Sources:
    """Source of truth, compiled. ``needs``: the probes it may send out."""

    def __init__(self, source: Source) -> None:
        """Nothing is asked yet."""
        self._source = source
        key = (source.table and source.table.key) or (source.request and source.request.key)
        self._key = key
        self._sayings = Sayings(key.said, speaker="customer") if key and key.said else None
        asked: tuple[type[Probe] | None, ...] = (source.table and TableLookup, source.request and Lookup)
        self.needs = frozenset(kind for kind in asked if kind)

    def probe(self, reading: Reading) -> Probe | None:
        """Return the question; None where none is needed, or where there is no key to ask by."""
        return self._build_probe(reading)[0]

    def truth(self, reading: Reading, answers: Answers) -> Truth:
        """Return the value of the source. Raises ``FailedAnswerError`` where it is unknown."""
        if self._source.custom_field is not None:
            found = reading.conversation.custom_fields.get(self._source.custom_field)
            return Truth(found, coded("the conversation has no custom field {name}", name=self._source.custom_field))
        probe, reason = self._build_probe(reading)
        if probe is None:
            return Truth(None, reason)
        answer = answers[probe]
        assert isinstance(answer, LookupAnswer)  # noqa: S101  (a look-up is answered by one)
        if answer.is_failed:
            raise FailedAnswerError(answer.reason)
        return Truth(answer.value, answer.reason, answer.digests)

    def _build_probe(self, reading: Reading) -> tuple[Probe | None, str]:
        """Return the probe, or None and the reason."""
        key = self._key_of(reading)
        if key is None and self._key is not None:
            return None, self._no_key(self._key)
        if self._source.table is not None:
            table = self._source.table
            return TableLookup(table.name, table.key_column, key or "", table.column), ""
        if self._source.request is not None:
            return _lookup(self._source.request, key or "", reading.conversation), ""
        return None, ""

    def _key_of(self, reading: Reading) -> str | None:
        key, conversation = self._key, reading.conversation
        if key is None:
            return None
        if key.custom_field is not None:
            return conversation.custom_fields.get(key.custom_field) or None
        if key.field is not None:
            customer = conversation.customer
            known = {
                "id": conversation.id,
                "custom_id": conversation.custom_id,
                "customer_id": customer.id if customer else None,
            }
            return known[key.field]
        heard = self._sayings.heard(reading, _NOBODY, None) if self._sayings else []
        return heard[0 if key.which == "first" else -1].value.plain if heard else None

    def _no_key(self, key: Key) -> str:
        if key.custom_field is not None:
            return coded("the conversation has no custom field {name} to look it up by", name=key.custom_field)
        if key.field is not None:
            return coded("the conversation has no {name} to look it up by", name=key.field)
        if key.said is None or self._sayings is None:
            return ""
        return coded(
            "the {name} to look it up by is not said in {place}", name=key.said.name, place=self._sayings.scope
        )


def _lookup(request: Request, key: str, conversation: Conversation) -> Lookup:
    headers = tuple((header.name, header.value) for header in request.headers)
    return Lookup(
        method=request.method,
        url=request.url.replace("{key}", quote(key, safe="")),
        headers=headers,
        body=request.body.replace("{key}", json.dumps(key, ensure_ascii=False)[1:-1]),
        path=request.path,
        transcript=Transcript.of(conversation),
    )

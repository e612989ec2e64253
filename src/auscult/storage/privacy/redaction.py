"""Redaction at the one door through which conversations enter the store, from any source."""

import base64
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.conversation import Conversation
from auscult.domain.errors import SettingsError
from auscult.domain.privacy.conversations import Find, RedactedConversation, Redaction, hints_of, redact_conversation
from auscult.domain.privacy.digests import Digest, digest_of, digest_with
from auscult.domain.privacy.policy import names_apart
from auscult.domain.privacy.redaction import (
    PLACEHOLDER,
    Found,
    Hints,
    Kind,
    Numbering,
    Span,
    Utterance,
    kind_of,
    redacted,
    unnumbered,
)
from auscult.domain.privacy.settings import PrivacySettings
from auscult.redactors import REDACTORS, Redactor, long_numbers, secrets
from auscult.storage.access.apps import lock_app, render_again
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.people import agents
from auscult.storage.core.tables.privacy import privacy_settings, redactions
from auscult.storage.privacy.bulk import BULK
from auscult.storage.privacy.codes import document_without_codes, text_without_codes, without_codes
from auscult.storage.privacy.settings import read_settings, stored_settings

_SPANS = dict[str, tuple[Span, ...]]
_NUMBERS: frozenset[Kind] = frozenset({"card", "iban", "national_number", "security_code", "expiry"})
CODES = "codes"
"""Name of the search for security codes alone, where an app's redaction is off."""


class Incoming(NamedTuple):
    """Conversations as they may be stored, and what is to be kept of their redaction by conversation id.

    ``marks`` are placeholders that a conversation had already, as one from the store has: what was kept of them stays.
    """

    conversations: Sequence[Conversation]
    redactions: Mapping[str, Redaction]
    marks: Mapping[str, Collection[str]]


class AppPrivacy:
    """Privacy settings of one app, and the stored part of its redactions."""

    def __init__(self, database: Database, app: int, secret_key: bytes) -> None:
        """``secret_key`` is the database's; originals are encrypted with a key derived from it for them alone."""
        self._database = database
        self._app = app
        self._secret_key = secret_key

    @property
    def app(self) -> int:
        """The app's number."""
        return self._app

    def settings(self) -> PrivacySettings:
        """Read the app's settings."""
        return read_settings(self._database.value(sa.select(stored_settings(self._app))))

    def change(self, settings: PrivacySettings) -> None:
        """Store settings; they hold for what is accepted from then on. Raises ``SettingsError`` for a missing redactor.

        Where the emotions of agents are left out from now on, workers remove those that are stored, and make the rows
        of reports again.
        """
        if settings.is_on or settings.redactor not in REDACTORS:
            redactor(settings.redactor)
        row = {"app": self._app, "body": msgspec.json.encode(settings).decode()}
        insert = self._database.dialect.insert(privacy_settings).values(row)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            before = read_settings(connection.scalar(sa.select(stored_settings(self._app))))
            connection.execute(insert.on_conflict_do_update(index_elements=["app"], set_={"body": row["body"]}))
            if before.agent_emotions and not settings.agent_emotions:
                render_again(connection, self._app)

    def admitted(self, conversations: Sequence[Conversation], settings: PrivacySettings | None = None) -> Incoming:
        """Redact conversations as the app's settings say; security codes and the like always."""
        settings = settings or self.settings()
        marks = {each.id: each.masks.keys() for each in conversations if each.masks}
        after = self.redacted(conversations, settings)
        kept = {
            each.conversation.id: self.kept(each, settings)
            for before, each in zip(conversations, after, strict=True)
            if each.conversation is not before
        }
        return Incoming([each.conversation for each in after], kept, marks)

    def redacted(self, conversations: Sequence[Conversation], settings: PrivacySettings) -> list[RedactedConversation]:
        """Redact conversations as some settings say, each the same object where nothing in it is to be replaced."""
        redact = (
            partial(_redact, settings, self._secret_key, self._names(settings)) if settings.is_on else without_codes
        )
        by = settings.redactor if settings.is_on else CODES
        found = [_found_by(by, each) for each in BULK.map(redact, conversations)]
        return [
            each if each.conversation != before else each._replace(conversation=before)
            for before, each in zip(conversations, found, strict=True)
        ]

    def kept(self, found: RedactedConversation, settings: PrivacySettings) -> Redaction:
        """Return what is to be kept of a redaction."""
        return Redaction(spans=dict(found.spans), originals=_kept(found.originals, settings))

    def about(self, conversation: Conversation, settings: PrivacySettings | None = None) -> Callable[[str], str]:
        """Return what redacts a remark on a conversation: what is masked in that, and numbers that are never a colleague's."""
        settings = self.settings() if settings is None else settings
        if not settings.is_on:
            return text_without_codes
        mask_of = partial(digest_of, digest=_digest_with(self._secret_key))
        numbering = Numbering((), conversation.masks, mask_of, settings.policy.dropped)
        hints, find = hints_of(conversation, settings.countries), finder(settings.redactor)

        def redact(text: str) -> str:
            found = find([Utterance("", text)], hints)
            theirs = [one for one in found if one.kind in _NUMBERS or numbering.knows(one.kind, one.value)]
            return settings.policy.redacted([text], theirs, numbering).texts[0]

        return redact

    def text(self, text: str, settings: PrivacySettings | None = None) -> str:
        """Redact one text that belongs to no conversation: a search, an agent's summary.

        ``settings`` are those that were read already: inside a transaction no other connection may be asked for.
        """
        settings = self.settings() if settings is None else settings
        if not settings.is_on:
            return text_without_codes(text)
        found = finder(settings.redactor)([Utterance("", text)], Hints(countries=settings.countries))
        return settings.policy.redacted([text], found).texts[0]

    def _names(self, settings: PrivacySettings) -> tuple[str, ...]:
        """Read the names of the directory's agents, where they stay."""
        if settings.agent_names == "mask":
            return ()
        query = sa.select(agents.c.name).where(agents.c.app == self._app, agents.c.name.is_not(None))
        return tuple(self._database.values(query))

    def nameless(self, said: Sequence[Utterance], hints: Hints) -> tuple[str, ...]:
        """Redact words for a definition, which outlives what they were said in: in every mode, names as ``[name]``."""
        settings = self.settings()
        found = finder(settings.redactor)(said, replace(hints, countries=settings.countries))
        return tuple(map(unnumbered, redacted([each.text for each in said], found).texts))

    def refused(self, text: str) -> str:
        """Redact a refused document. What it is cannot be read, so that no longer number is left in it."""
        text = document_without_codes(text)
        return text if not self.settings().is_on else without_numbers(self.text(text))

    def keep(self, connection: Connection, admitted: Incoming, ids: Collection[str]) -> None:
        """Store what is kept of the redaction of these conversations, in place of what was kept of them before.

        Of a conversation that came back with its placeholders, what was kept of these stays.
        """
        kept = {each: admitted.redactions[each] for each in ids if each in admitted.redactions}
        for each in admitted.conversations if admitted.marks else ():
            before = self._stored(connection, each.id) if each.id in ids and each.id in admitted.marks else None
            if before is not None:
                still = before.within(each, admitted.marks[each.id])
                kept[each.id] = kept.get(each.id, Redaction()).behind(still)
        self._write(connection, ids, kept)

    def add(self, connection: Connection, conversation_id: str, redaction: Redaction) -> None:
        """Store more of a conversation's redaction: that of words of its recordings. Nothing where it was erased."""
        if redaction.spans or redaction.originals or redaction.is_marked:
            lock_app(connection, self._app)
            mine = (conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
            if connection.scalar(sa.select(conversations.c.conversation).where(*mine)) is None:
                return
            before = self._stored(connection, conversation_id) or Redaction()
            self._write(connection, (conversation_id,), {conversation_id: redaction.behind(before)})

    def stored(self, connection: Connection, conversation_ids: Collection[str]) -> dict[str, Redaction]:
        """Return what is kept of the redaction of conversations, by their ids."""
        query = sa.select(redactions).where(
            redactions.c.app == self._app, redactions.c.conversation_id.in_(conversation_ids)
        )
        return {row.conversation_id: self._read(row) for row in connection.execute(query)}

    def replace(self, connection: Connection, kept: Mapping[str, Redaction]) -> None:
        """Store this of the redaction of conversations, in place of what was kept of them before."""
        self._write(connection, kept.keys(), kept)

    def redaction(self, conversation_id: str) -> Redaction | None:
        """Return the stored part of a conversation's redaction, the originals decrypted; None where nothing was redacted.

        A caller that shows originals needs the permission ``conversation.read_unredacted``, and records it in the log.
        Raises ``SettingsError`` where the key does not open them.
        """
        with self._database.reading() as connection:
            return self._stored(connection, conversation_id)

    def _write(self, connection: Connection, ids: Collection[str], kept: Mapping[str, Redaction]) -> None:
        mine = (redactions.c.app == self._app, redactions.c.conversation_id.in_(ids))
        connection.execute(sa.delete(redactions).where(*mine))
        if kept:
            connection.execute(sa.insert(redactions), [self._row(each, its) for each, its in kept.items()])

    def _stored(self, connection: Connection, conversation_id: str) -> Redaction | None:
        return self.stored(connection, [conversation_id]).get(conversation_id)

    def _read(self, row: AnyRow) -> Redaction:
        sealed = None if row.originals is None else bytes(row.originals)
        originals = {} if sealed is None else msgspec.json.decode(self._opened(sealed), type=dict[str, str])
        return Redaction(spans=msgspec.json.decode(row.spans, type=_SPANS), originals=originals)

    def _row(self, conversation_id: str, kept: Redaction) -> dict[str, Any]:
        originals = self._lock.encrypt(msgspec.json.encode(kept.originals)) if kept.originals else None
        return {
            "app": self._app,
            "conversation_id": conversation_id,
            "spans": msgspec.json.encode(kept.spans).decode(),
            "originals": originals,
        }

    def seal(self, text: str) -> bytes:
        """Encrypt an original."""
        return self._lock.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Decrypt an original. Raises ``SettingsError`` where the key does not open it."""
        return self._opened(sealed).decode()

    @property
    def _lock(self) -> Fernet:
        return originals_lock(self._secret_key)

    def _opened(self, sealed: bytes) -> bytes:
        try:
            return self._lock.decrypt(sealed)
        except InvalidToken as error:
            raise SettingsError(
                "the secret key does not open this database's originals; give the key that it was made with",
                code="secret_key.wrong",
                field="secret_key",
            ) from error


def originals_lock(secret_key: bytes) -> Fernet:
    """Return the lock of originals: its key is derived from the database's for them alone."""
    key = hmac.digest(secret_key, b"auscult originals", "sha256")
    return Fernet(base64.urlsafe_b64encode(key))


def erase_redactions(connection: Connection, app: int, conversation_ids: Collection[str]) -> None:
    """Erase what is kept of conversations' redaction."""
    mine = (redactions.c.app == app, redactions.c.conversation_id.in_(conversation_ids))
    connection.execute(sa.delete(redactions).where(*mine))


def without_numbers(text: str) -> str:
    """Replace each run of four digits or more by ``[number]``."""
    for start, end in reversed(long_numbers(text)):
        text = f"{text[:start]}[number]{text[end:]}"
    return text


def _redact(
    settings: PrivacySettings, secret_key: bytes, names: tuple[str, ...], conversation: Conversation
) -> RedactedConversation:
    policy = settings.policy
    if settings.agent_names == "keep":
        customer = conversation.customer and conversation.customer.name
        said = names_apart((agent.name for agent in conversation.agents), (customer,))
        policy = policy._replace(own=(*policy.own, *names), own_words=said)
    return redact_conversation(
        conversation,
        finder(settings.redactor),
        settings.countries,
        _digest_with(secret_key),
        policy,
    )


def _found_by(redactor: str, found: RedactedConversation) -> RedactedConversation:
    """Return a redacted conversation whose spans name the redactor."""
    spans = {turn: tuple(replace(each, by=redactor) for each in its) for turn, its in found.spans.items()}
    return found._replace(spans=spans) if spans else found


def _kept(originals: Mapping[str, str], settings: PrivacySettings) -> dict[str, str]:
    """Return the originals of kinds that are tokens; a speaker's label that was replaced is a name."""
    kinds: dict[str, Kind] = {mark: kind_of(found)[0] for mark in originals if (found := PLACEHOLDER.fullmatch(mark))}
    return {mark: text for mark, text in originals.items() if settings.treatment(kinds.get(mark, "name")) == "token"}


@cache
def _digest_with(secret_key: bytes) -> Digest:
    return digest_with(secret_key)


@cache
def finder(name: str) -> Find:
    """Return what finds personal data by a redactor's name, and security codes, whether the redactor finds these or not."""
    find = redactor(name).find
    if name == "builtin":
        return find

    def both(utterances: Sequence[Utterance], hints: Hints) -> Sequence[Found]:
        return [*find(utterances, hints), *secrets(utterances)]

    return both


@cache
def redactor(name: str) -> Redactor:
    """Return a redactor by name, made once. Raises ``SettingsError`` where it is unknown or cannot be loaded."""
    if name not in REDACTORS:
        available = ", ".join(REDACTORS)
        raise SettingsError(
            f"unknown redactor {name!r}; available: {available}", code="redactor.unknown", field="redactor", value=name
        )
    return REDACTORS[name]()

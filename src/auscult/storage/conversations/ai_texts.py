"""Instructions, knowledge and tools of AI agents: each text once for an app, counted, and gone with the last use.

A conversation has references to them, as MessagePack: the number of each text, and behind it the values in its gaps.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple, cast

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.ai_agents.calls import ai_agents_of
from auscult.domain.ai_agents.context import AiContext, Knowledge, Tool
from auscult.domain.ai_agents.templates import Template, filled, shared, values_in
from auscult.domain.conversation import Conversation
from auscult.storage.core.tables.conversations import ai_agents, ai_texts

_CANDIDATES = 8
"""Texts of one name, the newest ones, that a text is compared with."""
_AT_ONCE = 500
_OF_REGISTERED = 0
"""First reference of a conversation that only names a registered agent."""
_NAME = 40
"""Characters of a text without a title that are its name."""
_DIGEST_BYTES = 16

_Kind = Literal["instructions", "knowledge", "tools"]
_TEMPLATE = msgspec.json.Decoder(Template)


_Reference = int | str
"""The number of a text, or a value in the gaps of the one before."""
_REFERENCES = msgspec.msgpack.Decoder(list[_Reference])


class _Piece(NamedTuple):
    """A text of a conversation. Texts of one name are likely to share most of their words."""

    kind: _Kind
    name: str
    text: str


def keep_contexts(connection: Connection, app: int, conversations: Iterable[Conversation]) -> dict[str, bytes]:
    """Store the texts of conversations, and count their uses; return the references by conversation id.

    The app's turn must have been taken.
    """
    given = list(conversations)
    pieces = {each.id: list(_pieces(each.ai, each)) for each in given if each.ai is not None}
    named = {each.id: its for each in given if each.ai is None and (its := sorted(ai_agents_of(each)))}
    if not pieces and not named:
        return {}
    texts = _Texts(connection, app)
    texts.find({piece for each in pieces.values() for piece in each})
    found = {each: [one for piece in its for one in texts.reference(piece)] for each, its in pieces.items()}
    found |= _registered(connection, app, [each for each in given if each.id in named])
    _count(connection, Counter(number for its in found.values() for number in _numbers(its)))
    return {each: msgspec.msgpack.encode(its) for each, its in found.items()}


def release_contexts(connection: Connection, references: Iterable[bytes | None]) -> None:
    """Count uses that ended, and erase the texts that nothing uses any more."""
    numbers = Counter(
        number for each in references if each is not None for number in _numbers(_REFERENCES.decode(each))
    )
    if numbers:
        _count(connection, Counter({number: -uses for number, uses in numbers.items()}))
        unused = sa.delete(ai_texts).where(ai_texts.c.text.in_(numbers), ai_texts.c.uses <= 0)
        connection.execute(unused)


def with_contexts(
    connection: Connection, conversations: Sequence[Conversation], references: Sequence[bytes | None]
) -> list[Conversation]:
    """Return conversations with the AI contexts that their references name."""
    read = [None if each is None else _REFERENCES.decode(each) for each in references]
    texts = _read(connection, {number for each in read for number in _numbers(each or ())})
    return [
        each if its is None else replace(each, ai=_context(its, texts))
        for each, its in zip(conversations, read, strict=True)
    ]


def is_given(references: bytes | None) -> bool:
    """Return whether a conversation brought its texts, and does not only name a registered agent."""
    return references is None or _REFERENCES.decode(references)[:1] != [_OF_REGISTERED]


def _registered(connection: Connection, app: int, conversations: Iterable[Conversation]) -> dict[str, list[_Reference]]:
    """Return the references of registered agents that conversations name: of their version, or the newest without one."""
    rows = connection.execute(sa.select(ai_agents).where(ai_agents.c.app == app).order_by(ai_agents.c.registered_at))
    known: dict[tuple[str, str | None], list[_Reference]] = {}
    for row in rows:
        its = [_OF_REGISTERED, *_REFERENCES.decode(row.ai)]
        known |= {(row.agent_id, row.version): its, (row.agent_id, None): its}
    found: dict[str, list[_Reference]] = {}
    for each in conversations if known else ():
        versions = {agent.id: agent.version for agent in each.agents}
        its = next(
            (known[key] for id_ in sorted(ai_agents_of(each)) if (key := (id_, versions.get(id_))) in known), None
        )
        found |= {} if its is None else {each.id: its}
    return found


class _Texts:
    """Texts of an app, as far as some pieces may be made of them."""

    def __init__(self, connection: Connection, app: int) -> None:
        self._connection = connection
        self._app = app
        self._whole: dict[bytes, int] = {}
        self._named: defaultdict[tuple[str, str], list[tuple[int, Template]]] = defaultdict(list)

    def find(self, pieces: Iterable[_Piece]) -> None:
        """Read the texts that pieces are, and the newest ones of their names."""
        mine = ai_texts.c.app == self._app
        digests = list({_digest(piece.kind, (piece.text,)) for piece in pieces})
        for at in range(0, len(digests), _AT_ONCE):
            query = sa.select(ai_texts.c.digest, ai_texts.c.text)
            found = self._connection.execute(query.where(mine, ai_texts.c.digest.in_(digests[at : at + _AT_ONCE])))
            self._whole |= {bytes(digest): number for digest, number in found}
        for kind, name, _ in {each._replace(text="") for each in pieces if self._number(each) is None}:
            its = (mine, ai_texts.c.kind == kind, ai_texts.c.name == name)
            query = sa.select(ai_texts.c.text, ai_texts.c.body).where(*its)
            rows = self._connection.execute(query.order_by(ai_texts.c.text.desc()).limit(_CANDIDATES))
            self._named[kind, name] = [(number, _TEMPLATE.decode(body)) for number, body in rows]

    def reference(self, piece: _Piece) -> tuple[_Reference, ...]:
        """Return a reference to the text of a piece, which is stored where there is none."""
        number = self._number(piece)
        if number is not None:
            return (number,)
        candidates = self._named[piece.kind, piece.name]
        fitting = [
            (sum(map(len, values)), number, values)
            for number, template in candidates[:_CANDIDATES]
            if (values := values_in(template, piece.text)) is not None
        ]
        if fitting:
            _, number, values = min(fitting)
            return number, *values
        common = [each for _, template in candidates[:_CANDIDATES] if (each := shared(template, piece.text))]
        template = max(common, key=lambda each: sum(map(len, each)), default=(piece.text,))
        number = self._add(piece, template)
        candidates.insert(0, (number, template))
        return number, *(values_in(template, piece.text) or ())

    def _number(self, piece: _Piece) -> int | None:
        return self._whole.get(_digest(piece.kind, (piece.text,)))

    def _add(self, piece: _Piece, template: Template) -> int:
        digest = _digest(piece.kind, template)
        query = sa.select(ai_texts.c.text).where(ai_texts.c.app == self._app, ai_texts.c.digest == digest)
        number = self._connection.scalar(query)
        if number is None:
            row = {"app": self._app, "kind": piece.kind, "name": piece.name, "digest": digest, "uses": 0}
            made = sa.insert(ai_texts).values(**row, body=msgspec.json.encode(template)).returning(ai_texts.c.text)
            number = self._connection.execute(made).scalar_one()
        if len(template) == 1:
            self._whole[digest] = number
        return number


def _pieces(context: AiContext, conversation: Conversation) -> Iterator[_Piece]:
    agents = {each.id: each.version or "" for each in conversation.agents}
    name = ", ".join(f"{each} {agents.get(each, '')}" for each in sorted(ai_agents_of(conversation)))
    if context.instructions is not None:
        yield _Piece("instructions", name, context.instructions)
    for each in context.knowledge:
        yield _Piece("knowledge", each.title or each.text[:_NAME], msgspec.json.encode(each).decode())
    if context.tools:
        yield _Piece("tools", name, msgspec.json.encode(context.tools).decode())


def _context(references: Iterable[_Reference], texts: Mapping[int, tuple[_Kind, Template]]) -> AiContext:
    found: dict[_Kind, list[str]] = {"instructions": [], "knowledge": [], "tools": []}
    left = [each for each in references if each != _OF_REGISTERED][::-1]
    while left:
        kind, template = texts[cast("int", left.pop())]
        found[kind].append(filled(template, [cast("str", left.pop()) for _ in template[1:]]))
    instructions, knowledge, tools = found.values()
    return AiContext(
        instructions[0] if instructions else None,
        tuple(msgspec.json.decode(each, type=Knowledge) for each in knowledge),
        msgspec.json.decode(tools[0], type=tuple[Tool, ...]) if tools else (),
    )


def _numbers(references: Iterable[_Reference]) -> Iterator[int]:
    return (each for each in references if isinstance(each, int) and each != _OF_REGISTERED)


def _read(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[_Kind, Template]]:
    wanted, found = sorted(numbers), dict[int, tuple[_Kind, Template]]()
    query = sa.select(ai_texts.c.text, ai_texts.c.kind, ai_texts.c.body)
    for at in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(query.where(ai_texts.c.text.in_(wanted[at : at + _AT_ONCE])))
        found |= {number: (kind, _TEMPLATE.decode(body)) for number, kind, body in rows}
    return found


def _count(connection: Connection, uses: Counter[int]) -> None:
    rows = [{"number": number, "more": more} for number, more in sorted(uses.items())]
    if rows:
        more = ai_texts.c.uses + sa.bindparam("more")
        connection.execute(sa.update(ai_texts).where(ai_texts.c.text == sa.bindparam("number")).values(uses=more), rows)


def _digest(kind: _Kind, template: Template) -> bytes:
    return blake2b(msgspec.json.encode((kind, *template)), digest_size=_DIGEST_BYTES).digest()

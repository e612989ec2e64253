"""Words, comments and pins of the conversations that ``bench.lists`` measures lists of.

Every conversation has sixty words a side, of a vocabulary of 30,000 whose frequency falls as in a language: ``hello`` is
in most of them, ``w29000`` in a few hundred. One in a hundred has a thread, half of them open; one in a thousand is
pinned to one of five collections.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.storage.core.database import Database

VOCABULARY = ("hello", "you", "the", "card", "thank", *(f"w{n:05}" for n in range(29_995)))
WORDS = 60
_TEXTS = 20_000
_AT_A_TIME = 20_000
_COLLECTION = b'{"collection_id":"cl-1","name":"Best","made_by":"x@example.com","made_at":"2026-01-01T00:00:00Z"}'

_CONVERSATIONS = """
INSERT INTO conversations (conversation, app, conversation_id, revision, digest, started_at, batch, filed_at, size, body,
is_excluded) SELECT report_rows.row, listings.app, conversation_id, 1, :nothing, started_at, 0, started_at, 0, :nothing, 0
FROM report_rows JOIN listings ON listings.listing = report_rows.listing"""
_BATCH = """
INSERT INTO batches (batch, batch_id, app, size, state, starts, accepted_at)
SELECT 0, 'ba-bench', app, 0, 'done', 1, 0 FROM listings LIMIT 1"""
_THREADS = """
INSERT INTO comment_threads (thread, thread_id, app, conversation, conversation_id, state, audience, changes, body)
SELECT conversation, 'th-' || conversation, app, conversation, conversation_id,
CASE WHEN conversation % 200 = 0 THEN 'open' ELSE 'resolved' END, 'colleagues', 1, :nothing
FROM conversations WHERE conversation % 100 = 0"""
_COLLECTIONS = """
INSERT INTO collections (collection, collection_id, app, changes, body)
SELECT DISTINCT 1 + (conversation / 1000) % 5, 'cl-' || (1 + (conversation / 1000) % 5), app, 1, :body
FROM conversations WHERE conversation % 1000 = 0"""
_PINS = """
INSERT INTO pins (pin, pin_id, app, collection, conversation, conversation_id, turn_id, place, note, pinned_by, pinned_at,
changes) SELECT conversation, 'pi-' || conversation, app, 1 + (conversation / 1000) % 5, conversation, conversation_id,
'm1', 1, '', 'x', 0, 1 FROM conversations WHERE conversation % 1000 = 0"""
_SAID = """
INSERT INTO said (conversation, app, conversation_id, started_at, agent, customer)
SELECT conversation, app, conversation_id, started_at, :agent, :customer FROM conversations WHERE conversation = :number"""


def fill_talk(database: Database) -> None:
    """Write conversations without content for the rows of a filled database, with what is said in and about them."""
    with database.writing() as connection:
        connection.execute(sa.text(_BATCH))
        connection.execute(sa.text(_CONVERSATIONS), {"nothing": b"\0"})
        connection.execute(sa.text(_THREADS), {"nothing": b"\0"})
        connection.execute(sa.text(_COLLECTIONS), {"body": _COLLECTION})
        connection.execute(sa.text(_PINS))
        numbers = list(connection.scalars(sa.text("SELECT conversation FROM conversations")))
    chance = random.Random(3)  # noqa: S311  (words of an example)
    texts = list(_texts(chance))
    for start in range(0, len(numbers), _AT_A_TIME):
        with database.writing() as connection:
            _say(connection, numbers[start : start + _AT_A_TIME], texts, chance)
    database.vacuum()


def _texts(chance: random.Random) -> Iterator[str]:
    weights = list(accumulate(1 / n for n in range(1, len(VOCABULARY) + 1)))
    for _ in range(_TEXTS):
        yield " ".join(chance.choices(VOCABULARY, cum_weights=weights, k=WORDS))


def _say(connection: Connection, numbers: Sequence[int], texts: Sequence[str], chance: random.Random) -> None:
    rows = [{"number": each, "agent": chance.choice(texts), "customer": chance.choice(texts)} for each in numbers]
    connection.execute(sa.text(_SAID), rows)

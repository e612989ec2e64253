"""Store of examples of forms and taxonomies, and of ticks. Each loses its pointer with its conversation, and stays as erased."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.form_examples import MOST_EXAMPLES, Example, TopicExample, too_many
from auscult.domain.privacy.log import Draft
from auscult.domain.questions.taught import MOST_TICKS, Tick, too_many_ticks
from auscult.storage.access.apps import lock_app
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.definitions import form_examples
from auscult.storage.core.text_validation import is_storable
from auscult.storage.delivery.feed import announce
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.log import append_entry

Made = TypeVar("Made", Example, TopicExample)


class AppFormExamples(SeenOfApp):
    """The examples of the forms and the taxonomies of one app, and the ticks of its questions."""

    def of_form(self, form_id: str) -> list[Example]:
        """Return the examples of a form that may be seen, and those that were erased, the oldest first."""
        return [each for each in self._of(form_examples.c.form_id, form_id) if isinstance(each, Example)]

    def of_taxonomy(self, taxonomy_id: str) -> list[TopicExample]:
        """Return those of a taxonomy, in the same way."""
        return [each for each in self._of(form_examples.c.taxonomy_id, taxonomy_id) if isinstance(each, TopicExample)]

    def ticks_of(self, form_id: str, metric_id: str) -> list[Tick]:
        """Return the ticks of a question in conversations that may be seen, and those that were erased, the oldest first."""
        found = (each for each in self._of(form_examples.c.form_id, form_id) if isinstance(each, Tick))
        return [each for each in found if each.metric_id == metric_id]

    def tick(self, ticks: Sequence[Tick], entry: Draft) -> None:
        """Store ticks of a question, each in place of the one that its turn had, with a line of the access log.

        Raises ``NotFoundError`` ``conversation.unknown``; ``ConflictError`` ``ticks.too_many``.
        """
        its = form_examples.c
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            for tick in ticks:
                mine = (its.app == self._app, its.form_id == tick.form_id, its.metric_id == tick.metric_id)
                of_turn = (its.conversation_id == tick.conversation_id, its.turn_id == tick.turn_id)
                connection.execute(sa.delete(form_examples).where(*mine, *of_turn, its.says.is_not(None)))
                count = sa.select(sa.func.count()).where(*mine, its.says.is_not(None))
                if (connection.scalar(count) or 0) >= MOST_TICKS:
                    raise too_many_ticks()
                row = msgspec.structs.asdict(tick) | {"app": self._app, "at": ms_of(tick.at), "wanted": ""}
                row["example_id"] = row.pop("tick_id")
                row["conversation"] = self._number_of(connection, tick.conversation_id or "")
                connection.execute(sa.insert(form_examples).values(row))
            append_entry(connection, self._database, entry)

    def _of(self, column: sa.Column[str], name: str) -> list[Example | TopicExample | Tick]:
        if not is_storable(name):
            return []
        seen = visible(self._visibility, self._app, form_examples.c.conversation_id)
        query = sa.select(form_examples).where(form_examples.c.app == self._app, column == name)
        if seen:
            query = query.where(sa.or_(form_examples.c.conversation_id.is_(None), sa.and_(*seen)))
        return [_example(row) for row in self._database.rows(query.order_by(form_examples.c.example))]

    def of_conversations(self, conversation_ids: Sequence[str]) -> list[Example | TopicExample]:
        """Return the examples in some conversations that may be seen, the oldest first."""
        named = [each for each in conversation_ids if is_storable(each)]
        query = sa.select(form_examples).where(
            form_examples.c.app == self._app,
            form_examples.c.conversation_id.in_(named),
            *visible(self._visibility, self._app, form_examples.c.conversation_id),
        )
        found = map(_example, self._database.rows(query.order_by(form_examples.c.example)))
        return [each for each in found if not isinstance(each, Tick)]

    def state(self, since: datetime, until: datetime) -> str:
        """Return a mark of the examples in conversations with ``since`` <= start < ``until``; it differs after a change.

        An example is never changed: another one takes its place.
        """
        sums = sa.select(sa.func.count(), sa.func.sum(form_examples.c.example))
        return self._state_of(sums, form_examples, since, until)

    def add(self, example: Made, entry: Draft) -> Made:
        """Store an example, with its line of the access log; return the one that there was, if it is the same.

        Another answer to the same question in the same conversation, or another topic of the same turn, takes its place. Raises ``NotFoundError``
        ``conversation.unknown``; ``ConflictError`` ``example.too_many``.
        """
        at = ms_of(example.at)
        row = msgspec.structs.asdict(example) | {"app": self._app, "at": at, "conversation": None}
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if example.conversation_id is not None:
                row["conversation"] = self._number_of(connection, example.conversation_id)
            same = self._same(example)
            before = connection.execute(sa.select(form_examples).where(*same)).first()
            if before is not None and before.wanted == example.wanted:
                return record_of(type(example), before)
            connection.execute(sa.delete(form_examples).where(*same))
            mine = sa.select(sa.func.count()).where(form_examples.c.app == self._app, _subject(example))
            if (connection.scalar(mine) or 0) >= MOST_EXAMPLES:
                raise too_many("form" if isinstance(example, Example) else "taxonomy")
            connection.execute(sa.insert(form_examples).values(row))
            self._announce(connection, example, entry)
        return replace(example, at=instant_of(at))

    def remove(self, example: Example | TopicExample, entry: Draft) -> None:
        """Remove an example, with its line of the access log; removing it again changes nothing."""
        mine = (form_examples.c.app == self._app, form_examples.c.example_id == example.example_id)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            if connection.execute(sa.delete(form_examples).where(*mine)).rowcount:
                self._announce(connection, example, entry)

    def _announce(self, connection: Connection, example: Example | TopicExample, entry: Draft) -> None:
        """Report a change of an example in the feed, where it is of a conversation, and in the access log."""
        if example.conversation_id is not None:
            announce(connection, self._database.dialect, self._app, [(example.conversation_id, "exemplified")])
        append_entry(connection, self._database, entry)

    def _same(self, example: Example | TopicExample) -> list[sa.ColumnElement[bool]]:
        """Return what is true of an example of the same question in the same words, or of the same turn."""
        its = form_examples.c
        same = [
            its.app == self._app,
            _subject(example),
            its.conversation_id.is_not_distinct_from(example.conversation_id),
        ]
        if isinstance(example, Example):
            return [
                *same,
                its.metric_id == example.metric_id,
                its.transcript.is_not_distinct_from(example.transcript),
            ]
        return [*same, its.turn_id == example.turn_id]


def _subject(example: Example | TopicExample) -> sa.ColumnElement[bool]:
    """Return what is true of the examples of the same form or taxonomy."""
    if isinstance(example, Example):
        return sa.and_(form_examples.c.form_id == example.form_id, form_examples.c.says.is_(None))
    return form_examples.c.taxonomy_id == example.taxonomy_id


def erase_examples(connection: Connection, numbers: Collection[int]) -> None:
    """Remove the pointers to conversations, by their numbers, from their examples."""
    nothing = {"conversation": None, "conversation_id": None, "turn_id": None}
    mine = form_examples.c.conversation.in_(numbers)
    connection.execute(sa.update(form_examples).where(mine).values(**nothing))


def count_examples(connection: Connection, app: int, conversation_ids: Collection[str]) -> Counter[str]:
    """Count the examples that point to each of these conversations."""
    mine = (form_examples.c.app == app, form_examples.c.conversation_id.in_(conversation_ids))
    return Counter(connection.scalars(sa.select(form_examples.c.conversation_id).where(*mine)))


def _example(row: AnyRow) -> Example | TopicExample | Tick:
    if row.says is not None:
        return record_of(Tick, row, tick_id=row.example_id)
    return record_of(Example if row.taxonomy_id is None else TopicExample, row)

"""Questions to judges and their answers about the conversations of an app, and the daily usage of all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import kept
from auscult.domain.probe import (
    Answer,
    ExtractionAnswer,
    FailedAnswer,
    GradingAnswer,
    Inquiry,
    JudgementAnswer,
    LookupAnswer,
    ReviewAnswer,
    SummaryAnswer,
)
from auscult.domain.scoring.judging import Allowance, JudgeResult, Usage
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import ms_of, now_ms
from auscult.storage.core.repository import OfApp, OfDatabase
from auscult.storage.core.rows import columns_of
from auscult.storage.core.tables.conversations import batches, conversations
from auscult.storage.core.tables.judge import judge_answers, judge_calls, judge_days, judge_pauses
from auscult.storage.core.text_validation import is_storable

_KEYS_AT_ONCE = 1_000
_KINDS: Mapping[str, type[Answer | FailedAnswer]] = {
    "judgement": JudgementAnswer,
    "grading": GradingAnswer,
    "extraction": ExtractionAnswer,
    "summary": SummaryAnswer,
    "lookup": LookupAnswer,
    "review": ReviewAnswer,
    "failed": FailedAnswer,
}
_NAMES: Mapping[type[Answer | FailedAnswer], str] = {kind: name for name, kind in _KINDS.items()}


_FAILED = b'{"kind":"failed"'
"""With this the body of an answer begins that failed."""


class _Body(msgspec.Struct):
    """An answer as it is kept: which kind it is, and its fields."""

    kind: str
    answer: msgspec.Raw


_decode = msgspec.json.Decoder(_Body).decode


class AppAnswers(OfApp):
    """The answers about the conversations of one app."""

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Answer | FailedAnswer]:
        """The answers that are kept under these keys."""
        if not keys:
            return {}
        query = sa.select(judge_answers.c.key, judge_answers.c.body).where(judge_answers.c.app == self._app)
        with self._database.reading() as connection:
            return {
                bytes(row.key): _read(row.body)
                for chunk in _chunks(keys)
                for row in connection.execute(query.where(judge_answers.c.key.in_(chunk)))
            }

    def keep(self, heard: JudgeResult, keys: Mapping[Inquiry, bytes]) -> None:
        """Store the answers of one call, and its usage, in one transaction.

        Where the conversation was erased meanwhile, only the usage is stored. An answer that another process got
        meanwhile stays, unless it failed.
        """
        if heard.usage is None and not heard.answers:
            return
        with self._database.writing() as connection:
            number = self._number(connection, heard.conversation_id)
            call = None if heard.usage is None else self._keep_call(connection, heard, heard.usage, number)
            if number is None or not heard.answers:
                return
            rows: list[dict[str, Any]] = [
                {
                    "app": self._app,
                    "key": keys[question],
                    "conversation": number,
                    "call": call,
                    "body": msgspec.json.encode({"kind": _NAMES[type(answer)], "answer": answer}, enc_hook=kept),
                }
                for question, answer in heard.answers.items()
            ]
            first = self._database.dialect.insert(judge_answers)
            again = {name: first.excluded[name] for name in ("conversation", "call", "body")}
            is_failed = sa.func.substr(judge_answers.c.body, 1, len(_FAILED)) == _FAILED
            connection.execute(
                first.on_conflict_do_update(index_elements=["app", "key"], set_=again, where=is_failed), rows
            )

    def usage(self, batch_id: str) -> Usage:
        """Return the usage for the conversations of a batch since it was accepted."""
        sums = (
            sa.select(
                sa.func.count().label("calls"),
                *(sa.func.coalesce(sa.func.sum(judge_calls.c[name]), 0).label(name) for name in _TOKENS),
                sa.func.sum(judge_calls.c.cost).label("cost"),
            )
            .join(conversations, conversations.c.conversation == judge_calls.c.conversation)
            .join(batches, batches.c.batch == conversations.c.batch)
            .where(
                batches.c.batch_id == batch_id, batches.c.app == self._app, judge_calls.c.at >= batches.c.accepted_at
            )
        )
        with self._database.reading() as connection:
            row: AnyRow = connection.execute(sums).one()
        return Usage(
            calls=row.calls,
            tokens_in=int(row.tokens_in),
            tokens_cached=int(row.tokens_cached),
            tokens_out=int(row.tokens_out),
            cost=None if row.cost is None else int(row.cost),
        )

    def _number(self, connection: Connection, conversation_id: str) -> int | None:
        """Return the number of a conversation, None when there is none (any more); locked against erasure until the end."""
        if not is_storable(conversation_id):
            return None
        query = sa.select(conversations.c.conversation).where(
            conversations.c.app == self._app, conversations.c.conversation_id == conversation_id
        )
        return connection.execute(query.with_for_update(read=True, key_share=True)).scalar_one_or_none()

    def _keep_call(self, connection: Connection, heard: JudgeResult, usage: Usage, number: int | None) -> int:
        whose = {"app": self._app, "conversation": number, "at": now_ms()}
        row = columns_of(judge_calls, usage, **whose, model=heard.model, prompt_hash=heard.prompt_hash)
        return connection.execute(sa.insert(judge_calls).values(row).returning(judge_calls.c.call)).scalar_one()


_TOKENS = ("tokens_in", "tokens_cached", "tokens_out")


class DaySpending(OfDatabase):
    """Usage of judges by every process on this database, by day."""

    def reserve(self, day: str, tokens: int, cost: int, allowance: Allowance) -> bool:
        """Reserve tokens and cost of a day; return False where the allowance is exceeded. Safe under concurrent calls."""
        is_held = sa.and_(
            sa.true() if allowance.tokens is None else judge_days.c.tokens + tokens <= allowance.tokens,
            sa.true() if allowance.cost is None else judge_days.c.cost + cost <= allowance.cost,
        )
        first = self._database.dialect.insert(judge_days).values(day=day, tokens=0, cost=0, calls=0, failures=0)
        more = sa.update(judge_days).where(judge_days.c.day == day, is_held)
        more = more.values(tokens=judge_days.c.tokens + tokens, cost=judge_days.c.cost + cost)
        with self._database.writing() as connection:
            connection.execute(first.on_conflict_do_nothing())
            return connection.execute(more).rowcount == 1

    def reconcile(self, day: str, tokens: int, cost: int, *, is_failed: bool = False) -> None:
        """Count one call, and add what it used beyond its reservation; negative where it used less."""
        self._add(day, tokens=tokens, cost=cost, calls=1, failures=int(is_failed))

    def release(self, day: str, tokens: int, cost: int) -> None:
        """Release what was reserved and no call used."""
        self._add(day, tokens=-tokens, cost=-cost)

    def _add(self, day: str, **added: int) -> None:
        more = sa.update(judge_days).where(judge_days.c.day == day)
        with self._database.writing() as connection:
            connection.execute(more.values({name: judge_days.c[name] + number for name, number in added.items()}))

    def pause(self, owner: str, until: datetime) -> None:
        """Record that a process asks nothing until then (aware UTC), and forget the pauses that are over."""
        with self._database.writing() as connection:
            connection.execute(
                sa.delete(judge_pauses).where((judge_pauses.c.owner == owner) | (judge_pauses.c.until <= now_ms()))
            )
            connection.execute(sa.insert(judge_pauses).values(owner=owner, until=ms_of(until)))

    def resume(self, owner: str) -> None:
        """Record that a process asks again."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(judge_pauses).where(judge_pauses.c.owner == owner))

    def spent(self, day: str) -> tuple[int, int]:
        """Tokens and cost of a day so far."""
        query = sa.select(judge_days.c.tokens, judge_days.c.cost).where(judge_days.c.day == day)
        row = self._database.row(query)
        return (0, 0) if row is None else (row.tokens, row.cost)


def _read(body: bytes) -> Answer | FailedAnswer:
    found = _decode(body)
    return msgspec.json.decode(found.answer, type=_KINDS[found.kind])


def _chunks(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))

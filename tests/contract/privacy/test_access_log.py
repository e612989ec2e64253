"""The access log on both databases: append-only, counted without gaps, sealed, and checked against tampering."""

import json
import threading
from collections.abc import Callable, Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from auscult.domain.privacy.log import ERASED, Draft, Head, made_entry
from auscult.services.privacy.log import exported, record, verify
from auscult.storage import Store
from tests.contract.storing import TENANT
from tests.data_files import data_of, tuples_of

TRIGGERS = tuples_of(__file__, "triggers")


def run(store: Store, *statements: str) -> None:
    """Run statements as somebody with the database's own client would."""
    with store._database.writing() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def tamper(store: Store, *statements: str) -> list[str]:
    """Switch the triggers off, run statements, and return what the check finds besides."""
    run(store, *TRIGGERS[store._database.engine.dialect.name], *statements)
    return besides_triggers(store)


def besides_triggers(store: Store, heads: Sequence[Head] = ()) -> list[str]:
    """Return what the check finds, but for triggers that are switched off."""
    return [each for each in map(str, verify(store, heads)) if not each.startswith("the trigger ")]


def filled(store: Store, entries: int = 6, sealed: int = 4) -> Store:
    """A log of so many entries, the first of which are sealed two by two."""
    for number in range(1, entries + 1):
        record(store, "user:ann@example.com", "conversation.read_unredacted", f"conversation:c-{number}", n=number)
        if number <= sealed and number % 2 == 0:
            assert store.log.seal() is not None
    return store


def test_a_log_that_nobody_touched_is_whole(store: Store) -> None:
    """Entries have numbers without gaps, name their app, are exported as JSON lines; sealing twice seals once."""
    store.ensure(TENANT)
    filled(store)
    record(store.within(TENANT), "client:cs-1", "form.published", "form:ef-1", version=2)
    assert verify(store) == []
    assert [seal.last for seal in store.log.seals()] == [2, 4]
    assert store.log.seal() is not None
    assert store.log.seal() is None
    lines = [json.loads(line) for line in exported(store.log.entries(after=6))]
    assert [(line["entry"], line["app"], line["action"], line["details"]) for line in lines] == [
        (7, TENANT.app_id, "form.published", {"version": 2})
    ]
    assert [entry.number for entry in store.within(TENANT).log.entries()] == [7]
    assert [entry.number for entry in store.log.entries(target="conversation:c-3")] == [3]
    assert verify(store) == []


@pytest.mark.parametrize("statement", data_of(__file__, "the_database_refuses_changes"))
def test_the_database_refuses_changes(store: Store, statement: str) -> None:
    """Neither an entry nor a seal is changed or removed while the triggers stand."""
    filled(store)
    with pytest.raises(DBAPIError, match="is never"):
        run(store, statement)
    assert verify(store) == []


TAMPERINGS: dict[str, tuple[Sequence[str], str]] = data_of(__file__, "tamperings")


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_named(store: Store, name: str) -> None:
    """A row changed, removed or reordered, and a cut tail are named, before and after they were sealed."""
    statements, told = TAMPERINGS[name]
    faults = tamper(filled(store), *statements)
    assert told in faults, faults


def test_an_entry_made_again_with_its_hash_differs_from_the_seal(store: Store) -> None:
    """Who recomputes an entry's hash cannot recompute the seal, which needs the key."""
    filled(store)
    with store._database.reading() as connection:
        row = connection.execute(sa.text("SELECT * FROM access_log WHERE entry = 3")).mappings().one()
    other = filled_twin(store, row["at"])
    faults = tamper(store, *other)
    assert "entries 3 to 4 were changed or reordered: seal 2 differs" in faults


def filled_twin(store: Store, at: int) -> Sequence[str]:
    """Statements that put a forged entry, whole by itself, in place of entry 3."""
    forged = made_entry(3, at, Draft(principal="user:bob@example.com", action="session.opened"), b"0" * 16)
    mark = "X'{}'" if store._database.dialect.is_embedded else "'\\x{}'"
    values = {"salt": forged.salt, "content_hash": forged.content_hash, "entry_hash": forged.entry_hash}
    columns = ", ".join(f"{name} = {mark.format((value or b'').hex())}" for name, value in values.items())
    said = "principal = 'user:bob@example.com', action = 'session.opened', target = NULL, details = '{}'"
    return [f"UPDATE access_log SET {said}, {columns} WHERE entry = 3"]  # noqa: S608


def test_a_tail_cut_with_all_that_knew_of_it_shows_in_the_second_place(store: Store) -> None:
    """Where entries, seals and counter were all cut back, a head kept elsewhere still shows it."""
    filled(store)
    heads = [Head.of(seal) for seal in store.log.seals()]
    run(store, *TRIGGERS[store._database.engine.dialect.name])
    run(
        store,
        "DELETE FROM access_log WHERE entry > 2",
        "DELETE FROM seals WHERE seal > 1",
        "UPDATE counters SET value = 2 WHERE name = 'access_log'",
    )
    assert besides_triggers(store) == []
    assert besides_triggers(store, heads) == ["seal 2 up to entry 4 is known elsewhere and missing: the tail was cut"]


HARMLESS = tuples_of(__file__, "harmless")
"""A trigger of the same name that refuses nothing."""


def test_triggers_that_are_gone_or_refuse_nothing_are_named(store: Store) -> None:
    """Whoever can change tables can drop what refuses changes: the check reports it before anything else was changed."""
    kind = store._database.engine.dialect.name
    filled(store)
    run(store, *HARMLESS[kind])
    assert [str(fault).split(" is ")[0].rstrip("()") for fault in verify(store)] == [
        "the trigger access_log_refuses_updates"
    ]
    run(store, *TRIGGERS[kind])
    assert len({str(fault) for fault in verify(store)}) >= 4


def test_an_erasure_breaks_no_seal(store: Store) -> None:
    """Target, details and salt of an entry may be emptied, once an entry records it; hashes and seals stay."""
    filled(store)
    run(store, "UPDATE access_log SET target = NULL, details = NULL, salt = NULL WHERE entry = 3")
    record(store, "system", ERASED, None, entries=[3])
    assert verify(store) == []


def in_threads(act: Callable[[int], None], threads: int) -> None:
    """Do something in several threads at once."""
    started = [threading.Thread(target=act, args=(number,)) for number in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join()


def test_appends_and_seals_at_once_leave_no_gap(store: Store) -> None:
    """Eight threads append while two seal: numbers have no gap, and everything is whole."""

    def act(number: int) -> None:
        for step in range(10):
            if number < 8:
                record(store, f"user:{number}", "session.opened", None, step=step)
            else:
                store.log.seal()

    in_threads(act, 10)
    assert [entry.number for entry in store.log.entries()] == list(range(1, 81))
    assert verify(store) == []

"""By what rows are found: queues, the contact centre's names of channels, custom fields; and not by what a report has no use for."""

from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.contact import Contact, Destination
from auscult.domain.conversation import Conversation, Queue
from auscult.domain.record import Filter
from auscult.storage import Store
from auscult.storage.core.database import Database
from auscult.storage.core.instants import ms_of
from auscult.storage.core.tables.pages import facets, listings
from auscult.storage.store import AppStore
from tests.contract.storing import REPORT, STARTED, TENANT, conversation, names, query, rendered

OTHER_REPORT = "calldetails"


def put(app: AppStore, *conversations: Conversation, filters: dict[str, frozenset[Filter]] | None = None) -> None:
    """Accept and record these, with rows in two reports."""
    batch_id = app.conversations.accept(conversations).batch_id
    assert batch_id
    rows = [
        msgspec.structs.replace(
            rendered(each.conversation, each.revision, reports=(REPORT, OTHER_REPORT)), filters=filters or {}
        )
        for each in app.conversations.pending(batch_id)
    ]
    app.conversations.record(batch_id, rows)


def found(app: AppStore, report: str = REPORT, **changes: tuple[str, ...]) -> list[str]:
    """The conversations of a page, by id; its total agrees."""
    ids = [row.partition("/")[0] for row in names(app, report=report, **changes)]
    assert app.conversations.page(query(report=report, **changes)).total == len(ids)
    return ids


def test_channels_by_every_name(store: Store, app: AppStore) -> None:
    """Rule 24: the contact centre's word where it has one, else voice or chat and where it comes from; any letter case."""
    put(
        app,
        conversation("a", contact=Contact(channel="Campaign"), source="korevg"),
        conversation("b", source="korevg"),
        conversation("c", channel="chat", source="rtm", contact=Contact()),
        conversation("d", channel="chat"),
        conversation("e", timedelta(hours=30), channel="chat", contact=Contact(channel="rtm")),
    )
    assert found(app, contact_channels=("campaign",)) == ["a"]
    assert found(app, contact_channels=("VOICE",)) == ["b"]
    assert found(app, contact_channels=("korevg",)) == ["b"]
    assert found(app, contact_channels=("rtm",)) == ["c", "e"]
    assert found(app, contact_channels=("chat", "rtm", "nowhere")) == ["c", "d", "e"]
    assert found(app, contact_channels=("nowhere",)) == []
    assert store.recount() == []


def test_queues_of_the_contact_count_too(app: AppStore) -> None:
    """A queue that only the contact tells of is one that it was in."""
    entered = Contact(destinations=(Destination(queue_id="qu-2", queue_name="Billing"), Destination(type="agent")))
    put(app, conversation("a", queues=(Queue("qu-1"),), contact=entered), conversation("b"))
    for queue in ("qu-1", "qu-2", "billing"):
        assert found(app, queues=(queue,)) == ["a"]


def test_filters_of_several_kinds_all_hold(store: Store, app: AppStore) -> None:
    """Rule 24: a queue, a channel, a field, and every pair of them."""
    shapes = [
        conversation(
            f"{queue}{channel}{field}",
            timedelta(hours=index),
            queues=(Queue(queue),),
            contact=Contact(channel=channel),
            custom_fields={"f": field},
        )
        for index, (queue, channel, field) in enumerate((q, c, f) for q in "qr" for c in "cd" for f in "fg")
    ]
    put(app, *shapes)
    assert found(app, queues=("q",), contact_channels=("c",)) == ["qcf", "qcg"]
    assert found(app, contact_channels=("d",), custom_fields=(("f", "g"),)) == ["qdg", "rdg"]  # type: ignore[arg-type]
    assert found(app, queues=("q", "r"), contact_channels=("c", "d")) == [each.id for each in shapes]
    assert found(app, queues=("r",), contact_channels=("d",), custom_fields=(("f", "f"),)) == ["rdf"]  # type: ignore[arg-type]
    assert store.recount() == []


@pytest.mark.landing
def test_rows_of_several_queues_count_once(store: Store, app: AppStore) -> None:
    """Whichever of the queues a conversation was in, and whether a queue is named by its id, its name or both."""
    other = msgspec.structs.replace(TENANT, app_id="st-9")
    store.ensure(other)
    billing, sales, cards = Queue("qu-1", "Billing"), Queue("qu-2", "Sales"), Queue("qu-3", "Cards")
    ways = [(billing,), (billing, sales), (sales,), (sales, billing, cards), (cards,), (billing, sales), ()]
    shapes = [
        conversation(f"c-{n:02}", timedelta(minutes=17 * n), queues=queues, channel="chat" if n % 3 else "voice")
        for n, queues in enumerate(ways * 3)
    ]
    put(app, *shapes)
    put(store.within(other), *shapes[:9])
    for queues in (
        ("qu-1", "qu-2"),
        ("sales", "cards"),
        ("qu-1", "billing"),
        ("qu-1", "Sales", "qu-3"),
        ("qu-3", "no"),
    ):
        wanted = {each.casefold() for each in queues}
        having = [
            each for each in shapes if any(wanted & {queue.id, f"{queue.name}".casefold()} for queue in each.queues)
        ]
        assert found(app, queues=queues) == [each.id for each in having]
        assert found(app, queues=queues, channels=("chat",)) == [each.id for each in having if each.channel == "chat"]
        since, until = ms_of(STARTED) + 40 * 60_000, ms_of(STARTED) + 250 * 60_000
        between = [each for each in having if since <= ms_of(each.started_at) < until]
        bounded = query(queues=queues, since_ms=since, until_ms=until)
        assert app.conversations.page(bounded).total == len(between)
        both = store.across((TENANT, other), msgspec.structs.replace(bounded, app_ids=("st-1", "st-9")))
        assert both.total == len(both.rows) == len(between) + len([each for each in between if each in shapes[:9]])


def test_a_report_is_found_by_its_own_filters_alone(store: Store, app: AppStore, database_url: str) -> None:
    """What a report never filters by is not indexed for it, and what changes is indexed anew."""
    filters: dict[str, frozenset[Filter]] = {REPORT: frozenset({"queues", "custom_fields"}), OTHER_REPORT: frozenset()}
    shape = conversation("a", queues=(Queue("qu-1"),), custom_fields={"plan": "gold"})
    put(app, shape, filters=filters)
    assert found(app, queues=("qu-1",)) == found(app, custom_fields=(("plan", "gold"),)) == ["a"]  # type: ignore[arg-type]
    assert found(app, contact_channels=("voice",)) == []
    assert found(app, OTHER_REPORT, queues=("qu-1",)) == []
    assert found(app, OTHER_REPORT) == ["a"]
    database = Database(database_url)
    with database.reading() as connection:
        kinds = sa.select(listings.c.report, facets.c.name).join(listings, listings.c.listing == facets.c.listing)
        assert {tuple(row) for row in connection.execute(kinds)} == {(REPORT, "queue"), (REPORT, "cf:plan")}
    database.close()
    put(app, msgspec.structs.replace(shape, language="de"), filters={**filters, OTHER_REPORT: frozenset({"queues"})})
    assert found(app, OTHER_REPORT, queues=("qu-1",)) == ["a"]
    assert store.recount() == []

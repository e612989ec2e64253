"""The predicate in SQL agrees with the pure one, whatever conversations, memberships and visibilities there are."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.domain.conversation import Agent, Conversation, Queue
from auscult.domain.people.directory import Membership
from auscult.domain.people.visibility import EVERYTHING, NOTHING, Visibility
from auscult.storage import Store
from auscult.storage.people.parties import erase_auditor, write_auditor
from auscult.storage.store import AppStore
from tests.contract.storing import OTHER, STARTED, TENANT, conversation, put, query

QUEUES = ("q-1", "q-2", "q-3")
AGENTS = ("a-1", "a-2", "a-3")
TEAMS = ("t-1", "t-2")
EMAILS = ("ada@x", "bo@x")


def day(n: int) -> datetime:
    """An instant some days after the first conversation."""
    return STARTED + timedelta(days=n)


days = st.integers(-2, 2).map(day)
conversations = st.builds(
    lambda at, queues, agents: (
        at,
        tuple(Queue(each, name) for each, name in queues),
        tuple(Agent(each) for each in agents),
    ),
    st.integers(-2, 2),
    st.lists(st.tuples(st.sampled_from(QUEUES), st.sampled_from([None, "Billing", "Sales"])), max_size=2),
    st.lists(st.sampled_from(AGENTS), max_size=2, unique=True),
)
stays = st.builds(
    Membership,
    kind=st.just("team"),
    group_id=st.sampled_from(TEAMS),
    agent_id=st.sampled_from(AGENTS),
    since=st.none() | days,
    until=st.none() | days,
)
some_queues = st.frozensets(st.sampled_from(["q-1", "q-2", "billing", "sales", "gone"]), max_size=2)
visibilities = st.one_of(
    st.sampled_from([EVERYTHING, NOTHING]),
    st.builds(
        Visibility,
        queues=some_queues,
        teams=st.frozensets(st.sampled_from(TEAMS), max_size=2),
        agents=st.frozensets(st.sampled_from(AGENTS), max_size=2),
        assigned_to=st.frozensets(st.sampled_from(EMAILS), max_size=1),
    ),
)


@pytest.fixture(scope="module")
def opened(shared_store: Store) -> Store:
    """A store for all examples: each uses ids of its own."""
    shared_store.ensure(TENANT)
    shared_store.ensure(OTHER)
    return shared_store


counted = iter(range(10**6))


@pytest.mark.landing
@settings(max_examples=40)
@given(
    made=st.lists(conversations, min_size=1, max_size=5),
    in_teams=st.lists(stays, max_size=4),
    assigned=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(EMAILS)), max_size=3),
    seeing=st.lists(visibilities, min_size=1, max_size=5),
)
def test_sql_and_facts_decide_alike(
    opened: Store,
    made: list[tuple[int, tuple[Queue, ...], tuple[Agent, ...]]],
    in_teams: list[Membership],
    assigned: list[tuple[int, str]],
    seeing: list[Visibility],
) -> None:
    """For every conversation and every visibility the store gives the answer of ``Visibility.shows``."""
    app = opened.within(TENANT)
    number, database = app.people._app, app.people._database
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM memberships")
    app.people.directory.add_memberships(in_teams)
    kept = app.people.directory.memberships("team")
    run = next(counted)
    ids = [f"c-{run}-{n}" for n in range(len(made))]
    put(
        app,
        *(
            conversation(each, timedelta(days=at), queues=queues, agents=agents)
            for each, (at, queues, agents) in zip(ids, made, strict=True)
        ),
    )
    with database.writing() as connection:
        for n, email in assigned:
            if n < len(ids):
                write_auditor(connection, database.dialect, number, ids[n], email)
    for visibility in seeing:
        expected = set()
        for each in ids:
            facts = app.people.facts(each)
            if visibility.is_everything or (facts is not None and visibility.shows(facts, kept)):
                expected.add(each)
        assert {each for each in ids if app.people.sees(visibility, each)} == expected
        assert _read_everywhere(app.seen_by(visibility), ids) == [expected] * _WAYS
        assert not any(opened.within(OTHER).people.sees(visibility, each) for each in ids)


_WAYS = 5


def _read_everywhere(app: AppStore, ids: list[str]) -> list[set[str]]:
    """Return what each way of reading conversations shows of these."""
    pages: set[str] = set()
    asked = query(limit=2)
    while True:
        page = app.conversations.page(asked)
        pages |= {row.decode().partition("/")[0] for row in page.rows}
        if page.last is None or not page.more:
            break
        asked = query(limit=2, after=page.last)
    everything = {row.decode().partition("/")[0] for row in app.conversations.page(query(limit=10**6)).rows}
    assert app.conversations.page(query(limit=1)).total == len(everything) == len(pages)
    with_facet = set()
    for queue in ("q-1", "q-2", "q-3"):
        page = app.conversations.page(query(limit=10**6, queues=(queue,)))
        assert page.total == len(page.rows)
        with_facet |= {row.decode().partition("/")[0] for row in page.rows}
    assert with_facet <= everything
    return [
        pages & set(ids),
        everything & set(ids),
        {each for each in ids if app.conversations.get(each) is not None},
        {each.conversation_id for each in app.feed.after(0, 10**6)} & set(ids),
        {each for each in ids if app.audits.case(each) is not None},
    ]


def test_a_revision_replaces_queues_and_agents_and_keeps_who_audits(app: AppStore) -> None:
    """Only the present revision decides; an assignment stays; erasing leaves nothing."""

    def of(queue: str, agent: str) -> Conversation:
        return conversation("c-1", queues=(Queue(queue),), agents=(Agent(agent),))

    put(app, of("q-1", "a-1"))
    number, database = app.people._app, app.people._database
    with database.writing() as connection:
        write_auditor(connection, database.dialect, number, "c-1", "Ada@X")
        write_auditor(connection, database.dialect, number, "c-1", "bo@x")
        erase_auditor(connection, number, "c-1", "bo@x")
    put(app, of("Q-2", "a-2"))
    facts = app.people.facts("c-1")
    assert facts is not None
    assert (facts.queues, facts.agents, facts.auditors) == ({"q-2"}, {"a-2"}, {"ada@x"})
    assert app.people.sees(Visibility(queues=frozenset({"q-2"})), "c-1")
    assert not app.people.sees(Visibility(queues=frozenset({"q-1"})), "c-1")
    app.conversations.erase("c-1")
    assert app.people.facts("c-1") is None
    assert not app.people.sees(EVERYTHING, "c-1")

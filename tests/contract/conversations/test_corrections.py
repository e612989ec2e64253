"""Conversations put right, on both databases: what counts, what is delivered again, what is undone, what is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.domain.ai_agents.context import AiContext, Call
from auscult.domain.audits.assignment import Assignment
from auscult.domain.audits.audit import AuditAnswer
from auscult.domain.contact import Contact, Destination, Segment
from auscult.domain.conversation import Agent, Conversation, Event, Leg, Queue, Turn
from auscult.domain.corrections import NewCorrection, Party, applied, corrected, handled_in, parties_of, with_handled
from auscult.domain.errors import AccessError, AuscultError, ConflictError, NotFoundError, RequestError
from auscult.domain.people.grants import Pair, Scope
from auscult.domain.people.principal import Principal, operator
from auscult.domain.record import Breakdown
from auscult.domain.scoring.list_fields import ListFields
from auscult.reports import REPORTS
from auscult.services.audits.workflow import Auditing
from auscult.services.conversations.audited import audits_in
from auscult.services.conversations.latest import Sought, breakdown, count, latest
from auscult.services.corrections import Correcting
from auscult.services.definitions.forms.reading import read_form
from auscult.services.disputes.reviewing import Reviewing
from auscult.services.scoring.process import Processing
from auscult.storage import Store
from auscult.storage.audits.frames import FrameQuery
from auscult.storage.store import AppStore
from tests.data_files import data_of
from tests.golden.storing import NEVER_ANALYSED, TENANT, page, process
from tests.unit.domain.disputes.viewers import agent_of
from tests.waiting import existing

STARTED = datetime(2026, 3, 23, 10, tzinfo=UTC)
NOW = datetime(2026, 5, 3, 9, tzinfo=UTC)
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
SALES, SUPPORT = Queue("q-sales", "Sales"), Queue("q-support", "Support")
FORM = data_of(__file__, "form")


def call(number: int, **changes: Any) -> Conversation:
    """A call of Sales with Ada; of even ones the agent says hello, of every third one goodbye."""
    words = f"{'hello' if number % 2 == 0 else 'yes'} there and {'goodbye' if number % 3 == 0 else 'well'}"
    made: dict[str, Any] = {
        "id": f"c-{number}",
        "channel": "voice",
        "started_at": STARTED + timedelta(hours=number),
        "ended_at": STARTED + timedelta(hours=number, minutes=3),
        "queues": (SALES,),
        "agents": (Agent("a-ada", "Ada"),),
        "turns": (Turn("m1", "agent", words, "a-ada", 0, 900), Turn("m2", "customer", "fine", None, 1000, 1900)),
    }
    return Conversation(**made | changes)


@pytest.fixture
def app(store: Store, app: AppStore) -> AppStore:
    """An app with six calls of Sales, one of Support, and a form for each queue."""
    for name, word in (("sales", "hello"), ("support", "goodbye")):
        document = FORM.format(name=name, word=word).encode()
        app.forms.publish(read_form(document).id, document)
    process(store, [*map(call, range(6)), call(7, queues=(SUPPORT,), agents=(Agent("a-ben", "Ben"),))])
    return app


def work(app: AppStore, viewer: Principal | None = None) -> Correcting:
    """Corrections, as a viewer makes them."""
    return Correcting(app, REPORTS, lambda: NOW, viewer or operator())


def finish(store: Store, *conversation_ids: str) -> None:
    """Score what waits of these."""
    processing = Processing(store, NEVER_ANALYSED, REPORTS, lambda: NOW)
    for batch in sorted(set(store.within(TENANT).conversations.batches_of(conversation_ids).values())):
        finished = existing(processing.evaluate(batch))
        assert finished.faults == ()
        processing.record(finished)


def wish(kind: Any, after: str | None = None, **more: Any) -> NewCorrection:
    """A correction with a reason."""
    given: dict[str, Any] = {"reason": "wrong routing"} | more
    return NewCorrection(kind=kind, after=after, **given)


def outcomes(app: AppStore, **sought: Any) -> Breakdown:
    """Return the numbers that overviews are made of."""
    groupings = ("outcome", "agent_outcome", "queue_outcome", "met", "missed", "score")
    return breakdown(app, Sought(**sought), groupings, [LONG_AGO, FAR_AHEAD])


def scores(app: AppStore) -> dict[str, int | None]:
    """Return the score of each conversation that figures count."""
    return {each.id: each.score for each in latest(app, Sought()).items}


def reported_rows(store: Store) -> bytes:
    """Return a page of a report, as a client of the vendor's API reads it."""
    return page(store, "rawdata", startDate="2026-03-01", endDate="2026-04-01")


def in_frame(app: AppStore, form_id: str) -> list[str]:
    """Return the conversations that plans draw from."""
    return list(app.frames.ids(FrameQuery(form_id, LONG_AGO, FAR_AHEAD)))


def counted(found: Mapping[str, int | None]) -> dict[str, int]:
    """Count results by hand: a call passes with 80 or more."""
    passed = sum(each is not None and each >= 80 for each in found.values())
    failed = sum(each is not None and each < 80 for each in found.values())
    return {name: n for name, n in (("passed", passed), ("failed", failed)) if n}


def test_figures_count_all_but_those_left_out(store: Store, app: AppStore) -> None:
    """Figures are those of the others, whose scores stay; reports keep their rows; undo brings everything back."""
    auditing = Auditing(app, REPORTS, lambda: NOW)
    for each in ("c-0", "c-1"):
        auditing.assign(each, "Jane")
        auditing.submit(each, as_machine=True)
    before, numbers, reported = scores(app), outcomes(app), reported_rows(store)
    one = work(app).add("c-0", wish("excluded"))
    left = {name: score for name, score in before.items() if name != "c-0"}
    assert scores(app) == left
    assert {name: sum(n) for name, n in outcomes(app)["outcome"].items()} == counted(left)
    assert sum(sum(n) for n in outcomes(app, agents=("a-ada",))["outcome"].values()) == 5
    assert count(app, Sought(queues=("q-sales",))) == count(app, Sought(agents=("Ada",))) == 5
    assert in_frame(app, "ef-sales") == ["c-1", "c-2", "c-3", "c-4", "c-5"]
    assert [each.audit.conversation_id for each in audits_in(app, LONG_AGO, FAR_AHEAD)] == ["c-1"]
    assert [each.id for each in latest(app, Sought(fields=ListFields(excluded=True))).items] == ["c-0"]
    assert len(latest(app, Sought(fields=ListFields(excluded=None))).items) == len(before)
    assert reported_rows(store) == reported
    assert (store.recount(), store.altered()) == ([], [])
    store.rebuild_tallies()
    assert {name: sum(n) for name, n in outcomes(app)["outcome"].items()} == counted(left)
    assert work(app).undo(one.correction_id).undone_by == "operator"
    assert (scores(app), outcomes(app), reported_rows(store)) == (before, numbers, reported)
    assert in_frame(app, "ef-sales")[0] == "c-0"
    assert store.recount() == []
    kinds = [each.kind for each in app.feed.after(0, 100) if each.conversation_id == "c-0"]
    assert kinds.count("corrected") == 2


def test_one_left_out_stays_so_when_it_is_audited_or_delivered_again(store: Store, app: AppStore) -> None:
    """Whatever writes its rows next files them where figures do not look."""
    work(app).add("c-2", wish("excluded"))
    Auditing(app, REPORTS, lambda: NOW).assign("c-2", "Jane")
    assert "c-2" not in scores(app)
    process(store, [call(2, turns=(Turn("m1", "agent", "nothing", "a-ada", 0, 900),))])
    assert "c-2" not in scores(app)
    assert [each.score for each in latest(app, Sought(fields=ListFields(excluded=True))).items] == [0]
    assert store.recount() == []


def test_a_leg_joins_a_corrected_conversation_as_the_sender_has_it(store: Store, app: AppStore) -> None:
    """A correction holds for both legs, and undone it brings back the queue that both were in."""

    def leg(name: str, start: int) -> Conversation:
        return call(
            8,
            turns=(Turn(f"{name}:1", "agent", "hello", "a-ada", start, start + 900),),
            legs=(Leg(name, (SALES.id,), ("a-ada",)),),
        )

    process(store, [leg("a1", 0)])
    one = work(app).add("c-8", wish("queue", "q-support"))
    process(store, [leg("b2", 60_000)])
    for queues in ((SUPPORT,), (SALES,)):
        found = existing(app.conversations.get("c-8"))
        assert [turn.id for turn in found.conversation.turns] == ["a1:1", "b2:1"]
        assert [each.id for each in found.conversation.queues] == [each.id for each in queues]
        if one.is_in_force and queues == (SUPPORT,):
            work(app).undo(one.correction_id)


def test_another_queue_has_its_form_and_its_readers(store: Store, app: AppStore) -> None:
    """A call that was routed wrong is scored with the right form; others keep their scores; undo restores it."""
    before = scores(app)
    one = work(app).add("c-1", wish("queue", "support"))
    assert (one.before, one.after, one.revision) == (
        Party(id="q-sales", name="Sales"),
        Party(id="q-support", name="Support"),
        2,
    )
    finish(store, "c-1")
    found = existing(app.conversations.get("c-1"))
    assert found.conversation.queues == (SUPPORT,)
    assert found.evaluations[0].form is not None
    assert found.evaluations[0].form.id == "ef-support"
    assert {**scores(app), "c-1": 0} == {**before, "c-1": 0}
    assert in_frame(app, "ef-support") == ["c-1", "c-7"]
    assert count(app, Sought(queues=("q-sales",))) == 5
    assert existing(app.people.facts("c-1")).queues == {"q-support", "support"}
    work(app).undo(one.correction_id)
    finish(store, "c-1")
    assert scores(app) == before
    assert count(app, Sought(queues=("q-sales",))) == 6
    assert (store.recount(), store.altered()) == ([], [])


def test_a_later_delivery_does_not_undo_a_correction(store: Store, app: AppStore) -> None:
    """The same again changes nothing, other words are scored in the right queue, and undo brings what came last."""
    one = work(app).add("c-1", wish("queue", "q-support"))
    finish(store, "c-1")
    again = app.conversations.accept([call(1)])
    assert (again.changed, again.unchanged) == (0, 1)
    process(store, [call(1, queues=(Queue("q-billing", "Billing"),), turns=(Turn("m1", "agent", "goodbye"),))])
    found = existing(app.conversations.get("c-1"))
    assert found.conversation.queues == (SUPPORT,)
    assert scores(app)["c-1"] == 100
    work(app).undo(one.correction_id)
    found = existing(app.conversations.get("c-1"))
    assert found.conversation.queues == (Queue("q-billing", "Billing"),)


def test_another_agent(store: Store, app: AppStore) -> None:
    """The agent of turns, events, calls and destinations is another one, and the score stays."""
    stops = (Destination(queue_id="q-sales", responding_agent=Segment(agent_id="a-ada", name="Ada", notes=("x",))),)
    events = (Event("hold", 1, 2, "a-ada"),)
    calls = (Call("c1", "refund", "a-ada", arguments={"n": 1}), Call("c2", "look"))
    sent = call(0, contact=Contact(destinations=stops), events=events, calls=calls, ai=AiContext("Be short."))
    process(store, [sent])
    before = scores(app)
    one = work(app).add("c-0", wish("agent", "Ben"))
    finish(store, "c-0")
    found = existing(app.conversations.get("c-0"))
    assert b"a-ada" not in msgspec.json.encode(found.conversation)
    assert found.conversation.contact is not None
    assert found.conversation.contact.destinations == (
        Destination(queue_id="q-sales", responding_agent=Segment(agent_id="a-ben", name="Ben", notes=("x",))),
    )
    assert scores(app) == before
    assert count(app, Sought(agents=("Ben",))) == 2
    work(app).undo(one.correction_id)
    found = existing(app.conversations.get("c-0"))
    assert found.conversation == sent


def test_scored_again_with_the_forms_in_force(store: Store, app: AppStore) -> None:
    """A newer form decides; undo lets the earlier evaluation count again, without scoring."""
    before = scores(app)
    document = FORM.format(name="sales", word="there").encode()
    app.forms.publish("ef-sales", document)
    one = work(app).add("c-1", wish("scored_again"))
    with pytest.raises(ConflictError, match="not scored again yet"):
        work(app).undo(one.correction_id)
    finish(store, "c-1")
    assert (before["c-1"], scores(app)["c-1"]) == (0, 100)
    work(app).undo(one.correction_id)
    assert scores(app) == before
    found = existing(app.conversations.get("c-1"))
    assert [each.score for each in found.evaluations] == [0, 100, 0]
    assert (store.recount(), store.altered()) == ([], [])


def test_several_of_a_kind_are_undone_in_turn(app: AppStore) -> None:
    """The last one goes first; the second time is refused."""
    first = work(app).add("c-1", wish("queue", "q-support"))
    second = work(app).add("c-1", wish("queue", "q-sales"))
    for each, reason in ((first, "correction.not_last"), (second, ""), (second, "correction.undone"), (first, "")):
        assert refusal(lambda each=each: work(app).undo(each.correction_id)) == reason
    assert existing(app.conversations.get("c-1")).conversation == call(1)
    assert [each.is_in_force for each in work(app).of("c-1")] == [False, False]


def refusal(act: Any) -> str:
    """Return the reason of a refusal; empty where there is none."""
    try:
        act()
    except AuscultError as error:
        return error.reason
    return ""


def labelled(number: int, **changes: Any) -> Conversation:
    """A call whose file names the speakers and no sides; too short for words to decide."""
    turns = (
        Turn("m1", "unknown", "hello", None, 0, 900, (), "S1"),
        Turn("m2", "unknown", "yes", None, 1000, 1900, (), "S2"),
    )
    return call(number, turns=turns, agents=(), **changes)


def test_sides_that_nobody_knows_wait_for_a_person(store: Store, app: AppStore) -> None:
    """Listed and in no report; said, it is scored, also delivered again and with another queue; undone, it waits again."""
    reported = reported_rows(store)
    process(store, [labelled(8)])
    assert reported_rows(store) == reported
    (found,) = latest(app, Sought(fields=ListFields(sides=("unknown",)))).items
    assert (found.id, found.status, found.score, found.sides) == ("c-8", "sides_unknown", None, ("unknown",))
    kinds = [each.kind for each in app.feed.after(0, 100) if each.conversation_id == "c-8"]
    assert kinds == ["created", "sides_doubted"]
    one = work(app).add("c-8", wish("sides", speakers={"S1": "agent", "S2": "customer"}))
    finish(store, "c-8")
    assert scores(app)["c-8"] == 100
    assert reported_rows(store) != reported
    process(store, [labelled(8, custom_fields={"more": "words"})])
    moved = work(app).add("c-8", wish("queue", "q-support"))
    finish(store, "c-8")
    assert scores(app)["c-8"] == 0
    for correction in (moved, one):
        work(app).undo(correction.correction_id)
    finish(store, "c-8")
    assert existing(app.conversations.get("c-8")).conversation == labelled(8, custom_fields={"more": "words"})
    assert [each.id for each in latest(app, Sought(fields=ListFields(sides=("unknown",)))).items] == ["c-8"]
    assert (reported_rows(store), store.recount(), store.altered()) == (reported, [], [])


def test_swapped_sides_make_a_revision_that_leaves_an_audit_to_the_old_one(store: Store, app: AppStore) -> None:
    """The agent's words become the customer's and the agent's id goes along; what an auditor submitted stays."""
    auditing = Auditing(app, REPORTS, lambda: NOW)
    auditing.assign("c-0", "Jane")
    audit = auditing.submit("c-0", as_machine=True)
    swap = work(app).add("c-0", wish("sides", speakers={"agent": "customer", "customer": "agent"}))
    assert swap.revision == 2
    finish(store, "c-0")
    case = existing(app.conversations.get("c-0"))
    assert [(each.speaker, each.agent_id) for each in case.conversation.turns] == [
        ("customer", None),
        ("agent", "a-ada"),
    ]
    assert (case.evaluations[0].revision, case.evaluations[0].score) == (2, 0)
    assert case.audit is not None
    assert (case.audit.result, case.audit.result and case.audit.result.revision) == (audit.result, 1)
    work(app).undo(swap.correction_id)
    finish(store, "c-0")
    back = existing(app.conversations.get("c-0"))
    assert (back.conversation, back.evaluations[0].score) == (call(0), 100)


def test_swapped_sides_leave_a_dispute_to_the_old_revision(store: Store, app: AppStore) -> None:
    """It stays open and is decided as its audit was; the new revision keeps the score of the machine, undone or not."""
    auditing = Auditing(app, REPORTS, lambda: NOW)
    assigned = auditing.assign("c-0", "Jane")
    auditing.submit("c-0", [AuditAnswer(metric_id="em-sales", answer="NO")], as_machine=True)
    agent, reviewer = (
        Reviewing(app, REPORTS, lambda: NOW + timedelta(hours=1), each) for each in (agent_of("a-ada"), operator())
    )
    disputed = agent.dispute(assigned.assignment_id, "em-sales", "I said hello.")
    swap = work(app).add("c-0", wish("sides", speakers={"agent": "customer", "customer": "agent"}))
    finish(store, "c-0")
    assert reviewer.get(disputed.dispute_id) == disputed
    reviewer.decide(disputed.dispute_id, "accept", "True.")
    case = existing(app.conversations.get("c-0"))
    assert (case.evaluations[0].revision, case.evaluations[0].score) == (2, 0)
    assert case.audit is not None
    assert case.audit.result is not None
    assert (case.audit.result.revision, case.audit.result.score) == (1, 100)
    reported = reported_rows(store)
    work(app).undo(swap.correction_id)
    finish(store, "c-0")
    back = existing(app.conversations.get("c-0"))
    assert (back.conversation, back.evaluations[0].score) == (call(0), 100)
    assert back.audit == case.audit
    assert reviewer.get(disputed.dispute_id).state == "accepted"
    assert (store.recount(), store.altered()) == ([], [])
    assert reported_rows(store) != reported


def test_refusals_change_nothing(store: Store, app: AppStore) -> None:
    """Refuse what may not be put right, with a reason, and leave it unchanged."""
    process(store, [call(8, queues=(SALES, SUPPORT)), call(9, queues=())])
    auditing = Auditing(app, REPORTS, lambda: NOW)
    auditing.assign("c-0", "Jane")
    auditing.submit("c-0", as_machine=True)
    work(app).add("c-3", wish("excluded"))
    before = outcomes(app)
    asked: list[tuple[str, NewCorrection, str]] = [
        ("c-99", wish("excluded"), "conversation.unknown"),
        ("c-0", wish("queue", "q-support"), "correction.audited"),
        ("c-0", wish("agent", "a-ben"), "correction.audited"),
        ("c-1", wish("queue", "q-nowhere"), "queue.unknown"),
        ("c-1", wish("agent", "a-nobody"), "agent.unknown"),
        ("c-1", wish("queue", "q-sales"), "correction.already"),
        ("c-1", wish("queue"), "correction.no_party"),
        ("c-1", wish("excluded", "q-sales"), "correction.no_party"),
        ("c-1", wish("sides"), "correction.no_speakers"),
        ("c-1", wish("excluded", speakers={"agent": "customer"}), "correction.no_speakers"),
        ("c-1", wish("sides", speakers={"S1": "agent"}), "correction.not_there"),
        ("c-1", wish("sides", speakers={"agent": "agent"}), "correction.already"),
        ("c-1", wish("excluded", reason=" "), "correction.reason_missing"),
        ("c-1", wish("excluded", reason="x" * 501), "correction.reason_too_long"),
        ("c-1", wish("queue", "q-support", before="q-other"), "correction.not_there"),
        ("c-3", wish("excluded"), "correction.already"),
        ("c-8", wish("queue", "q-support"), "correction.ambiguous"),
    ]
    for conversation_id, wanted, reason in asked:
        assert refusal(lambda c=conversation_id, w=wanted: work(app).add(c, w)) == reason
    assert outcomes(app) == before
    assert work(app).add("c-9", wish("queue", "q-support")).before is None
    assert work(app).add("c-8", wish("queue", "q-support", before="q-sales")).after == Party(
        id="q-support", name="Support"
    )
    assert existing(app.conversations.get("c-8")).conversation.queues == (SUPPORT,)


def test_several_at_once(app: AppStore) -> None:
    """Each is put right by itself; those that cannot be are named."""
    work(app).add("c-3", wish("excluded"))
    found = work(app).add_many(["c-1", "c-3", "c-99", "c-1"], wish("excluded"))
    assert [each.conversation_id for each in found.items] == ["c-1"]
    assert [(each.conversation_id, each.reason) for each in found.refused] == [
        ("c-3", "correction.already"),
        ("c-99", "conversation.unknown"),
    ]
    with pytest.raises(RequestError, match="choose 1 to 100"):
        work(app).add_many([], wish("excluded"))
    with pytest.raises(NotFoundError, match="q-nowhere"):
        work(app).add_many(["c-1"], wish("queue", "q-nowhere"))
    with pytest.raises(RequestError, match="write why"):
        work(app).add_many(["c-1"], wish("excluded", reason=""))


def test_only_within_ones_scope(app: AppStore) -> None:
    """A manager of one queue puts its conversations right, and moves none out of it."""
    scope = Scope(kind="queues", names=frozenset({"q-sales"}))
    pairs = frozenset({Pair("conversation.read", scope), Pair("conversation.correct", scope)})
    ann = Principal(kind="user", principal_id="u-1", name="ann@example.com", account_id="ac-1", pairs=pairs)
    mine = work(app.seen_by(ann.visibility()), ann)
    with pytest.raises(AccessError, match="outside of what you put right"):
        mine.add("c-1", wish("queue", "q-support"))
    with pytest.raises(NotFoundError):
        mine.add("c-7", wish("excluded"))
    assert mine.add("c-1", wish("excluded")).by == "ann@example.com"
    theirs = work(app).add("c-7", wish("excluded"))
    with pytest.raises(NotFoundError):
        mine.undo(theirs.correction_id)
    assert [each.correction.conversation_id for each in mine.listing()] == ["c-1"]


def test_erased_with_its_conversation(store: Store, app: AppStore) -> None:
    """Nothing of a correction is left; the same id that comes again is as it is delivered."""
    work(app).add("c-1", wish("queue", "q-support"))
    work(app).add("c-1", wish("excluded"))
    assert app.conversations.erase("c-1")
    assert work(app).listing() == []
    process(store, [call(1)])
    assert existing(app.conversations.get("c-1")).conversation == call(1)
    assert "c-1" in scores(app)


IDS = st.sampled_from(("a", "b", "c"))


@given(
    st.lists(IDS, max_size=3, unique=True),
    st.lists(st.tuples(st.sampled_from(("queue", "agent")), IDS), max_size=4),
    st.lists(st.none() | IDS, min_size=2, max_size=2),
)
@settings(max_examples=200)
def test_what_corrections_change(names: list[str], steps: list[tuple[Any, str]], speakers: list[str | None]) -> None:
    """Without corrections all is as delivered; after one of the only party, that is the only one; words stay."""
    turns = tuple(Turn(f"m{n}", "agent", "hello", agent) for n, agent in enumerate(speakers))
    sent = call(0, queues=tuple(map(Queue, names)), agents=tuple(map(Agent, names)), turns=turns)
    handled = handled_in(sent)
    assert with_handled(sent, applied(handled, ())) == sent
    made = [corrected("c-0", wish(kind, name), "ann", NOW, (None, Party(id=name))) for kind, name in steps]
    after = applied(handled, made)
    found = with_handled(sent, after)
    assert [each.text for each in found.turns] == [each.text for each in sent.turns]
    assert handled_in(found) == after
    for kind in ("queue", "agent"):
        last = next((name for each, name in reversed(steps) if each == kind), None)
        if last is not None and len(parties_of(handled, kind)) <= 1:
            assert [each.id for each in parties_of(after, kind)] == [last]
        assert len({each.id for each in parties_of(after, kind)}) == len(parties_of(after, kind))


def test_who_rates_blind_reads_and_changes_no_correction(app: AppStore) -> None:
    """Before and after name the agent, and the reason is talk: nothing is found until the audit is submitted."""
    made = work(app).add("c-1", wish("agent", "a-ben"))
    rater = msgspec.structs.replace(operator(), name="rob@example.com")
    app.queue.add(
        Assignment(
            assignment_id="as-1",
            conversation_id="c-1",
            rater=rater.name,
            state="assigned",
            hidden=("machine", "others"),
            created_at=NOW,
        )
    )
    blind = work(app, rater)
    assert blind.of("c-1") == []
    assert blind.listing() == []
    for attempt in (lambda: blind.undo(made.correction_id), lambda: blind.add("c-1", wish("queue", "q-support"))):
        with pytest.raises(NotFoundError):
            attempt()
    assert [each.correction for each in work(app).listing()] == [made]

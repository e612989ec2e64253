"""Recorded conversations told as if they went on now: what is told is what was recorded, when it is due, and once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from auscult.client import Access, RemoteError
from auscult.client.simulator import Pace, Played, play
from auscult.client.sse import Hook, hook_requests
from auscult.domain.assist.live import Event as LiveEvent
from auscult.domain.assist.live import admit
from auscult.domain.assist.live_projection import fold
from auscult.domain.conversation import Agent, Conversation, Event, Queue, Turn
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.server.vendor.hooks import read_hook
from tests.strategies import STARTED, conversations, talk
from tests.unit.client.vendor import Answer, listening

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
ACCESS = Access(client_id="cs-1", client_secret="s" * 32, account="a-1", app="st-1")
LINES = ("agent: hello", "customer: hi", "bot: ping", "agent: bye")


def taken(conversation: Conversation, times: int = 1) -> Conversation:
    """What the hook makes of all that is told of it, so many times over."""
    events: list[LiveEvent] = []
    for index, request in enumerate(hook_requests(conversation) * times):
        body = {"conversationId": "c-1", **request.body, "timestamp": request.at.isoformat()}
        received = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=index)
        arrivals = read_hook(body, TENANT.app_id, received, None, Limits()).arrivals
        events += admit("place", arrivals, events, timedelta(seconds=10))  # type: ignore[arg-type]
    return fold(TENANT, "c-1", events).conversation  # type: ignore[arg-type]


def at(conversation: Conversation, ms: int | None) -> datetime:
    """An instant of a conversation."""
    return conversation.started_at + timedelta(milliseconds=ms or 0)


@pytest.mark.landing
@given(conversations())
def test_what_is_told_is_what_was_recorded(recorded: Conversation) -> None:
    """Every turn of customer and agent that has words, at its time; told twice, it is known."""
    once, starts = taken(recorded), {turn.id: turn.start_ms for turn in recorded.turns}
    assert sorted(turn.id for turn in once.turns) == sorted(
        turn.id for turn in recorded.turns if turn.speaker in ("agent", "customer") and turn.text.strip()
    )
    for turn in once.turns:  # one that has no agents begins with what is said first
        start_ms = starts[turn.id]
        assert start_ms is None or at(once, turn.start_ms) == at(recorded, start_ms)
    assert once.channel == recorded.channel
    assert taken(recorded, times=2) == once


def test_transfers_are_told_as_they_were() -> None:
    """The first agent comes in, hands over at the recorded time, and the next one goes at the end."""
    recorded = replace(
        talk(*LINES, channel="chat"),
        agents=(Agent("a-1", "Ann"), Agent("a-2", email="b@example.com")),
        queues=(Queue("q-1"), Queue("q-2", "Cards")),
        events=(Event("hold", 1, 2), Event("transfer", 15_000, agent_id="a-1", to_queue_id="q-2")),
        ended_at=STARTED + timedelta(minutes=2),
    )
    live = taken(recorded)
    assert live.events == (recorded.events[1],)
    assert [(agent.id, agent.name, agent.email) for agent in live.agents] == [
        ("a-1", "Ann", None),
        ("a-2", None, "b@example.com"),
    ]
    assert live.queues == recorded.queues
    assert live.ended_at == recorded.ended_at


class Server:
    """Takes in what is told, and refuses what it was told to."""

    def __init__(self, *refusals: Answer) -> None:
        """The first answers."""
        self.refusals = list(refusals)
        self.received: list[dict[str, Any]] = []

    def answer(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        """OK."""
        assert path == "/agentassist/api/v1/hooks/st-1"
        assert headers["auth"]
        if self.refusals:
            return self.refusals.pop(0)
        self.received.append(body)
        return 200, {}, {"STATUS": "OK"}

    def play(self, pace: Pace, *recorded: Conversation, **given: Any) -> list[Played]:
        """Play to it; the conversations as they were left."""
        with listening(self.answer) as url, Hook(url, ACCESS) as hook:
            return list({played.id: played for played in play(hook, recorded, pace, **given)}.values())


def test_time_passes_as_recorded_divided_by_the_speed() -> None:
    """Real or faster speed, the time between messages kept; what took long is not waited for again."""
    clock, server = [100.0], Server()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))
        clock[0] += seconds

    (played,) = server.play(Pace(speed=10), talk(*LINES), clock=lambda: clock[0], sleep=sleep)
    assert waits == [1.0, 2.0]
    assert (played.is_over, played.messages, played.events, played.left_out) == (True, 3, 1, 1)
    waits.clear()
    server.play(Pace(), talk(*LINES, step_ms=None), clock=lambda: clock[0], sleep=sleep)
    assert waits == [3.0] * 3  # nobody knows when it was said
    waits.clear()
    server.play(Pace(speed=0), talk(*LINES), clock=lambda: clock[0], sleep=sleep)
    assert waits == []
    slow = iter(range(100, 10_000, 60))
    server.play(Pace(speed=10), talk(*LINES), clock=lambda: next(slow), sleep=sleep)
    assert waits == []


def test_so_many_at_once() -> None:
    """Conversations that go on together are told in the order in which things happen; the next begins when one ends."""
    server, clock = Server(), [0.0]
    recorded = [replace(talk(*LINES), id=f"c-{n}") for n in range(3)]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    server.play(Pace(at_once=2, prefix="x-"), *recorded, clock=lambda: clock[0], sleep=sleep)
    ids = [body["conversationId"] for body in server.received]
    assert ids[:4] == ["x-c-0", "x-c-1"] * 2
    assert ids[-4:] == ["x-c-2"] * 4


def test_busy_servers_are_waited_for() -> None:
    """429 and 503 say when to come again, and nothing is left out."""
    waits: list[float] = []
    server = Server((503, {"Retry-After": "7"}, {}), (429, {"Retry-After": "3"}, {}))
    with listening(server.answer) as url, Hook(url, ACCESS, sleep=waits.append) as hook:
        *_, played = play(hook, [talk(*LINES)], Pace(speed=0))
    assert (waits, played.is_over, played.refusal, len(server.received)) == ([7.0, 3.0], True, "", 4)


def test_what_is_refused_is_given_up_and_others_go_on() -> None:
    """One that the server will not have; and who may tell nothing is told so at once."""
    server = Server((400, {}, {"errors": [{"msg": "no"}]}))
    first, second = server.play(Pace(speed=0), talk(*LINES), replace(talk(*LINES), id="c-2"))
    assert (first.sent, first.is_over, "no" in first.refusal) == (0, True, True)
    assert (second.sent, second.refusal) == (4, "")
    with pytest.raises(RemoteError, match="401"):
        Server((401, {}, {})).play(Pace(speed=0), talk(*LINES))


def test_now_is_when_it_is_told() -> None:
    """With ``is_now`` the recorded times are not told, and the ids are the same."""
    server = Server()
    before = datetime.now(UTC)
    server.play(Pace(speed=0, is_now=True), talk(*LINES))
    assert all(datetime.fromisoformat(body["timestamp"]) >= before for body in server.received)
    assert [body.get("messageId") for body in server.received] == ["m1", "m2", "m4", None]


def test_turns_without_times_keep_their_order() -> None:
    """Each comes right behind the one before."""
    untimed = replace(talk("agent: a", "customer: b", step_ms=None), turns=())
    recorded = replace(untimed, turns=(Turn("m1", "agent", "a", start_ms=5_000), Turn("m2", "customer", "b")))
    live = taken(recorded)
    assert [(turn.id, at(live, turn.start_ms)) for turn in live.turns] == [
        ("m1", at(recorded, 5000)),
        ("m2", at(recorded, 5000)),
    ]

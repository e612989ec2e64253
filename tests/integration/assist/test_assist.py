"""The assistant on a real store, both databases: what it does to conversations that go on, and that are over."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import NamedTuple

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.assist.assistance import AssistedAgent
from auscult.domain.assist.live import Arrival, Ended, HookEvent, Message, Moved, Participant
from auscult.domain.assist.live_projection import Live
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import DialogTask, Sign
from auscult.domain.errors import ConflictError
from auscult.domain.scoring.stored import PendingConversation
from auscult.services.assist.answers import NOT_ANSWERED, Answering
from auscult.services.assist.assistant import Assistant, NoSummary, Summarize
from auscult.services.assist.knowledge import Library, add_document
from auscult.services.assist.live import RETRY_AFTER
from auscult.services.assist.step_detection import Tracker
from auscult.storage import Store
from auscult.storage.conversations.repository import AppConversations
from auscult.storage.store import AppStore
from auscult.workers.background.live_poller import LiveConversationPoller
from tests.integration.working import TENANT
from tests.scripted_judge import Scripted, scripted_judge
from tests.scripted_writer import ScriptedWriter
from tests.waiting import PATIENCE_S, existing

START = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
KNOWN = b"""question,answer
How long is a promo code valid?,A code is valid for seven days.
How do I reset my password?,Ask for the PIN and make a new one.
"""
CODE, PASSWORD = "how long are promo codes valid", "I need to reset my password"


@pytest.fixture(scope="module")
def library() -> Library:
    """What searches; kept, for it is slow to load."""
    return bootstrap.assistant(read_settings({})).library


class Desk:
    """An app that knows something, an assistant, and a clock that is set by hand."""

    def __init__(self, store: Store, library: Library) -> None:
        """Nothing has happened yet."""
        store.ensure(TENANT)
        self.store = store
        self.app: AppStore = store.within(TENANT)
        self.library = Library(library.retriever)
        self.time = START
        add_document(self.app, "faq.csv", KNOWN, "en")

    def now(self) -> datetime:
        """A millisecond later at each look, so that nothing happens at the same time."""
        self.time += timedelta(milliseconds=1)
        return self.time

    def assistant(self, summarize: Summarize | None = None) -> Assistant:
        """An assistant at this desk."""
        told: Summarize = summarize or (
            lambda live: " ".join(turn.text for turn in live.conversation.turns) or NoSummary(None)
        )
        return Assistant(Answering(self.library, self.now), told, self.now)

    def hear(self, conversation_id: str, *events: Callable[[dict[str, datetime | str]], HookEvent]) -> None:
        """Take in what the hook is told."""
        for make in events:
            now = self.now()
            event = make({"id": "", "at": now, "received_at": now})
            key = event.message_id if isinstance(event, Message) else None
            self.assistant().conversation(self.app, conversation_id).receive([Arrival(event=event, key=key)])

    def pending(self) -> list[PendingConversation]:
        """What was handed on and waits to be evaluated."""
        batches = self.store.batches.waiting()
        return [each for batch in batches for each in self.app.conversations.pending(batch.batch_id)]

    def due(self) -> list[str]:
        """What somebody should look at by now."""
        return [each.conversation_id for each in self.store.live_work.due(self.time)]


def said(name: str, text: str, author: str = "customer") -> Callable[[dict[str, datetime | str]], HookEvent]:
    """A message."""
    return lambda times: Message(message_id=name, author=author, text=text, **times)  # type: ignore[arg-type]


def moved(agent: str, transfer: str, *, entry: bool) -> Callable[[dict[str, datetime | str]], HookEvent]:
    """An agent comes or goes."""
    who = Participant(id=agent)
    return lambda times: Moved(transfer=transfer, is_entry=entry, participant=who, **times)  # type: ignore[arg-type]


def over(times: dict[str, datetime | str]) -> HookEvent:
    """The end."""
    return Ended(**times)  # type: ignore[arg-type]


@pytest.fixture
def desk(store: Store, library: Library) -> Desk:
    """A desk on each kind of database."""
    return Desk(store, library)


def test_who_dies_before_handing_on_is_followed_within_seconds(desk: Desk) -> None:
    """An ended conversation that was summarised and not handed on is looked at again soon, not after its silence."""
    desk.hear("c-1", said("m-1", CODE), over)

    def die() -> None:
        live = desk.assistant().conversation(desk.app, "c-1").state()
        if any(each.type == "final" for each in live.assist.summaries):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.assistant().process(desk.app, "c-1", die)
    assert desk.pending() == []
    desk.time += 2 * RETRY_AFTER
    assert desk.due() == ["c-1"]
    desk.assistant().process(desk.app, "c-1")
    assert [each.conversation.id for each in desk.pending()] == ["c-1"]


def test_what_is_to_be_done_is_done_once(desk: Desk) -> None:
    """Nothing lost and nothing twice, whoever processes it, how often, and all at once."""
    desk.hear("c-1", moved("a-1", "first", entry=True), said("m-1", CODE), said("m-2", "hello"))
    desk.hear("c-1", moved("a-1", "cold", entry=False), moved("a-2", "cold", entry=True), said("m-3", PASSWORD), over)
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(desk.assistant().process, desk.app, "c-1") for _ in range(8)]:
            done.result()
    live = desk.assistant().conversation(desk.app, "c-1").state()
    assert [(each.triggering_turn_id, each.text) for each in live.assist.suggestions] == [
        ("m-1", "A code is valid for seven days."),
        ("m-3", "Ask for the PIN and make a new one."),
    ]
    assert [(each.type, each.agent and each.agent.id) for each in live.assist.summaries] == [
        ("interim", "a-1"),
        ("final", "a-2"),
    ]
    (waiting,) = desk.pending()
    assert (waiting.revision, waiting.conversation) == (1, live.conversation)
    before = desk.app.live.count("c-1")
    desk.assistant().process(desk.app, "c-1")
    assert (desk.app.live.count("c-1"), len(desk.pending())) == (before, 1)
    desk.time += timedelta(days=1)
    assert desk.due() == []


def test_a_handover_has_what_came_before_it(desk: Desk) -> None:
    """However late the agent's exit comes in: the next agent's words are no part of it, and the final one comes last."""
    desk.hear("c-1", moved("a-1", "first", entry=True), said("m-1", "My zip is broken."))
    left_at = desk.now()
    desk.hear("c-1", moved("a-2", "cold", entry=True), said("m-2", "A zip is 18 pounds.", "agent"), over)
    desk.hear("c-1", lambda times: moved("a-1", "cold", entry=False)({**times, "at": left_at}))
    desk.assistant().process(desk.app, "c-1")
    summaries = desk.assistant().conversation(desk.app, "c-1").state().assist.summaries
    assert [(each.type, each.text) for each in summaries] == [
        ("interim", "My zip is broken."),
        ("final", "My zip is broken. A zip is 18 pounds."),
    ]


def test_what_cannot_be_summarised_says_why(desk: Desk) -> None:
    """Another reason than silence is not told as silence."""
    desk.hear("c-1", said("m-1", "Mein Reissverschluss ist kaputt."))
    reason = "German is not supported: summaries are written of English conversations only"
    assistant = desk.assistant(lambda _: NoSummary(reason))
    with pytest.raises(ConflictError) as refused:
        assistant.summarize(assistant.conversation(desk.app, "c-1"), AssistedAgent(id="a-1"))
    assert (refused.value.reason, refused.value.message) == ("summary.unavailable", reason)


def test_what_is_left_undone_is_done_by_somebody_else(desk: Desk) -> None:
    """A message is committed before it is answered, and who died in between leaves it due."""
    desk.hear("c-1", said("m-1", CODE))
    assert desk.due() == []
    desk.time += timedelta(seconds=5)
    assert desk.due() == ["c-1"]
    LiveConversationPoller(desk.store, desk.assistant(), desk.now).process_due()
    assert len(desk.assistant().conversation(desk.app, "c-1").state().assist.suggestions) == 1
    assert desk.due() == []


def test_steps_are_looked_for_once_the_suggestion_is_told(desk: Desk) -> None:
    """Following a playbook holds up no suggestion, and in the end the conversation has what was found."""
    asked = Sign(speaker="customer", phrases=("promo codes",))
    desk.app.live.configure(AssistSettings(dialogs=(DialogTask(id="codes", when=asked),)))
    tracker = Tracker({})
    assistant = Assistant(Answering(desk.library, desk.now), lambda _: NoSummary(None), desk.now, tracker=tracker)
    desk.hear("c-1", said("m-1", CODE), said("m-2", "Sure!", "agent"))
    seen: list[tuple[int, int]] = []

    def report() -> None:
        live = assistant.conversation(desk.app, "c-1").state()
        seen.append((len(live.assist.suggestions), len(live.tracked)))

    assistant.process(desk.app, "c-1", report)
    assert seen == [(1, 0), (1, 2)]
    desk.hear("c-1", said("m-3", "Bye!", "agent"), over)
    assistant.process(desk.app, "c-1")
    (waiting,) = desk.pending()
    assert waiting.conversation.assist is not None
    assert [run.turn_id for run in waiting.conversation.assist.dialogs or ()] == ["m-1"]
    assert assistant.conversation(desk.app, "c-1").state().tracked == {"m-1", "m-2"}  # agents run no such task


def test_silence_is_an_end_that_may_be_undone(desk: Desk) -> None:
    """After the app's time it is handed on; what comes later makes a new revision, after another silence."""
    settings = desk.app.live.settings()
    desk.hear("c-1", said("m-1", CODE))
    attendant = LiveConversationPoller(desk.store, desk.assistant(), desk.now)
    for text, revision in (("hello?", 1), ("anybody?", 2)):
        desk.time += timedelta(seconds=settings.idle_after_s - 1)
        attendant.process_due()
        assert len(desk.pending()) == revision - 1
        desk.time += timedelta(seconds=2)
        attendant.process_due()
        live = desk.assistant().conversation(desk.app, "c-1").state()
        assert (live.is_ended, len(live.assist.summaries)) == (True, 1)
        (waiting,) = [each for each in desk.pending() if each.revision == revision]
        assert len(waiting.conversation.turns) == revision
        desk.hear("c-1", said(text, text))
        assert not desk.assistant().conversation(desk.app, "c-1").state().is_ended


def test_one_that_cannot_be_tended_holds_no_other_up(desk: Desk) -> None:
    """It is looked at again later, and the others at once."""

    def summarize(live: Live) -> str:
        if live.conversation.id == "c-1":
            raise ZeroDivisionError
        return "So."

    for name in ("c-1", "c-2"):
        desk.hear(name, said("m-1", CODE), over)
    desk.time += timedelta(seconds=5)
    LiveConversationPoller(desk.store, desk.assistant(summarize=summarize), desk.now).process_due()
    assert [each.conversation.id for each in desk.pending()] == ["c-2"]
    assert desk.due() == []
    desk.time += timedelta(minutes=1)
    assert desk.due() == ["c-1"]
    LiveConversationPoller(desk.store, desk.assistant(), desk.now).process_due()
    assert sorted(each.conversation.id for each in desk.pending()) == ["c-1", "c-2"]


def test_what_is_erased_meanwhile_stays_erased(desk: Desk) -> None:
    """Erased while it is being handed on: nothing of it comes back."""

    def summarize(live: Live) -> str:
        desk.app.conversations.erase(live.conversation.id)
        return "So."

    desk.hear("c-1", said("m-1", CODE), over)
    desk.assistant(summarize=summarize).process(desk.app, "c-1")
    assert (desk.app.live.count("c-1"), desk.pending(), desk.app.conversations.get("c-1")) == (0, [], None)


def test_nobody_puts_an_older_state_over_a_newer_one(desk: Desk) -> None:
    """While one hands it on as it was, another has taken in more, and handed that on: so it stays, whoever dies then."""
    desk.hear("c-1", said("m-1", CODE), over)

    class Slow(NamedTuple):
        """Conversations that are reached late."""

        real: AppConversations

        def __getattr__(self, name: str) -> object:
            if desk.app.live.count("c-1") == seen:
                desk.hear("c-1", said("m-2", PASSWORD))
                desk.assistant().process(desk.app, "c-1")
            return getattr(self.real, name)

    desk.assistant().process(desk.app, "c-1")
    seen = desk.app.live.count("c-1")
    slow = desk.store.within(TENANT)
    slow.conversations = Slow(desk.app.conversations)
    desk.assistant().process(slow, "c-1")
    found = existing(desk.app.conversations.get("c-1"))
    assert (found.revision, len(found.conversation.turns)) == (2, 2)


class Counting(ScriptedWriter):
    """A language model's server that counts at each request how much has happened to a conversation."""

    def __init__(self, desk: Desk) -> None:
        """Count at this desk."""
        super().__init__()
        self.counts: list[int] = []
        self._desk = desk

    def answer(self, body: bytes, headers: dict[str, str]) -> Scripted:
        """Count, and answer."""
        self.counts.append(self._desk.app.live.count("c-1"))
        return super().answer(body, headers)


@pytest.fixture
def server(desk: Desk) -> Iterator[Counting]:
    """One on a real port."""
    desk.time = datetime.now(UTC)
    with scripted_judge(counting := Counting(desk)):
        yield counting


@pytest.fixture
def writing(server: Counting) -> Iterator[Assistant]:
    """An assistant with that judge, as settings make it."""
    given = {"AUSCULT_JUDGE_URL": server.url, "AUSCULT_JUDGE_MODEL": "m-1", "AUSCULT_JUDGE_RANKING_MS": "0"}
    with closing(bootstrap.assistant(read_settings(given))) as assistant:
        yield assistant


def test_a_judge_writes_from_the_passages(
    desk: Desk, server: Counting, writing: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one is configured; what takes long is shown before the next is asked for."""
    monkeypatch.setattr("auscult.services.assist.assistant.SOON_S", 0.0)
    desk.hear("c-1", said("m-1", CODE), said("m-2", "hello"), said("m-3", PASSWORD))
    writing.process(desk.app, "c-1")
    first, second = writing.conversation(desk.app, "c-1").state().assist.suggestions
    assert (first.text, second.text) == (
        "Yes: A code is valid for seven days.",
        "Yes: Ask for the PIN and make a new one.",
    )
    assert [each.text for each in first.sources] == ["A code is valid for seven days."]
    assert (first.engine or "").startswith("writer 1 m-1 from hybrid")
    assert server.counts == [3, 5]


def test_a_judge_that_refuses_says_nothing(desk: Desk, server: Counting, writing: Assistant) -> None:
    """A refusal when the passages do not answer; a search says so, and shows what there is."""
    server.always = Scripted(text='{"passages":[],"answer":""}')
    desk.hear("c-1", said("m-1", CODE))
    writing.process(desk.app, "c-1")
    live = writing.conversation(desk.app, "c-1").state()
    assert (live.assist.suggestions, live.passed) == ((), {"m-1": NOT_ANSWERED})
    found = writing.search(writing.conversation(desk.app, "c-1"), CODE, AssistedAgent(id="a-1"))
    assert (found.text, [each.text for each in found.sources]) == (None, ["A code is valid for seven days."])
    assert found.session is not None
    assert found.session.conversation_state == "AWAITING_INPUT"


@pytest.mark.parametrize(
    "given", [Scripted(status=503), Scripted(text='{"passages":[1],"answer":"Nine hundred: 900."}')]
)
def test_a_judge_that_cannot_is_done_without(desk: Desk, server: Counting, writing: Assistant, given: Scripted) -> None:
    """The passage is quoted, for an answer that comes too late, or that nothing bears, is none."""
    server.always = given
    desk.hear("c-1", said("m-1", CODE))
    writing.process(desk.app, "c-1")
    (suggestion,) = writing.conversation(desk.app, "c-1").state().assist.suggestions
    assert suggestion.text == "A code is valid for seven days."
    assert (suggestion.engine or "").startswith("hybrid")


def test_passages_can_be_quoted_with_a_judge_too(desk: Desk, server: Counting) -> None:
    """Nothing is sent where the operator gives the judge no time to answer."""
    given = {"AUSCULT_JUDGE_URL": server.url, "AUSCULT_JUDGE_MODEL": "m-1", "AUSCULT_JUDGE_ANSWERS_S": "0"} | {
        "AUSCULT_JUDGE_RANKING_MS": "0"
    }
    desk.hear("c-1", said("m-1", CODE))
    bootstrap.assistant(read_settings(given)).process(desk.app, "c-1")
    assert server.told == []


def test_what_is_asked_twice_at_once_is_answered_once(desk: Desk) -> None:
    """A key makes it safe to ask again, also while the first answer is under way; the limit counts it once."""
    desk.app.live.configure(AssistSettings(summaries_per_agent=1))
    desk.hear("c-1", said("m-1", CODE))
    conversation, agent = desk.assistant().conversation(desk.app, "c-1"), AssistedAgent(id="a-1")
    together = Barrier(3)

    def summarize(live: Live) -> str:
        together.wait(timeout=PATIENCE_S)
        return live.conversation.id

    assistant = desk.assistant(summarize)
    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(assistant.summarize, conversation, agent, "k-1") for _ in range(3)]
        (summary,) = {each.result() for each in asked}
        found = [threads.submit(assistant.search, conversation, CODE, agent, "k-1") for _ in range(3)]
        (answer,) = {(each.result().request_id, each.result().requested_at) for each in found}
    assist = conversation.state().assist
    assert [each.id for each in assist.summaries] == [summary.id]
    assert [(each.request_id, each.requested_at) for each in assist.searches] == [answer]


def test_a_base_that_changes_is_searched_as_it_is(desk: Desk) -> None:
    """Each answer names the version that it rests on."""
    assert desk.library.search(desk.app, "en-GB", CODE, 1).version == 1
    add_document(desk.app, "faq.csv", KNOWN.replace(b"seven", b"nine"), "en")
    found = desk.library.search(desk.app, "en", CODE, 1)
    assert (found.version, found.found[0].passage.text) == (2, "A code is valid for nine days.")
    assert desk.library.search(desk.app, "fr", CODE, 1).version == 0

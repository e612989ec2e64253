"""How a conversation stands: the same whatever the order in which its events are looked at."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain import conversation as nouns
from auscult.domain.assist.assistance import AssistedAgent, Feedback, Suggestion, Summary
from auscult.domain.assist.live import (
    Edited,
    Ended,
    Event,
    Idled,
    Message,
    Moved,
    Participant,
    Passed,
    Rated,
    Searched,
    Suggested,
    Summarised,
    SummaryAsked,
    Used,
)
from auscult.domain.assist.live_projection import Live, fold
from auscult.domain.tenancy import Tenant

TENANT = Tenant(account_id="a", org_id="o", app_id="st-1")
START = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
ADA, BEN = AssistedAgent(id="a-1", name="Ada"), AssistedAgent(id="a-2", name="Ben")


def times(after_s: float) -> dict[str, datetime]:
    """When something happened, and came in."""
    at = START + timedelta(seconds=after_s)
    return {"at": at, "received_at": at}


def message(name: str, after_s: float, author: str = "customer", **more: Any) -> Message:
    """Somebody says their message's name."""
    return Message(id=f"message:{name}", message_id=name, author=author, text=name, **times(after_s), **more)  # type: ignore[arg-type]


def move(agent: AssistedAgent, after_s: float, transfer: str, *, entry: bool, queue: str | None = None) -> Moved:
    """An agent comes or goes."""
    who = Participant(id=agent.id or "", name=agent.name, queue_id=queue, queue_name=queue and queue.upper())
    return Moved(id=f"moved:{agent.id}:{after_s}", transfer=transfer, is_entry=entry, participant=who, **times(after_s))  # type: ignore[arg-type]


def suggested(name: str, after_s: float) -> Suggested:
    """An answer to a message."""
    answer = Suggestion(request_id=f"aa-{name}", triggering_turn_id=name, text="Try this.")
    return Suggested(id=f"suggested:{name}", answer=answer, **times(after_s))


def summarised(name: str, after_s: float, turns: int = 3) -> Summarised:
    """An interim summary for Ada."""
    summary = Summary(id=name, agent=ADA, text="It went so.", type="interim")
    return Summarised(id=f"summarised:{name}", summary=summary, occasion="asked", turns=turns, **times(after_s))


def finished(after_s: float, turns: int) -> Summarised:
    """A final summary of so many turns."""
    summary = Summary(id=f"final:{turns}", text=f"All {turns}.", type="final")
    return Summarised(id=f"summarised:final:{turns}", summary=summary, occasion="end", turns=turns, **times(after_s))


def rated(about: str, of: str | None, after_s: float, value: str | None = "like", agent: AssistedAgent = ADA) -> Rated:
    """What an agent thinks."""
    feedback = Feedback(agent=agent, value=value)  # type: ignore[arg-type]
    return Rated(id=f"rated:{about}:{of}:{agent.id}:{after_s}", about=about, of=of, feedback=feedback, **times(after_s))  # type: ignore[arg-type]


def folded(*events: Event) -> Live:
    """How it stands."""
    return fold(TENANT, "c-1", events)


COURSE: list[Event] = [
    move(ADA, 0, "first", entry=True, queue="q-1"),
    message("ms-1", 1, language="de", channel="voice", source="genesys"),
    suggested("ms-1", 1.5),
    message("ms-2", 2, "agent", agent_id="a-1"),
    message("ms-3", 3),
    Passed(id="passed:ms-3", of="ms-3", reason="small talk", **times(3.5)),
    Used(id="used:aa-ms-1:sent", request_id="aa-ms-1", use="sent", **times(4)),
    Searched(id="searched:ua-1", answer=Suggestion(request_id="ua-1", query="?"), **times(5)),
    rated("search", "ua-1", 6, "dislike"),
    rated("widget", None, 7),
    summarised("smr-1", 8),
    Edited(id="edited:smr-1:1", summary_id="smr-1", text="It went otherwise.", **times(9)),
    move(ADA, 10, "cold", entry=False),
    move(BEN, 11, "cold", entry=True, queue="q-2"),
    rated("widget", None, 12, "dislike", BEN),
    move(BEN, 13, "first", entry=False),
    SummaryAsked(id="summary_asked:1", **times(14)),
    Ended(id="ended:1", reason="agent_initiated", **times(15)),
]


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(COURSE), max_size=10))
def test_order_and_repetition_change_nothing(chance: random.Random, again: list[Event]) -> None:
    """Rule 27: the same events in any order, some of them many times, give the same conversation."""
    events = [*COURSE, *again]
    chance.shuffle(events)
    assert fold(TENANT, "c-1", events) == fold(TENANT, "c-1", COURSE)


@given(
    st.lists(st.sampled_from(COURSE), min_size=1, unique_by=lambda event: event.id), st.randoms(use_true_random=False)
)
def test_any_part_of_it_is_a_conversation(part: list[Event], chance: random.Random) -> None:
    """Whatever has come in so far, in whatever order; times never lie before the start."""
    live = fold(TENANT, "c-1", part)
    conversation = live.conversation
    assert all((turn.start_ms or 0) >= 0 for turn in conversation.turns)
    assert all((event.start_ms or 0) >= 0 for event in conversation.events)
    assert conversation.ended_at is None or conversation.ended_at >= conversation.started_at
    chance.shuffle(part)
    assert fold(TENANT, "c-1", part) == live


def test_a_thumb_is_withdrawn_by_whom_it_is() -> None:
    """Of an answer the last thumb that stands counts, whoever gave it; nobody withdraws that of another."""
    course = [message("ms-1", 1), suggested("ms-1", 1.5), rated("suggestion", "aa-ms-1", 2, "dislike", BEN)]
    course += [rated("suggestion", "aa-ms-1", 3), rated("widget", None, 4), rated("widget", None, 5, "like", BEN)]
    withdrawn = [rated("suggestion", "aa-ms-1", 6, None), rated("widget", None, 7, None)]
    assert folded(*course).assist.suggestions[0].feedback == Feedback(agent=ADA, value="like")
    after = folded(*course, *withdrawn).assist
    assert after.suggestions[0].feedback == Feedback(agent=BEN, value="dislike")
    assert after.feedback == (Feedback(agent=BEN, value="like"),)
    none = folded(*course, *withdrawn, rated("suggestion", "aa-ms-1", 8, None, BEN)).assist
    assert none.suggestions[0].feedback is None


def test_the_whole_course() -> None:
    """What came in, what the assistant did and what agents made of it stand in one conversation."""
    live = folded(*COURSE)
    talk, assist = live.conversation, live.assist
    assert (talk.channel, talk.language, talk.source) == ("voice", "de", "genesys")
    assert [(turn.id, turn.speaker, turn.agent_id, turn.start_ms) for turn in talk.turns] == [
        ("ms-1", "customer", None, 1000),
        ("ms-2", "agent", "a-1", 2000),
        ("ms-3", "customer", None, 3000),
    ]
    assert talk.ended_at == START + timedelta(seconds=15)
    assert [queue.id for queue in talk.queues] == ["q-1", "q-2"]
    assert [(agent.id, agent.name) for agent in talk.agents] == [("a-1", "Ada"), ("a-2", "Ben")]
    (suggestion,) = assist.suggestions
    assert (suggestion.is_sent, suggestion.is_copied, suggestion.is_override) == (True, False, False)
    (search,) = assist.searches
    assert (search.is_sent, search.is_copied, search.is_override) == (False, False, None)
    assert search.feedback == Feedback(agent=ADA, value="dislike")
    assert [(each.text, each.edited_text) for each in assist.summaries] == [("It went so.", "It went otherwise.")]
    assert [each.value for each in assist.feedback] == ["like", "dislike"]
    assert (live.is_ended, live.reason, live.passed) == (True, "agent_initiated", {"ms-3": "small talk"})
    assert live.unanswered == ()


def test_what_is_still_to_be_done() -> None:
    """Each customer's message is answered once, each handover summarised once, and the whole once at the end."""
    live = folded(*COURSE, message("ms-4", 14.5), message("ms-5", 14.6, wants_answer=False))
    assert [each.message_id for each in live.unanswered] == ["ms-4"]
    late = folded(*COURSE, message("ms-4", 14.5), message("ms-6", 15.5))
    assert [each.message_id for each in late.unanswered] == ["ms-4"], "nobody is there any more to use a suggestion"
    (handover,) = live.handovers
    assert handover.agent == ADA
    assert live.wants_final
    assert live.agent == BEN
    done = folded(*COURSE, finished(16, 3), summarised(handover.id, 16))
    assert not done.wants_final
    assert done.handovers == ()
    assert not folded(*COURSE[:10]).wants_final


def test_a_cold_transfer() -> None:
    """Domain facts 9a: one agent leaves, then the next one comes in; told the other way round it is the same."""
    transfer = nouns.Event("transfer", 10_000, agent_id="a-1", to_queue_id="q-2")
    begin, out = move(ADA, 0, "first", entry=True), move(ADA, 10, "cold", entry=False)
    live = folded(begin, out, move(BEN, 12, "cold", entry=True, queue="q-2"))
    assert live.conversation.events == (transfer,)
    assert [(stay.participant.id, stay.until is None) for stay in live.stays] == [("a-1", False), ("a-2", True)]
    assert live.agent == BEN
    early = folded(begin, move(BEN, 9, "cold", entry=True, queue="q-2"), out)
    assert early.conversation.events == (transfer,)


def test_a_warm_transfer_and_a_consultation() -> None:
    """Domain facts 9a: who comes in beside another is consulted; where that other one leaves, it was a transfer."""
    begin, beside = move(ADA, 0, "first", entry=True), move(BEN, 5, "warm", entry=True, queue="q-2")
    consulted = folded(begin, beside, move(BEN, 8, "warm", entry=False), move(ADA, 9, "first", entry=False))
    assert consulted.conversation.events == (nouns.Event("consult", 5000, 8000, "a-2"),)
    assert consulted.handovers == ()
    assert folded(begin, beside).agent == ADA
    given_over = folded(begin, beside, move(ADA, 8, "warm", entry=False), move(BEN, 20, "first", entry=False))
    assert given_over.conversation.events == (
        nouns.Event("consult", 5000, 20_000, "a-2"),
        nouns.Event("transfer", 8000, agent_id="a-1", to_queue_id="q-2"),
    )
    assert [each.agent for each in given_over.handovers] == [ADA]


def test_a_redial() -> None:
    """Domain facts 9a: the agent comes back into the same conversation, which is no transfer."""
    live = folded(
        move(ADA, 0, "first", entry=True),
        move(ADA, 5, "first", entry=False),
        move(ADA, 8, "redial", entry=True),
        move(ADA, 20, "first", entry=False),
        Ended(id="ended:1", **times(21)),
    )
    assert live.conversation.events == (nouns.Event("redial", 8000, agent_id="a-1"),)
    assert len(live.stays) == 2
    assert [agent.id for agent in live.conversation.agents] == ["a-1"]


def test_an_end_that_nobody_told_is_undone_by_what_comes_later() -> None:
    """A conversation may end by nothing coming, and go on all the same."""
    first, idled = message("ms-1", 1), Idled(id="idled:message:ms-1", **times(1))
    assert folded(first, idled).is_ended
    assert folded(first, idled).conversation.ended_at == START + timedelta(seconds=1)
    assert not folded(first, idled, message("ms-2", 4000)).is_ended
    again = Idled(id="idled:message:ms-2", **times(4000))
    assert folded(first, idled, message("ms-2", 4000), again).is_ended


def test_the_final_summary_is_of_all_that_was_said() -> None:
    """What came in later is summarised too; who worked on an earlier summary finds it again."""
    first, over, late = message("ms-1", 1), Ended(id="ended:1", **times(2)), message("ms-2", 1.5)
    nothing = Passed(id="passed:final:0", of="final", reason="nothing was said", turns=0, **times(2))
    assert folded(over).wants_final
    assert not folded(over, nothing).wants_final
    assert folded(over, nothing, first).wants_final
    assert not folded(over, nothing, first, finished(3, 1)).wants_final
    assert folded(over, first, finished(3, 1), late).wants_final
    done = folded(over, first, finished(3, 1), late, finished(4, 2), move(BEN, 0, "first", entry=True))
    assert not done.wants_final
    assert [(each.text, each.agent) for each in done.assist.summaries] == [("All 2.", BEN)]
    edited = Edited(id="edited:final:1:1", summary_id="final:1", text="Mine.", **times(3.5))
    assert len(folded(over, first, finished(3, 1), edited, late, finished(4, 2)).assist.summaries) == 2


def test_what_comes_after_the_end_belongs_to_it() -> None:
    """Late arrivals: said before the end, they stand where they were said; said after it, the end is later."""
    over = Ended(id="ended:1", **times(10))
    late = folded(message("ms-1", 1), over, message("ms-2", 0.5))
    assert [turn.id for turn in late.conversation.turns] == ["ms-2", "ms-1"]
    assert folded(message("ms-1", 1), over, message("ms-2", 12)).conversation.ended_at == START + timedelta(seconds=12)

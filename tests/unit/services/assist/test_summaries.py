"""Summaries of live conversations: what is known to have been done stands in them, in any order of events."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from auscult.analyzers import ANALYZERS
from auscult.domain.assist.assistance import PlaybookRun, PlaybookStage, PlaybookStep, Suggestion
from auscult.domain.assist.live import Event, Message
from auscult.domain.assist.live_projection import Live, fold
from auscult.domain.tenancy import Tenant
from auscult.engines.heads import Heads
from auscult.engines.wordllama import WordLlama
from auscult.services.assist.assistant import NoSummary
from auscult.services.assist.summaries import known_facts, summarizer

START = datetime(2026, 6, 7, 3, 5, tzinfo=UTC)
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
VECTORS = WordLlama()
SUMMARIZE = summarizer(ANALYZERS, {engine.probe: engine for engine in (VECTORS, Heads(VECTORS))})
RETURN = (
    ("customer", "How long do I have to return a tent?"),
    ("agent", "You have 30 days. What is the order number?"),
    ("customer", "LK-20931."),
    ("agent", "Thank you, I have started the refund. You will have it within 5 working days."),
)


def live(*said: tuple[str, str]) -> Live:
    """A conversation of these messages."""
    events: list[Event] = []
    for index, (author, text) in enumerate(said):
        at = START + timedelta(seconds=index)
        name = f"m{index}"
        events.append(Message(id=name, at=at, received_at=at, message_id=name, author=author, text=text))  # type: ignore[arg-type]
    return fold(TENANT, "c-1", events)


def with_facts(talk: Live) -> Live:
    """The same with a step done, an answer sent and another that was not."""
    step = PlaybookStep(id="verify", name="Identity verified", is_adhered=True, turn_id="m2")
    missing = PlaybookStep(id="survey", name="Survey offered")
    run = PlaybookRun(id="pb", stages=(PlaybookStage(id="s", steps=(step, missing)),))
    sent = Suggestion(request_id="aa-1", query="How long?", text="Tents may come back for 30 days.", is_sent=True)
    seen = Suggestion(request_id="aa-2", query="How long?", text="Nobody sent this.", is_sent=False)
    assist = replace(talk.assist, suggestions=(sent, seen), playbooks=(run,))
    return replace(talk, conversation=replace(talk.conversation, assist=assist))


def test_a_summary_says_what_was_done_and_promised() -> None:
    """Steps, answers sent, and sentences with a time or an amount; questions are no promises."""
    text = SUMMARIZE(with_facts(live(*RETURN)))
    assert isinstance(text, str)
    assert "Done: Identity verified." in text
    assert "Tents may come back for 30 days." in text
    assert text.count("have it within 5 working days.") == 1
    assert "Survey" not in text
    assert "Nobody sent this" not in text


def test_what_is_written_already_is_not_repeated() -> None:
    """A promise that the summary quotes stands there once."""
    talk = live(("agent", "It is 18 pounds."), ("agent", "Is it 3 days old?"))
    assert known_facts(talk, "") == ['The agent said: "It is 18 pounds."']
    assert known_facts(talk, 'The agent: "It is 18 pounds."') == []


def test_another_language_is_named() -> None:
    """It is not told as if nothing had been said."""
    german = live(
        ("customer", "Guten Tag, mein Zelt ist leider kaputt gegangen und ich möchte es gerne zurückgeben."),
        ("agent", "Das tut mir leid. Wie lautet denn bitte Ihre Bestellnummer?"),
    )
    assert SUMMARIZE(german) == NoSummary(
        "German is not supported: summaries are written of English conversations only"
    )
    assert SUMMARIZE(live(("agent", "Hello!"))) == NoSummary(None)

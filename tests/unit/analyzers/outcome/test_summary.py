"""Conversations in two to four sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auscult.analyzers.outcome._readable import MAX_WORDS, readable
from auscult.analyzers.outcome._third_person import agent_sentence, customer_clause
from auscult.analyzers.outcome.summary import Summary
from auscult.domain.insight import Insights
from auscult.domain.insight import Summary as Found
from auscult.domain.probe import Summarization, SummaryAnswer, Transcript
from auscult.domain.said.text import spoken_words
from auscult.engines._contract import Engine
from tests.data_files import data_of, tuples_of
from tests.strategies import accepted_conversations
from tests.unit.analyzers.conversations import analyzed, conversations, talk
from tests.waiting import existing

SAID = """um uh hello okay so i i've my card card, lost lost. and and then [noise] anything else please thank you for
calling my name is ann? is there can you have a nice day! bye it's it's \u2026"""
SPEECH = st.lists(st.sampled_from(SAID.split()), max_size=45).map(" ".join)


@given(text=SPEECH | st.text(max_size=80) | st.text("0a'\" \u2019\u201d.", max_size=12))
@example(text='0"0')
def test_words_are_only_left_out(text: str) -> None:
    """What is made readable says nothing that was not said, in the order in which it was said."""
    said = iter(spoken_words(text).split())
    assert all(word in said for word in spoken_words(readable(text)).split())


@given(text=SPEECH | st.text(max_size=80))
@example(text='0"0')
def test_readable_text_is_a_sentence(text: str) -> None:
    """Empty, or with a capital, a stop and no more words than can be read at a glance; and it stays as it is."""
    clean = readable(text)
    assert len(clean.split()) <= MAX_WORDS
    if clean:
        assert clean.endswith((".", "!", "?", "\u2026"))
        assert clean[0] == clean[0].upper()
        assert '"' not in clean


@pytest.mark.parametrize(
    ("said", "written"),
    [
        *data_of(__file__, "reads_as_it_would_be_written"),
        ("word " * 40, "Word."),
    ],
)
def test_reads_as_it_would_be_written(said: str, written: str) -> None:
    """Openers, fillers, repetitions and courtesies go; capitals and stops come."""
    assert readable(said) == written


def summary_of(lines: Sequence[str], engines: Mapping[type, Engine], **fields: Any) -> str | None:
    """The text for a talk."""
    found = analyzed(talk(*lines, **fields), engines).summary
    return found and found.text


def test_says_why_what_and_how_it_ended(engines: Mapping[type, Engine]) -> None:
    """Issue: two to four sentences, why the customer called, what was done, how it ended."""
    lines = tuples_of(__file__, "says_why_what_and_how_it_ended")
    assert summary_of(lines, engines) == (
        "The customer said that they lost their credit card. The customer asked the agent to send them a new one. "
        "A new card has been sent to the customer's home address. The request was met."
    )


def test_a_request_and_its_reason_stand_together(engines: Mapping[type, Engine]) -> None:
    """One sentence that reports, one that asks; the ending says how the customer took it and what they threaten."""
    lines = (
        "A: Hello, this is Ann.",
        "C: Hi Ann. My parcel arrived smashed. Could you send a new one?",
        "A: I'm sorry, we can't replace sale items.",
        "C: This is ridiculous. I want to speak to your manager.",
    )
    text = summary_of(lines, engines) or ""
    assert text.startswith(
        "The customer said that their parcel arrived smashed. The customer asked the agent to send a"
    )
    assert "The agent could not replace sale items." in text
    assert text.endswith("Open: the request was not met; the customer sounded unhappy and asked for somebody else.")


@pytest.mark.parametrize(("said", "noted"), data_of(__file__, "a_customer_is_reported_without_joining_words"))
def test_a_customer_is_reported_without_joining_words(said: str, noted: str) -> None:
    """A sentence that leaves out its subject, or begins with a conjunction, is reported as any other."""
    assert customer_clause(said) == noted


@pytest.mark.parametrize(("said", "noted"), data_of(__file__, "a_promise_is_reported_grammatically"))
def test_a_promise_is_reported_grammatically(said: str, noted: str) -> None:
    """Whatever stands before the promised verb, one "to" or "that" leads to it."""
    assert agent_sentence(said) == noted


def test_a_request_for_help_adds_nothing_to_what_it_is_about(engines: Mapping[type, Engine]) -> None:
    """Of "I need to return an item, can you help me with that?" only the first half is noted."""
    lines = ("C: Hi! I need to return an item, can you help me with that?", "A: I have arranged the return for you.")
    text = summary_of(lines, engines) or ""
    assert "return an item. " in text
    assert "help" not in text


def test_a_promise_is_noted_with_its_turn(engines: Mapping[type, Engine]) -> None:
    """What the agent will do stands apart from what is done, each with the turn behind it."""
    lines = tuples_of(__file__, "a_promise_is_noted_with_its_turn")
    found = existing(analyzed(talk(*lines), engines).summary)
    assert "The agent has refunded the second charge. The agent promised to email the customer the receipt today." in (
        found.text
    )
    whys = {piece.why: piece.turn_id for piece in found.evidence}
    assert (whys["what was done about it"], whys["what was promised"]) == ("m3", "m5")


def test_an_outbound_call_is_about_what_the_agent_says(engines: Mapping[type, Engine]) -> None:
    """The one who calls has the reason."""
    lines = (
        "A: hello this is ann from the clinic",
        "A: i'm calling to remind you of your appointment on friday",
        "C: ok",
    )
    text = summary_of(lines, engines, direction="outbound") or ""
    assert text.startswith("The agent is calling to remind the customer of the customer's appointment on friday.")


FRAMES = spoken_words(
    """the customer agent company said that asked whether wanted to promised has could not explained answered is was
    in touch about does do are were have they them their theirs themselves will would what when where why how which
    who can should open request met nothing for sounded pleased unhappy and threatened s somebody else their doesnt
    hasnt isnt werent arent dont havent"""
).split()


@given(asked=conversations() | accepted_conversations())
def test_every_word_is_said_or_belongs_to_a_frame(engines: Mapping[type, Engine], asked: Any) -> None:
    """The words between the frames are words of the turns behind them; each sentence has a turn."""
    summary = analyzed(asked, engines).summary
    if summary is None:
        return
    by_id = {turn.id: turn.text for turn in asked.turns}
    behind = {word for piece in summary.evidence for word in spoken_words(by_id[piece.turn_id or ""]).split()}
    behind |= {f"{word}s" for word in behind} | {word for piece in summary.evidence for word in _words(piece.why)}
    body = summary.text.replace("'", " ")
    assert summary.evidence
    assert {word for word in spoken_words(body).split() if word not in _apart(behind)} <= {*FRAMES}


def _words(why: str) -> set[str]:
    """Return the words of a reason, in the present and in the past."""
    return {*spoken_words(why).split(), "wanted", "asked", "threatened"}


def _apart(words: set[str]) -> set[str]:
    """Return words, and the pieces of those with an apostrophe inside."""
    return words | {ending for word in words for ending in (word[:-1], word[:-2], word[:-3], word[-1:], word[-2:])}


@given(asked=conversations() | accepted_conversations())
def test_a_summary_is_short(engines: Mapping[type, Engine], asked: Any) -> None:
    """At most two sentences of reason, one of what was done, two promises, each cut in two, and how it ended."""
    summary = analyzed(asked, engines).summary
    if summary is not None:
        assert len(summary.text.split()) <= 5 * (2 * MAX_WORDS + 10) + 40


@pytest.mark.parametrize(
    ("lines", "reason"),
    tuples_of(__file__, "says_why_there_is_none"),
)
def test_says_why_there_is_none(lines: Sequence[str], reason: str, engines: Mapping[type, Engine]) -> None:
    """Null with a reason for languages and conversations in which it cannot be known."""
    insights = analyzed(talk(*lines), engines)
    assert insights.summary is None
    assert insights.unknown["summary"] == reason


def test_where_a_judge_was_asked_its_sentences_are_taken() -> None:
    """With the turns that it names; and where it could not say it, the summary is made as without one."""
    asked = talk("A: hello", "C: i lost my card", "A: a new one is on its way")
    question = Summarization(Transcript.of(asked))
    assert question in Summary().probes(asked)
    told = SummaryAnswer("A card was lost. A new one comes.", ("m2", "m3"), "judge 1 m")
    found = Summary().analyze(asked, {question: told}, Insights(language="en"))
    assert isinstance(found, Found)
    assert found.text == told.text
    assert [(one.turn_id, one.text) for one in found.evidence] == [
        ("m2", "i lost my card"),
        ("m3", "a new one is on its way"),
    ]


@pytest.mark.parametrize(("said", "noted"), data_of(__file__, "a_wish_that_sounds_like_praise_is_the_reason"))
def test_a_wish_that_sounds_like_praise_is_the_reason(said: str, noted: str, engines: Mapping[type, Engine]) -> None:
    """A request is not passed over because it says that something would be great."""
    found = existing(analyzed(talk(f"C: {said}", "A: I have done that for you."), engines).summary)
    assert found.text.startswith(noted)


@pytest.mark.parametrize(("asked", "told"), data_of(__file__, "a_price_that_was_asked_for_is_in_it"))
def test_a_price_that_was_asked_for_is_in_it(asked: str, told: str, engines: Mapping[type, Engine]) -> None:
    """Also where the agent reports something else as done."""
    found = existing(analyzed(talk(f"C: {asked}", f"A: {told}", "C: thanks"), engines).summary)
    assert any(price in found.text.casefold() for price in ("49 euros", "twelve pounds fifty", "$5")), found.text

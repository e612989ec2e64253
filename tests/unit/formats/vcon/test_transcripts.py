"""Transcripts in vCons: what many tools write becomes turns with the right speakers and times."""

from typing import Any

import pytest

from tests.data_files import data_of
from tests.unit.formats.vcons import ALICE, BOB, SAID, START, read, refusal, said, timed, transcript

SEGMENTS = data_of(__file__, "segments")


@pytest.mark.parametrize(
    "body",
    data_of(__file__, "transcripts_of_many_tools"),
    ids=["list", "ms", "whisper", "wtf", "paragraphs", "words", "whole", "utterances", "channels", "far"],
)
def test_transcripts_of_many_tools(body: Any) -> None:
    """The same talk, as they write it: speakers, words, milliseconds from the start of the call."""
    conversation = read(**transcript(body))
    assert said(conversation)[:2] == [("agent", "Hello. Bob here."), ("customer", "Hi.")]
    assert timed(conversation)[:2] == [("agent", 1200, 2500), ("customer", 3000, 3400)]
    assert conversation.turns[0].agent_id == "bob@example.com"


def test_a_transcript_as_plain_text() -> None:
    """Labels before lines, times in brackets, lines that go on; a colon within a line is no label."""
    text = "[00:05] Agent: Hello.\nNote: this goes on.\n\n**Alice**: Hi: there.\n1:02:03 - Customer: Bye.\n"
    conversation = read(**transcript(text, encoding="none"))
    assert said(conversation) == [
        ("agent", "Hello. Note: this goes on."), ("customer", "Hi: there."), ("customer", "Bye."),
    ]  # fmt: skip
    assert [turn.start_ms for turn in conversation.turns] == [5000, None, 3_723_000]


def test_a_transcript_counts_from_the_start_of_its_dialog() -> None:
    """The second recording of a call begins later."""
    dialogs = [
        {"type": "recording", "start": START, "duration": 10, "parties": [0, 1]},
        {"type": "recording", "start": "2026-06-21T17:54:26Z", "duration": 10, "parties": [0, 1]},
    ]
    analysis = [
        {"type": "transcript", "dialog": index, "vendor": "x", "body": [{"speaker": "agent", "text": "a", "start": 1}]}
        for index in (1, 0)
    ]
    conversation = read(dialog=dialogs, analysis=analysis)
    assert [turn.start_ms for turn in conversation.turns] == [1000, 61_000]
    assert conversation.duration_ms == 70_000


def test_the_first_transcript_of_a_dialog_that_can_be_read_counts() -> None:
    """Others of the same dialog, summaries, and transcripts of what was typed are passed over."""
    analysis = [
        {"type": "summary", "dialog": 0, "vendor": "x", "body": "Agent: this is a summary."},
        {"type": "transcript", "dialog": 0, "vendor": "x", "body": "nobody knows who says this"},
        {"type": "transcription", "dialog": [0], "vendor": "x", "body": SAID},
        {"type": "transcript", "dialog": 0, "vendor": "y", "body": [*SAID, *SAID]},
    ]
    assert said(read(analysis=analysis)) == [("agent", "Hello."), ("customer", "Hi.")]
    typed = [{"type": "text", "start": START, "parties": 0, "body": "typed"}]
    assert said(read(dialog=typed)) == [("customer", "typed")]


@pytest.mark.parametrize("kind", ["analysis_info", "conversation"])
def test_what_calls_itself_no_transcript_may_be_one(kind: str) -> None:
    """A list of speakers and what they say."""
    assert len(read(analysis=[{"type": kind, "dialog": 0, "vendor": "x", "body": SAID}]).turns) == 2
    assert read(analysis=[{"type": kind, "dialog": 0, "vendor": "x", "body": [{"word": "x"}]}]).turns == ()


def test_a_transcript_may_be_an_attachment() -> None:
    """As the first drafts of the World Transcription Format had it."""
    attachment = {"type": "wtf_transcription", "dialog": 0, "encoding": "json", "body": {"segments": SEGMENTS}}
    assert [turn.speaker for turn in read(analysis=[], attachments=[attachment]).turns] == ["agent", "customer"]


@pytest.mark.parametrize(("direction", "first"), [("in", "agent"), ("out", "customer")])
def test_of_two_unnamed_speakers_the_first_is_who_was_called(direction: str, first: str) -> None:
    """The one who is called picks up and says hello."""
    conversation = read(
        dialog=[{"type": "recording", "start": START, "parties": [0, 1], "meta": {"direction": direction}}],
        **transcript({"segments": SEGMENTS}),
    )
    assert conversation.turns[0].speaker == first
    assert {turn.speaker for turn in conversation.turns} == {"agent", "customer"}


def test_one_speaker_without_a_name_is_who_is_left() -> None:
    """Where the other is named; a third who cannot be told is neither."""
    body = [{"speaker": "Agent", "text": "a"}, {"speaker": "Mrs. X", "text": "b"}]
    assert said(read(**transcript(body))) == [("agent", "a"), ("customer", "b")]
    body.append({"speaker": "Mr. Y", "text": "c"})
    assert said(read(**transcript(body))) == [("agent", "a"), ("system", "b"), ("system", "c")]


@pytest.mark.parametrize(
    "body", ["Hello. Hi.", {"segments": [{"text": "Hello."}]}, [{"speaker": n, "text": "x"} for n in range(3)]]
)
def test_a_transcript_without_speakers_is_refused(body: Any) -> None:
    """Scoring it would be guessing; the message says what would be right."""
    error = refusal(**transcript(body))
    assert (error.reason, error.field) == ("vcon.speakers_unknown", "analysis[0].body")
    assert "role" in error.message


def test_without_a_transcript_there_are_no_turns() -> None:
    """A recording that nobody transcribed, or whose transcript stands behind an address, is a call without turns."""
    assert read(analysis=[]).turns == ()
    behind = {"type": "transcript", "dialog": 0, "vendor": "x", "url": "https://example.com/t.json"}
    assert read(analysis=[behind]).turns == ()


VTT = data_of(__file__, "vtt")


@pytest.mark.parametrize(
    "body",
    [
        VTT,
        VTT.replace("<v Bob Jones>", "Agent: ")
        .replace("<v.first Caller>", "Customer: ")
        .replace("\nAgent: c", "\n\n00:05.000 --> 00:06.000\nAgent: c"),
        "1\n00:00:00,400 --> 00:00:03,100\nSpeaker 1: good afternoon Quince\n\n2\n00:00:03,600 --> 00:00:06,000\nSpeaker 2: i would like to move\n\n3\n00:00:05,000 --> 00:00:06,000\nSpeaker 1: certainly",
    ],
)
def test_cues_of_webvtt_and_srt(body: str) -> None:
    """Voice tags or names before a colon show who speaks; times are of the cue."""
    parties = [ALICE | {"name": "Caller", "role": "customer"}, BOB | {"role": "agent"}]
    conversation = read(parties=parties, **transcript(body, mediatype="text/vtt", encoding="none"))
    words = [("agent", "good afternoon Quince"), ("customer", "i would like to move"), ("agent", "certainly")]
    assert said(conversation) == words
    assert timed(conversation)[:2] == [("agent", 400, 3100), ("customer", 3600, 6000)]


def test_cues_without_speakers_are_refused() -> None:
    """With what would be right, as any transcript that shows none."""
    error = refusal(**transcript("WEBVTT\n\n00:00.400 --> 00:03.100\ngood afternoon", encoding="none"))
    assert (error.reason, "no line of it has a speaker" in error.message) == ("vcon.speakers_unknown", True)


def test_one_segment_without_a_speaker_is_of_an_unknown_one() -> None:
    """The others are as they would be without it."""
    body = [{"speaker": who, "start": at, "text": "x"} for at, who in enumerate(["SPEAKER_01", "SPEAKER_00", None])]
    conversation = read(**transcript({"segments": body}))
    assert [turn.speaker for turn in conversation.turns] == ["agent", "customer", "unknown"]

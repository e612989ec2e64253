"""Our speech figures beside Amazon's own, for the calls that it analysed.

    python bench/quality/speech.py DATA_DIR

DATA_DIR holds ``conversations/acted_calls.ndjson`` and, in ``aws_transcribe_call_analytics``, what Transcribe Call
Analytics (example-call.json) and Bedrock Data Automation (bda-standard.json) told of the same calls.

Amazon takes talk as sentences, from the first word to the last, without the pauses between them. So ours stand there
twice: as the product tells them, from turns, and the same measures over a call in which each sentence is a turn.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from auscult.analyzers.speech.speech import Speech
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.insight import Insights
from auscult.domain.insight import Speech as Figures
from auscult.domain.said.speech import Side, cross_talk, pace, silences

SIDES: tuple[Side, ...] = ("agent", "customer")
NON_TALK_MS = 3_000
"""The shortest silence that Amazon tells."""
INTERRUPTION_MS = 2_000
STOPS = ".?!"
Tell = Callable[[Conversation], Any]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    lines = (data / "conversations" / "acted_calls.ndjson").read_bytes().splitlines()
    calls = [msgspec.json.decode(line, type=Conversation) for line in lines]
    told = data / "aws_transcribe_call_analytics"
    show_analytics(calls[0], json.loads((told / "example-call.json").read_text("utf-8")))
    count = json.loads((told / "bda-standard.json").read_text("utf-8"))["statistics"]["word_count"]
    print(f"\n{calls[1].custom_id}\n  words: ours {sum(words(calls[1], side) for side in SIDES)}, Amazon's {count}")
    for call in calls:
        show_own(call)


def show_analytics(call: Conversation, document: Mapping[str, Any]) -> None:
    """The call of Transcribe Call Analytics, figure by figure."""
    by_sentences = msgspec.structs.replace(call, turns=tuple(sentences_as_turns(document)))
    theirs = document["ConversationCharacteristics"]
    print(f"{call.custom_id}\n  {'':<32}{'by turns':>16}{'by sentences':>16}{'Amazon':>10}")
    for side in SIDES:
        role = side.upper()
        said = sum(
            item["Type"] == "pronunciation"
            for segment in document["Transcript"]
            if segment["ParticipantRole"] == role
            for item in segment["Items"]
        )
        talk = theirs["TalkTime"]["DetailsByParticipant"][role]["TotalTimeMillis"]
        speed = theirs["TalkSpeed"]["DetailsByParticipant"][role]["AverageWordsPerMinute"]
        row(f"words, {side}", lambda one, side=side: words(one, side), (call, by_sentences), said)
        row(
            f"talk in s, {side}",
            lambda one, side=side: f"{talk_s(one, side):.1f}",
            (call, by_sentences),
            f"{talk / 1e3:.1f}",
        )
        row(f"words a minute, {side}", lambda one, side=side: round(rate(one, side)), (call, by_sentences), speed)
    quiet = theirs["NonTalkTime"]
    row(
        "silences of 3 s or more",
        lambda one: len(silences(one, NON_TALK_MS)),
        (call, by_sentences),
        len(quiet["Instances"]),
    )
    interruptions = [
        (one["BeginOffsetMillis"], one["DurationMillis"])
        for of in theirs["Interruptions"]["InterruptionsByInterrupter"].values()
        for one in of
    ]
    row("talk at once, 2 s or more", lambda one: len(overlaps(one)), (call, by_sentences), len(interruptions))
    print("  talk at once (start, length in ms)")
    for name, found in (
        ("by turns", overlaps(call)),
        ("by sentences", overlaps(by_sentences)),
        ("Amazon", interruptions),
    ):
        print(f"    {name}: {', '.join(f'{start} {length}' for start, length in found)}")


def row(name: str, tell: Tell, calls: Sequence[Conversation], theirs: object) -> None:
    """One figure: ours for each of the two readings of the call, and theirs."""
    ours = "".join(f"{tell(call)!s:>16}" for call in calls)
    print(f"  {name:<32}{ours}{theirs!s:>10}")


def sentences_as_turns(document: Mapping[str, Any]) -> Iterator[Turn]:
    """A turn for each sentence, from its first word to its last."""
    for segment in document["Transcript"]:
        speaker: Side = "agent" if segment["ParticipantRole"] == "AGENT" else "customer"
        said: list[Any] = []
        for item in [*segment["Items"], {"Type": "punctuation", "Content": "."}]:
            if item["Type"] == "pronunciation":
                said.append(item)
            elif said and item["Content"] in STOPS:
                begin, end = said[0]["BeginOffsetMillis"], said[-1]["EndOffsetMillis"]
                yield Turn(f"s{begin}", speaker, " ".join(one["Content"] for one in said), None, begin, end)
                said = []


def words(call: Conversation, side: Side) -> int:
    """How many words a side says."""
    said = pace(call, side)
    return said.words if said else 0


def talk_s(call: Conversation, side: Side) -> float:
    """How long a side talks, in seconds."""
    said = pace(call, side)
    return said.talk_ms / 1000 if said else 0.0


def rate(call: Conversation, side: Side) -> float:
    """Words a minute of talk."""
    said = pace(call, side)
    return said.words_per_minute if said else 0.0


def overlaps(call: Conversation) -> list[tuple[int, int]]:
    """Start and length of each stretch in which both talk."""
    return [(one.start_ms, one.duration_ms) for one in cross_talk(call, INTERRUPTION_MS)]


def show_own(call: Conversation) -> None:
    """What the analyzer makes of a call."""
    found = Speech().analyze(call, {}, Insights())
    assert isinstance(found, Figures)
    print(
        f"\n{call.custom_id}, analyzed: customer {found.customer_talk_ratio} %, agent {found.agent_talk_ratio} %, "
        f"silence {found.silence} %, {len(found.cross_talk)} cross talk, {len(found.dead_air)} dead air"
    )
    for one in found.rates:
        print(
            f"  {one.source} {one.source_id}: {one.words} words in {one.seconds} s, {one.words_a_minute} a minute, "
            f"score {one.score}"
        )


if __name__ == "__main__":
    main()

"""Conversations for the tests of analyzers: written out, or drawn from sayings and noise."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from auscult.analyzers import ANALYZERS, Analyzer
from auscult.analyzers._contract import Unknown
from auscult.domain.conversation import Channel, Conversation, Direction, Turn
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers
from auscult.engines._contract import Engine
from tests.data_files import tuples_of

Analyzers = Mapping[str, Analyzer[Any]]
SAYINGS = tuples_of(__file__, "sayings")


def talk(
    *lines: str, channel: Channel = "chat", direction: Direction = "inbound", language: str = "en"
) -> Conversation:
    """A conversation of lines like ``C: hello``: C is the customer, A the agent, B a bot, S the system."""
    speakers: dict[str, Any] = {"C": "customer", "A": "agent", "B": "bot", "S": "system"}
    turns = tuple(
        Turn(
            id=f"m{number}",
            speaker=speakers[line[0]],
            text=line[3:],
            start_ms=number * 5_000,
            end_ms=number * 5_000 + 4_000,
        )
        for number, line in enumerate(lines, start=1)
    )
    return conversation(turns, channel=channel, direction=direction, language=language)


def conversation(turns: Sequence[Turn], **fields: Any) -> Conversation:
    """A conversation of these turns."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Conversation(id="c-1", started_at=start, turns=tuple(turns), **({"channel": "chat"} | fields))


def answered(asked: Conversation, engines: Mapping[type, Engine], analyzers: Analyzers = ANALYZERS) -> Answers:
    """What every analyzer needs to know of a conversation."""
    probes = dict.fromkeys(probe for analyzer in analyzers.values() for probe in analyzer.probes(asked))
    return {probe: engines[type(probe)].answer([probe])[0] for probe in probes if type(probe) in engines}


def analyzed(asked: Conversation, engines: Mapping[type, Engine], analyzers: Analyzers = ANALYZERS) -> Insights:
    """What all analyzers find, in the order of the table."""
    answers = answered(asked, engines, analyzers)
    known = Insights()
    for field, analyzer in analyzers.items():
        found = analyzer.analyze(asked, answers, known)
        if isinstance(found, Unknown):
            known = msgspec.structs.replace(known, unknown=known.unknown | {field: found.reason})
        else:
            known = msgspec.structs.replace(known, **{field: found})
    return known


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Any conversation: sayings and noise, in any order, timed or not."""
    texts = st.sampled_from(SAYINGS) | st.text(max_size=60)
    speakers = st.sampled_from(["customer", "agent", "bot", "system"])
    lines = draw(st.lists(st.tuples(speakers, texts, st.booleans()), max_size=8))
    turns = [
        Turn(id=f"m{index}", speaker=speaker, text=text)  # type: ignore[arg-type]
        if not is_timed
        else Turn(id=f"m{index}", speaker=speaker, text=text, start_ms=index * 900, end_ms=index * 900 + 1_000)  # type: ignore[arg-type]
        for index, (speaker, text, is_timed) in enumerate(lines)
    ]
    return conversation(
        turns,
        channel=draw(st.sampled_from(["voice", "chat"])),
        direction=draw(st.sampled_from(["inbound", "outbound"])),
    )

"""Use of time in a call: talk and pace by speaker, silence, overlap. Computed from times alone.

Language does not matter to it. Definitions are those of the speech metrics (docs/reference/metrics/by_speech.md);
the score of a speaking rate is ours (docs/reference/analyzers.md).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import ClassVar

from auscult.analyzers._contract import Unknown, unheard
from auscult.analyzers._evidence import turns_of
from auscult.analyzers._people import by_agent
from auscult.analyzers._shares import whole_percents
from auscult.domain.conversation import WHO, Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.insight import Insights, Moment, SpeakingRate
from auscult.domain.insight import Speech as Found
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.speech import (
    CROSS_TALK_MS,
    DEAD_AIR_MS,
    Pace,
    Side,
    cross_talk,
    is_timed,
    pace,
    pace_of,
    silences,
    talk_time_ms,
    with_times_of_sound,
)

SLOW, FAST = 110, 200
"""Words a minute between which everybody can follow; both ends belong to it."""
EACH_POINT = 10
"""So many words a minute beyond that cost a point."""
BEST = 10


class Speech:
    """Talk ratios, silence, speaking rates, cross talk and dead air."""

    field: ClassVar[str] = "speech"
    languages: frozenset[str] = frozenset()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Return no question: times are enough."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:  # noqa: ARG002
        """The figures, or unknown for chat and where times are not known."""
        if conversation.channel == "chat":
            return Unknown(coded("nobody speaks in a chat"))
        sides: tuple[Side, ...] = ("customer", "agent")
        turns = {side: turns_of(conversation, side) for side in sides}
        if not any(turns.values()):
            return unheard(conversation, coded("neither customer nor agent speaks"))
        by_sound = with_times_of_sound(conversation)
        for side in sides:
            if by_sound is conversation and turns[side] and not any(map(is_timed, turns[side])):
                return Unknown(coded("no times are known of what {who} says", who=WHO[side]))
        quiet = silences(by_sound, 1)
        ratios = whole_percents(
            [*(talk_time_ms(by_sound, side) for side in sides), sum(one.duration_ms for one in quiet)]
        )
        return Found(
            customer_talk_ratio=ratios[0],
            agent_talk_ratio=ratios[1],
            silence=ratios[2],
            rates=tuple(_rates(conversation, turns["customer"])),
            cross_talk=tuple(
                Moment(start_ms=one.start_ms, end_ms=one.end_ms, turn_id=one.turn.id or None, begun_by=one.begun_by)
                for one in cross_talk(by_sound, CROSS_TALK_MS)
            ),
            dead_air=tuple(
                Moment(start_ms=one.start_ms, end_ms=one.end_ms, turn_id=one.after.id or None)
                for one in quiet
                if one.duration_ms >= DEAD_AIR_MS
            ),
        )


def _rates(conversation: Conversation, customer: Sequence[Turn]) -> list[SpeakingRate]:
    """A row for the customer and one for each agent of whose talk times are known."""
    if with_times_of_sound(conversation) is not conversation:
        return _rates_by_sound(conversation)
    people: list[tuple[Side, str | None, Sequence[Turn]]] = [
        ("customer", conversation.customer.id if conversation.customer else None, customer),
        *(("agent", agent_id, turns) for agent_id, turns in by_agent(conversation).items()),
    ]
    return [
        _rate(source, source_id, said)
        for source, source_id, turns in people
        if (said := pace_of(turns)) is not None and said.words
    ]


def _rates_by_sound(conversation: Conversation) -> list[SpeakingRate]:
    """Return a row for the customer, and one for the agent where there is one: sound does not distinguish agents."""
    agents = list(by_agent(conversation))
    people: list[tuple[Side, str | None]] = [
        ("customer", conversation.customer.id if conversation.customer else None),
        *([("agent", agents[0])] if len(agents) == 1 else []),
    ]
    return [
        _rate(source, source_id, said)
        for source, source_id in people
        if (said := pace(conversation, source)) is not None and said.words
    ]


def _rate(source: Side, source_id: str | None, said: Pace) -> SpeakingRate:
    a_minute = Decimal(said.words * 60_000) / said.talk_ms
    return SpeakingRate(
        source=source,
        source_id=source_id,
        words=said.words,
        seconds=said.talk_ms // 1000,
        words_a_minute=a_minute.quantize(Decimal("0.01"), ROUND_HALF_EVEN),
        score=score_of(a_minute),
    )


def score_of(words_a_minute: Decimal) -> int:
    """From 10 within the range down to 0, a point for each ``EACH_POINT`` words a minute beyond it."""
    beyond = max(SLOW - words_a_minute, words_a_minute - FAST, Decimal(0))
    return max(0, BEST - int((beyond / EACH_POINT).to_integral_value(ROUND_HALF_EVEN)))

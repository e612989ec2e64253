"""Manner of speaking, not its content: overlap, silence, pace. From the times of turns, so for voice only.

Settings, definitions and examples for users: docs/reference/metrics/by_speech.md.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.conversation import WHO, WITHOUT_SPEAKERS, Channel, Conversation, are_without_speakers
from auscult.domain.errors import coded, template
from auscult.domain.evaluation import Evidence, Verdict, answered, at, over
from auscult.domain.said.duration import parse_duration_ms
from auscult.domain.said.speech import (
    CROSS_TALK_MS,
    DEAD_AIR_MS,
    cross_talk,
    is_timed,
    pace,
    silences,
    with_times_of_sound,
)
from auscult.metrics._contract import Alone
from auscult.metrics._finding.language import silence_of

Measure = Literal["cross_talk", "dead_air", "speaking_rate"]

_BELONGING: dict[Measure, tuple[str, ...]] = {
    "cross_talk": ("min_duration", "max_instances", "count"),
    "dead_air": ("min_duration", "max_duration", "max_instances"),
    "speaking_rate": ("min_words_per_minute", "max_words_per_minute", "speaker"),
}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type; None is the measure's own default."""

    measure: Measure
    min_duration: str | int | None = None
    max_duration: str | int | None = None
    max_instances: int | None = None
    count: Literal["agent", "both"] | None = None
    min_words_per_minute: Decimal | None = None
    max_words_per_minute: Decimal | None = None
    speaker: Literal["agent", "customer"] | None = None


class BySpeech(Alone[Settings]):
    """YES within the limits, NO beyond them, NA when that is unknown."""

    name: ClassVar[str] = "by_speech"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice"})

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Settings of another measure, and limits that cannot be."""
        return (*_strangers(settings), *_duration_faults(settings), *_rate_faults(settings))

    def unique_key(self, settings: Settings) -> str | None:
        """The measure: a form has one metric of each (rule 6)."""
        return settings.measure

    def decide(self, settings: Settings, conversation: Conversation) -> Verdict:
        """The verdict, with every instance and its times."""
        if settings.measure == "cross_talk":
            return _judge_cross_talk(settings, with_times_of_sound(conversation))
        if settings.measure == "dead_air":
            return _judge_dead_air(settings, with_times_of_sound(conversation))
        return _judge_speaking_rate(settings, conversation)


def _strangers(settings: Settings) -> list[tuple[str, str]]:
    belonging = ("measure", *_BELONGING[settings.measure])
    return [
        (key, coded("does not belong to {name}; that has {list}", name=settings.measure, list=", ".join(belonging[1:])))
        for key in settings.__struct_fields__
        if key not in belonging and getattr(settings, key) is not None
    ]


def _duration_faults(settings: Settings) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    durations: dict[str, int] = {"min_duration": _default_ms(settings.measure)}
    for key, written in (("min_duration", settings.min_duration), ("max_duration", settings.max_duration)):
        if written is None:
            continue
        try:
            durations[key] = parse_duration_ms(written)
        except ValueError as error:
            found.append((key, error.args[0]))
            continue
        if durations[key] <= 0:
            found.append((key, coded("must be longer than nothing")))
    if durations.get("max_duration", durations["min_duration"]) < durations["min_duration"]:
        found.append(
            (
                "max_duration",
                coded(
                    "must be at least min_duration, {value}",
                    value=coded("{s} s", s=_seconds(durations["min_duration"])),
                ),
            )
        )
    if settings.max_instances is not None and settings.max_instances < 0:
        found.append(("max_instances", coded("{value} must be 0 or more", value=settings.max_instances)))
    return found


def _rate_faults(settings: Settings) -> list[tuple[str, str]]:
    if settings.measure != "speaking_rate":
        return []
    low, high = settings.min_words_per_minute, settings.max_words_per_minute
    if low is None and high is None:
        return [("min_words_per_minute", coded("is missing; give it or max_words_per_minute, like 110 and 180"))]
    found: list[tuple[str, str]] = [
        (key, coded("{value} must be above 0 and at most {n}", value=rate, n=1000))
        for key, rate in (("min_words_per_minute", low), ("max_words_per_minute", high))
        if rate is not None and not 0 < rate <= 1000  # noqa: PLR2004 nobody talks faster
    ]
    if low is not None and high is not None and low > high:
        found.append(
            ("max_words_per_minute", coded("{high} must be at least min_words_per_minute, {low}", high=high, low=low))
        )
    return found


def _default_ms(measure: Measure) -> int:
    return CROSS_TALK_MS if measure == "cross_talk" else DEAD_AIR_MS


def _min_ms(settings: Settings) -> int:
    return _default_ms(settings.measure) if settings.min_duration is None else parse_duration_ms(settings.min_duration)


def _judge_cross_talk(settings: Settings, conversation: Conversation) -> Verdict:
    if are_without_speakers(conversation):
        return Verdict(qualification="NA", reason=WITHOUT_SPEAKERS)
    for side in ("agent", "customer"):
        turns = [turn for turn in conversation.turns if turn.speaker == side]
        if not any(is_timed(turn) for turn in turns):
            reason = coded("no times are known of what {who} says", who=WHO[side]) if turns else silence_of(side)
            return Verdict(qualification="NA", reason=reason)
    min_ms = _min_ms(settings)
    found = cross_talk(conversation, min_ms)
    if settings.count == "agent":
        found = [one for one in found if one.begun_by == "agent"]
    evidence = tuple(
        at(
            one.turn,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            text=one.turn.text,
            why=coded("both talk for {s} s, {who} came in", s=_seconds(one.duration_ms), who=WHO[one.begun_by])
            if one.begun_by
            else coded("both talk for {s} s, both began at once", s=_seconds(one.duration_ms)),
        )
        for one in found
    )
    what = template("{n} × cross talk of {s} s or more")  # noqa: RUF001 a sign, not a letter
    if settings.count == "agent":
        what = template("{n} × agent coming in for {s} s or more")  # noqa: RUF001 as above
    counted = coded(what, n=len(evidence), s=_seconds(min_ms))
    return _counted(evidence, settings.max_instances or 0, counted, conversation)


def _judge_dead_air(settings: Settings, conversation: Conversation) -> Verdict:
    if sum(turn.start_ms is not None for turn in conversation.turns) < 2:  # noqa: PLR2004 silence is between two
        reason = coded("fewer than two turns have times") if conversation.turns else coded("nobody speaks")
        return Verdict(qualification="NA", reason=reason)
    if all(turn.speaker == "system" for turn in conversation.turns):
        return Verdict(qualification="NA", reason=coded("nobody speaks but a system"))
    min_ms = _min_ms(settings)
    max_ms = None if settings.max_duration is None else parse_duration_ms(settings.max_duration)
    found = silences(conversation, min_ms)
    evidence = tuple(
        at(
            one.after,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            why=coded("nobody talks for {s} s after this turn", s=_seconds(one.duration_ms)),
        )
        for one in found
    )
    counted = coded("{n} × silence of {s} s or more", n=len(evidence), s=_seconds(min_ms))  # noqa: RUF001 as above
    verdict = _counted(evidence, settings.max_instances or 0, counted, conversation)
    longest = max((one.duration_ms for one in found), default=0)
    if max_ms is not None and longest > max_ms:
        reason = coded(
            "a silence of {s} s; more than {most} s is never allowed", s=_seconds(longest), most=_seconds(max_ms)
        )
        return Verdict(qualification="NO", evidence=evidence, reason=_with_untimed(reason, conversation))
    return verdict


def _judge_speaking_rate(settings: Settings, conversation: Conversation) -> Verdict:
    if are_without_speakers(conversation):
        return Verdict(qualification="NA", reason=WITHOUT_SPEAKERS)
    speaker = settings.speaker or "agent"
    turns = [turn for turn in conversation.turns if turn.speaker == speaker]
    said = pace(conversation, speaker)
    if said is None:
        who = WHO[speaker]
        reason = coded("no times are known of what {who} says", who=who) if turns else silence_of(speaker)
        return Verdict(qualification="NA", reason=reason)
    if said.words == 0:
        return Verdict(qualification="NA", reason=coded("{who} says no words", who=WHO[speaker]))
    low, high = settings.min_words_per_minute, settings.max_words_per_minute
    rate = Decimal(said.words * 60_000) / Decimal(said.talk_ms)
    within = (low is None or rate >= low) and (high is None or rate <= high)
    measured = coded(
        "{rate} words a minute: {n} words in {s} s of talk",
        rate=f"{rate:.1f}",
        n=said.words,
        s=_seconds(said.talk_ms),
    )
    limits = template("{before}; asked for: at least {low} and at most {high}")
    if high is None:
        limits = template("{before}; asked for: at least {low}")
    elif low is None:
        limits = template("{before}; asked for: at most {high}")
    reason = coded(limits, before=measured, low=low, high=high)
    return Verdict(
        qualification="YES" if within else "NO",
        evidence=(over(turns, measured),),
        reason=_with_untimed(reason, conversation),
    )


def _counted(evidence: Sequence[Evidence], allowed: int, counted: str, conversation: Conversation) -> Verdict:
    is_met = len(evidence) <= allowed
    shown = evidence if any(one.turn_id for one in evidence) else (*evidence, over(conversation.turns, counted))
    return answered(
        "YES" if is_met else "NO",
        shown if is_met or not evidence else evidence,
        reason=_with_untimed(coded("{before}; allowed: {m}", before=counted, m=allowed), conversation),
    )


def _with_untimed(reason: str, conversation: Conversation) -> str:
    """Return a reason with how much was left out, and where times are the recording's."""
    if conversation.heard is not None and not any(turn.id and is_timed(turn) for turn in conversation.turns):
        return coded("{before} (by the sound of the recording)", before=reason)
    count = sum(not is_timed(turn) for turn in conversation.turns)
    if not count:
        return reason
    whole = len(conversation.turns)
    return coded("{before} ({n} of {m} turns have no times and are left out)", before=reason, n=count, m=whole)


def _seconds(duration_ms: int) -> str:
    return f"{duration_ms / 1000:g}"

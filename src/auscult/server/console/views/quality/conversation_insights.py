"""What analysis found, as pages show it: a sentence, the customer's course, who spoke how much."""

from markupsafe import Markup
from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.insight import Insights, Sentiment
from auscult.server.console.charts.sentiment import Sounded, course
from auscult.server.console.charts.talk import talk
from auscult.server.console.reader import Reader, clock
from auscult.server.console.views.quoting import excerpt

_MOODS = {"negative": "displeased", "neutral": "neutral", "positive": "pleased"}
_WORDS_AT_MARK = 34


class InsightsView(Struct, frozen=True, kw_only=True):
    """What is shown beside a transcript. Charts are None where nothing is known to draw."""

    sentence: str
    summary: str
    course: Markup | None
    talk: Markup | None
    hint: str
    unknown: tuple[str, ...]


def insights_view(conversation: Conversation, found: Insights, reader: Reader) -> InsightsView:
    """Show what analysis found in a conversation."""
    return InsightsView(
        sentence=_sentence(found, reader),
        summary=found.summary.text if found.summary else "",
        course=_course(conversation, found.sentiment) if found.sentiment else None,
        talk=talk(
            (
                ("Agent", found.speech.agent_talk_ratio, "ag"),
                ("Customer", found.speech.customer_talk_ratio, "cu"),
                ("Silence", found.speech.silence, "si"),
            )
        )
        if found.speech
        else None,
        hint=_hint(found, reader),
        unknown=tuple(f"{name.replace('_', ' ').capitalize()}: {why}" for name, why in sorted(found.unknown.items())),
    )


def mood(sentiment: Sentiment) -> str:
    """Return how a customer sounds, in a word or two: ``neutral to pleased``."""
    start, end = _MOODS[sentiment.start], _MOODS[sentiment.end]
    return f"{start} to {end}" if start != end else _MOODS[sentiment.label]


def _sentence(found: Insights, reader: Reader) -> str:
    parts: list[str] = []
    if found.intents:
        names = ", ".join(each.name for each in found.intents)
        parts.append(names[:1].upper() + names[1:])
    if found.resolution and found.resolution.resolution != "NA":
        at = next((each.start_ms for each in found.resolution.evidence if each.start_ms is not None), None)
        word = "Request met" if found.resolution.resolution == "YES" else "Request not met"
        parts.append(word if at is None else f"{word} at {clock(at)}")
    if found.escalation and found.escalation.observed:
        parts.append("Asked for someone else")
    if found.churn_risk and found.churn_risk.observed:
        parts.append("May leave")
    if found.sentiment:
        parts.append(f"Customer {mood(found.sentiment)}, {reader.number(found.sentiment.score, 1)} of 10")
    return ". ".join(parts) + "." if parts else ""


def _course(conversation: Conversation, sentiment: Sentiment) -> Markup | None:
    turns = {turn.id: turn for turn in conversation.turns}
    length = conversation.duration_ms or 0
    found: list[Sounded] = []
    strongest, words = 0.0, ""
    for number, each in enumerate(sentiment.turns):
        turn = turns.get(each.turn_id)
        if turn is None:
            continue
        start = turn.start_ms if turn.start_ms is not None else number
        end = turn.end_ms if turn.end_ms is not None else start
        found.append(Sounded(at_ms=(start + end) // 2, score=float(each.score)))
        if abs(float(each.score) - 5) > strongest:
            strongest = abs(float(each.score) - 5)
            words = (
                f"\u201c{excerpt(turn.text, _WORDS_AT_MARK)}\u201d {clock(start) if turn.start_ms is not None else ''}"
            )
    if not found:
        return None
    length = length or max(each.at_ms for each in found) or 1
    return course(found, length, clock(length), words.strip(), f"Customer's sentiment: {mood(sentiment)}")


def _hint(found: Insights, reader: Reader) -> str:
    parts: list[str] = []
    if found.speech:
        rates = {rate.source: rate.words_a_minute for rate in found.speech.rates}
        said = [f"{source} {reader.number(rates[source])}" for source in ("agent", "customer") if source in rates]
        if said:
            parts.append(f"Words a minute: {', '.join(said)}")
        over = sum(moment.begun_by == "agent" for moment in found.speech.cross_talk)
        if over:
            parts.append(f"Talks over the customer {_times(over)}")
    fillers = sum(sum(each.crutch_counts.values()) for each in found.habits or ())
    if fillers:
        parts.append(f"{reader.number(fillers)} filler word{'' if fillers == 1 else 's'}")
    return ". ".join(parts) + "." if parts else ""


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")

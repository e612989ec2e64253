"""Views of a conversation's insights: a sentence, the course of the customer's sentiment, the talk ratios."""

from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auscult.analyzers.outcome.escalation import ASKS
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Insights, Sentiment
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.charts._svg import element, group, image, text
from auscult.server.console.frame.charts.sentiment import Sounded, course
from auscult.server.console.frame.naming import within_sentence
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import Reader, clock, mark
from auscult.server.console.frame.reasons import filled, in_words
from auscult.services.insights.intent_names import intent_name

_ROW = 24
_NAMES, _END = 74.0, 320.0
_MOODS = {"negative": later("displeased"), "neutral": later("neutral"), "positive": later("pleased")}
_FIELDS = {
    "language": later("Language"),
    "sentiment": later("Sentiment"),
    "emotions": later("Emotions"),
    "churn_risk": later("Churn risk"),
    "escalation": later("Escalation"),
    "resolution": later("Resolution"),
    "habits": later("Habits"),
    "speech": later("Speech"),
    "intents": later("Intents"),
    "topics": later("Topics"),
    "configured_intents": later("Configured intents"),
    "summary": later("Summary"),
}
_WORDS_AT_MARK = 34


class InsightsView(Struct, frozen=True, kw_only=True):
    """The insights next to a transcript. Charts are None where there is no data for them."""

    sentence: Markup
    summary: str
    course: Markup | None
    talk: Markup | None
    hint: str
    unknown: tuple[Markup, ...]


def insights_view(conversation: Conversation, found: Insights, reader: Reader) -> InsightsView:
    """Show the insights of a conversation."""
    return InsightsView(
        sentence=_sentence(found, reader),
        summary=found.summary.text if found.summary else "",
        course=_course(conversation, found.sentiment) if found.sentiment else None,
        talk=talk(
            (
                (_("Agent"), found.speech.agent_talk_ratio, "ag"),
                (_("Customer"), found.speech.customer_talk_ratio, "cu"),
                (_("Silence"), found.speech.silence, "si"),
            )
        )
        if found.speech
        else None,
        hint=_hint(found, reader),
        unknown=tuple(
            filled("{field}: {why}", field=_field(name), why=in_words(why))
            for name, why in sorted(found.unknown.items())
        ),
    )


def mood(sentiment: Sentiment) -> str:
    """Return the customer's sentiment in a few words: ``neutral to pleased``."""
    if sentiment.start == sentiment.end:
        return _(_MOODS[sentiment.label])
    return _("{start} to {end}").format(start=_(_MOODS[sentiment.start]), end=_(_MOODS[sentiment.end]))


def _field(name: str) -> str:
    """Return the title of an insight; insights of plug-ins keep their own names."""
    return _(_FIELDS.get(name, name.replace("_", " ").capitalize()))


def _sentence(found: Insights, reader: Reader) -> Markup:
    parts: list[str] = []
    if found.intents:
        first, *others = (intent_name(each.name) for each in found.intents)
        parts.append(", ".join((first, *map(within_sentence, others))))
    if found.resolution and found.resolution.resolution != "NA":
        is_met = found.resolution.resolution == "YES"
        parts.append(_at(_("Request met") if is_met else _("Request not met"), found.resolution.evidence))
        if found.resolution.doubt:
            parts.append(filled(_("This is unclear: {reason}"), reason=in_words(found.resolution.doubt)))
    if found.escalation and found.escalation.observed:
        asked = [each for each in found.escalation.evidence if each.why.startswith(ASKS)]
        threat = _("Threatened a complaint, a review or a legal step")
        parts.append(_at(_("Asked for someone else") if asked else threat, asked or found.escalation.evidence))
    if found.churn_risk and found.churn_risk.observed:
        parts.append(_("May leave"))
    if found.sentiment:
        score = reader.number(found.sentiment.score, 1)
        parts.append(_("Customer {mood}, {score} of 10").format(mood=mood(found.sentiment), score=score))
    return Markup(". ").join(parts) + "." if parts else Markup()


def _at(finding: str, evidence: Sequence[Evidence]) -> str:
    """Return a finding with the time of the first turn that shows it, if that is known."""
    at = next((each.start_ms for each in evidence if each.start_ms is not None), None)
    return finding if at is None else _("{finding} at {time}").format(finding=finding, time=clock(at))


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
            quoted = _("\u201c{words}\u201d").format(words=excerpt(turn.text, _WORDS_AT_MARK))
            words = f"{quoted} {clock(start) if turn.start_ms is not None else ''}"
    if not found:
        return None
    label = _("Customer's sentiment: {mood}").format(mood=mood(sentiment))
    ends = ("0:00", clock(length)) if length else ("", "")
    return course(found, length or max(each.at_ms for each in found) or 1, ends, words.strip(), label)


def _hint(found: Insights, reader: Reader) -> str:
    parts: list[str] = []
    if found.speech:
        rates = {rate.source: rate.words_a_minute for rate in found.speech.rates}
        named = (("agent", _("agent {n}")), ("customer", _("customer {n}")))
        said = [words.format(n=reader.number(rates[source])) for source, words in named if source in rates]
        if said:
            parts.append(_("Words per minute: {rates}").format(rates=", ".join(said)))
        over = sum(moment.begun_by == "agent" for moment in found.speech.cross_talk)
        if over:
            parts.append(_over(over))
    fillers = sum(sum(each.crutch_counts.values()) for each in found.habits or ())
    if fillers:
        parts.append(ngettext("{n} filler word", "{n} filler words", fillers).format(n=reader.number(fillers)))
    return ". ".join(parts) + "." if parts else ""


def _over(count: int) -> str:
    named = {1: _("Talks over the customer once"), 2: _("Talks over the customer twice")}
    return named.get(count, _("Talks over the customer {n} times").format(n=count))


def talk(shares: Sequence[tuple[str, int, str]]) -> Markup:
    """Draw shares in whole percents, each with its name and its class."""
    rows = [
        group(
            (
                text(0, n * _ROW + 16, name, "t2"),
                element(
                    "rect", class_=kind, x=_NAMES, y=n * _ROW + 8, width=share / 100 * (_END - _NAMES), height=8, rx=1
                ),
                text(360, n * _ROW + 16, mark(share, "%"), "t2", "end"),
            )
        )
        for n, (name, share, kind) in enumerate(shares)
    ]
    label = ", ".join(_("{name} {n} percent").format(name=name, n=share) for name, share, _kind in shares)
    return image(360, len(shares) * _ROW, group(rows), label=label, class_="chart talk")

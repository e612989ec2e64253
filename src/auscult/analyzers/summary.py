"""A conversation in two to four sentences: why the customer came, what was done, how it ended.

Where a judge was asked, its sentences are taken, with the turns that it names. Else the first are the customer's and the agent's own words, made readable; the last says what the analyzers before this
one found. Every sentence has a turn behind it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from auscult.analyzers._asking import ASKING
from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import cite, turns_of, unsupported
from auscult.analyzers._outcome_phrases import AGENT_SAYS, CUSTOMER_SAYS
from auscult.analyzers._phrases import Phrases
from auscult.analyzers._readable import readable, written_sentences
from auscult.analyzers._request_phrases import COURTESIES, DETAILS, PURPOSES
from auscult.analyzers._tone import customer_probes
from auscult.analyzers._trouble import TROUBLES, Trouble, trouble_probes, troubles
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Insights
from auscult.domain.insight import Summary as Found
from auscult.domain.probe import Answers, Probe, Summarization, SummaryAnswer, Transcript
from auscult.domain.speech import Side

OPENING_TURNS = 6
"""What it is about is said in so many of the first turns."""
TELLING, IDENTIFYING, TOO_SHORT, EACH_LATER, FULL_WORDS = 3.0, 4.0, 2.0, 0.5, 12
"""What a request or trouble is worth, what a name or number takes off, what brevity, and what each turn later; of how
many words on a sentence says enough."""
WORTH_SAYING = 2.0
ENDINGS = {"YES": "The request is met", "NO": "The request is not met", "NA": "Nothing is asked for"}
FEELINGS = {"positive": "sounds pleased", "negative": "sounds unhappy"}
KINDS = ("met", "refused", "informs", "offers")
"""What an agent's sentence may come to, the most telling first (kinds of ``AGENT_SAYS``)."""
POLITE = frozenset({"offered more", "inquires", "closed", "unfinished"})
FORMULAS = frozenset({"thanks", "agreed", "bye", "small talk"})
"""Kinds that say nothing of the matter, where they are all that is said: of ``AGENT_SAYS`` and ``CUSTOMER_SAYS``."""
FEWEST_WORDS = 3
_DETAILS = Phrases(DETAILS)
_PURPOSES = Phrases(PURPOSES)
_COURTESIES = Phrases(COURTESIES)


class Said(NamedTuple):
    """A sentence out of a turn, as it stands; the turn's place, what the sentence tells, and what that is worth."""

    turn: Turn
    text: str
    place: int = 0
    asks: bool = False
    reports: bool = False
    worth: float = 0.0


class Summary:
    """The summary."""

    field: ClassVar[str] = "summary"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """How the customer's turns sound, whether they tell of trouble, and what a judge would say, where one is asked."""
        asked = Summarization(Transcript.of(conversation))
        return (*customer_probes(conversation), *trouble_probes(conversation), asked)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:
        """The text with the turns behind it, or unknown where nobody says what it is about."""
        if not turns_of(conversation, "customer"):
            return Unknown("the customer never speaks")
        if (obstacle := unsupported(conversation, known, self.languages)) is not None:
            return obstacle
        judged = answers.get(Summarization(Transcript.of(conversation)))
        if isinstance(judged, SummaryAnswer):
            turns = {turn.id: turn for turn in conversation.turns}
            return Found(text=judged.text, evidence=tuple(cite(turns[one], "summed up") for one in judged.turn_ids))
        reasons = _reasons(conversation, troubles(conversation, answers))
        if not reasons:
            return Unknown("nobody says what it is about")
        done = [one for one in _done(conversation, known) if one.text not in {reason.text for reason in reasons}]
        texts = [*(_quoted(said) for said in (reasons, done) if said), *_ending(known)]
        evidence = [cite(one.turn, "why they are in touch") for one in reasons]
        evidence += [cite(one.turn, "what was done about it") for one in done]
        return Found(text=" ".join(texts), evidence=(*evidence, *_shown(known)))


def _quoted(said: Sequence[Said]) -> str:
    """Sentences of one side, with who says them."""
    side = "customer" if said[0].turn.speaker == "customer" else "agent"
    return f'The {side}: "{" ".join(readable(one.text) for one in said)}"'


def _reasons(conversation: Conversation, told: Mapping[str, Trouble]) -> list[Said]:
    """The sentence that tells best what it is about, and where it only asks or only reports, one beside it that does the other."""
    found: list[Said] = []
    if conversation.direction == "outbound":
        found = [one for one in _opening(conversation, "agent", {}) if one.asks]
    found = found or list(_opening(conversation, "customer", told))
    best = next((one for one in sorted(found, key=lambda one: -one.worth) if readable(one.text)), None)
    if best is None or best.worth <= 0:
        return []
    beside = [
        one
        for one in found
        if one is not best
        and one.worth >= WORTH_SAYING
        and readable(one.text)
        and abs(one.place - best.place) <= 1
        and (one.asks, one.reports) != (best.asks, best.reports)
        and not (best.asks and best.reports)
    ]
    kept = [best, *([max(beside, key=lambda one: one.worth)] if beside else [])]
    return [one for one in found if any(one is each for each in kept)]


def _opening(conversation: Conversation, speaker: Side, told: Mapping[str, Trouble]) -> Iterator[Said]:
    """The sentences of a side's first turns."""
    asking = ASKING if speaker == "customer" else _PURPOSES
    for place, turn in enumerate(turns_of(conversation, speaker)[:OPENING_TURNS]):
        pieces = written_sentences(turn.text)
        reporting = [text for text in pieces if TROUBLES.first(text)] if turn.id in told else []
        if turn.id in told and not reporting:
            reporting = sorted(pieces, key=len)[-1:]
        for text in pieces:
            words = len(text.split())
            asks = bool(asking.find(text)) or (speaker == "customer" and text.endswith("?"))
            reports = text in reporting
            worth = TELLING * (asks or reports) + min(1.0, words / FULL_WORDS) - EACH_LATER * place
            if not asks and not reports:
                worth -= IDENTIFYING * bool(_DETAILS.find(text))
            if words <= FULL_WORDS:
                worth -= IDENTIFYING * bool(FORMULAS & CUSTOMER_SAYS.find(text)) + TOO_SHORT * (words <= FEWEST_WORDS)
            yield Said(turn, text, place, asks, reports, worth)


def _done(conversation: Conversation, known: Insights) -> Iterator[Said]:
    """What the agent says was done, told or refused, if anything: in the turn that decided the outcome, or the last."""
    spoken = [turn for turn in conversation.turns if turn.speaker in ("customer", "agent") and turn.text.strip()]
    first = next(place for place, turn in enumerate(spoken) if turn.speaker == "customer")
    agent = [turn for turn in spoken[first:] if turn.speaker == "agent"]
    deciding = {piece.turn_id for piece in (known.resolution.evidence if known.resolution else ())}
    for turns in ([turn for turn in agent if turn.id in deciding], agent[::-1]):
        for kind in KINDS:
            for turn in turns:
                if kind not in AGENT_SAYS.find(turn.text):
                    continue
                for text in written_sentences(turn.text):
                    if kind in AGENT_SAYS.find(text) and _says(readable(text), kind):
                        yield Said(turn, text)
                        return


def _says(text: str, kind: str) -> bool:
    """Whether a readable sentence of an agent's comes to that, and is neither a question nor a courtesy."""
    says = AGENT_SAYS.find(text)
    is_polite = bool(POLITE & says) or text.endswith("?") or bool(_COURTESIES.find(text))
    return kind in says and not is_polite and len(text.split()) >= FEWEST_WORDS


def _ending(known: Insights) -> list[str]:
    """How it ended, from what was found before; nothing where that is not known."""
    if known.resolution is None:
        return []
    feeling = FEELINGS.get(known.sentiment.label) if known.sentiment else None
    flags = [flag for flag in (known.escalation, known.churn_risk) if flag is not None and flag.observed]
    signs = [feeling] if feeling else []
    signs += [flag.evidence[0].why.partition(":")[0] for flag in flags if flag.evidence]
    told = f"; the customer {_listed(signs)}" if signs else ""
    return [f"{ENDINGS[known.resolution.resolution]}{told}."]


def _shown(known: Insights) -> list[Evidence]:
    """The turns that show how it ended."""
    findings = [known.resolution, known.escalation, known.churn_risk]
    return [finding.evidence[0] for finding in findings if finding is not None and finding.evidence]


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]

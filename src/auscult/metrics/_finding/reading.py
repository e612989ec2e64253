"""A conversation as searches read it. Every search of a form reads the same turns: what is worked out is kept."""

from collections.abc import Callable, Iterable
from functools import wraps
from itertools import chain
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from auscult.domain.conversation import WITHOUT_SPEAKERS, Conversation, Turn, are_without_speakers
from auscult.domain.evaluation import Verdict
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.text import sentences, spoken_words, straighten_quotes
from auscult.metrics._finding.patterns import bare_words

_Self = TypeVar("_Self")
_P = ParamSpec("_P")
_SIDES = ("agent", "customer", "handler")

Way = Callable[[str], str]
WAYS: tuple[Way, Way, Way] = (spoken_words, bare_words, straighten_quotes)
"""The ways of reading a turn: for phrases, for wordings, for patterns."""

TurnIndexes = tuple[int, ...]
"""Indexes of turns in the conversation, in order."""


class Stretch(NamedTuple):
    """Sentences of some turns: all of them, and those of each turn with its index."""

    texts: tuple[str, ...]
    pieces: list[tuple[int, tuple[str, ...]]]


class UnknownSpeakersError(Exception):
    """The turns of one side were asked for, and nothing shows which these are."""


def side_meant(speaker: str, turns: Iterable[Turn]) -> str:
    """Return whose turns count: of the handler the agent's where one speaks, else the bot's."""
    if speaker != "handler":
        return speaker
    return "agent" if any(turn.speaker == "agent" for turn in turns) else "bot"


class Reading:
    """One conversation, read in every way that is asked for."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.turns = conversation.turns
        self.windows: dict[str, TurnIndexes] = {}
        """Turns by the name of a window; whoever asks for a window first works it out."""
        self.seen: dict[object, object] = {}
        """What searches saw in it, each its own."""
        self._speakers: dict[str, TurnIndexes] = {"any": tuple(range(len(self.turns)))}
        self._texts: dict[Way, list[str]] = {}
        self._lines: dict[tuple[Way, str], str] = {}
        self._stretches: dict[TurnIndexes, Stretch] = {}

    def turn_indexes(self, speaker: str) -> TurnIndexes:
        """The indexes of a speaker's turns. Raises ``UnknownSpeakersError`` where nothing shows whose they are."""
        found = self._speakers.get(speaker)
        if found is None:
            if speaker in _SIDES and are_without_speakers(self.conversation):
                raise UnknownSpeakersError
            sought = side_meant(speaker, self.turns)
            found = tuple([index for index, turn in enumerate(self.turns) if turn.speaker == sought])
            self._speakers[speaker] = found
        return found

    def texts(self, way: Way) -> list[str]:
        """Every turn's text, read in this way."""
        found = self._texts.get(way)
        if found is None:
            found = self._texts[way] = [way(turn.text) for turn in self.turns]
        return found

    def lines(self, way: Way, window: str) -> str:
        """The texts of the turns in a window that is worked out, one a line."""
        found = self._lines.get((way, window))
        if found is None:
            texts = self.texts(way)
            found = self._lines[way, window] = "\n".join([texts[index] for index in self.windows[window]])
        return found

    def stretch(self, indexes: TurnIndexes) -> Stretch:
        """The sentences of some turns, as they are compared by meaning."""
        found = self._stretches.get(indexes)
        if found is None:
            pieces = [(index, sentences(self.turns[index].text)) for index in indexes]
            found = self._stretches[indexes] = Stretch(tuple(chain.from_iterable(said for _, said in pieces)), pieces)
        return found


def na_without_speakers(
    judge: Callable[Concatenate[_Self, _P], Verdict],
) -> Callable[Concatenate[_Self, _P], Verdict]:
    """Make a judgement NA, with its reason, where it needs the turns of one side and nothing shows which these are."""

    @wraps(judge)
    def judged(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> Verdict:
        try:
            return judge(self, *args, **kwargs)
        except UnknownSpeakersError:
            return Verdict(qualification="NA", reason=WITHOUT_SPEAKERS)

    return judged


def none_without_speakers(
    probes: Callable[Concatenate[_Self, _P], tuple[Probe, ...]],
) -> Callable[Concatenate[_Self, _P], tuple[Probe, ...]]:
    """Ask nothing where the turns of one side are needed and nothing shows which these are."""

    @wraps(probes)
    def guarded(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> tuple[Probe, ...]:
        try:
            return probes(self, *args, **kwargs)
        except UnknownSpeakersError:
            return ()

    return guarded


@kept
def reading_of(conversation: Conversation) -> Reading:
    """The reading of a conversation: the same one as long as it is asked for again soon."""
    return Reading(conversation)


def words_decide(judge: Callable[[Conversation, Answers], object], conversation: Conversation) -> bool:
    """Return whether ``judge`` needs no answers, as an absent trigger decides. A model costs too much to be asked then."""
    try:
        judge(conversation, {})
    except KeyError:  # it wanted to read an answer
        return False
    return True

"""One conversation, heard to the end: every question answered, or failed, or postponed with all that are left.

All is asked in one request. It is cut in two where it, or the reply to it, is too long for the model. What is wrong
with an answer is said once, in our own words, and the question is asked again; after that the answer has failed.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from auscult.domain.judging import Heard, Postponed, Usage
from auscult.domain.probe import (
    Answer,
    Extraction,
    FailedAnswer,
    Inquiry,
    Judgement,
    Question,
    Summarization,
    Transcript,
)
from auscult.engines._judge.prompt import REVISION, Told, tell
from auscult.engines._judge.reply import plain, read
from auscult.engines._judge.server import AwayError, Reply, TooLongError

ROOM: Mapping[type[Question], int] = {Judgement: 300, Extraction: 400, Summarization: 400}
"""For one answer, in tokens of output."""

BYTES_A_TOKEN = 3
"""Fewer than tokenizers make of most texts, so that a request is seldom longer than it is taken to be."""

TOO_LONG = "the conversation is too long for the judge"
CUT = "the reply broke off; be brief"
REFUSED = "there was no answer, but a refusal"

Given = dict[Inquiry, Answer | FailedAnswer]

Call = Callable[[Told, Usage], Reply]
"""Asks once; its second argument is what it can take at most. Raises ``AwayError`` and ``TooLongError``."""


class _Part(NamedTuple):
    """Questions that are told together, which of them are asked (by place), and what was wrong with their answers."""

    questions: tuple[Question, ...]
    asked: tuple[int, ...]
    faults: Mapping[int, str] = {}

    def halves(self) -> "list[_Part]":
        """The same asked in smaller requests; nothing when this one cannot be smaller."""
        if len(self.asked) > 1:
            half = len(self.asked) // 2
            return [self._alone(self.asked[:half]), self._alone(self.asked[half:])]
        return [self._alone(self.asked)] if len(self.questions) > 1 else []

    def _alone(self, asked: Sequence[int]) -> "_Part":
        """Only these, and no other question told."""
        faults = {place: self.faults[was] for place, was in enumerate(asked) if was in self.faults}
        return _Part(tuple(self.questions[place] for place in asked), tuple(range(len(asked))), faults)


class Hearing:
    """The questions about one conversation."""

    def __init__(
        self, transcript: Transcript, questions: Sequence[Question], call: Call, *, context: int, engine: str
    ) -> None:
        """``context`` is what the model can hold, in tokens; ``engine`` is said with answers that failed."""
        self._transcript = transcript
        self._open = deque([_Part(tuple(questions), tuple(range(len(questions))))])
        self._call = call
        self._context = context
        self._engine = engine

    def heard(self) -> Iterator[Heard]:
        """What each call came to. After a postponed one there is no more."""
        while self._open:
            part = self._open.popleft()
            told = tell(part.questions, self._transcript, part.asked, part.faults)
            most = _most(told)
            try:
                if most.tokens > self._context:
                    raise TooLongError  # noqa: TRY301  (as the server would say)
                reply = self._call(told, most)
            except TooLongError:
                smaller = part.halves()
                self._open.extendleft(reversed(smaller))
                if not smaller:
                    yield self._heard(self._failed(part, dict.fromkeys(part.asked, TOO_LONG)))
            except AwayError as away:
                postponed = Postponed(reason=away.reason, after_s=away.after_s)
                yield self._heard({}, postponed=postponed, usage=away.usage)
                return
            else:
                yield self._heard(
                    self._understood(part, reply),
                    usage=reply.usage,
                    prompt_hash=reply.prompt_hash,
                    model=reply.model,
                )

    def _understood(self, part: _Part, reply: Reply) -> Given:
        """The answers that are final now; what has to be asked again is put down as what comes next."""
        if reply.is_cut and (smaller := part.halves()):
            self._open.extendleft(reversed(smaller))
            return {}
        engine = f"judge {REVISION} {plain(reply.model)}"
        answers, faults = read(reply.text, part.questions, self._transcript, part.asked, engine)
        if reply.is_cut or reply.is_refused:
            answers, faults = {}, dict.fromkeys(part.asked, CUT if reply.is_cut else REFUSED)
        given: Given = {part.questions[place]: answer for place, answer in answers.items()}
        if part.faults:
            given |= self._failed(part, faults)
        elif faults:
            self._open.appendleft(_Part(part.questions, tuple(faults), faults))
        return given

    def _failed(self, part: _Part, faults: Mapping[int, str]) -> Given:
        return {part.questions[at]: FailedAnswer(reason=fault, engine=self._engine) for at, fault in faults.items()}

    def _heard(self, answers: Given, **more: Any) -> Heard:  # noqa: ANN401  (the other fields of what was heard)
        return Heard(conversation_id=self._transcript.conversation_id, answers=answers, **more)


def most_of(transcript: Transcript, questions: Sequence[Question]) -> Usage:
    """What hearing a conversation takes at most, when nothing has to be asked twice or in parts."""
    return _most(tell(questions, transcript, range(len(questions))))


def _most(told: Told) -> Usage:
    tokens_in = len(f"{told.system}{told.user}".encode()) // BYTES_A_TOKEN
    return Usage(calls=1, tokens_in=tokens_in, tokens_out=sum(ROOM[type(question)] for question in told.asked.values()))

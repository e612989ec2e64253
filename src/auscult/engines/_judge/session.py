"""Session of a judge about one conversation: each question is answered, failed, or postponed with the rest.

All is asked in one request. It is cut in two where it, or the reply to it, is too long for the model. The fault of an
answer is sent back once, in our own words, and the question is asked again; after that the answer has failed.
An answer whose probability is low, or not known where it rests on calls or sources, is doubtful: it is asked for a
second time in other words, and both answers decide how sure the first is.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from msgspec.structs import replace

from auscult.domain.errors import coded
from auscult.domain.probe import (
    Answer,
    Extraction,
    FailedAnswer,
    Grading,
    GradingAnswer,
    Inquiry,
    Judgement,
    JudgementAnswer,
    Question,
    Summarization,
    Transcript,
)
from auscult.domain.scoring.judging import JudgeResult, RetryAfter, Usage
from auscult.engines._judge.prompt import REVISION, Prompt, build_prompt
from auscult.engines._judge.reply import plain, read
from auscult.engines._judge.server import Reply, TooLongError, UnavailableError

ROOM: Mapping[type[Question], int] = {Judgement: 300, Grading: 300, Extraction: 400, Summarization: 400}
"""For one answer, in tokens of output."""

BYTES_A_TOKEN = 3
"""Fewer than tokenizers make of most texts, so that a request is seldom longer than it is taken to be."""

TOO_LONG = coded("the conversation is too long for the judge")
CUT = coded("the reply broke off; be brief")
REFUSED = coded("there was no answer, but a refusal")

DOUBT = 0.8
"""Probability below which an answer is doubtful."""

AGREED, DISPUTED = 0.8, 0.5
"""Confidence where two answers are alike, and where not, and the server gives no probabilities."""

Given = dict[Inquiry, Answer | FailedAnswer]

Call = Callable[[Prompt, Usage], Reply]
"""Asks once; its second argument is what it can take at most. Raises ``UnavailableError`` and ``TooLongError``."""


_Judged = JudgementAnswer | GradingAnswer


class _Part(NamedTuple):
    """Questions of a request, those to answer (by index), and the faults of their answers so far.

    ``first`` has the doubtful answers where these are asked for a second time.
    """

    questions: tuple[Question, ...]
    asked: tuple[int, ...]
    faults: Mapping[int, str] = {}
    first: Mapping[int, _Judged] = {}

    def halves(self) -> "list[_Part]":
        """The same asked in smaller requests; nothing when this one cannot be smaller."""
        if len(self.asked) > 1:
            half = len(self.asked) // 2
            return [self._alone(self.asked[:half]), self._alone(self.asked[half:])]
        return [self._alone(self.asked)] if len(self.questions) > 1 else []

    def _alone(self, asked: Sequence[int]) -> "_Part":
        """Return a part with these questions alone."""
        faults = {index: self.faults[was] for index, was in enumerate(asked) if was in self.faults}
        first = {index: self.first[was] for index, was in enumerate(asked) if was in self.first}
        return _Part(tuple(self.questions[index] for index in asked), tuple(range(len(asked))), faults, first)


class JudgeSession:
    """The questions about one conversation."""

    def __init__(self, transcript: Transcript, questions: Sequence[Question], *, context: int, engine: str) -> None:
        """``context`` is what the model can hold, in tokens; ``engine`` is said with answers that failed."""
        self._transcript = transcript
        self._open = deque([_Part(tuple(questions), tuple(range(len(questions))))])
        self._context = context
        self._engine = engine

    def most(self) -> Usage:
        """Return the most that all calls use, where nothing has to be asked twice."""
        total = Usage()
        rest = list(self._open)
        while rest:
            part = rest.pop()
            most = _most(self._prompt(part))
            if most.tokens > self._context:
                rest += part.halves()
            else:
                total += most
        return total

    def heard(self, call: Call) -> Iterator[JudgeResult]:
        """Yield the result of each call. After a postponed one there is no more."""
        while self._open:
            part = self._open.popleft()
            prompt = self._prompt(part)
            most = _most(prompt)
            try:
                if most.tokens > self._context:
                    raise TooLongError  # noqa: TRY301  (as the server would say)
                reply = call(prompt, most)
            except TooLongError:
                smaller = part.halves()
                self._open.extendleft(reversed(smaller))
                if not smaller:
                    yield self._heard(self._failed(part, dict.fromkeys(part.asked, TOO_LONG)))
            except UnavailableError as away:
                if part.first:
                    yield self._heard(self._failed(part, dict.fromkeys(part.asked, away.reason)), usage=away.usage)
                    continue
                postponed = RetryAfter(reason=away.reason, after_s=away.after_s)
                yield self._heard({}, postponed=postponed, usage=away.usage)
                return
            else:
                yield self._heard(
                    self._understood(part, reply),
                    usage=reply.usage,
                    prompt_hash=reply.prompt_hash,
                    model=reply.model,
                )

    def _prompt(self, part: _Part) -> Prompt:
        return build_prompt(part.questions, self._transcript, part.asked, part.faults, is_second=bool(part.first))

    def _understood(self, part: _Part, reply: Reply) -> Given:
        """The answers that are final now; what has to be asked again is put down as what comes next."""
        if reply.is_cut and (smaller := part.halves()):
            self._open.extendleft(reversed(smaller))
            return {}
        engine = f"judge {REVISION} {plain(reply.model)}"
        answers, faults = read(reply.text, part.questions, self._transcript, part.asked, engine, tokens=reply.tokens)
        if reply.is_cut or reply.is_refused:
            answers, faults = {}, dict.fromkeys(part.asked, CUT if reply.is_cut else REFUSED)
        doubtful = {} if part.first else {at: one for at, one in answers.items() if self._is_doubtful(one)}
        given: Given = {
            part.questions[at]: _compared(part.first[at], one) if at in part.first else one
            for at, one in answers.items()
            if at not in doubtful
        }
        if doubtful:
            self._open.appendleft(_Part(part.questions, tuple(doubtful), first=doubtful))
        if part.faults or part.first:
            given |= self._failed(part, faults)
        elif faults:
            self._open.appendleft(_Part(part.questions, tuple(faults), faults))
        return given

    def _is_doubtful(self, answer: Answer) -> TypeGuard[_Judged]:
        if not isinstance(answer, _Judged):
            return False
        if answer.confidence is None:
            return bool(self._transcript.calls or self._transcript.sources)
        return answer.confidence < DOUBT

    def _failed(self, part: _Part, faults: Mapping[int, str]) -> Given:
        """Return failed answers; where only the second one failed, the first."""
        return {
            part.questions[at]: part.first.get(at) or FailedAnswer(reason=fault, engine=self._engine)
            for at, fault in faults.items()
        }

    def _heard(self, answers: Given, **more: Any) -> JudgeResult:  # noqa: ANN401  (the other fields of what was heard)
        return JudgeResult(conversation_id=self._transcript.conversation_id, answers=answers, **more)


def _compared(first: _Judged, second: Answer) -> _Judged:
    """Return the answer that two answers make likelier, and how likely."""
    if not isinstance(second, _Judged):
        return first
    is_same = _conclusion(first) == _conclusion(second)
    if first.confidence is None or second.confidence is None:
        return replace(first, confidence=AGREED if is_same else DISPUTED)
    sure = (first.confidence + (second.confidence if is_same else 1 - second.confidence)) / 2
    return replace(first, confidence=sure) if sure >= DISPUTED else replace(second, confidence=1 - sure)


def _conclusion(answer: _Judged) -> object:
    return answer.holds if isinstance(answer, JudgementAnswer) else answer.level


def most_of(transcript: Transcript, questions: Sequence[Question]) -> Usage:
    """Return the most that a conversation uses, when nothing has to be asked twice or in parts."""
    return _most(build_prompt(questions, transcript, range(len(questions))))


def _most(prompt: Prompt) -> Usage:
    tokens_in = len(f"{prompt.system}{prompt.user}".encode()) // BYTES_A_TOKEN
    return Usage(
        calls=1, tokens_in=tokens_in, tokens_out=sum(ROOM[type(question)] for question in prompt.asked.values())
    )

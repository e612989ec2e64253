"""Claims of a finished action, checked against the calls that were made."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.domain.ai_agents.calls import texts_in
from auscult.domain.ai_agents.context import Call
from auscult.domain.errors import coded
from auscult.metrics._ai.figures import days_in, ids_in, month_days_in, shape_of
from auscult.metrics._ai.people import is_thin
from auscult.metrics._ai.reading import AiReading, Found, Step, once, passes_on, succeeded, takes_up, tool_name
from auscult.metrics._ai.words import FRAMES, Action, folded

_WORD = re.compile(r"[^\W_]{4,}")
_SHORTEST_STEM = 4
FAILED = coded("it is said to be done, and the call failed")
_AUXILIARY = frozenset({"have", "been", "your", "that", "this", "just", "also", "both", "already", "were", "with"})
_SECOND = re.compile(r"\b(?:too|also|as well|both|auch|también|aussi|também)\b")


class Claim(NamedTuple):
    """A sentence that says that something is done or under way. ``frame``: first person, state, or going on."""

    at: int
    sentence: str
    action: Action
    frame: str
    said: str


def claims_of(reading: AiReading) -> list[Claim]:
    """Return the claims of an AI agent's turns; statuses that a tool reported, offers and questions are none."""
    if reading.words is None:
        return []
    words, found = reading.words, list[Claim]()
    for at, sentences in reading.sentences.items():
        named = words.named(folded(reading.steps[at].text))
        for sentence in sentences if named else ():
            plain = folded(sentence)
            here = named if len(sentences) == 1 else words.named(plain)
            frames = words.framed(plain) if here else None
            if here and frames:
                actions = [words.actions[number] for number in sorted(here)]
                found.extend(_claims_in(reading, at, sentence, actions, [FRAMES[number] for number in sorted(frames)]))
    return found


def _claims_in(
    reading: AiReading, at: int, sentence: str, actions: Sequence[Action], frames: Sequence[str]
) -> Iterator[Claim]:
    is_question = sentence.rstrip().endswith("?")
    seen: list[tuple[int, int]] = []
    for frame in frames:
        if is_question and frame != "first":
            continue
        for action in actions:
            pattern = action.said[frame]
            match = pattern.search(sentence) if pattern else None
            if match is None or any(match.start() < end and start < match.end() for start, end in seen):
                continue
            if _is_negated(reading, sentence, match, frame, action.name):
                continue
            if frame == "state" and (
                _OPENING_HOURS.match(sentence, match.end()) or _is_reported(reading, at, match[0])
            ):
                continue
            seen.append(match.span())
            yield Claim(at, sentence, action, frame, match[0].strip())


def _is_negated(reading: AiReading, sentence: str, match: re.Match[str], frame: str, action: str) -> bool:
    """Return whether words before a claim take it back, or make it hang on something."""
    before = sentence[: match.start()]
    if reading.has("conditional", before.rpartition(",")[2]) or (
        frame != "first" and reading.has("conditional", before)
    ):
        return True
    if action != "pass" and frame == "going" and reading.has("conditional", sentence[match.end() :]):
        return True
    return bool(_NOT.search(before[-30:]) or _NOT.search(match[0]))


_OPENING_HOURS = re.compile(
    r"(?<=open) (?:daily|from|until|till|every|between|again|to|on|at|mon|tue|wed|thu|fri|sat|sun|\d)"
)
_NOT = re.compile(r"\b(?:not|never|cannot|no|nicht|kein\w*|nie|jamais|pas|nunca|não|unable)\b|n't\b|\bn'|\bne\b")


def _is_reported(reading: AiReading, at: int, said: str) -> bool:
    """Return whether what was read, in a result or a customer's turn before, has the word of a status."""
    words = [word for word in _WORD.findall(said) if word not in _AUXILIARY][-1:]
    for step in reading.steps[:at]:
        if step.call is not None and not reading.is_changing(step.call):
            text = " ".join(texts_in(step.call.result)).lower()
            if any(word[:_SHORTEST_STEM] in tool_name(step.call) for word in words):
                return True
        else:
            text = step.text if step.side in ("customer", "person") else ""
        if any(word in text for word in words):
            return True
    return False


@once
def held_against_calls(reading: AiReading) -> tuple[list[Claim], list[Found]]:
    """Return the claims of a reading, and signs that what they say was not done."""
    said = claims_of(reading)
    return said, list(broken(reading, said))


def broken(reading: AiReading, claims: list[Claim]) -> Iterator[Found]:
    """Yield signs that what is said was not done."""
    for claim in claims:
        step = reading.steps[claim.at]
        if claim.action.name == "pass" or (claim.frame == "going" and claim.action.name == "done"):
            yield from _unpassed(reading, claim, step)
        elif claim.frame == "going":
            yield from _unstarted(reading, claim, step)
        else:
            yield from _undone(reading, claim, step)
    yield from smoothed(reading)
    yield from _unreported(reading)


def _unreported(reading: AiReading) -> Iterator[Found]:
    """Yield a sign where all is said to be passed on, and the call that did it holds next to nothing."""
    for at in reading.bots:
        if reading.says("all_told", at):
            calls = [
                (one, call) for one in reading.calls if abs(one - at) <= _NEAR and (call := reading.steps[one].call)
            ]
            thin = next((call for _, call in calls if passes_on(call) and is_thin(call)), None)
            if thin is not None:
                step = reading.steps[at]
                yield Found(
                    "told_nothing", step, step.text, coded("all is said to be passed on, and next to nothing was"), thin
                )


_NEAR = 3
"""Steps between a call that passes the customer on and what is said of it."""


def _undone(reading: AiReading, claim: Claim, step: Step) -> Iterator[Found]:
    end = next((at for at in reading.customers if at > claim.at), len(reading.steps))
    changing = [call for call in reading.made(0, end) if reading.is_changing(call)]
    done = [call for call in changing if succeeded(call)]
    if not changing:
        yield Found(
            f"{claim.frame}_without_call", step, claim.said, coded("no call that changes anything was made before it")
        )
        return
    fitting = [call for call in changing if _fits(reading, claim, call)]
    if fitting and not succeeded(fitting[-1]) and not any(succeeded(one) for one in fitting):
        if not reading.has("failed", claim.sentence):
            yield Found("after_failure", step, claim.said, FAILED, fitting[-1])
        return
    if not done:
        yield Found("all_failed", step, claim.said, FAILED, changing[-1])
        return
    good = [call for call in fitting if succeeded(call)]
    if not good:
        kind = "second" if _SECOND.search(claim.sentence) else claim.action.name
        yield Found(f"other_{kind}", step, claim.said, coded("no call that succeeded does what is said"), done[-1])
        return
    yield from _other_values(claim, step, good, reading.sentences[claim.at])


def _fits(reading: AiReading, claim: Claim, call: Call) -> bool:
    """Return whether a call may be what a claim speaks of."""
    name = tool_name(call)
    if claim.action.name == "done" or claim.action.tools.search(name):
        return True
    text = reading.texts[call.id]
    stems = {word[:_SHORTEST_STEM] for word in _WORD.findall(claim.said)} - _AUXILIARY
    return any(stem in text for stem in stems)


def _other_values(claim: Claim, step: Step, calls: list[Call], sentences: Sequence[str]) -> Iterator[Found]:
    """Yield a sign where the claim or a sentence next to it names a day, or the claim an id, and the calls that fit have others."""
    at = sentences.index(claim.sentence)
    days = {day for each in sentences[max(0, at - 1) : at + 2] for day in month_days_in(each)}
    ids = ids_in(claim.sentence)
    if not days and not ids:
        return
    texts = [str({**call.arguments}) + " " + str(call.result) for call in calls]
    called = {day for text in texts for _, day in days_in(text)}
    if days and called and not days & called:
        yield Found("other_day", step, claim.said, coded("the call has another day than is said"), calls[-1])
    named = [one for text in texts for one in ids_in(text)]
    shapes = set(map(shape_of, named))
    strange = [
        one for one in ids if shape_of(one) in shapes and not any(one in other or other in one for other in named)
    ]
    if strange:
        yield Found("other_id", step, claim.said, coded("the call has another number than is said"), calls[-1])


def _unstarted(reading: AiReading, claim: Claim, step: Step) -> Iterator[Found]:
    """Yield a sign where something is said to be under way, and nothing like it is called, before or after."""
    if claim.sentence.endswith("?"):
        return
    calls = [call for number in reading.calls if (call := reading.steps[number].call) and reading.is_changing(call)]
    if not calls:
        yield Found(
            f"going_{claim.action.name}_without_call", step, claim.said, coded("no call that changes anything follows")
        )
    elif not any(_fits(reading, claim, call) for call in calls):
        yield Found("going_other", step, claim.said, coded("no call that succeeded does what is said"), calls[-1])


def _unpassed(reading: AiReading, claim: Claim, step: Step) -> Iterator[Found]:
    """Yield a sign where the customer is said to be passed on, and no person is called or comes."""
    if reading.is_taken_over:
        return
    calls = [call for number in reading.calls if (call := reading.steps[number].call)]
    if any(passes_on(call) or takes_up(call) for call in calls if succeeded(call)):
        return
    tried = [call for call in calls if passes_on(call)]
    if tried and not reading.has("failed", step.text):
        yield Found("passed_after_failure", step, claim.said, FAILED, tried[-1])
    elif not tried:
        yield Found("passed_without_call", step, claim.said, coded("no call passes the customer on"))


def smoothed(reading: AiReading) -> Iterator[Found]:
    """Yield a sign where a changing call failed, and the next turn neither reports it nor asks."""
    for number in reading.calls:
        call = reading.steps[number].call
        if call is None or succeeded(call) or not reading.is_changing(call):
            continue
        behind = next((at for at in reading.bots if at > number), None)
        if behind is None:
            continue
        done = [other for other in reading.made(number + 1, behind) if succeeded(other)]
        until = next((at for at in reading.customers if at > behind), len(reading.steps))
        if any(map(reading.is_changing, done)) or any(other.name == call.name for other in reading.made(behind, until)):
            continue  # it did it, or tries again
        text = reading.steps[behind].text
        is_asking, is_sought = reading.has("asks_yes", text), bool(done)  # what stood in the way
        if not reading.has("failed", text) and not (is_asking and is_sought):
            sign = "smoothed_asking" if is_asking else "smoothed"
            yield Found(sign, reading.steps[behind], reading.steps[behind].text, FAILED, call)

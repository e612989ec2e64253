"""Patterns that would take too long, and sets of more patterns than RE2 holds in one."""

import random

import pytest

from auscult.domain.scoring.budget import OverBudgetError, metered
from auscult.metrics._finding.patterns import MOST_INSTRUCTIONS, line_searcher, refusal, searcher
from auscult.services.definitions.forms.reading import MOST_WORK, check_form
from auscult.services.scoring.budget import TimeBudget
from tests.waiting import existing


def form(*patterns: str) -> bytes:
    """A form with these patterns in one metric."""
    listed = ", ".join(f"{{pattern: '{pattern}'}}" for pattern in patterns)
    return f"""
id: ef-1
name: Patterns
channel: chat
metrics:
  - id: em-1
    name: One
    type: by_question
    question: Is it said?
    weight: 100
    answer: {{speaker: agent, any_of: [{listed}]}}
""".encode()


def test_a_pattern_that_counts_too_high_is_refused() -> None:
    """What takes thousands of steps for each letter is refused when the form is checked, with its line."""
    reason = existing(refusal("[^x]{0,900}[^y]{0,300}q.{200}z"))
    assert f"at most {MOST_INSTRUCTIONS}" in reason
    assert refusal(r"sorry.{0,80}\\b(?:wait|delay)") is None
    (problem,) = check_form(form("[^x]{0,900}[^y]{0,300}q.{200}z")).problems
    assert problem.line == 11


def test_the_patterns_of_a_form_have_a_budget() -> None:
    """Each may be as costly as one may; all of them may not."""
    costly = [f"[^x]{{0,{300 + n}}}q.{{100}}z" for n in range(40)]
    with metered() as meter:
        assert refusal(costly[0]) is None
    assert MOST_WORK / 40 < meter.work <= MOST_INSTRUCTIONS
    for _again in range(2):
        (problem,) = check_form(form(*costly)).problems
        assert f"{MOST_WORK} at most" in problem.reason
    assert check_form(form(*costly[:20])).problems == ()


@pytest.mark.landing
def test_any_number_of_phrases_is_searched() -> None:
    """More than one set holds: the indexes are those of the patterns all the same."""
    patterns = tuple(f" number{n} of the long list of many words " for n in range(6_000))
    search = searcher(patterns)
    assert search(" number5999 of the long list of many words ") == [5_999]
    assert search(" number7 of the long list of many words , number4000 of the long list of many words ") == [7, 4_000]
    assert not search(" nothing ")
    lines = existing(line_searcher(patterns))
    assert lines(" nothing \n" * 20_000 + " number7 of the long list of many words ")


@pytest.mark.landing
def test_time_is_looked_at_between_letters() -> None:
    """A search over a long text ends when the time of its conversation is over, and says which it was."""
    search = existing(line_searcher(("[^x]{0,300}q.{100}z",)))
    letters = random.Random(1).choices("abcdefghijklmnopqrstuvw ", k=1_000_000)
    text = "\n".join("".join(letters[start : start + 1_000]) for start in range(0, len(letters), 1_000))
    with pytest.raises(OverBudgetError) as caught, TimeBudget("c-1", 0.05).spending():
        search(text)
    assert caught.value.conversation_id == "c-1"
    with TimeBudget("c-1", 0).spending():
        assert search("hello\n") is None

"""Questions about what was said: how words, patterns and engines find it, and what is wrong in settings."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Event
from auscult.domain.probe import Judgement, Similarity, Transcript
from auscult.metrics.by_question import Settings
from tests.data_files import data_of
from tests.strategies import WORDS, conversations, talk
from tests.unit.metrics.questions import CALL, HELLO, METRIC, judge, settings


@pytest.mark.parametrize(("wording", "text", "said"), data_of(__file__, "wordings"))
def test_wordings(wording: str, text: str, said: str | None) -> None:
    """Patterns over the bare words: whole words, without case, punctuation, apostrophes or fillers."""
    verdict = judge(talk(f"agent: {text}"), answer={"any_of": [{"wording": ["never said", wording]}]})
    assert verdict.qualification == ("NO" if said is None else "YES")
    expected = "nothing of the kind in turn 1" if said is None else f"says '{said}'"
    assert [evidence.why for evidence in verdict.evidence] == [expected]


def test_an_event_stands_on_the_turn_before_it() -> None:
    """A hold belongs to the turn that was the last to begin when it began; without a time to the first one."""
    held = replace(
        talk("agent: one moment", "customer: ok", "agent: back again"),
        events=(Event(type="transfer", start_ms=1), Event(type="hold", start_ms=15_000, end_ms=19_000)),
    )
    on_hold = {"speaker": "any", "any_of": [{"event": "hold"}]}
    verdict = judge(held, trigger=on_hold, answer={"any_of": [{"phrases": ["one moment"]}]})
    assert verdict.qualification == "YES"
    assert verdict.trigger[0].turn_id == "m2"
    assert verdict.trigger[0].why == "hold at 15000 ms"
    at_once = replace(held, events=(Event(type="hold", start_ms=20_000),))
    assert judge(at_once, trigger=on_hold, answer={"any_of": [HELLO]}).trigger[0].turn_id == "m3"
    untimed = replace(held, events=(Event(type="hold"),))
    assert judge(untimed, trigger=on_hold, answer={"any_of": [HELLO]}).trigger[0].why == "hold"
    assert judge(replace(held, events=()), trigger=on_hold, answer={"any_of": [HELLO]}).qualification == "NA"


@pytest.mark.parametrize(("phrase", "text", "is_there"), data_of(__file__, "phrases"))
def test_phrases(phrase: str, text: str, is_there: bool) -> None:
    """Whole words, whatever case, punctuation and fillers; a placeholder stands for one to four words."""
    verdict = judge(talk(f"agent: {text}"), answer={"any_of": [{"phrases": [phrase]}]})
    assert verdict.qualification == ("YES" if is_there else "NO")


@pytest.mark.parametrize(("pattern", "text", "said"), data_of(__file__, "patterns"))
def test_patterns(pattern: str, text: str, said: str | None) -> None:
    """RE2, whatever case, curly quotes made straight; ^ and $ are the beginning and end of the turn."""
    conversation = talk("agent: zzz", f"agent: {text}", "agent: zzz")
    verdict = judge(conversation, answer={"any_of": [{"pattern": pattern}]})
    expected = f"says '{said}'" if said else "nothing of the kind in turns 1 to 3"
    assert [one.why for one in verdict.evidence] == [expected]


@pytest.mark.parametrize(
    "condition",
    [{"phrases": ["kind regards"]}, {"pattern": "kind +regards"}, {"similar": ["best wishes"]}],
)
def test_long_turns_are_quoted_where_they_decide(condition: dict[str, Any]) -> None:
    """A page of text is not evidence; the piece of it that decided is, in the words that were said."""
    text = "So it goes on and on. " * 100 + "Kind regards. " + "And on. " * 100
    verdict = judge(talk(f"agent: {text}"), {"Kind regards.": 0.9}, answer={"any_of": [condition]})
    quoted = verdict.evidence[0].text
    assert "Kind regards." in quoted
    assert len(quoted) <= 400
    assert quoted in text


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*a){20}$", r"([a-z]+)*[0-9]", r"[ab]*a[ab]{300}c"])
def test_hostile_patterns_take_no_longer(pattern: str) -> None:
    """A backtracking engine would not come back from these within a lifetime."""
    conversation = talk(f"agent: {'a' * 60_000}!")
    assert judge(conversation, answer={"any_of": [{"pattern": pattern}]}).qualification == "NO"


def test_judge_is_asked_of_what_words_leave_open() -> None:
    """The turns it points at count; its reason is the why; a turn that it was not asked about does not."""
    answer = {"window": {"first": "2 turns"}, "any_of": [{"judge": "The agent greets."}]}
    written = settings(answer=answer)
    assert METRIC.probes(written, CALL) == (
        Judgement("The agent greets.", Transcript("c-1", CALL.turns), ("m1", "m3")),
    )
    verdict = judge(CALL, judged={"holds": True, "turn_ids": ("m3",), "reason": "kind words"}, answer=answer)
    assert (verdict.qualification, verdict.evidence[0].turn_id) == ("YES", "m3")
    assert verdict.evidence[0].why == "judged: kind words"
    for said in ({"holds": True, "turn_ids": ("m7",)}, {"holds": False, "turn_ids": ("m3",)}):
        assert judge(CALL, judged=said, answer=answer).qualification == "NO"


def test_judge_is_not_asked_where_words_decide() -> None:
    """A trigger that is not there, an answer or a veto that is: nothing depends on what a judge would say."""
    judged = {"any_of": [{"judge": "The agent is kind."}]}
    missing = {"any_of": [{"phrases": ["my cheque"]}]}
    for written in (
        {"trigger": missing, "answer": judged},
        {"not_when": {"any_of": [{"phrases": ["my card"]}]}, "answer": judged},
        {"answer": {"any_of": [{"phrases": ["thank you for calling"]}, {"judge": "The agent greets."}]}},
        {"answer": {"any_of": [{"phrases": ["thank you for calling"]}]}, "excused_when": judged},
    ):
        assert METRIC.probes(settings(**written), CALL) == ()
    asked = {"trigger": {"any_of": [{"phrases": ["my card"]}]}, "answer": judged}
    assert len(METRIC.probes(settings(**asked), CALL)) == 1


def test_needs_name_the_engines() -> None:
    """So that a form can be told from one that nobody can answer."""
    assert METRIC.needs(settings(answer={"any_of": [HELLO]})) == frozenset()
    both = settings(answer={"any_of": [{"similar": ["a"]}]}, trigger={"any_of": [{"judge": "b"}]})
    assert METRIC.needs(both) == {Similarity, Judgement}


@pytest.mark.parametrize(
    ("written", "field", "reason"),
    data_of(__file__, "problems_say_where_and_what_would_be_right"),
)
def test_problems_say_where_and_what_would_be_right(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its path and its remedy."""
    found = METRIC.problems(msgspec.convert(written, Settings))
    assert [where for where, _ in found] == [field]
    assert reason in found[0][1]


spoken = tuple(word for word in WORDS if word not in ("um", "uh"))
phrases = st.lists(st.sampled_from(spoken), min_size=1, max_size=2).map(" ".join)
sides = st.sampled_from(["agent", "customer", "bot", "any"])
ends = st.sampled_from(["first", "last"])


def bare(text: str) -> list[str]:
    """The words of a turn, the slow way."""
    return [word for word in text.replace("'", "").lower().split() if word not in ("um", "uh")]


def says(text: str, phrase: str) -> bool:
    """Whether a turn has a phrase in it, the slow way."""
    words, wanted = bare(text), bare(phrase)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def plain(conversation: Conversation) -> Conversation:
    """The same with nothing but plain words in its turns."""
    turns = [replace(turn, text=" ".join(w for w in turn.text.split() if w in WORDS)) for turn in conversation.turns]
    return replace(conversation, turns=tuple(turns))


@given(conversations().map(plain), sides, st.lists(phrases, min_size=1, max_size=3), st.integers(1, 5), ends)
def test_finds_what_reading_turn_by_turn_finds(
    conversation: Conversation, speaker: str, wanted: list[str], size: int, end: str
) -> None:
    """Looking at everything at once is faster, and nothing else."""
    turns = [turn for turn in conversation.turns if speaker in ("any", turn.speaker)]
    window = turns[:size] if end == "first" else turns[::-1][:size]
    expected = next((turn.id for turn in window if any(says(turn.text, phrase) for phrase in wanted)), None)
    span = {end: f"{size} turns"}
    verdict = judge(conversation, answer={"speaker": speaker, "window": span, "any_of": [{"phrases": wanted}]})
    assert next((one.turn_id for one in verdict.evidence), None) == expected
    assert verdict.qualification == ("NA" if not turns else "YES" if expected else "NO")


@given(conversations(), sides, phrases, st.integers(1, 4), st.tuples(ends, st.sampled_from([" turns", "0 seconds"])))
def test_a_wider_window_loses_nothing(
    conversation: Conversation, speaker: str, phrase: str, size: int, part: tuple[str, str]
) -> None:
    """What is found in a part is found in a larger part that holds it, and in the whole."""
    end, unit = part

    def found(window: dict[str, str] | None) -> bool:
        where = {"window": window} if window else {}
        answer = {"speaker": speaker, "any_of": [{"phrases": [phrase]}], **where}
        return judge(conversation, answer=answer).qualification == "YES"

    found_here = found({end: f"{size}{unit}"})
    assert found({end: f"{size + 1}{unit}"}) >= found_here
    assert found(None) >= found_here


@given(conversations(), phrases)
def test_words_and_patterns_agree(conversation: Conversation, phrase: str) -> None:
    """A phrase written as a pattern finds every turn in which its words stand as they are written."""
    pattern = r"(^|[^\pL])" + phrase + r"($|[^\pL])"
    by_pattern = judge(conversation, answer={"speaker": "any", "any_of": [{"pattern": pattern}]})
    by_phrase = judge(conversation, answer={"speaker": "any", "any_of": [{"phrases": [phrase]}]})
    if by_pattern.qualification == "YES":
        assert by_phrase.qualification == "YES"

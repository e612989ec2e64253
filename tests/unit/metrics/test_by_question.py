"""Questions about what was said: verdicts, evidence, and what is wrong in their settings."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Event
from auscult.domain.evaluation import Verdict
from auscult.domain.probe import Answer, Closest, Judgement, JudgementAnswer, Probe, Similarity, SimilarityAnswer
from auscult.metrics.by_question import ByQuestion, Settings
from tests.strategies import STARTED, WORDS, conversations, talk

METRIC = ByQuestion()
HELLO = {"phrases": ["hello"]}
HELLO_FOUND = {"any_of": [HELLO]}


def settings(**written: Any) -> Settings:
    """Settings as a form writes them."""
    read = msgspec.convert(written, Settings)
    assert METRIC.problems(read) == ()
    return read


def near(probe: Similarity, nearness: dict[str, float]) -> SimilarityAnswer:
    """An answer in which texts have these similarities to the first sample, and all others 0.1."""
    return SimilarityAnswer(tuple(Closest(nearness.get(text, 0.1), 0) for text in probe.texts), "test 1")


def judge(
    conversation: Conversation,
    nearness: dict[str, float] | None = None,
    judged: dict[str, Any] | None = None,
    **written: Any,
) -> Verdict:
    """Judge a conversation by settings as a form writes them."""
    read = settings(**written)
    answers: dict[Probe, Answer] = {}
    for probe in METRIC.probes(read, conversation):
        if isinstance(probe, Similarity):
            answers[probe] = near(probe, nearness or {})
        else:
            answers[probe] = JudgementAnswer(
                **({"holds": False, "turn_ids": (), "reason": "", "engine": "t"} | (judged or {}))
            )
    return METRIC.judge(read, conversation, answers)


CALL = talk(
    "agent: Thank you for calling Anchor Credit Union.",
    "customer: Hi, I lost my card.",
    "agent: Oh no. I'm sorry to hear that!",
    "customer: yes",
    "agent: Anything else?",
    "customer: no thank you",
    "agent: Goodbye.",
)


def test_yes_points_at_the_earliest_turn_that_fits_and_says_why() -> None:
    """Evidence: turn, times, text, and the words of the form."""
    verdict = judge(CALL, answer={"any_of": [{"phrases": ["anything else", "thank you for calling"]}]})
    assert verdict.qualification == "YES"
    (evidence,) = verdict.evidence
    assert (evidence.turn_id, evidence.start_ms, evidence.end_ms) == ("m1", 0, 9_000)
    assert evidence.text == "Thank you for calling Anchor Credit Union."
    assert evidence.why == "says 'thank you for calling'"


def test_no_says_where_it_looked() -> None:
    """Nothing to point at, so words say what was looked for where."""
    verdict = judge(CALL, answer={"window": {"first": "2 turns"}, "any_of": [HELLO]})
    assert (verdict.qualification, verdict.evidence) == ("NO", ())
    assert verdict.reason == "not found in the agent's first 2 turns"


def test_likeness_tells_similarity_and_threshold() -> None:
    """The best sentence of a turn counts, and both figures are kept."""
    written = {"any_of": [{"similar": ["I'm sorry to hear that", "what a pity"], "threshold": 0.6}]}
    verdict = judge(CALL, {"I'm sorry to hear that!": 0.914, "Oh no.": 0.3}, answer=written)
    (evidence,) = verdict.evidence
    assert verdict.qualification == "YES"
    assert evidence.turn_id == "m3"
    assert evidence.why == "similar to 'I'm sorry to hear that' 0.91 ≥ 0.60"
    assert (evidence.similarity, evidence.threshold) == (0.914, 0.6)


def test_likeness_at_the_threshold_is_enough_and_under_it_is_not() -> None:
    """The limit itself counts; what came nearest is shown when nothing reached it."""
    written = {"any_of": [{"similar": ["goodbye"]}]}
    assert judge(CALL, {"Goodbye.": 0.55}, answer=written).qualification == "YES"
    verdict = judge(CALL, {"Goodbye.": 0.5499, "Anything else?": 0.2}, answer=written)
    assert verdict.qualification == "NO"
    assert verdict.evidence[0].turn_id == "m7"
    assert verdict.evidence[0].why == "similar to 'goodbye' 0.55 < 0.55"
    assert verdict.reason.endswith("nearest: similar to 'goodbye' 0.55 < 0.55")


def test_placeholders_of_samples_are_not_compared() -> None:
    """A model of meaning would take [company] for a word."""
    written = settings(answer={"any_of": [{"similar": ["Thank you for calling [company], hello"]}]})
    (probe,) = METRIC.probes(written, CALL)
    assert isinstance(probe, Similarity)
    assert probe.samples == ("Thank you for calling , hello",)


def test_only_what_words_leave_open_is_asked() -> None:
    """Turns behind a sure one cannot decide, so no engine reads them; with words first, none at all."""
    written = settings(answer={"any_of": [{"phrases": ["anything else"]}, {"similar": ["is that all"]}]})
    (probe,) = METRIC.probes(written, CALL)
    assert isinstance(probe, Similarity)
    assert probe.texts == ("Thank you for calling Anchor Credit Union.", "Oh no.", "I'm sorry to hear that!")
    sure = settings(answer={"any_of": [{"phrases": ["thank you"]}, {"similar": ["is that all"]}]})
    assert METRIC.probes(sure, CALL) == ()


@pytest.mark.parametrize(
    ("window", "found"),
    [
        ({"first": "1 turn"}, None),
        ({"first": "2 turns"}, "m3"),
        ({"last": "2 turns"}, None),
        ({"last": "3 turns"}, "m3"),
        ({"first": "20 seconds"}, None),
        ({"first": "21s"}, "m3"),
        ({"last": "40 seconds"}, None),
        ({"last": "1m"}, "m3"),
        (None, "m3"),
    ],
)
def test_windows_count_turns_of_the_speaker_or_seconds(window: dict[str, str] | None, found: str | None) -> None:
    """m3 is the agent's second turn, from 20 s to 29 s of 69 s; a turn partly in the window is in it."""
    answer = {"speaker": "agent", "any_of": [{"phrases": ["sorry"]}], **({"window": window} if window else {})}
    verdict = judge(CALL, answer=answer)
    assert [one.turn_id for one in verdict.evidence] == ([found] if found else [])


def test_last_window_counts_back_from_the_end_of_the_conversation() -> None:
    """Silence at the end is part of the conversation."""
    answer = {"window": {"last": "30 seconds"}, "any_of": [{"phrases": ["goodbye"]}]}
    assert judge(CALL, answer=answer).qualification == "YES"
    longer = replace(CALL, ended_at=STARTED.replace(minute=30))
    assert judge(longer, answer=answer).qualification == "NO"


def test_last_window_points_at_the_latest() -> None:
    """In a window at the end, what was said last decides."""
    conversation = talk("agent: thanks", "agent: thanks again")
    assert (
        judge(conversation, answer={"window": {"last": "2 turns"}, "any_of": [{"phrases": ["thanks"]}]})
        .evidence[0]
        .turn_id
        == "m2"
    )
    assert judge(conversation, answer={"any_of": [{"phrases": ["thanks"]}]}).evidence[0].turn_id == "m1"


def test_who_never_speaks_cannot_be_judged() -> None:
    """NA with the reason, whatever the words."""
    verdict = judge(talk("customer: hello?"), answer={"any_of": [HELLO]})
    assert (verdict.qualification, verdict.reason) == ("NA", "the agent never speaks")
    assert judge(talk(), answer={"speaker": "any", "any_of": [HELLO]}).reason == "nobody speaks"


def test_time_windows_need_times() -> None:
    """What cannot be known is NA, not NO."""
    answer = {"window": {"first": "60 seconds"}, "any_of": [HELLO]}
    verdict = judge(talk("agent: hello", step_ms=None), answer=answer)
    assert verdict.qualification == "NA"
    assert verdict.reason == "no times are known of the agent's turns, and the agent's first 60 seconds were asked for"


def test_trigger_makes_it_dynamic() -> None:
    """Found: the answer decides, and the trigger is shown. Not found: NA."""
    lost = {"trigger": {"any_of": [{"pattern": r"\blost\b"}]}, "answer": {"any_of": [{"phrases": ["sorry"]}]}}
    verdict = judge(CALL, **lost)
    assert verdict.qualification == "YES"
    assert [one.turn_id for one in verdict.trigger] == ["m2"]
    assert verdict.trigger[0].why == "says 'lost'"
    verdict = judge(talk("agent: sorry", "customer: hi"), **lost)
    assert (verdict.qualification, verdict.evidence, verdict.trigger) == ("NA", (), ())
    assert verdict.reason == "no trigger in the customer's turns"


def test_after_the_trigger_means_later_turns_only() -> None:
    """Windows then count from the trigger: the next so many turns, or so many seconds from its end."""
    conversation = talk("agent: sorry", "customer: I lost it", "agent: hm", "agent: sorry")
    trigger = {"any_of": [{"phrases": ["lost"]}]}
    answer = {"after": "trigger", "any_of": [{"phrases": ["sorry"]}]}
    assert judge(conversation, trigger=trigger, answer=answer).evidence[0].turn_id == "m4"
    for window, qualification in (
        ({"first": "1 turn"}, "NO"),
        ({"first": "2 turns"}, "YES"),
        ({"first": "11 seconds"}, "NO"),
        ({"first": "12 seconds"}, "YES"),
        ({"last": "1 turn"}, "YES"),
    ):
        assert judge(conversation, trigger=trigger, answer=answer | {"window": window}).qualification == qualification
    early = talk("agent: sorry", "customer: I lost it", "agent: hm")
    assert judge(early, trigger=trigger, answer=answer).qualification == "NO"
    same = talk("agent: you lost it? sorry")
    assert judge(same, trigger=trigger | {"speaker": "agent"}, answer=answer).qualification == "NO"


def test_after_a_trigger_that_only_an_engine_finds() -> None:
    """What is asked of the answer does not depend on where the trigger will be."""
    conversation = talk("agent: pity", "customer: it is gone", "agent: so sad", "customer: bye")
    verdict = judge(
        conversation,
        {"it is gone": 0.8, "pity": 0.9, "so sad": 0.7},
        trigger={"any_of": [{"similar": ["I lost it"]}]},
        answer={"after": "trigger", "any_of": [{"similar": ["I am sorry"]}]},
    )
    assert [one.turn_id for one in verdict.evidence] == ["m3"]


def test_an_excuse_counts_only_where_the_answer_is_missing() -> None:
    """YES stays YES; NO becomes NA, with the excuse as evidence."""
    written = {"answer": {"any_of": [HELLO]}, "excused_when": {"any_of": [{"phrases": ["no thank you"]}]}}
    verdict = judge(CALL, **written)
    assert (verdict.qualification, verdict.evidence[0].turn_id) == ("NA", "m6")
    assert verdict.reason.startswith("not found in the agent's turns, and excused")
    assert judge(talk("agent: hello", "customer: no thank you"), **written).qualification == "YES"


def test_not_when_rules_out_whatever_else() -> None:
    """NA even where the answer is found."""
    written = {"answer": {"any_of": [HELLO]}, "not_when": {"any_of": [{"phrases": ["wrong number"]}]}}
    verdict = judge(talk("agent: hello", "customer: wrong number"), **written)
    assert (verdict.qualification, verdict.evidence[0].turn_id) == ("NA", "m2")


def test_all_of_and_none_of_are_about_one_turn() -> None:
    """Two words in two turns are not both in one; a forbidden word spoils its own turn only."""
    both = {"any_of": [{"phrases": ["refund"]}], "all_of": [{"phrases": ["sorry"]}], "none_of": [{"phrases": ["but"]}]}
    assert judge(talk("agent: sorry", "agent: refund"), answer=both).qualification == "NO"
    verdict = judge(talk("agent: sorry but no refund", "agent: sorry, refund it is"), answer=both)
    assert verdict.evidence[0].turn_id == "m2"
    assert verdict.evidence[0].why == "says 'refund' and says 'sorry'"


def test_none_of_by_likeness_spoils_its_turn() -> None:
    """An engine may take away what words gave."""
    answer = {"any_of": [{"phrases": ["help"]}], "none_of": [{"similar": ["I cannot help"], "threshold": 0.7}]}
    conversation = talk("agent: no help from me", "agent: I help you")
    verdict = judge(conversation, {"no help from me": 0.8}, answer=answer)
    assert verdict.evidence[0].turn_id == "m2"


def test_all_of_by_likeness_must_be_reached() -> None:
    """Words alone do not do where likeness is asked for beside them; the miss is told."""
    answer = {"any_of": [{"phrases": ["help"]}], "all_of": [{"similar": ["I can help"], "threshold": 0.7}]}
    verdict = judge(talk("agent: no help"), {"no help": 0.6}, answer=answer)
    assert verdict.qualification == "NO"
    assert verdict.evidence[0].similarity == 0.6
    assert judge(talk("agent: no help"), {"no help": 0.7}, answer=answer).qualification == "YES"


def test_what_must_not_be_like_is_no_miss() -> None:
    """Nothing was missed by staying away from it."""
    answer = {"any_of": [{"similar": ["help"], "threshold": 0.9}], "none_of": [{"similar": ["no"], "threshold": 0.5}]}
    verdict = judge(talk("agent: maybe"), {"maybe": 0.45}, answer=answer)
    assert [one.threshold for one in verdict.evidence] == [0.9]


def test_searches_joined_by_or() -> None:
    """Each search has its own speaker; the earliest turn that fits decides."""
    trigger = {
        "any_of": [
            {"speaker": "customer", "any_of": [{"phrases": ["are you there"]}]},
            {"speaker": "agent", "any_of": [{"phrases": ["one moment"]}]},
        ]
    }
    answer = {"any_of": [{"phrases": ["one moment"]}]}
    verdict = judge(talk("agent: hi", "customer: are you there?", "agent: one moment"), trigger=trigger, answer=answer)
    assert (verdict.qualification, verdict.trigger[0].turn_id) == ("YES", "m2")
    assert judge(talk("agent: hi", "customer: ok"), trigger=trigger, answer=answer).qualification == "NA"


def test_searches_joined_by_and() -> None:
    """All must be found; together they are there when the last of them is."""
    trigger = {
        "all_of": [
            {"speaker": "customer", "any_of": [{"phrases": ["refund"]}]},
            {"speaker": "agent", "any_of": [{"phrases": ["no"]}]},
        ]
    }
    answer = {"after": "trigger", "any_of": [{"phrases": ["voucher"]}]}
    verdict = judge(
        talk("agent: voucher", "customer: refund", "agent: voucher", "agent: no", "agent: a voucher"),
        trigger=trigger,
        answer=answer,
    )
    assert [one.turn_id for one in verdict.trigger] == ["m2", "m4"]
    assert [one.turn_id for one in verdict.evidence] == ["m5"]
    assert judge(talk("customer: refund", "agent: yes"), trigger=trigger, answer=answer).qualification == "NA"


def test_searches_that_must_not_be_found() -> None:
    """none_of beside any_of, each with its own speaker."""
    answer = {
        "any_of": [{"speaker": "agent", "any_of": [HELLO]}],
        "none_of": [{"speaker": "customer", "any_of": [{"phrases": ["rude"]}]}],
    }
    assert judge(talk("agent: hello", "customer: hi"), answer=answer).qualification == "YES"
    assert judge(talk("agent: hello", "customer: how rude"), answer=answer).qualification == "NO"


def test_findings_are_joined_at_any_depth() -> None:
    """Either the one or the other, each with its own veto."""
    answer = {
        "any_of": [
            {
                "any_of": [{"any_of": [{"phrases": ["anything else"]}]}],
                "none_of": [{"speaker": "customer", "any_of": [{"phrases": ["no thank you"]}]}],
            },
            {
                "all_of": [{"any_of": [{"phrases": ["sorry"]}]}, {"any_of": [{"phrases": ["goodbye"]}]}],
                "none_of": [{"any_of": [{"phrases": ["good morning"]}]}],
            },
        ]
    }
    verdict = judge(CALL, answer=answer)
    assert [evidence.turn_id for evidence in verdict.evidence] == ["m3", "m7"]
    without_sorry = talk(*(f"{turn.speaker}: {turn.text}" for turn in CALL.turns if turn.id != "m3"))
    assert judge(without_sorry, answer=answer).qualification == "NO"


def test_what_must_not_be_found_may_stand_alone() -> None:
    """Nothing is there in the whole conversation; in one without turns nothing can be told."""
    excused = {"none_of": [{"speaker": "customer", "any_of": [{"phrases": ["lost"]}]}]}
    answer = {"any_of": [{"phrases": ["never said"]}]}
    assert judge(CALL, answer=answer, excused_when=excused).qualification == "NO"
    assert judge(talk("agent: hello"), answer=answer, excused_when=excused).qualification == "NA"
    assert judge(talk("agent: hello"), answer=excused).qualification == "YES"
    assert judge(talk(), answer=excused, when_silent="no").qualification == "NO"


def test_a_search_may_be_for_one_direction_only() -> None:
    """An outbound contact is another matter."""
    answer = {"direction": "outbound", "any_of": [{"phrases": ["anything else"]}]}
    assert judge(CALL, answer=answer).reason == "not found in the agent's turns when outbound"
    assert judge(replace(CALL, direction="outbound"), answer=answer).qualification == "YES"


def test_silence_may_be_judged_too() -> None:
    """An agent who never speaks has not helped: the form says whether that is NO."""
    monologue = talk("customer: hello my card is lost")
    lost = {"any_of": [{"phrases": ["lost"]}]}
    answer = {"any_of": [{"phrases": ["sorry"]}]}
    assert judge(monologue, trigger=lost, answer=answer).qualification == "NA"
    assert judge(monologue, trigger=lost, answer=answer, when_silent="no").qualification == "NO"
    assert judge(monologue, trigger=HELLO_FOUND, answer=answer, when_silent="no").qualification == "NO"
    assert judge(monologue, answer=answer, excused_when=lost, when_silent="no").qualification == "NA"


@pytest.mark.parametrize(
    ("wording", "text", "said"),
    [
        ("how (can|may) i help", "Good day! How may, uh, I help?", "how may i help"),
        ("whats your name", "What\u2019s your name", "whats your name"),
        ("^(sorry )?hello", "hello there", "hello"),
        ("^hello", "well hello", None),
        ("bye$", "Bye.", "bye"),
        ("bye$", "bye for now", None),
        ("help", "helpful", None),
        ("(a|\n   one)\n   (moment|second)", "one moment please", None),
        ("(a|\n   one)\n   ( moment| second)", "just one moment please", "one moment"),
        ("card \\S+ (lost|gone)", "my card is gone", "card is gone"),
        ("café", "In the CAFÉ here", "café"),
    ],
)
def test_wordings(wording: str, text: str, said: str | None) -> None:
    """Patterns over the bare words: whole words, without case, punctuation, apostrophes or fillers."""
    verdict = judge(talk(f"agent: {text}"), answer={"any_of": [{"wording": ["never said", wording]}]})
    assert verdict.qualification == ("NO" if said is None else "YES")
    assert [evidence.why for evidence in verdict.evidence] == ([] if said is None else [f"says '{said}'"])


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


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("thank you for calling", "THANK you, for uh calling us", True),
        ("thank you", "thank your mother", False),
        ("I'm sorry", "im sorry", True),
        ("I\u2019m sorry", "I'm SORRY!", True),
        ("um, hello", "hello", True),
        ("calling [company] today", "calling Best Buy today", True),
        ("calling [company] today", "calling the one and only Best today", False),
        ("calling [company] today", "calling today", False),
        ("my name is [name]", "my name is Bob", True),
        ("my name is [name]", "my name is", False),
        ("c++ [x] (a|b)", "c plus", False),
        ("3.50", "it is 3,50 now", True),
    ],
)
def test_phrases(phrase: str, text: str, is_there: bool) -> None:
    """Whole words, whatever case, punctuation and fillers; a placeholder stands for one to four words."""
    verdict = judge(talk(f"agent: {text}"), answer={"any_of": [{"phrases": [phrase]}]})
    assert verdict.qualification == ("YES" if is_there else "NO")


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        (r"\bgood (morning|evening)\b", "Well, GOOD evening all", "GOOD evening"),
        (r"^hello", "hello there", "hello"),
        (r"^hello", "well hello there", None),
        (r"bye$", "so bye", "bye"),
        (r"bye$", "bye now", None),
        (r"\Ahello", "hello", "hello"),
        (r"there\z", "hello there", "there"),
        (r"don't", "I don\u2019t", "don't"),
        (r"(?i)HELLO", "hello", "hello"),
        (r"a.c", "a\nc", None),
        (r"(?s)a.c", "a\nc", "a\nc"),
        (r"^b", "a\nb", None),
    ],
)
def test_patterns(pattern: str, text: str, said: str | None) -> None:
    """RE2, whatever case, curly quotes made straight; ^ and $ are the beginning and end of the turn."""
    conversation = talk("agent: zzz", f"agent: {text}", "agent: zzz")
    verdict = judge(conversation, answer={"any_of": [{"pattern": pattern}]})
    assert [one.why for one in verdict.evidence] == ([f"says '{said}'"] if said else [])


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
    assert METRIC.probes(written, CALL) == (Judgement("The agent greets.", "c-1", ("m1", "m3")),)
    verdict = judge(CALL, judged={"holds": True, "turn_ids": ("m3",), "reason": "kind words"}, answer=answer)
    assert (verdict.qualification, verdict.evidence[0].turn_id) == ("YES", "m3")
    assert verdict.evidence[0].why == "judged: kind words"
    for said in ({"holds": True, "turn_ids": ("m7",)}, {"holds": False, "turn_ids": ("m3",)}, {"holds": None}):
        assert judge(CALL, judged=said, answer=answer).qualification == "NO"


def test_needs_name_the_engines() -> None:
    """So that a form can be told from one that nobody can answer."""
    assert METRIC.needs(settings(answer={"any_of": [HELLO]})) == frozenset()
    both = settings(answer={"any_of": [{"similar": ["a"]}]}, trigger={"any_of": [{"judge": "b"}]})
    assert METRIC.needs(both) == {Similarity, Judgement}


@pytest.mark.parametrize(
    ("written", "field", "reason"),
    [
        ({"answer": {}}, "answer", "needs any_of or all_of"),
        ({"answer": {"none_of": [HELLO]}}, "answer", "needs any_of or all_of"),
        ({"answer": {"any_of": [{}]}}, "answer.any_of[0]", "exactly one of similar, phrases, wording"),
        ({"answer": {"any_of": [HELLO, {"phrases": ["a"], "event": "hold"}]}}, "answer.any_of[1]", "phrases and event"),
        ({"answer": {"any_of": [{"phrases": []}]}}, "answer.any_of[0].phrases", "at least one"),
        ({"answer": {"any_of": [{"phrases": ["a", "?!"]}]}}, "answer.any_of[0].phrases[1]", "no word"),
        ({"answer": {"any_of": [{"similar": ["..."]}]}}, "answer.any_of[0].similar[0]", "no word"),
        ({"answer": {"any_of": [{"judge": " "}]}}, "answer.any_of[0].judge", "is empty"),
        ({"answer": {"any_of": [{"phrases": ["a"], "threshold": 0.5}]}}, "answer.any_of[0].threshold", "similar"),
        ({"answer": {"any_of": [{"similar": ["a"], "threshold": 1.5}]}}, "answer.any_of[0].threshold", "at most 1"),
        ({"answer": {"any_of": [{"similar": ["a"], "threshold": 0}]}}, "answer.any_of[0].threshold", "above 0"),
        ({"answer": {"any_of": [{"pattern": "(?=a)"}]}}, "answer.any_of[0].pattern", "invalid perl operator"),
        ({"answer": {"any_of": [{"pattern": "(a"}]}}, "answer.any_of[0].pattern", "missing )"),
        ({"answer": {"any_of": [{"pattern": r"(a)\1"}]}}, "answer.any_of[0].pattern", "no back-references"),
        ({"answer": {"any_of": [{"pattern": "a*"}]}}, "answer.any_of[0].pattern", "nothing is said"),
        ({"answer": {"any_of": [{"pattern": ""}]}}, "answer.any_of[0].pattern", "is empty"),
        ({"answer": {"any_of": [{"pattern": "((a{90}){90}){90}"}]}}, "answer.any_of[0].pattern", "repetition"),
        ({"answer": {"any_of": [{"wording": []}]}}, "answer.any_of[0].wording", "at least one"),
        ({"answer": {"any_of": [{"wording": ["a", " "]}]}}, "answer.any_of[0].wording[1]", "is empty"),
        ({"answer": {"any_of": [{"wording": ["(a"]}]}}, "answer.any_of[0].wording[0]", "missing )"),
        ({"answer": {"any_of": [{"wording": ["a)|(b"]}]}}, "answer.any_of[0].wording[0]", "unexpected )"),
        ({"answer": {"any_of": [{"wording": ["( please)?"]}]}}, "answer.any_of[0].wording[0]", "nothing is said"),
        ({"answer": {"window": {"first": "2"}, "any_of": [HELLO]}}, "answer.window", "2 turns or 60 seconds"),
        ({"answer": {"window": {"first": 2}, "any_of": [HELLO]}}, "answer.window", "2 turns or 60 seconds"),
        ({"answer": {"window": {"first": "0 turns"}, "any_of": [HELLO]}}, "answer.window", "2 turns or 60 seconds"),
        ({"answer": {"window": {"first": "-1 turns"}, "any_of": [HELLO]}}, "answer.window", "2 turns or 60 seconds"),
        ({"answer": {"window": {"first": "0 seconds"}, "any_of": [HELLO]}}, "answer.window", "2 turns or 60 seconds"),
        ({"answer": {"window": {}, "any_of": [HELLO]}}, "answer.window", "exactly one of first and last"),
        ({"answer": {"after": "trigger", "any_of": [HELLO]}}, "answer.after", "none to come after"),
        (
            {"trigger": {"after": "trigger", "any_of": [HELLO]}, "answer": {"any_of": [HELLO]}},
            "trigger.after",
            "none to come after",
        ),
        ({"answer": {"any_of": [HELLO, {"speaker": "agent", "any_of": [HELLO]}]}}, "answer", "mixes"),
        ({"answer": {"any_of": [{"speaker": "agent"}]}}, "answer.any_of[0]", "needs any_of or all_of"),
        (
            {"answer": {"any_of": [{"phrases": ["a"], "speaker": "agent", "any_of": [HELLO]}]}},
            "answer.any_of[0]",
            "put its conditions under",
        ),
        ({"answer": {"speaker": "agent", "any_of": [{"any_of": [HELLO]}]}}, "answer", "belong to each of them"),
        ({"answer": {"any_of": [{"any_of": [{"pattern": "("}]}]}}, "answer.any_of[0].any_of[0].pattern", "missing )"),
        ({"answer": {"any_of": [HELLO]}, "excused_when": {}}, "excused_when", "needs any_of or all_of"),
        ({"answer": {"any_of": [HELLO]}, "not_when": {}}, "not_when", "needs any_of or all_of"),
    ],
)
def test_problems_say_where_and_what_would_be_right(written: dict[str, Any], field: str, reason: str) -> None:
    """Every fault of the settings has its place and its remedy."""
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

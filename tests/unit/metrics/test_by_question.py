"""Questions about what was said: which turn decides, and what that is worth as a verdict."""

from typing import Any

import pytest
from msgspec.structs import replace

from auscult.domain.evaluation import Evidence
from auscult.domain.probe import Judgement, Similarity
from tests.data_files import data_of
from tests.strategies import STARTED, talk
from tests.unit.metrics.questions import CALL, HELLO, HELLO_FOUND, METRIC, judge, settings


def test_yes_points_at_the_earliest_turn_that_fits_and_says_why() -> None:
    """Evidence: turn, times, text, and the words of the form."""
    verdict = judge(CALL, answer={"any_of": [{"phrases": ["anything else", "thank you for calling"]}]})
    assert verdict.qualification == "YES"
    (evidence,) = verdict.evidence
    assert (evidence.turn_id, evidence.start_ms, evidence.end_ms) == ("m1", 0, 9_000)
    assert evidence.text == "Thank you for calling Anchor Credit Union."
    assert evidence.why == "says 'thank you for calling'"


def test_no_says_where_it_looked() -> None:
    """No turn to point at: words say what was looked for where, and the evidence is the stretch that was read."""
    verdict = judge(CALL, answer={"window": {"first": "2 turns"}, "any_of": [HELLO]})
    assert (verdict.qualification, verdict.evidence) == ("NO", (Evidence(why="nothing of the kind in turns 1 to 3"),))
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
    assert verdict.evidence[0].why == "similar to 'goodbye' 0.5499 < 0.5500"
    assert verdict.reason.endswith("nearest: similar to 'goodbye' 0.5499 < 0.5500")


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


@pytest.mark.parametrize(("window", "found"), data_of(__file__, "windows_count_turns_of_the_speaker_or_seconds"))
def test_windows_count_turns_of_the_speaker_or_seconds(window: dict[str, str] | None, found: str | None) -> None:
    """m3 is the agent's second turn, from 20 s to 29 s of 69 s; a turn partly in the window is in it."""
    answer = {"speaker": "agent", "any_of": [{"phrases": ["sorry"]}], **({"window": window} if window else {})}
    verdict = judge(CALL, answer=answer)
    assert [one.turn_id for one in verdict.evidence] == [found]


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
    verdict = judge(talk("agent: some help"), {"some help": 0.6}, answer=answer)
    assert verdict.qualification == "NO"
    assert verdict.evidence[0].similarity == 0.6
    assert judge(talk("agent: some help"), {"some help": 0.7}, answer=answer).qualification == "YES"


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
    answer = data_of(__file__, "findings_are_joined_at_any_depth")
    verdict = judge(CALL, answer=answer)
    assert [evidence.turn_id for evidence in verdict.evidence] == ["m3", "m7"]
    without_sorry = talk(*(f"{turn.speaker}: {turn.text}" for turn in CALL.turns if turn.id != "m3"))
    assert judge(without_sorry, answer=answer).qualification == "NO"


def test_whether_something_was_not_said_in_time_is_unknown_without_times() -> None:
    """none_of within a window of time: without times nobody can know; with somebody silent it was not said."""
    answer = {"none_of": [{"speaker": "agent", "window": {"first": "60 seconds"}, "any_of": [{"phrases": ["damn"]}]}]}
    untimed = judge(talk("agent: Damn it.", "customer: Oh.", step_ms=None), answer=answer)
    assert (untimed.qualification, untimed.reason.partition(",")[0]) == (
        "NA",
        "no times are known of the agent's turns",
    )
    assert judge(talk("agent: Damn it.", "customer: Oh."), answer=answer).qualification == "NO"
    assert judge(talk("customer: Damn it.", step_ms=None), answer=answer).qualification == "YES"


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


NO = {"holds": False, "turn_ids": ("m3",), "reason": "The agent only says sorry."}


def test_a_no_of_the_judge_has_its_reason_and_its_turns() -> None:
    """Whoever disputes it has to see what the judge pointed at, also where a search is joined with others."""
    alone = judge(CALL, judged=NO, answer={"speaker": "agent", "any_of": [{"judge": "The agent helps."}]})
    entries = [{"speaker": "agent", "any_of": [{"judge": "The agent helps."}]}, HELLO_FOUND]
    joined = judge(CALL, judged=NO, answer={"any_of": entries})
    for verdict in (alone, joined):
        assert verdict.qualification == "NO"
        assert verdict.reason.endswith("; the judge says no: The agent only says sorry.")
        assert [(each.turn_id, each.why) for each in verdict.evidence] == [("m3", "The agent only says sorry.")]


def test_a_judge_is_asked_only_about_turns_behind_a_trigger_that_words_find() -> None:
    """Evidence before the trigger cannot count, so that it is not offered; where no trigger is, nobody is asked."""
    written: dict[str, Any] = {
        "trigger": {"speaker": "customer", "any_of": [{"phrases": ["lost my card"]}]},
        "answer": {"speaker": "agent", "after": "trigger", "any_of": [{"judge": "The agent is sorry."}]},
    }
    (asked,) = METRIC.probes(settings(**written), CALL)
    assert isinstance(asked, Judgement)
    assert asked.turn_ids == ("m3", "m5", "m7")
    verdict = judge(CALL, judged={"holds": True, "turn_ids": ("m3",), "reason": "It says so."}, **written)
    assert (verdict.qualification, [each.turn_id for each in verdict.evidence]) == ("YES", ["m3"])
    silent = talk("agent: Good morning.", "customer: hi", "agent: Goodbye.")
    assert METRIC.probes(settings(**written), silent) == ()


def test_no_judge_is_asked_where_words_decide_later_on() -> None:
    """A phrase in the last turn is enough: that the judge might find something before it changes nothing."""
    answer = {"speaker": "agent", "any_of": [{"phrases": ["goodbye"]}, {"judge": "The agent ends the call."}]}
    assert METRIC.probes(settings(answer=answer), CALL) == ()
    verdict = judge(CALL, answer=answer)
    assert (verdict.qualification, [each.turn_id for each in verdict.evidence]) == ("YES", ["m7"])


def test_an_excuse_says_what_excuses() -> None:
    """In the words of the conversation, not in the key of the form."""
    verdict = judge(
        CALL,
        answer={"speaker": "agent", "any_of": [{"phrases": ["never said"]}]},
        excused_when={"speaker": "customer", "any_of": [{"phrases": ["no thank you"]}]},
    )
    assert verdict.qualification == "NA"
    assert verdict.reason == "not found in the agent's turns, and excused, because m6 says 'no thank you'"


def test_an_excuse_has_the_words_of_the_form() -> None:
    """Where the form gives them, an auditor reads these, next to the turns."""
    verdict = judge(
        CALL,
        answer={"speaker": "agent", "any_of": [{"phrases": ["never said"]}]},
        excused_when={"speaker": "customer", "any_of": [{"phrases": ["no thank you"]}]},
        excused_because="the customer wanted nothing else",
    )
    assert verdict.reason == "not found in the agent's turns, and excused, because the customer wanted nothing else"
    assert [each.turn_id for each in verdict.evidence] == ["m6"]

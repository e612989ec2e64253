"""What voted verdicts rest on: no YES without a turn that carries it, and none that outlives its turns unharmed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import kept
from auscult.domain.evaluation import (
    BY_A_PERSON,
    DECIDED,
    Evidence,
    GroundlessError,
    Part,
    Qualification,
    Verdict,
    answered,
    cite,
    nothing_in,
    over,
    rests_on,
    unsaid_in,
)
from auscult.domain.probe import ActsAnswer
from auscult.domain.scoring.stored import UNSTATED, PendingConversation, state_grounds
from auscult.engines._acts.reading import ACTS
from auscult.metrics import METRICS
from auscult.metrics._finding.voting import voted
from auscult.services.definitions.forms.reading import read_form, starter_forms
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.records import ScoredRecord, encode_records, read_records
from auscult.votes import BY_TURNS, acts_of, clearest, empathy, is_voted_on, languages, questions, vote
from auscult.votes.signs import ScoredTurns
from auscult.votes.voting import clearer
from tests.contract.storing import conversation as conversation_of
from tests.contract.storing import evaluation as evaluation_of
from tests.data_files import tuples_of
from tests.strategies import cited, talk

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LENGTH = 4
EXAMPLES = Path(__file__).parents[3] / "examples" / "conversations" / "written_calls.ndjson"
CALLED_BY_TURNS = sorted(questions() - {BY_TURNS})
VOTED = [*CALLED_BY_TURNS, "em-resolution", "churn_risk"]

SCORES = st.integers(-96, 96) | st.just(-96)


@st.composite
def all_scored(draw: st.DrawFn) -> tuple[Conversation, ActsAnswer]:
    """A conversation of both sides, and any scores of the acts of its turns."""
    speakers = draw(st.lists(st.sampled_from(["agent", "customer"]), min_size=2, max_size=8))
    assume({"agent", "customer"} == set(speakers))
    turns = tuple(Turn(f"m{index}", speaker, "so") for index, speaker in enumerate(speakers))  # type: ignore[arg-type]
    conversation = Conversation(
        id="c",
        channel="chat",
        language=draw(st.sampled_from(sorted(languages()))),
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        turns=turns,
    )
    few = draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=6, unique=True))
    rows = tuple(
        tuple(scores.get(act, -96) for act in ACTS) for scores in ({act: draw(SCORES) for act in few} for _ in turns)
    )
    return conversation, ActsAnswer(ACTS, rows, "test")


@given(all_scored(), st.sampled_from(VOTED), st.sampled_from(["YES", "NO", "NA"]), st.sampled_from([0.0, -1.5, 1.5]))
def test_a_yes_against_the_words_is_carried_by_turns(
    scored_turns: tuple[Conversation, ActsAnswer], question: str, by_words: str, lean: float
) -> None:
    """Its turns are of the conversation; without them the answer is another, or less probable."""
    of = ScoredTurns(*scored_turns)
    assume(is_voted_on(question, of))
    decided = vote(question, by_words, of, lean)
    carriers = {each.turn.id for each in decided.carriers}
    assert carriers <= {turn.id for turn in of.turns}
    if decided.answer == "YES" != by_words:
        assert carriers
    rest = of.without(carriers) if carriers else None
    if rest is not None:
        again = vote(question, by_words, rest, lean)
        assert again.answer != decided.answer or again.confidence < decided.confidence


@given(all_scored(), st.sampled_from(["YES", "NO", "NA"]))
def test_empathy_is_shown_by_a_turn(scored_turns: tuple[Conversation, ActsAnswer], by_words: str) -> None:
    """YES against the words names a turn that shows it; NO against them one that reports trouble."""
    decided = empathy(by_words, ScoredTurns(*scored_turns))
    if decided.answer != by_words:
        assert decided.shown or decided.answer != "YES"
        assert decided.trouble or decided.answer != "NO"


@given(all_scored(), st.sampled_from(CALLED_BY_TURNS), st.sampled_from(["YES", "NO", "NA"]))
def test_voted_verdicts_rest_on_something(
    scored_turns: tuple[Conversation, ActsAnswer], question: str, by_words: Qualification
) -> None:
    """YES and NO have evidence, whatever was voted; YES against the words has turns."""
    conversation, answer = scored_turns
    verdict = voted(cited(by_words), question, conversation, {acts_of(conversation): answer}, None)
    if verdict.qualification in DECIDED:
        assert verdict.evidence
    if verdict.qualification == "YES" != by_words:
        assert all(each.turn_id for each in verdict.evidence)


@pytest.mark.parametrize("answer", DECIDED)
def test_a_verdict_that_rests_on_nothing_cannot_be_made(answer: Qualification) -> None:
    """A YES names a turn itself; a NO rests on something, of its own or of a part. A copy is checked too."""
    bare = Part(id="a", name="A", qualification=answer)
    for parts in ((), (bare,)):
        with pytest.raises(GroundlessError, match=f"{answer} rests on nothing"):
            answered(answer, (), reason="so", parts=parts)
    with pytest.raises(GroundlessError):
        replace(Verdict(qualification="NA"), qualification=answer)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"qualification": answer}), type=Verdict)
    figure = (Evidence(why="so"),)
    assert Verdict(qualification="NO", parts=(replace(bare, evidence=figure),))
    for evidence in (figure, (nothing_in(()),), (Evidence(text="so"), Evidence(turn_id=""))):
        with pytest.raises(GroundlessError, match="YES rests on nothing; cite a turn"):
            answered("YES", evidence, parts=(replace(bare, evidence=figure),))
    turn = Turn("m1", "agent", "so")
    assert answered("YES", (*figure, cite(turn, "so"))).evidence[0].turn_id == "m1"
    assert over([turn], "a figure").turn_id == unsaid_in([turn]).turn_id == "m1"
    with pytest.raises(GroundlessError):
        unsaid_in(())


def test_a_person_and_an_earlier_version_answer_without_a_turn() -> None:
    """Theirs is the only other YES; a metric type cannot say it, nor one that names a turn of another conversation."""
    conversation = talk("agent: hello")
    for attested in (BY_A_PERSON, UNSTATED):
        given = Verdict(qualification="YES", evidence=(attested,))
        assert msgspec.json.decode(msgspec.json.encode(given, enc_hook=kept), type=Verdict) == given
        with pytest.raises(GroundlessError):
            rests_on(given, conversation)
    with pytest.raises(GroundlessError):
        rests_on(answered("YES", [cite(Turn("m99", "agent", "hello"), "says it")]), conversation)


WRONG = tuples_of(__file__, "wrong")


@pytest.mark.landing
def test_a_type_checker_refuses_a_yes_that_does_not_begin_with_a_turn(tmp_path: Path) -> None:
    """Every other way to make one is an error of types; those that begin with a turn are none."""
    source = (
        "from collections.abc import Sequence\n"
        "from auscult.domain.conversation import Turn\n"
        "from auscult.domain.evaluation import Evidence, Qualification, Verdict, cite, nothing_in, unsaid_in\n"
        "def f(turns: Sequence[Turn], answer: Qualification, found: tuple[Evidence, ...]) -> object:\n"
        '    yes = [Verdict(qualification="YES", evidence=(cite(turns[0], "so"), *found)),\n'
        "           Verdict(qualification=answer, evidence=(unsaid_in(turns),))]\n"
        "    return yes, [\n" + "".join(f"        {each},\n" for each in WRONG) + "    ]\n"
    )
    (tmp_path / "made.py").write_text(source)
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, tmp_path / "made.py"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parents[3])  # noqa: S603 our own
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert {each["range"]["start"]["line"] for each in found} == set(range(7, 7 + len(WRONG)))


def test_an_absence_is_the_stretch_that_was_read() -> None:
    """The evidence names the turns by number, and none of them as its own."""
    turns = tuple(Turn(f"m{index}", "agent", "so", start_ms=index, end_ms=index + 1) for index in range(14))
    assert nothing_in(turns) == Evidence(why="nothing of the kind in turns 1 to 14")
    assert nothing_in(turns, 2, 2) == Evidence(why="nothing of the kind in turn 3")
    assert nothing_in(()) == Evidence(why="nothing of the kind, as there are no turns to read")


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    """The evaluator of the base install, with votes."""
    return bootstrap.evaluator(replace(read_settings(), votes="on"), judge_ineligible=True)


def _verdicts(evaluator: Evaluator, conversation: Conversation) -> dict[str, Verdict]:
    pending = PendingConversation(conversation=conversation, revision=1)
    (judged,) = evaluator.evaluate([pending], starter_forms(), datetime(2026, 1, 2, tzinfo=UTC))
    return {one.metric.id: one.verdict for one in judged.evaluation.results}


@pytest.mark.landing
def test_every_verdict_of_the_examples_rests_on_something_in_the_conversation(evaluator: Evaluator) -> None:
    """A YES of the starter forms quotes a turn that there is; removing what it quotes changes or weakens it.

    A YES that stays as it was quotes another turn that says the same.
    """
    for line in EXAMPLES.read_bytes().splitlines()[:6]:
        conversation = msgspec.json.decode(line, type=Conversation)
        ids = {turn.id for turn in conversation.turns}
        for metric, verdict in _verdicts(evaluator, conversation).items():
            if verdict.qualification != "YES":
                continue
            quoted = {each.turn_id for each in verdict.evidence}
            assert quoted <= ids, metric
            assert quoted, metric
            rest = replace(conversation, turns=tuple(turn for turn in conversation.turns if turn.id not in quoted))
            again = _verdicts(evaluator, rest).get(metric)
            if again is None or again.qualification != "YES":
                continue
            assert quoted.isdisjoint(each.turn_id for each in again.evidence), metric


class Groundless:
    """A metric type of a plug-in that says YES and cites nothing."""

    def __getattr__(self, name: str) -> Any:
        """As by_dialog, but for what it says."""
        return getattr(METRICS["by_dialog"], name)

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Say YES."""
        del settings, conversation, answers, insights
        return answered("YES", (), reason="trust me")


def test_a_plug_in_that_cites_nothing_leaves_its_metric_open() -> None:
    """The reason says what is missing; the other metrics of the batch stand."""
    form = read_form(
        b"id: ef-1\nname: F\nchannel: chat\nmetrics:\n"
        b"  - {id: em-1, name: A, type: by_dialog, weight: 50, dialog: x}\n"
        b"  - {id: em-2, name: B, type: by_question, weight: 50, answer: {any_of: [{phrases: [hello]}]}}\n"
    )
    conversation = talk("agent: hello", "customer: hi", channel="chat")
    evaluator = Evaluator({**METRICS, "by_dialog": Groundless()}, {}, judge_ineligible=True)  # type: ignore[dict-item]
    pending = PendingConversation(conversation=conversation, revision=1)
    (judged,) = evaluator.evaluate([pending], [form], datetime(2026, 1, 2, tzinfo=UTC))
    verdicts = [one.verdict for one in judged.evaluation.results]
    assert [one.qualification for one in verdicts] == ["-", "YES"]
    assert verdicts[0].reason.startswith("no usable answer: by_dialog says that YES rests on nothing; cite a turn")


def test_verdicts_of_an_earlier_version_say_that_they_kept_no_grounds() -> None:
    """What was stored as YES or NO without evidence can be read, and shows none that it does not have."""
    kept: list[dict[str, Any]] = [
        {"qualification": "YES"},
        {"qualification": "NO", "reason": "so"},
        {"qualification": "NA"},
    ]
    state_grounds(kept)
    read = msgspec.convert(kept, list[Verdict])
    assert [[each.why for each in one.evidence] for one in read] == [[UNSTATED.why], [UNSTATED.why], []]


def test_records_of_an_earlier_version_can_be_read() -> None:
    """A file of `auscult score` whose verdicts have no evidence is read, each verdict completed."""
    of = conversation_of("c-1")
    block = encode_records([ScoredRecord(of, evaluation_of(of), None)])
    written = msgspec.msgpack.decode(zstd.decompress(block[LENGTH:]), type=dict[str, Any])
    for _, verdict in written["records"][0]["evaluation"]["results"]:
        verdict.pop("evidence", None)
    frame = zstd.compress(msgspec.msgpack.encode(written))
    ((record,),) = read_records(BytesIO(len(frame).to_bytes(LENGTH) + frame))
    assert record.evaluation.results[0].verdict.evidence == (UNSTATED,)


@given(all_scored(), st.sampled_from(["em-resolution", "em-verification", "em-escalation", "churn_risk"]), st.data())
def test_evidence_speaks_for_its_answer(
    scored_turns: tuple[Conversation, ActsAnswer], question: str, data: st.DataObject
) -> None:
    """A turn of the other side, a greeting or thanks may weigh; none is shown where the answer is the reverse of its act."""
    of = ScoredTurns(*scored_turns)
    assume(is_voted_on(question, of))
    decided = vote(question, data.draw(st.sampled_from(["YES", "NO", "NA"])), of)
    acts = {one.act for one in decided.shown}
    if decided.answer == "NO":
        assert acts.isdisjoint({"done", "promise", "inform", "answers", "accept", "sounds_served", "bodes_well"})
    if decided.answer == "YES":
        assert acts.isdisjoint({"refuse", "fail", "denies", "escalate_no", "give_identity", "sounds_served"})


SAYS = tuples_of(__file__, "says")


@pytest.mark.parametrize(
    ("answer", "by_words", "turn", "act"),
    [("YES", None, "m2", "promise"), ("YES", "m1", "m1", "done"), ("NO", None, "m4", "protest"), ("NO", "m1", "m4", "protest")],
)  # fmt: skip
def test_the_clearest_turn_is_quoted(answer: str, by_words: str | None, turn: str, act: str) -> None:
    """The agent's words come before the customer's, and a single word last; that of words counts more, if it is likely."""
    found = clearest("em-resolution", answer, _scored(SAYS), by_words)
    assert found
    assert (found.turn.id, found.act) == (turn, act)
    assert clearest("em-resolution", answer, _scored([(*one[:2], {}) for one in SAYS]), by_words) is None
    weak = [(*one[:2], {"protest": 20, "refuse": -1}) for one in SAYS]
    assert clearest("em-resolution", "NO", _scored(weak)) is None


ASKS = tuples_of(__file__, "asks")


@pytest.mark.parametrize(
    ("score", "among", "clear"),
    [(-90, "m0 m2 m3", "m2"), (-90, "m0 m3", ""), (1, "m0 m2 m3", ""), (-20, "m0 m2", "m2"), (-90, "m2", "m2")],
)
def test_a_yes_of_words_quotes_the_turn_that_says_it(score: int, among: str, clear: str) -> None:
    """Words that hardly say it give way to a turn that does, of those that the question is about."""
    scored = _scored(((*ASKS[0][:2], {"hold_notice": score}), *ASKS[1:]))
    found = clearer("em-hold-notice", scored, "m0", among.split())
    assert (found.turn.id if found else "") == clear


def test_a_request_for_another_person_is_answered_after_it() -> None:
    """What was said before it is no answer, however clear."""
    found = clearest("em-escalation", "NO", _scored(ASKS))
    assert found is not None
    assert (found.turn.id, found.act) == ("m3", "escalate_no")
    assert clearest("em-escalation", "NO", _scored(ASKS[:3])) is None


def _scored(says: Sequence[tuple[str, str, dict[str, int]]]) -> ScoredTurns:
    """Return turns with the scores of their acts."""
    turns = tuple(Turn(f"m{at}", speaker, text) for at, (speaker, text, _) in enumerate(says))  # type: ignore[arg-type]
    said = Conversation(id="c", channel="chat", language="en", started_at=datetime(2026, 1, 1, tzinfo=UTC), turns=turns)
    rows = tuple(tuple(scores.get(one, -96) for one in ACTS) for _, _, scores in says)
    return ScoredTurns(said, ActsAnswer(ACTS, rows, "test"))

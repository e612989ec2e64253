"""An answer is written from passages alone, and refused where they do not bear it."""

import json
from collections.abc import Iterator

import pytest

from auscult.domain.assist.knowledge import Passage, Written
from auscult.domain.errors import EngineError
from auscult.domain.scoring.judging import Allowance
from auscult.engines.writer import Address, PassageWriter, Server
from tests.attacks import ATTACKS
from tests.data_files import data_of
from tests.scripted_judge import Scripted, scripted_judge
from tests.scripted_writer import ScriptedWriter
from tests.unit.engines.judging import budget_of
from tests.waiting import PATIENCE_S

PASSAGES = [
    Passage(id="kp-1", source="a.md", heading=("Shop", "Hours"), text="The shop is open from 9:00 to 17:30."),
    Passage(id="kp-2", source="b.md", heading=("Refunds",), text="A refund takes 5 days; see https://shop.example/r."),
]


@pytest.fixture
def server() -> Iterator[ScriptedWriter]:
    """A server on a real port."""
    writer = ScriptedWriter()
    with scripted_judge(writer):
        yield writer


@pytest.fixture
def writer(server: ScriptedWriter) -> Iterator[PassageWriter]:
    """A writer on it."""
    made = writer_of(server, PATIENCE_S)
    yield made
    made.close()


def writer_of(server: ScriptedWriter, timeout_s: float) -> PassageWriter:
    """A writer that waits so long for an answer."""
    return PassageWriter(Server(Address(url=server.url, model="m-1", retries=0, timeout_s=timeout_s)), budget_of())


def reply(*passages: int, answer: str) -> Scripted:
    """What the model writes."""
    return Scripted(text=json.dumps({"passages": passages, "answer": answer}))


def test_writes_from_the_passages(server: ScriptedWriter, writer: PassageWriter) -> None:
    """The answer, and which passages it rests on; the passages are told before the question."""
    assert writer.write("When is my refund there?", PASSAGES, "en") == Written(
        text="Yes: A refund takes 5 days; see https://shop.example/r.", passage_ids=("kp-2",), engine="writer 1 m-1"
    )
    (told,) = server.told
    assert told.splitlines() == data_of(__file__, "writes_from_the_passages")
    (schema,) = server.schemas
    assert list(schema["properties"]) == schema["required"] == ["passages", "answer"]


@pytest.mark.parametrize("given", [reply(answer=""), reply(answer="I do not know."), reply(1, answer=" ")])
def test_refuses_where_they_do_not_answer(server: ScriptedWriter, writer: PassageWriter, given: Scripted) -> None:
    """A refusal is an answer without text; words that rest on no passage are none."""
    server.script.append(given)
    assert writer.write("Do you sell cars?", PASSAGES, "en") == Written(
        text=None, passage_ids=(), engine="writer 1 m-1"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (reply(3, answer="Yes."), "passage 3, and 2 were given"),
        (reply(0, answer="Yes."), "passage 0"),
        (reply(2, answer="It takes 7 days."), "says 7,"),
        (reply(1, answer="It takes 5 days."), "says 5,"),
        (reply(2, answer="See https://shop.example/refunds."), "says https://shop.example/refunds,"),
        (reply(2, answer="Write to us@shop.example."), "says us@shop.example,"),
        (reply(2, answer="so " * 300), "characters"),
        (Scripted(text="Five days."), "not the JSON"),
        (Scripted(finish="length"), "broke off"),
        (Scripted(refusal="No."), "would not answer"),
        (Scripted(status=500), "status 500"),
        (Scripted(status=400, body=b'{"error":{"message":"context_length_exceeded"}}'), "too long"),
        (Scripted(hang_up=True), "cannot be reached"),
    ],
)
def test_what_cannot_be_used(server: ScriptedWriter, writer: PassageWriter, given: Scripted, said: str) -> None:
    """An answer that the passages do not bear, or none at all, is an error, for which the passage is quoted."""
    server.script.append(given)
    with pytest.raises(EngineError, match=said):
        writer.write("When is my refund there?", PASSAGES, "en")


def test_an_answer_that_takes_too_long_is_not_waited_for(server: ScriptedWriter) -> None:
    """The agent waits, so none in time is an error too."""
    server.script.append(Scripted(delay_s=30))
    hasty = writer_of(server, 1)
    with pytest.raises(EngineError, match="within 1 s"):
        hasty.write("When is my refund there?", PASSAGES, "en")
    hasty.close()


def test_figures_may_come_from_headings_and_end_a_sentence(server: ScriptedWriter, writer: PassageWriter) -> None:
    """What stands in a passage that is named may be said, whatever comes behind it."""
    server.script.append(reply(1, 2, answer="Come from 9:00 to 17:30. Refunds take 5."))
    assert writer.write("When?", PASSAGES, "en").passage_ids == ("kp-1", "kp-2")


@pytest.mark.parametrize("attack", [each.said for each in ATTACKS])
def test_words_cannot_leave_their_block(server: ScriptedWriter, writer: PassageWriter, attack: str) -> None:
    """What a customer says, or a document, stays a string on a line of its own."""
    server.always = reply(answer="")
    writer.write(attack, [Passage(id="kp-1", source="a", heading=(attack,), text=attack)], "en")
    lines = server.told[0].splitlines()
    assert [line for line in lines if not line.startswith("{")] == [
        "PASSAGES",
        "END OF PASSAGES",
        "QUESTION",
        "END OF QUESTION",
        "Answer in JSON, in en.",
    ]
    assert json.loads(lines[1]) == {"passage": 1, "heading": attack, "text": attack}
    assert json.loads(lines[4]) == {"question": attack}


def test_keeps_within_the_limit_of_a_day(server: ScriptedWriter) -> None:
    """The limit of the judge holds for answers too: nothing is sent that could exceed it."""
    address = Address(url=server.url, model="m-1")
    poor = PassageWriter(Server(address), budget_of(Allowance(tokens=100)))
    with pytest.raises(EngineError, match="limit of a day"):
        poor.write("When?", PASSAGES, "en")
    assert server.told == []

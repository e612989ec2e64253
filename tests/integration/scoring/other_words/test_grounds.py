"""Verdicts that rest on nothing, in other words than the fault was found with: wherever a YES or NO may come from."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.evaluation import Comparison, Evidence, GroundlessError, Part, Verdict, answered, nothing_in
from tests.data_files import data_of
from tests.integration.program import TENANT, auscult, conversation, write
from tests.scripted_judge import Scripted, ScriptedJudge, scripted_judge

pytestmark = pytest.mark.night

EXAMPLES = Path(__file__).parents[4] / "examples"
FIGURE = Evidence(why="the longest silence lasts 12 s")
BLANK = (Evidence(), Evidence(why="   "), Evidence(turn_id=""), Evidence(text="hello"), Evidence(start_ms=5, end_ms=9))
PARTS = tuple(Part(id=f"p-{n}", name="P", qualification="YES", weight=Decimal(50)) for n in range(2))
GROUNDLESS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a reason alone": {"reason": "it was said"},
    "the trigger alone": {"trigger": (FIGURE,)},
    "confidence alone": {"confidence": Decimal("0.99")},
    "a comparison alone": {"compared": Comparison(name="balance", source="12", said="12")},
    "a level alone": {"level": "Full", "share": Decimal(100)},
    "parts without evidence": {"parts": PARTS},
    "evidence without words": {"evidence": BLANK},
    "parts with evidence without words": {
        "parts": tuple(msgspec.structs.replace(one, evidence=BLANK) for one in PARTS)
    },
}


@pytest.mark.parametrize("answer", ["YES", "NO"])
@pytest.mark.parametrize("why", GROUNDLESS)
def test_a_verdict_is_made_with_a_ground_or_not_at_all(why: str, answer: Any) -> None:
    """Neither made nor read from what was stored; with a turn it is, and a NO with one figure or stretch, too."""
    given = GROUNDLESS[why]
    with pytest.raises(GroundlessError, match=f"{answer} rests on nothing"):
        answered(
            answer, given.get("evidence", ()), **{name: each for name, each in given.items() if name != "evidence"}
        )
    for undecided in ("NA", "-"):
        stored = msgspec.json.encode(Verdict(qualification=undecided, **given))
        with pytest.raises(msgspec.ValidationError, match="rests on nothing"):
            msgspec.json.decode(stored.replace(f'"{undecided}"'.encode(), f'"{answer}"'.encode(), 1), type=Verdict)
    for ground in (FIGURE, Evidence(turn_id="m1"), nothing_in(())):
        grounded: dict[str, Any] = given | {"evidence": (*BLANK, ground)}
        if answer == "YES" and ground.turn_id is None:
            with pytest.raises(GroundlessError):
                answered(answer, **grounded)
        else:
            assert ground in answered(answer, **grounded).evidence


def lines_of(paths: Iterable[Path]) -> dict[str, Any]:
    """Conversations by id."""
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return {each["id"]: each for each in map(json.loads, lines)}


def grounds(verdict: dict[str, Any]) -> list[dict[str, Any]]:
    """What a verdict rests on, of its own or of its parts."""
    return [*verdict["evidence"], *(one for part in verdict.get("parts", ()) for one in part["evidence"])]


def check(scored: dict[str, Any], turns: dict[str, str]) -> int:
    """Check each YES and NO of a scored conversation; return how many there are."""
    decided = [each for each in scored["metrics"] if each["qualification"] in ("YES", "NO")]
    for each in decided:
        found = grounds(each)
        assert found, (scored["id"], each)
        for one in found:
            turn = one.get("turn_id")
            assert turn is not None or one["why"].strip(), (scored["id"], each)
            if turn is not None:
                assert turn in turns, (scored["id"], each)
                assert one["text"].strip(" …") in turns[turn], (scored["id"], each)
    return len(decided)


@pytest.mark.parametrize("forms", ["starter", "all"])
def test_every_answer_about_the_examples_carries_its_ground(tmp_path: Path, forms: str) -> None:
    """English, German and Spanish calls and chats; each turn that is cited is there and has the words that are cited."""
    files = sorted([*EXAMPLES.glob("conversations/*.ndjson"), *EXAMPLES.glob("languages/*.ndjson")])
    if forms == "all":
        files = [EXAMPLES / "forms" / "calls.ndjson"]
    conversations = lines_of(files)
    alone = sorted(EXAMPLES.glob("forms/*.yaml")) if forms == "all" else [None]
    decided, languages = 0, set[str]()
    for form in alone:
        words = ("--form", form) if form else ()
        done = auscult(tmp_path, "score", *files, *words)
        if done.status != 0:  # a form that needs a judge or a source
            assert form is not None
            continue
        for scored in done.lines:
            texts = {each["id"]: each.get("text", "") for each in conversations[scored["id"]]["turns"]}
            decided += check(scored, texts)
            languages.add((scored.get("insights") or {}).get("language", ""))
    assert decided > (600 if forms == "starter" else 20)
    if forms == "starter":
        assert languages >= {"en", "de", "es"}


def test_a_yes_about_words_cites_a_turn(tmp_path: Path) -> None:
    """Questions of the starter forms that look for words have no other ground for YES, in any language."""
    files = sorted([*EXAMPLES.glob("conversations/*.ndjson"), *EXAMPLES.glob("languages/*.ndjson")])
    found = 0
    for scored in auscult(tmp_path, "score", *files).lines:
        for each in scored["metrics"]:
            if each["qualification"] == "YES" and each["id"] in ("em-greeting", "em-introduction", "em-signoff"):
                assert any(one.get("turn_id") for one in grounds(each)), (scored["id"], each)
                found += 1
    assert found > 60


JUDGED = data_of(__file__, "judged")


def answers(**changed: Any) -> Callable[[dict[str, Any]], object]:
    """Change what a judge answers to every question."""
    return lambda all_of_them: [each.update(changed) for each in all_of_them.values()]


SORRY = (("agent", "I am sorry about that."), ("customer", "You are forgiven."), ("agent", "Goodbye then."))
CLAIMS: dict[str, Callable[[dict[str, Any]], object]] = {
    "no evidence": answers(answer="YES", evidence=[]),
    "a turn that is not there": answers(answer="YES", evidence=[{"turn": 99, "quote": "I am sorry about that."}]),
    "words that nobody said": answers(answer="YES", evidence=[{"turn": 1, "quote": "I apologise deeply to you"}]),
    "words of the customer": answers(answer="YES", evidence=[{"turn": 2, "quote": "You are forgiven."}]),
    "an empty quotation": answers(answer="YES", evidence=[{"turn": 1, "quote": ""}]),
    "a blank quotation": answers(answer="YES", evidence=[{"turn": 1, "quote": "  "}]),
    "NO with nothing": answers(answer="NO", evidence=[], reason=""),
    "no reason": answers(answer="YES", evidence=[], reason=""),
}


@pytest.fixture
def judge() -> Iterator[ScriptedJudge]:
    """A judge that answers as it is told to."""
    with scripted_judge() as one:
        yield one


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_judge_is_believed_for_what_the_conversation_carries(
    tmp_path: Path, judge: ScriptedJudge, claim: str
) -> None:
    """It never has a YES without the turn, whatever it claims, and a NO names what was read."""
    judge.always = Scripted(edit=CLAIMS[claim])
    (tmp_path / "judged.yaml").write_text(JUDGED)
    spoken = conversation("c-1", SORRY)
    write(tmp_path / "one.ndjson", spoken)
    settings = {"AUSCULT_JUDGE_URL": judge.url, "AUSCULT_JUDGE_MODEL": "m", "AUSCULT_JUDGE_RETRIES": "0"}
    done = auscult(tmp_path, "score", "one.ndjson", "--form", "judged.yaml", settings=settings)
    assert judge.requests
    for scored in done.lines:
        check(scored, {each["id"]: each["text"] for each in spoken["turns"]})
        for each in scored["metrics"]:
            assert each["qualification"] != "YES", each
            assert each["qualification"] == ("NO" if claim == "NO with nothing" else "-"), each


def stripped(folder: Path) -> None:
    """Take the evidence out of every result that waits to be loaded."""
    (path,) = [
        each for each in (folder / "scored").rglob("*") if each.is_file() and b"\x28\xb5\x2f\xfd" in each.read_bytes()
    ]
    packed, out = path.read_bytes(), b""
    while packed:
        size = int.from_bytes(packed[:4])
        block = msgspec.msgpack.decode(zstandard.decompress(packed[4 : 4 + size]))
        for record in block["records"]:
            for _, verdict in record["evaluation"]["results"]:
                verdict["evidence"] = []
        frame = zstandard.compress(msgspec.msgpack.encode(block))
        out, packed = out + len(frame).to_bytes(4) + frame, packed[4 + size :]
    path.write_bytes(out)


def shown(folder: Path) -> list[dict[str, Any]]:
    """The evaluations of a database, as the program reads them."""
    with bootstrap.open(read_settings({}, database_url=f"sqlite:///{folder / 'test.db'}")) as application:
        app = application.store.within(application.store.tenants()[0])
        return [
            msgspec.to_builtins(one.verdict, enc_hook=str)
            for each in app.conversations.rerender("", 100)
            for one in each.evaluation.results
        ]


def decided_of(verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are YES or NO."""
    return [each for each in verdicts if each["qualification"] in ("YES", "NO")]


def test_scores_whose_evidence_was_cut_out_state_that_they_have_none(tmp_path: Path) -> None:
    """A file of `score --out` that somebody edited: what is stored names a ground, or nothing is."""
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "calls.ndjson", conversation("c-1"), conversation("c-2", SORRY))
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    assert auscult(tmp_path, "score", "in", "--out", "scored").status == 0
    stripped(tmp_path)
    done = auscult(tmp_path, "load", "--scored", "scored", *TENANT)
    assert done.status == 0, done.err
    decided = decided_of(shown(tmp_path))
    assert len(decided) > 8
    for each in decided:
        assert each["evidence"][0]["why"] == "evaluated by a version that did not keep what it rests on"


@pytest.mark.parametrize("left", [[], [{}], [{"why": ""}], [{"text": "hello"}]], ids=str)
def test_an_old_body_without_grounds_is_read_with_that_statement(tmp_path: Path, left: list[Any]) -> None:
    """A database of a version that kept none, or of one that kept blanks: it opens, and the page has a reason."""
    write(tmp_path / "calls.ndjson", conversation("c-1"), conversation("c-2", SORRY))
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    assert auscult(tmp_path, "load", "calls.ndjson", *TENANT).status == 0
    before = shown(tmp_path)
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as connection:
        for number, body in connection.execute("SELECT evaluation, body FROM evaluations").fetchall():
            read = json.loads(body)
            for each in read["results"]:
                each["verdict"]["evidence"] = left
            connection.execute("UPDATE evaluations SET body = ? WHERE evaluation = ?", (json.dumps(read), number))
    after = shown(tmp_path)
    assert [each["qualification"] for each in after] == [each["qualification"] for each in before]
    for each in decided_of(after):
        assert any(one.get("turn_id") or one.get("why") for one in each["evidence"])
    assert auscult(tmp_path, "conversations", "show", "c-1", "--app", "st-1").status == 0

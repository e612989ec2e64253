"""What every metric type promises, tried on every type in the table."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation
from auscult.domain.errors import kept
from auscult.domain.evaluation import Verdict, joined
from auscult.domain.probe import (
    Answer,
    Closest,
    Extracted,
    Extraction,
    ExtractionAnswer,
    JudgementAnswer,
    Lookup,
    LookupAnswer,
    Probe,
    Resemblance,
    ResemblanceAnswer,
    Review,
    ReviewAnswer,
    Reviewed,
    Similarity,
    SimilarityAnswer,
    TableLookup,
)
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form
from tests.data_files import data_of
from tests.strategies import conversations
from tests.template_parts import left_in_english

PAGES = Path(__file__).parents[2] / "docs" / "reference" / "metrics"
HELLO = data_of(__file__, "hello")
EXAMPLES: dict[str, list[dict[str, Any]]] = data_of(__file__, "examples")
COMMON: dict[str, dict[str, Any]] = {
    "graded": {"levels": [{"name": one, "share": share} for one, share in (("None", 0), ("Some", 50), ("Full", 100))]}
}
"""Keys of every metric that the examples of a type need beside its own."""

CASES = [(name, example) for name, examples in EXAMPLES.items() for example in examples]


def answer(probe: Probe) -> Answer:
    """Some answer: likeness grows with the text, a judge says yes and points at the first turn."""
    if isinstance(probe, Similarity):
        return SimilarityAnswer(tuple(Closest(len(text) % 10 / 10, 0) for text in probe.texts), "test 1")
    if isinstance(probe, Extraction):
        turns = {turn.id: turn.text for turn in probe.transcript.turns}
        return ExtractionAnswer(tuple(Extracted(one, turns[one][:5], "5") for one in probe.turn_ids), "test 1")
    if isinstance(probe, Review):
        turn_ids = tuple(turn.id for turn in probe.transcript.turns[:1])
        return ReviewAnswer(tuple(Reviewed(one, "YES", "so", turn_ids) for one in probe.sub_metrics), "test 1")
    if isinstance(probe, TableLookup | Lookup):
        return LookupAnswer("5", "", "test 1")
    if isinstance(probe, Resemblance):
        return ResemblanceAnswer(tuple(900 - 100 * len(each.text) for each in probe.turns), "test 1")
    return JudgementAnswer(holds=True, turn_ids=probe.turn_ids[:1], reason="so it is", engine="test 1")


def settings(name: str, example: dict[str, Any]) -> Any:
    """An example, read."""
    return msgspec.convert(example, METRICS[name].settings_type, strict=False)


def judged(name: str, example: dict[str, Any], conversation: Conversation) -> tuple[tuple[Probe, ...], Verdict]:
    """What was asked, and the verdict."""
    read = settings(name, example)
    probes = METRICS[name].probes(read, conversation)
    return probes, METRICS[name].judge(read, conversation, {probe: answer(probe) for probe in probes})


def keys(kind: type[msgspec.Struct], seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """Every key that settings may have, at any depth; a kind that holds its own kind is looked at once."""

    def structs(annotation: Any) -> Iterator[type[msgspec.Struct]]:
        if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
            yield annotation
        for part in get_args(annotation):
            yield from structs(part)

    for field in msgspec.structs.fields(kind):
        yield field.encode_name
        for inner in structs(field.type):
            if inner not in seen:
                yield from keys(inner, seen | {inner})


@pytest.mark.parametrize("name", sorted(METRICS))
def test_has_its_name_examples_and_channels(name: str) -> None:
    """The table's key is the type's name; a new type must bring examples here."""
    assert METRICS[name].name == name
    assert EXAMPLES[name]
    assert METRICS[name].channels
    assert METRICS[name].scorings


@pytest.mark.parametrize("name", sorted(METRICS))
def test_settings_refuse_unknown_keys_and_are_kept_as_one_value(name: str) -> None:
    """Frozen and hashable, so that what is compiled from them is compiled once; a slip of the pen is told."""
    read = settings(name, EXAMPLES[name][0])
    assert hash(read) == hash(settings(name, EXAMPLES[name][0]))
    assert read.__struct_config__.cache_hash
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        settings(name, EXAMPLES[name][0] | {"qestion": "x"})


@pytest.mark.parametrize(("name", "example"), CASES)
def test_examples_are_right_and_go_round(name: str, example: dict[str, Any]) -> None:
    """No problems; written down and read again they are the same (snapshots on evaluations, rule 7)."""
    read = settings(name, example)
    assert METRICS[name].problems(read) == ()
    assert msgspec.json.decode(msgspec.json.encode(read), type=type(read), strict=False) == read


@pytest.mark.parametrize("name", sorted(METRICS))
@given(conversation=conversations(), data=st.data())
def test_judges_any_conversation(name: str, conversation: Conversation, data: st.DataObject) -> None:
    """An answer of the right kind, the same each time; it asks only what it said it needs; a person's stays open."""
    example = data.draw(st.sampled_from(EXAMPLES[name]))
    probes, verdict = judged(name, example, conversation)
    assert judged(name, example, conversation) == (probes, verdict)
    assert {type(probe) for probe in probes} <= METRICS[name].needs(settings(name, example))
    assert len(set(probes)) == len(probes)
    assert verdict.qualification in ({"-"} if METRICS[name].is_manual else {"YES", "NO", "NA"})
    assert verdict.qualification == "YES" or verdict.reason
    assert msgspec.json.decode(msgspec.json.encode(verdict, enc_hook=kept), type=Verdict) == verdict


@pytest.mark.parametrize("name", sorted(METRICS))
@given(conversation=conversations(), data=st.data())
def test_evidence_is_in_the_conversation(name: str, conversation: Conversation, data: st.DataObject) -> None:
    """What is quoted was said, in the turn that is named; every piece says why it counts."""
    _, verdict = judged(name, data.draw(st.sampled_from(EXAMPLES[name])), conversation)
    turns = {turn.id: turn for turn in conversation.turns}
    for evidence in (*verdict.evidence, *verdict.trigger, *(one for part in verdict.parts for one in part.evidence)):
        assert evidence.why
        assert evidence.turn_id is None or evidence.text in turns[evidence.turn_id].text
        assert evidence.turn_id is not None or not evidence.text


@pytest.mark.parametrize("name", sorted(METRICS))
@given(conversation=conversations(), data=st.data())
def test_its_reasons_are_translated(name: str, conversation: Conversation, data: st.DataObject) -> None:
    """The console shows each reason in the reader's language; those of an external agent are in the agent's words."""
    _, verdict = judged(name, data.draw(st.sampled_from(EXAMPLES[name])), conversation)
    assert name == "by_ai_agent" or left_in_english([verdict.reason]) == []
    assert left_in_english(one.why for one in (*verdict.evidence, *verdict.trigger)) == []


@pytest.mark.parametrize("name", sorted(METRICS))
@given(conversation=conversations(), data=st.data())
def test_parts_make_the_whole(name: str, conversation: Conversation, data: st.DataObject) -> None:
    """Rule 9: the answer follows from the parts; weights of parts total 100 where they are scored, and else are 0."""
    example = data.draw(st.sampled_from(EXAMPLES[name]))
    _, verdict = judged(name, example, conversation)
    if verdict.parts:
        assert verdict.qualification == joined(verdict.parts)
        assert len({part.id for part in verdict.parts}) == len(verdict.parts)
        is_split = METRICS[name].is_split(settings(name, example))
        assert sum(part.weight for part in verdict.parts) == (100 if is_split else 0)
        assert all(part.qualification == "YES" or part.reason for part in verdict.parts)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_is_documented_with_every_setting(name: str) -> None:
    """Each type has its page, and each key a form may have is told there, or on the page of findings it leads to."""
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    page += (PAGES / "findings.md").read_text(encoding="utf-8") if "(findings.md" in page else ""
    assert [key for key in keys(METRICS[name].settings_type) if f"`{key}`" not in page] == []


@pytest.mark.parametrize(
    "page", sorted(PAGES.parent.glob("forms.md")) + sorted(PAGES.glob("*.md")), ids=lambda page: page.stem
)
def test_documented_examples_are_right(page: Path) -> None:
    """Every form, metric and finding that a page shows can be copied into a form as it stands."""
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        shown = yaml.safe_load(block)
        if isinstance(shown, list):
            shown = {"metrics": shown, "scoring": "points"}
        if "metrics" not in shown:
            question = {"id": "em", "name": "Q", "type": "by_question", "weight": 1, "answer": HELLO}
            shown = {"metrics": [question | shown], "scoring": "points"}
        form = {"id": "ef", "name": "F", "channel": "voice"} | shown
        assert check_form(msgspec.json.encode(form)).problems == ()

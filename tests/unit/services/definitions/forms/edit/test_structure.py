"""Changes to the structure of a form document: what is changed, and that all else stays as it was written."""

import pytest
import yaml

from auscult.domain.errors import RequestError
from auscult.services.definitions.forms.edit import (
    NewMetric,
    with_item,
    with_metric,
    with_value,
    without_item,
)

DOCUMENT = b"""# Ours
id: ef-x  # keep
name: Calls
pass_score: 70
metrics:
  - id: em-a
    name: Greeting
    weight: 40   # of 100
    answer: {speaker: agent, any_of: [{phrases: ["hello", "good day"]}]}

  # The second
  - id: em-b
    name: Closing
    weight: 60
    answer:
      any_of:
        - phrases:
            - goodbye
            - "see you: soon"
"""
FLOW = ("metrics", 0, "answer", "any_of", 0, "phrases")
BLOCK = ("metrics", 1, "answer", "any_of", 0, "phrases")


def read(document: bytes) -> dict[str, object]:
    """Return the document's values."""
    return yaml.safe_load(document)


def test_value() -> None:
    """One value changes, and not a character elsewhere; what YAML would read otherwise is quoted."""
    assert with_value(DOCUMENT, ("metrics", 0, "weight"), "45") == DOCUMENT.replace(b"weight: 40", b"weight: 45")
    assert with_value(DOCUMENT, ("name",), "Bank calls") == DOCUMENT.replace(b"name: Calls", b"name: Bank calls")
    for name in ("no", "a: b", "# x", "- x", "", " x", "{", '"', "Größe", "it's"):
        assert read(with_value(DOCUMENT, ("name",), name))["name"] == name
    added = with_value(DOCUMENT, ("metrics", 0, "question"), "Does the agent greet?")
    assert read(added)["metrics"][0]["question"] == "Does the agent greet?"  # type: ignore[index]
    assert b"# The second" in added
    with pytest.raises(RequestError):
        with_value(DOCUMENT, ("metrics", 5, "weight"), "1")
    with pytest.raises(RequestError):
        with_value(DOCUMENT, ("metrics",), "1")


@pytest.mark.parametrize("path", [FLOW, BLOCK])
def test_items(path: tuple[str | int, ...]) -> None:
    """A word is added to a list, and each of a list can be removed, in either way of writing."""
    before = read(DOCUMENT)

    def words(document: bytes) -> list[str]:
        found: object = read(document)
        for part in path:
            found = found[part]  # type: ignore[index]
        return found  # type: ignore[return-value]

    assert words(with_item(DOCUMENT, path, 'say "hi"')) == [*words(DOCUMENT), 'say "hi"']
    assert words(without_item(DOCUMENT, (*path, 0))) == words(DOCUMENT)[1:]
    last = without_item(DOCUMENT, (*path, 1))
    assert words(last) == words(DOCUMENT)[:1]
    with pytest.raises(RequestError):
        without_item(last, (*path, 0))
    with pytest.raises(RequestError):
        without_item(DOCUMENT, (*path, 7))
    assert {**read(last), "metrics": None} == {**before, "metrics": None}


@pytest.mark.parametrize("ending", [b"", b"\n", b"\ntags: [x]\n"])
def test_metric(ending: bytes) -> None:
    """A metric is put behind the others, wherever the list ends."""
    document = DOCUMENT.rstrip() + ending
    made = with_metric(document, NewMetric("em-c", "Name: said", "Does the agent say it?", "10", ["i am", "my name"]))
    found = read(made)
    metrics = found["metrics"]
    assert [each["id"] for each in metrics] == ["em-a", "em-b", "em-c"]  # type: ignore[index,union-attr]
    assert metrics[2]["name"] == "Name: said"  # type: ignore[index]
    assert metrics[2]["answer"]["any_of"] == [{"phrases": ["i am", "my name"]}]  # type: ignore[index]
    assert metrics[:2] == read(document)["metrics"]  # type: ignore[index]
    with pytest.raises(RequestError):
        with_metric(b"id: x\n", NewMetric("em-c", "a", "b", "1", ["c"]))

"""Every verdict of the starter forms and every insight over examples/, as they were when verdicts.ndjson was written."""

from pathlib import Path

import msgspec
import pytest

from bench.quality.deciders import differences
from bench.quality.verdicts import conversations_in, verdict_lines

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCES = (EXAMPLES / "conversations", EXAMPLES / "forms" / "calls.ndjson", EXAMPLES / "vcon")
GOLDEN = [msgspec.json.decode(line) for line in (Path(__file__).parent / "verdicts.ndjson").read_bytes().splitlines()]


@pytest.fixture(scope="module")
def found() -> list[dict[str, object]]:
    """The verdicts and insights of today."""
    return [msgspec.json.decode(line) for line in verdict_lines(conversations_in(SOURCES))]


def test_every_example_is_pinned(found: list[dict[str, object]]) -> None:
    """The golden file has one line for each conversation, in the same order."""
    assert [one["id"] for one in found] == [one["id"] for one in GOLDEN]


@pytest.mark.parametrize("part", ["metrics", "insights"])
def test_nothing_changed(found: list[dict[str, object]], part: str) -> None:
    """Qualifications, evidence turns and insights equal the golden file's; a change on purpose rewrites that file."""
    assert [one[part] for one in found] == [one[part] for one in GOLDEN]


@pytest.mark.parametrize("votes", [False, True])
def test_metric_and_insight_never_differ(votes: bool) -> None:
    """Resolution, empathy and escalation have one answer each, in the score and in the insights, voted on or not."""
    assert list(differences(conversations_in(SOURCES), votes=votes)) == []

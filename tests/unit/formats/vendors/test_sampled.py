"""The first rows of a file of one's own, and the columns that are guessed by name and by values."""

import pytest

from auscult.domain.connectors.contract import Item
from auscult.formats.tables._described import Sampled, sampled
from tests.data_files import data_of

TABLE = "ref_9;t0;party;words said;s\n" + "".join(
    f"{call};2026-03-30 09:0{call};{who};how can I help;RB_IN\n" for call in range(3) for who in "ACM"
)


def sample(text: str, name: str = "calls.csv") -> Sampled:
    """Return the first rows of a file."""
    data = text.encode()
    return sampled(Item(name, None, len(data), data, lambda _key: None))


def test_columns_are_guessed_by_their_values() -> None:
    """Where no name is a usual one, times, speakers, words and ids are recognised, and none twice."""
    found = sample(TABLE)
    assert (found.guessed, found.total, len(found.rows)) == ({}, 9, 9)
    assert found.likely == {"started_at": "t0", "speaker": "party", "text": "words said", "id": "ref_9"}
    assert found.values["party"] == {"A": 3, "C": 3, "M": 3}


def test_local_times_are_recognised_and_a_broken_row_hides_no_other() -> None:
    """The sample shows the rows that can be read."""
    found = sample(TABLE.replace("2026-03-30", "30/03/2026") + "broken\n")
    assert (found.likely["started_at"], found.total, found.problem) == ("t0", 9, "")


def test_usual_names_need_no_values() -> None:
    """A column with a usual name is guessed by it, and not offered again by its values."""
    found = sample(TABLE.replace("party", "Speaker").replace("ref_9", "Call ID"))
    assert found.guessed == {"id": "Call ID", "speaker": "Speaker"}
    assert set(found.likely) == {"started_at", "text"}


@pytest.mark.parametrize(("text", "name", "reason"), data_of(__file__, "what_cannot_be_read_has_a_reason"))
def test_what_cannot_be_read_has_a_reason(text: str, name: str, reason: str) -> None:
    """A broken file has the reason and the place in it, and no rows."""
    found = sample(text, name)
    assert reason in found.problem
    assert found.rows == ()


def test_json_and_long_cells() -> None:
    """Records of JSON have their values as text, cut off; the values of a column with many are not counted."""
    records = ",".join(f'{{"id": {at}, "turns": [{at}], "said": "{"x" * 300}", "none": null}}' for at in range(60))
    found = sample(f"[{records}]", "x.json")
    assert found.columns == ("id", "turns", "said", "none")
    assert found.rows[1] == ("1", "[1]", "x" * 200, "")
    assert set(found.values) == {"said", "none"}

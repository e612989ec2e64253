"""Tables that values are looked up in: read, found, and told what is wrong with them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.definitions.lookup_table import MAX_BYTES, read_table
from auscult.domain.errors import FormatError
from auscult.domain.probe import LookupAnswer, TableLookup
from auscult.engines.tables import Tables, in_folder

PLANS = b"plan,fee,note\nGold,25.00,\nSilver,10,cheap\nsilver ,11,twice\n"


def found(document: bytes, *asked: TableLookup) -> list[LookupAnswer]:
    """What a table called plans answers."""
    tables = Tables(lambda _app, name: (document, "table plans 3") if name == "plans" else None)
    return [answer for answer in tables.for_app("st-1").answer(asked) if isinstance(answer, LookupAnswer)]


def fee(plan: str, column: str = "fee", key_column: str = "plan", table: str = "plans") -> TableLookup:
    """The fee of a plan."""
    return TableLookup(table, key_column, plan, column)


def test_one_row_is_found_by_its_key() -> None:
    """In whatever letter case and spacing; the version that answered is named."""
    (answer,) = found(PLANS, fee(" gold "))
    assert answer == LookupAnswer("25.00", "", "table plans 3")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (fee("bronze"), "no row has 'bronze' as plan"),
        (fee("silver"), "2 rows have 'silver' as plan"),
        (fee("gold", column="note"), "the row of 'gold' has no note"),
    ],
)
def test_no_value_says_why(asked: TableLookup, reason: str) -> None:
    """None, several, or nothing in that column: nobody knows, and it is not a failure."""
    (answer,) = found(PLANS, asked)
    assert (answer.value, answer.is_failed) == (None, False)
    assert answer.reason == f"table plans 3: {reason}"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (fee("gold", column="price"), "has no column price; it has plan, fee, note"),
        (fee("gold", key_column="name"), "has no column name"),
        (fee("gold", table="rates"), "there is no table rates"),
    ],
)
def test_nothing_to_look_it_up_in_is_a_failure(asked: TableLookup, reason: str) -> None:
    """Somebody must mend the form or the table; it is never NA."""
    (answer,) = found(PLANS, asked)
    assert answer.is_failed
    assert reason in answer.reason


def test_a_table_that_cannot_be_read_fails_with_its_fault() -> None:
    """The reason that reading it gives."""
    (answer,) = found(b"a,a\n1,2", fee("x"))
    assert answer.is_failed
    assert "the first line must name every column, each once" in answer.reason


@pytest.mark.parametrize(
    "document",
    [
        PLANS,
        b"\xef\xbb\xbfplan;fee\r\nGold;25.00\r\n",
        b'plan\tfee\n"Gold"\t"25.00"\n\n',
        b'[{"plan": "Gold", "fee": "25.00"}, {"plan": null}]',
        b'[{"fee": "25.00", "plan": "GOLD", "old": true}]',
    ],
)
def test_csv_and_json_are_read(document: bytes) -> None:
    """With the separators that spreadsheets write; numbers of JSON become text."""
    assert read_table(document).find("plan", "gold", "fee").text == "25.00"


def test_numbers_of_json_are_text() -> None:
    """As JSON writes them."""
    assert read_table(b'[{"id": 7, "rate": 4.5}]').find("id", "7", "rate").text == "4.5"


@pytest.mark.parametrize(
    ("document", "line", "reason"),
    [
        (b"", 1, "name every column"),
        (b"a,,b\n", 1, "name every column"),
        (b"a,b\n1,2\n1,2,3\n", 3, "3 values, and 2 columns"),
        (b'a,b\n"1,2\n', 2, "no CSV"),
        (b"a,b\n\xff,1\n", 2, "UTF-8"),
        (b'{"a": 1}', None, "JSON array of objects"),
        (b"[1]", None, "JSON array of objects"),
    ],
)
def test_faults_are_told_with_their_line(document: bytes, line: int | None, reason: str) -> None:
    """And what would be right."""
    with pytest.raises(FormatError) as refused:
        read_table(document)
    assert reason in refused.value.message
    assert (refused.value.reason, refused.value.line) == ("table.invalid", line)


def test_a_table_has_its_size() -> None:
    """16 MiB are read."""
    with pytest.raises(FormatError, check=lambda error: error.reason == "table.too_large"):
        read_table(b"a" * (MAX_BYTES + 1))


@given(st.dictionaries(st.text("abcDE ", min_size=1).filter(str.strip), st.text("0123.", min_size=1), max_size=8))
def test_every_row_is_found_again(rows: dict[str, str]) -> None:
    """By its key, where no other row has the same but for letter case and spaces."""
    table = read_table(("k,v\n" + "".join(f"{key},{value}\n" for key, value in rows.items())).encode())
    folded = [" ".join(key.split()).casefold() for key in rows]
    for (key, value), name in zip(rows.items(), folded, strict=True):
        assert table.find("k", key, "v").text == (value if folded.count(name) == 1 else None)


def test_a_folder_gives_its_own_files_and_no_others(tmp_path: Path) -> None:
    """Whoever writes a form must not lead out of the folder."""
    (tmp_path / "plans.csv").write_bytes(PLANS)
    (tmp_path / "rates.json").write_bytes(b"[]")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.csv").write_bytes(PLANS)
    find = in_folder(str(tmp_path))
    assert find("any", "plans") == (PLANS, "table plans")
    assert find("any", "rates") == (b"[]", "table rates")
    for name in ("sub/x", "../" + tmp_path.name + "/plans", "/etc/passwd", "", ".", "nothing", "plans.csv"):
        assert find("any", name) is None
    assert in_folder(None)("any", "plans") is None

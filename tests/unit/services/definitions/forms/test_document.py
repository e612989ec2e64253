"""Form documents: values with their lines, and what is refused before anybody reads them."""

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auscult.services.definitions.forms.document import MAX_BYTES, read_document
from tests.data_files import data_of


def refused(document: bytes) -> str:
    """The one problem of a document that cannot be read at all, ready to print."""
    read = read_document(document)
    assert read.value is None
    (problem,) = read.problems
    return problem.describe("f.yaml")


def test_values_know_their_lines() -> None:
    """Lines count from 1; a key has the line on which it stands, an entry of a list the line on which it begins."""
    read = read_document(
        b"# a form\nid: ef\nmetrics:\n  - id: a\n    answer:\n      any_of: [\n        x,\n        y]\n"
    )
    assert read.value == {"id": "ef", "metrics": [{"id": "a", "answer": {"any_of": ["x", "y"]}}]}
    assert read.line(("id",)) == 2
    assert read.line(("metrics", 0)) == 4
    assert read.line(("metrics", 0, "answer", "any_of", 1)) == 8
    assert read.line(("metrics", 0, "weight")) == 4


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *data_of(__file__, "bare_words_are_read_as_people_mean_them"),
        ("12.5", Decimal("12.5")),
        ("0.1", Decimal("0.1")),
        ("1e2", Decimal(100)),
        (".5", Decimal("0.5")),
        ("9" * 40, "9" * 40),
    ],
)
def test_bare_words_are_read_as_people_mean_them(written: str, value: object) -> None:
    """As YAML 1.2: no yes for true, no clock for a number; decimals stay exact."""
    read = read_document(f"a: {written}\n".encode())
    assert read.value == {"a": value}
    assert type(read.value["a"]) is type(value)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (b"", "f.yaml:1: is empty; a form has id, name"),
        (b"# nothing\n", "f.yaml:1: is empty"),
        (b"a: 1\nb: [1,\n", "f.yaml:2: is neither YAML nor JSON"),
        (b'{"a": 1,\n "b" 2}', "f.yaml:2: is neither YAML nor JSON"),
        (b"a: 1\n\xff", "f.yaml:2: is not UTF-8 text (byte 0xff at column 1)"),
        (b"a: 1\nb: \x00", "f.yaml:2: is neither YAML nor JSON: the character U+0000 cannot be used"),
        ("id: a".encode("utf-16"), "f.yaml:1: is UTF-16"),
        (b"a: 1\n---\nb: 2\n", "f.yaml:2: begins a second document"),
        (
            b"a: !!python/object/apply:os.system ['true']\n",
            "f.yaml:1: a: has the tag tag:yaml.org,2002:python/object/apply",
        ),
        (b"a: !!str 5\n", "f.yaml:1: a: has the tag"),
        (b"? [a]\n: b\n", "f.yaml:1: has a key that is not text"),
        (b"? {a: b}\n: b\n", "f.yaml:1: has a key that is not text"),
        (b"a: &x 1\nb: *x\n", "f.yaml:2: b: refers to *x"),
        (b"a: &x {b: 1}\nc:\n  <<: *x\n", "f.yaml:3: c.<<: refers to *x"),
        (b"[" * 100_000, "is nested more than 32 deep"),
        (b"- " * 100_000, "is nested more than 32 deep"),
        (b"a: " + b"b" * MAX_BYTES, f"a form has at most {MAX_BYTES}"),
    ],
)
def test_what_could_harm_or_mislead_is_refused(document: bytes, told: str) -> None:
    """Nothing is guessed, nothing is run, nothing grows."""
    assert told in refused(document)


def test_depth_ends_where_it_is_said_to() -> None:
    """32 deep is read, 33 is not."""
    assert read_document(b"[" * 32 + b"]" * 32).problems == ()
    assert "32 deep" in refused(b"[" * 33 + b"]" * 33)


def test_a_bomb_of_aliases_is_refused_at_its_first() -> None:
    """Ten lines that would stand for ten thousand million words."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refused("\n".join(lines).encode()).startswith("f.yaml:2: a1[0]: refers to *a0")


def test_a_key_given_twice_is_told_with_its_line() -> None:
    """Other readers take the last one and say nothing."""
    read = read_document(b"a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [problem.describe("f") for problem in read.problems] == [
        "f:4: b.c: is given twice; keep one",
        "f:5: a: is given twice; keep one",
    ]


text = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\x85\u2028\u2029"))
numbers = st.integers(-(10**20), 10**20)


def values(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with these texts."""
    one = st.none() | st.booleans() | numbers | texts
    keys = texts.map(lambda key: key[:80])  # a longer one than 1024, escapes and all, is no key to YAML
    deep = st.recursive(one, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))
    return st.dictionaries(keys, deep, max_size=4)


@given(values(st.text()), st.sampled_from([None, 1, "\t"]))
def test_json_with_escapes_reads_as_json(value: dict[str, Any], indent: int | str | None) -> None:
    """Whatever its spacing, and any character, a pair of escapes for one among them."""
    read = read_document(json.dumps(value, indent=indent).encode())
    assert read.problems == ()
    assert read.value == value


@given(values(text | st.sampled_from(["\x85", "a\u2028b", "\u2029"])))
def test_json_without_escapes_reads_as_json(value: dict[str, Any]) -> None:
    """The characters at which YAML alone would break a line, too."""
    assert read_document(json.dumps(value, ensure_ascii=False).encode()).value == value


@given(values(text.map(lambda written: written.replace("e", "a").replace("E", "A"))))
def test_yaml_reads_as_it_was_written(value: dict[str, Any]) -> None:
    """What another writer quotes is left alone (that one takes 1e5 for text, as YAML 1.1 did, so there is no e)."""
    assert read_document(yaml.safe_dump(value, allow_unicode=True).encode()).value == value


@given(st.binary(max_size=200) | st.text(alphabet="{}[]:,-&*!?|>'\"#\n ab1", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    """Never an error of another kind, and every problem can be printed."""
    for problem in read_document(document).problems:
        assert problem.describe("f.yaml").startswith("f.yaml:")

"""What holds for every format of other programs, whatever a file of it is like: cut, wrongly encoded, nested, empty, huge, hostile."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation
from auscult.formats import READERS, Limits, Rejected, Source
from auscult.formats._others.json_records import JsonListReader
from auscult.formats.agents.genai_spans import GenAiSpans
from auscult.sandbox.reading import Noted
from auscult.services.scoring.intake.read import read_source
from tests.data_files import data_of

FILES = Path(__file__).parents[1] / "golden" / "files"
RIGHT: dict[str, Any] = json.loads((FILES / "right.json").read_bytes())
SAMPLES: dict[str, str] = {}
for _name, _right in RIGHT.items():
    if (
        set(_right["formats"]) <= READERS.keys()
        and len(_right["formats"]) == 1
        and (FILES / _name).is_file()
        and not _right["rejected"]
        and ".zip" not in _name
    ):
        SAMPLES.setdefault(_right["formats"][0], _name)
JSON = [
    name for name, file in SAMPLES.items() if file.endswith(".json") and not isinstance(READERS[name], JsonListReader)
]
every_format = pytest.mark.parametrize("shape", SAMPLES)
every_json = pytest.mark.parametrize("shape", JSON)
VARIANTS = {
    "cut": lambda data: data[: len(data) // 2],
    "cut in a character": lambda data: data + "ü".encode()[:1],
    "wrongly encoded": lambda data: data.replace(b"e", b"\xe9", 5),
    "of no encoding": lambda data: data.replace(b"a", b"\xff\xfe\x80"),
    "with NUL": lambda data: data.replace(b" ", b"\0", 2),
    "with escapes": lambda data: data.replace(b"e", b"\\u0000", 1) + b"\\ud800",
    "nested": lambda data: b'{"a":[' * 20_000 + data,
    "nested behind": lambda data: data + b"[" * 50_000,
    "twice": lambda data: data + b"\n" + data,
    "with a long line": lambda data: data + b"\n" + b"a: " * 100_000,
    "with a long word": lambda data: data.replace(b" ", b"x" * 300_000, 1),
    "with lines of blanks": lambda data: data.replace(b"\n", b" \n" * 5_000, 3),
    "right to left": lambda data: data.replace(b"e ", "\u202eشكر\U0001f600".encode()),
    "of formulas": lambda data: data.replace(b"e", b"=1+1", 3),
}


def read(data: bytes, name: str, noted: Noted | None = None, **limits: int) -> list[Conversation | Rejected]:
    """Read a file of this name."""
    source = Source(app_id="st-1", name=name, limits=Limits(**limits))
    return list(read_source(io.BytesIO(data), source, noted, is_bounded=True))


def refused(found: list[Conversation | Rejected]) -> list[Rejected]:
    """Return the refusals, each of which has a stable code, and states what is wrong, and what would be right."""
    refusals = [one for one in found if isinstance(one, Rejected)]
    for one in refusals:
        assert one.error.reason
        assert len(one.error.message) > 10
        assert one.error.line is None or one.error.line >= 1
    return refusals


@every_format
@pytest.mark.parametrize("variant", VARIANTS)
def test_whatever_a_file_is_like_it_is_read_or_refused(shape: str, variant: str) -> None:
    """Never an error, and never nothing: each file has a conversation or a refusal."""
    data = VARIANTS[variant]((FILES / SAMPLES[shape]).read_bytes())
    found = read(data, SAMPLES[shape])
    assert found
    assert refused(found) or any(isinstance(one, Conversation) for one in found)


@pytest.mark.parametrize(
    "data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe", b"{}", b"[]", b"WEBVTT\n", b'"', b"\0" * 9]
)
def test_a_file_without_content_has_no_conversation(data: bytes) -> None:
    """Nothing to read is no error; what cannot be read is refused."""
    assert not [one for one in read(data, "file") if isinstance(one, Conversation)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("people.json", b'[{"id": "U1", "name": "ines", "type": "user"}]'),
        ("chat.txt", b"12/03/2026, 09:14 - Messages and calls are end-to-end encrypted.\n"),
        ("result.json", b'{"name": "Bob", "type": "personal_chat", "id": 4, "messages": []}'),
    ],
)
def test_a_file_in_which_nothing_was_said_is_refused(name: str, data: bytes) -> None:
    """Not passed over in silence: it looks like a chat, and the reason states what is missing."""
    (refusal,) = refused(read(data, name))
    assert "nothing was said" in refusal.error.message


@every_format
def test_limits_are_kept(shape: str) -> None:
    """Bytes of a document, turns, and bytes of a turn: refused with the limit, in a file of one conversation."""
    data, name = (FILES / SAMPLES[shape]).read_bytes(), SAMPLES[shape]
    whole = read(data, name)
    small: list[dict[str, Any]] = [{"turns": 1}, {"turn_bytes": 3}, {"document_bytes": 20}]
    for limits in small:
        refusals = refused(read(data, name, **limits))
        assert refusals or len(whole) > 1, limits
        assert all(any(mark.isdigit() for mark in one.error.message) for one in refusals), limits


@every_json
def test_a_broken_line_takes_no_other_with_it(shape: str) -> None:
    """The lines before and after it come in; it is refused with its line, and so is one of another kind, with the format."""
    document = json.loads((FILES / SAMPLES[shape]).read_bytes())
    line = json.dumps(document[0] if isinstance(document, list) else document).encode()
    one = [each for each in read(line, "a.ndjson") if isinstance(each, Conversation)]
    noted = Noted()
    found = read(b"\n".join([line, line[: len(line) // 2], b'{"oops": 1}', line]), "a.ndjson", noted)
    assert list(noted.counts) == [shape]
    ids = [each.id for each in found if isinstance(each, Conversation)]
    if isinstance(READERS[shape], GenAiSpans):
        assert ids == [each.id for each in one], "spans of several lines are one conversation"
    else:
        assert ids == [each.id for each in one] * 2
    places = {each.error.line: each.error.message for each in refused(found)}
    assert 2 in places
    assert 3 not in places or READERS[shape].title in places[3]


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of all values of a document."""
    yield path
    inside: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]
    for key, each in inside:
        yield from places(each, (*path, key))


def put(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    """Return a document with another value at a path."""
    if not path:
        return value
    changed = cast("Any", document.copy())
    changed[path[0]] = put(document[path[0]], path[1:], value)
    return changed


VALUES = st.sampled_from(
    [None, True, "", "x", "=cmd", "\u202e", 0, -1, 1e308, 2**70, [], {}, [[]], [None], {"": ""}, ["x"], [{}], "9" * 400]
)


@every_json
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(shape: str, data: st.DataObject) -> None:
    """Strangers' documents: values of another kind wherever one stands."""
    document = json.loads((FILES / SAMPLES[shape]).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        document = put(document, data.draw(st.sampled_from([*places(document)])), data.draw(VALUES))
    refused(read(json.dumps(document).encode(), SAMPLES[shape]))


SNIPPETS = (b"[" * 500, b"9" * 30, *(text.encode("latin-1") for text in data_of(__file__, "snippets")))
AT, SPAN, SNIPPET = st.floats(0, 1), st.integers(1, 400), st.sampled_from(SNIPPETS) | st.binary(max_size=40)
ENCODING = st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "utf-7", "cp500"])
WHOLE = {name: (FILES / name).read_bytes() for name in RIGHT if (FILES / name).is_file()}
BESIDE, BLANK = ("03-speakers.vtt", "12-pca.json"), b"\xff\xfe\xef\xbb\xbf\0 \r\n\t"
MUTATION = st.sampled_from(["cut", "flip", "drop", "twice", "put", "recoded", "swapped", "nested", "compressed"])


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A golden file that was damaged some times, and its name."""
    name = draw(st.sampled_from(sorted(WHOLE)))
    data = WHOLE[name]
    for _ in range(draw(st.integers(1, 4))):
        at, span = int(draw(AT) * len(data)), draw(SPAN)
        match draw(MUTATION):
            case "cut":
                data = data[:at]
            case "flip":
                data = data[:at] + bytes(byte ^ 1 << span % 8 for byte in data[at : at + 1]) + data[at + 1 :]
            case "drop":
                data = data[:at] + data[at + span :]
            case "twice":
                data = data[: at + span] + data[at:]
            case "put":
                data = data[:at] + draw(SNIPPET) + data[at:]
            case "recoded":
                data = data.decode(errors="replace").encode(draw(ENCODING), errors="replace")
            case "swapped":
                keys = sorted({*re.findall(rb'"\w+"(?=\s*:)|(?<=[,;\t])\w+(?=[,;\t])', data)})
                one, other = (keys[at % len(keys)], keys[span % len(keys)]) if keys else (b"a", b"b")
                data = data.replace(one, b"\1").replace(other, one).replace(b"\1", other)
            case "nested":
                data = b'[{"data":' * (span // 8 + 1) + data + b"}]" * (span // 8 + 1)
            case _:
                data = gzip.compress(data)[: -span // 40 or None]
    return name, data


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(file=damaged())
def test_a_damaged_file_is_read_or_refused_and_takes_no_other_with_it(file: tuple[str, bytes]) -> None:
    """Cut, flipped, spliced, recoded, with swapped keys, nested, badly packed: never an error, and never nothing."""
    name, data = file
    found = read(data, name)
    refused(found)
    assert found or not data.strip(BLANK)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for member, content in (("a.vtt", WHOLE[BESIDE[0]]), (name, data), ("b.json", WHOLE[BESIDE[1]])):
            archive.writestr(member, content)
    turns = {one.turns for one in read(packed.getvalue(), "all.zip") if isinstance(one, Conversation)}
    for beside in BESIDE:
        assert {one.turns for one in read(WHOLE[beside], beside) if isinstance(one, Conversation)} <= turns


def test_hostile_archives_are_read_as_far_as_they_can_be() -> None:
    """Names that lead out are names; a broken member, a bomb and an archive inside are refused, and the rest comes in."""
    packed = io.BytesIO()
    sample = (FILES / SAMPLES["webvtt"]).read_bytes()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../../etc/a.vtt", "/abs/b.vtt", "c\x7f.vtt", "d/" * 200 + "d.vtt"):
            archive.writestr(name, sample)
        archive.writestr("bomb.json", b'{"segments": [' + b" " * (40 << 20))
        archive.writestr("entities.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
        archive.writestr("twice.vtt", sample)
    found = read(packed.getvalue(), "all.zip")
    assert len([one for one in found if isinstance(one, Conversation)]) == 4, "names with .. are skipped"
    assert {one.file for one in refused(found)} == {"bomb.json", "entities.xml"}


def test_a_workbook_with_entities_or_formulas_is_read_or_refused() -> None:
    """A sheet whose XML has entities expands none; cells of formulas are their values."""
    book = (FILES / "others" / "german.xlsx").read_bytes()
    packed = io.BytesIO()
    bomb = (
        b'<!DOCTYPE a [<!ENTITY a "'
        + b"a" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %b "%b">' % (bytes([98 + at]), b"&%b;" % bytes([97 + at]) * 10) for at in range(8))
    )
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in given.infolist():
            content = given.read(info)
            if "sheet" in info.filename and info.filename.endswith(".xml"):
                head, mark, rest = content.partition(b"?>")
                content = head + mark + bomb + b"]>" + rest.replace(b"<v>", b"<v>&i;", 3)
            archive.writestr(info.filename, content)
    found = read(packed.getvalue(), "bomb.xlsx")
    assert found
    assert all(len(turn.text) < 10_000 for one in found if isinstance(one, Conversation) for turn in one.turns)

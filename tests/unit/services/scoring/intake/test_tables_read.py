"""Files that a person gives in a browser: recognised by content, tables by their columns, and bounded."""

import gzip
import io

import msgspec
import pytest

from auscult.domain.conversation import Conversation
from auscult.formats import Given, Limits, Rejected, Source
from auscult.sandbox.reading import Noted
from auscult.services.scoring.intake.read import read_source
from tests.integration.program import conversation

_LIMITS = Limits()
CSV = (
    "call_id{0}start_time{0}role{0}message\n"
    "c-1{0}2026-03-23T10:00:00Z{0}agent{0}Good morning\n"
    "c-1{0}2026-03-23T10:00:00Z{0}customer{0}I lost my card\n"
    "c-2{0}yesterday{0}agent{0}Hello\n"
)


def read(data: bytes, limits: Limits = _LIMITS, **columns: str) -> tuple[list[Conversation], list[Rejected], Noted]:
    """The conversations and refusals of a file."""
    noted = Noted()
    source = Source(app_id="st-1", limits=limits, given=Given(columns=columns))
    found = list(read_source(io.BytesIO(data), source, noted, is_bounded=True))
    return (
        [each for each in found if isinstance(each, Conversation)],
        [each for each in found if isinstance(each, Rejected)],
        noted,
    )


def test_native_documents_are_read_with_refusals_by_line() -> None:
    """Plain and compressed; each refusal has its line and field."""
    data = msgspec.json.encode(conversation("c-1")) + b'\n{"id": 3}\n{"oops"\n'
    for given in (data, gzip.compress(data)):
        conversations, refused, dropped = read(given)
        assert len(conversations) == 1
        assert [(each.error.line, each.error.field) for each in refused] == [(2, "id"), (3, None)]
        assert dropped.table is None


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_by_the_names_of_its_columns(mark: str) -> None:
    """With a comma, a semicolon or a tab; a row that is wrong is refused with its line, and the others stay."""
    conversations, refused, dropped = read(CSV.format(mark).encode())
    assert [(each.custom_id, [turn.text for turn in each.turns]) for each in conversations] == [
        ("c-1", ["Good morning", "I lost my card"])
    ]
    assert [(each.error.line, each.error.field) for each in refused] == [(4, "start_time")]
    assert dropped.table
    assert dropped.table.columns == {
        "id": "call_id",
        "started_at": "start_time",
        "speaker": "role",
        "text": "message",
    }


def test_columns_that_nothing_shows_are_asked_for_and_chosen() -> None:
    """Nothing is read before the talk and its speakers are known; a chosen column goes before a guessed one, or none is."""
    data = b"key,when,x\nc-1,2026-03-23T10:00:00Z,Hello\n"
    conversations, refused, dropped = read(data)
    assert (conversations, len(refused)) == ([], 1)
    assert dropped.table
    assert dropped.table.missing == ("speaker", "text")
    assert dropped.table.names == ("key", "when", "x")
    data = CSV.format(",").replace("call_id", "matter").encode()
    conversations, _, dropped = read(data, id="matter")
    assert [each.custom_id for each in conversations] == ["c-1"]
    _, _, dropped = read(data, text="")
    assert dropped.table
    assert dropped.table.missing == ("text",)
    _, (fault,), dropped = read(data, id="no such column")
    assert "there is no column 'no such column' for id; available: matter, " in fault.error.message


def test_the_start_is_not_asked_for_where_turns_have_times() -> None:
    """The earliest time is the start; dates are read in the order that is chosen."""
    data = b"id,timestamp,role,message\nc-1,03/04/2026 10:00,agent,hello\n"
    _, (refused,), dropped = read(data)
    assert (dropped.table and dropped.table.missing, refused.error.line) == ((), 2)
    source = Source(app_id="st-1", given=Given(date_order="month"))
    (found,) = read_source(io.BytesIO(data), source)
    assert isinstance(found, Conversation)
    assert found.started_at.month == 3


@pytest.mark.landing
def test_what_a_file_unpacks_to_is_bounded() -> None:
    """A bomb is refused while it is read, and a table has at most the bytes of one document."""
    bomb = gzip.compress(b"id,text\n1," + b"x" * (80 << 20))
    assert len(bomb) < 1 << 20
    _, refused, _ = read(bomb, Limits(document_bytes=1 << 30))
    assert [each.error.reason for each in refused] == ["file.too_compressed"]
    _, refused, _ = read(CSV.format(",").encode(), Limits(document_bytes=10))
    assert [each.error.reason for each in refused] == ["document.too_large"]


@pytest.mark.parametrize("data", [b"RIFF\x00\x00,,,\n", b"one word\n"])
def test_what_is_neither_is_refused_once(data: bytes) -> None:
    """The refusal names what is accepted."""
    conversations, refused, dropped = read(data)
    assert conversations == []
    assert [each.error.reason for each in refused] == ["file.unknown_format"]
    assert dropped.table is None


def test_columns_of_an_export_in_french_part_its_conversations() -> None:
    """Ids, speakers and times by their French names, as a helpdesk writes them."""
    rows = "Identifiant;Horodatage;Interlocuteur;Texte\nf-1;{0};Conseiller;Bonjour\nf-2;{0};Client;Ma batterie\n"
    conversations, refusals, _ = read(rows.format("14.10.2026 15:34").encode())
    assert not refusals
    assert [(one.custom_id, one.turns[0].speaker) for one in conversations] == [("f-1", "agent"), ("f-2", "customer")]

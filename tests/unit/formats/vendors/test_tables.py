"""Tables of one's own: bad rows, order of rows, dates, numbers and merged cells. Files: tests/golden/files."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.connectors import Item, Mapped, Refused, Setup
from auscult.domain.conversation import Conversation
from auscult.domain.errors import RequestError
from auscult.formats.vendors import FORMATS
from tests.data_files import data_of

FILES = Path(__file__).parents[3] / "golden" / "files"
HEADER = "call_id,start_time,agent,speaker,text\n"


def mapped(data: bytes | str, key: str = "own.csv", name: str = "described", **options: Any) -> list[Mapped]:
    """Map an item of a format."""
    content = data.encode() if isinstance(data, str) else data
    return FORMATS[name](Setup(app_id="st-1", options=options)).map(
        Item(key, None, len(content), content, lambda _key: None)
    )


def parted(found: Sequence[Mapped]) -> tuple[list[Conversation], list[Refused]]:
    """Part conversations from refusals."""
    conversations = [one for one in found if isinstance(one, Conversation)]
    return conversations, [one for one in found if isinstance(one, Refused)]


def read(data: bytes | str, **options: Any) -> Conversation:
    """Read a table of one conversation, of which nothing is refused."""
    (one,) = mapped(data, **options)
    assert isinstance(one, Conversation), one
    return one


def file(name: str) -> bytes:
    """Return one of the ordinary files."""
    return (FILES / name).read_bytes()


def spoken(one: Conversation) -> list[tuple[str, str | None, int | None]]:
    """Return the words, agent and start of each turn."""
    return [(turn.text, turn.agent_id, turn.start_ms) for turn in one.turns]


def test_one_bad_row_is_refused_alone() -> None:
    """49 conversations are whole, the 50th is there without the row that names none, and its line is named."""
    conversations, (refused,) = parted(mapped(file("47-one-bad-row.csv")))
    assert (len(conversations), refused.where) == (50, "line 62.call_id")
    assert [len(one.turns) for one in conversations] == [2] * 30 + [1] + [2] * 19


@pytest.mark.parametrize(("row", "where", "should", "left"), data_of(__file__, "a_bad_row_costs_itself"))
def test_a_bad_row_costs_itself(row: str, where: str, should: str, left: str) -> None:
    """All other rows come in, and a conversation counts its own that are refused; without one side it is refused."""
    good = "c-1,2026-03-23T10:00:00Z,Ann,agent,hello\n"
    other = 'c-2,2026-03-23T10:00:00Z,Ann,agent,"one, two\nthree"\n'
    conversations, (refused,) = parted(mapped(f"{HEADER}{good}{row}\n{other}{good}"))
    assert (refused.where, should in refused.reason) == (where, True), refused
    turns = {one.custom_id: [turn.text for turn in one.turns] for one in conversations}
    assert turns == {"c-2": ["one, two\nthree"]} | ({"c-1": ["hello", "hello"]} if left else {})
    counted = {one.custom_id: one.custom_fields for one in conversations}
    assert counted.get("c-1", {}) == (
        {"refused_rows": "1"} if where in ("line 3.start_time", "line 3.speaker") and left else {}
    )


def test_a_row_of_another_encoding_is_refused_alone() -> None:
    """If other rows show that the file is UTF-8; else it is refused as a whole."""
    row = "c-{},2026-03-23T10:00:00Z,Ann,agent,grüß dich\n"
    data = (HEADER + row.format(1)).encode() + row.format(2).encode("latin-1") + row.format(3).encode()
    conversations, (refused,) = parted(mapped(data))
    assert [one.custom_id for one in conversations] == ["c-1", "c-3"]
    assert (refused.where, refused.reason) == ("line 3", "this row is not UTF-8: byte 0xfc; save the CSV as UTF-8")
    (whole,) = parted(mapped((HEADER + row.format(1)).encode("latin-1")))[1]
    assert whole.where == ""


_WORDS = st.sampled_from(["hello", "one, two", 'say "hi"', "two\nlines", "", "ü 'x'", "=1+2"])
_SPEAKERS = st.sampled_from(["agent", "Customer", "bot"])
_BAD = st.sampled_from(
    [
        "a,b\n",
        "{id},{at},agent,words,more\n",
        ",{at},agent,words\n",
        "{id},never,agent,words\n",
        '{id},{at},agent,"open\n',
    ]
)
_CALLS = st.lists(st.lists(st.tuples(_SPEAKERS, _WORDS), min_size=1, max_size=4), min_size=1, max_size=5)
_START = datetime(2026, 3, 23, 10, tzinfo=UTC)


@given(
    calls=_CALLS, bad=st.lists(st.tuples(_BAD, st.integers(0, 25)), max_size=6), order=st.randoms(use_true_random=False)
)
def test_all_good_rows_come_in(calls: list[list[tuple[str, str]]], bad: list[tuple[str, int]], order: Any) -> None:
    """Of any table with k bad rows among good ones, every good row is a turn of its conversation, and k are refused."""
    rows: list[tuple[str, datetime, str, str]] = []
    calls = [*calls, [("agent", "a"), ("customer", "b")]]  # an id in two rows shows that blank ones are not merged
    for call, turns in enumerate(calls):
        rows += [(f"c-{call}", _START + timedelta(seconds=n), *turn) for n, turn in enumerate(turns)]
    order.shuffle(rows)
    lines: list[str] = []
    for name, at, speaker, text in rows:
        cells = io.StringIO(newline="")
        csv.writer(cells, lineterminator="\n").writerow([name, at.isoformat(), speaker, text])
        lines.append(cells.getvalue())
    for line, at in bad:
        lines.insert(min(at, len(lines)), line.format(id="c-0", at=_START.isoformat()))
    conversations, refused = parted(mapped("conversation_id,timestamp,speaker,text\n" + "".join(lines)))
    assert len(refused) == len(bad), refused
    assert all(one.where.startswith("line ") for one in refused)
    found = {str(one.custom_id): [(turn.speaker, turn.text) for turn in one.turns] for one in conversations}
    assert found == {f"c-{n}": [(who.lower(), text) for who, text in turns] for n, turns in enumerate(calls)}


def test_rows_are_put_into_the_order_of_their_times() -> None:
    """Newest first reads as the same table sorted; rows of one time keep the direction of the file."""
    header, *rows = file("26-newest-first.csv").decode().splitlines()
    newest = read("\n".join([header, *rows]))
    assert newest == read("\n".join([header, *reversed(rows)]))
    assert (len(newest.turns), newest.turns[0].text[:5], newest.duration_ms) == (5, "Hello", 300_000)
    times = ("10:00:02", "10:00:01", "10:00:01", "10:00:00")
    lines = [f"c-1,2026-03-23T{at}Z,agent,{n}" for n, at in zip("3210", times, strict=True)]
    lines += [f"c-2,2026-03-23T10:00:00Z,agent,{n}" for n in "10"]
    table = "\n".join(["id,at,speaker,text", *lines])
    assert [[turn.text for turn in one.turns] for one in parted(mapped(table))[0]] == [list("0123"), list("01")]


def test_agent_start_and_end_are_those_of_each_row() -> None:
    """Each turn has its own agent; the conversation lasts from the earliest start to the latest end."""
    table = (
        "call_id,start_time,end_time,agent,queue,speaker,text\n"
        "c-1,2026-03-23T10:00:05Z,2026-03-23T10:00:06Z,,,customer,my card\n"
        "c-1,2026-03-23T10:00:00Z,2026-03-23T10:00:04Z,Lou,Front,agent,hello\n"
        "c-1,2026-03-23T10:00:10Z,2026-03-23T10:01:00Z,Rik,Cards,agent,done\n"
    )
    one = read(table)
    assert spoken(one) == [("hello", "Lou", 0), ("my card", None, 5_000), ("done", "Rik", 10_000)]
    assert [turn.end_ms for turn in one.turns] == [4_000, 6_000, 60_000]
    assert ([each.id for each in one.agents], one.duration_ms) == (["Lou", "Rik"], 60_000)
    assert [each.id for each in one.queues] == ["Front", "Cards"]


def test_one_agent_who_is_named_once_speaks_in_all_rows() -> None:
    """Of two agents, a row that names neither has none."""
    table = HEADER + "c-1,2026-03-23T10:00:00Z,,agent,hello\nc-1,2026-03-23T10:00:00Z,Ann,customer,hi\n"
    assert [turn.agent_id for turn in read(table).turns] == ["Ann", None]
    rows = "".join(f"c-1,2026-03-23T10:00:00Z,{who},agent,hello\n" for who in ("Ann", "", "Bob"))
    assert [turn.agent_id for turn in read(HEADER + rows).turns] == ["Ann", None, "Bob"]


def test_the_start_may_be_the_first_of_the_times() -> None:
    """A table of messages needs no column for the start of the conversation."""
    one = read("id,timestamp,speaker,text\nc-1,2026-03-23T10:00:07Z,agent,b\nc-1,2026-03-23T10:00:05Z,customer,a\n")
    assert (one.started_at.second, spoken(one)) == (5, [("a", None, 0), ("b", None, 2_000)])


def test_lists_of_turns_have_agents_and_times_of_their_own() -> None:
    """Two parts of one conversation are one; without any time it is refused, and so is a list with a fault."""
    parts: list[Any] = [
        {"id": "c-1", "messages": [{"at": "2026-03-23T10:00:09Z", "role": "agent", "agent": "Rik", "text": "b"}]},
        {"id": "c-1", "messages": [{"at": "2026-03-23T10:00:00Z", "role": "agent", "agent": "Lou", "text": "a"}]},
    ]
    (one,) = parted(mapped(json.dumps(parts), "own.json"))[0]
    assert (one.started_at.second, spoken(one)) == (0, [("a", "Lou", 0), ("b", "Rik", 9_000)])
    for fault in ({"at": None}, {"at": "soon"}, {"role": "boss"}, {"role": None}):
        parts[0]["messages"][0] = parts[0]["messages"][0] | fault
        (refused,) = mapped(json.dumps(parts[:1]), "own.json")
        assert isinstance(refused, Refused)


def test_a_missing_column_is_named_once_for_a_conversation() -> None:
    """Whichever it is, and however many rows there are."""
    for column, should in (("start", "columns.started_at"), ("speaker", "columns.speaker"), ("text", "columns.text")):
        table = "id,start,speaker,text\n" + "c-1,2026-03-23T10:00:00Z,agent,hello\n" * 3
        (refused,) = parted(mapped(table.replace(column, f"x{column}x", 1)))[1]
        assert (refused.where, should in refused.reason) == ("line 2", True), refused


def test_the_order_of_day_and_month_is_found_from_all_rows() -> None:
    """15/04 shows it for 03/04, too; where no row does, it is asked for, once, and the option answers."""
    conversations, refused = parted(mapped(file("25-dates-day-first.csv")))
    assert ([one.started_at.date().isoformat() for one in conversations], refused) == (["2026-04-03", "2026-04-15"], [])
    undecided = b"".join(file("25-dates-day-first.csv").splitlines(keepends=True)[:3])
    (asked,) = parted(mapped(undecided))[1]
    assert asked.where == "line 2.start_time"
    assert "no row decides; choose date_order: day, or date_order: month" in asked.reason
    assert read(undecided, date_order="day").started_at.month == 4
    assert read(undecided, date_order="month").started_at.month == 3


_MOMENTS = st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2050, 1, 1)), min_size=1, max_size=6)  # noqa: DTZ001  (local)


@given(moments=_MOMENTS, order=st.sampled_from(["day", "month"]))
def test_dates_are_read_right_or_asked_about(moments: list[datetime], order: str) -> None:
    """Of any dates in one order, all are read as they were written, or there is one question; never another date."""
    pattern = "%d/%m/%Y %H:%M" if order == "day" else "%m/%d/%Y %H:%M"
    rows = "".join(f"c-{n},{at:{pattern}},agent,a\n" for n, at in enumerate(moments))
    conversations, refused = parted(mapped("id,start,speaker,text\n" + rows))
    right = [at.replace(second=0, microsecond=0, tzinfo=UTC) for at in moments]
    is_shown = any(at.day > 12 for at in moments) or all(at.day == at.month for at in moments)
    assert ([one.started_at for one in conversations], len(refused)) == ((right, 0) if is_shown else ([], 1))
    chosen, _ = parted(mapped("id,start,speaker,text\n" + rows, date_order=order))
    assert [one.started_at for one in chosen] == right


@pytest.mark.parametrize(("written", "is_at"), data_of(__file__, "dates_as_spreadsheets_write_them"))
def test_dates_as_spreadsheets_write_them(written: str, is_at: str) -> None:
    """With points, slashes, dashes or digits alone, 12 or 24 hours."""
    assert read(f'id;start;speaker;text\nc-1;"{written}";agent;hello\n').started_at.isoformat() == is_at


def test_what_contradicts_itself_is_asked_for_once() -> None:
    """Dates of two orders, and decimal commas next to points; with the option, the others are refused by row."""
    rows = "c-1,15/04/2026 10:00,agent,a\nc-2,04/15/2026 10:00,agent,b\n"
    (asked,) = parted(mapped("id,start,speaker,text\n" + rows))[1]
    assert "line 3.start is '04/15/2026 10:00', with the month first" in asked.reason
    conversations, (refused,) = parted(mapped("id,start,speaker,text\n" + rows, date_order="day"))
    assert ([one.custom_id for one in conversations], refused.where) == (["c-1"], "line 3.start")
    numbers = "id;start;offset;speaker;text\n" + "".join(
        f"c-1;2026-03-23T10:00:00Z;{n};agent;a\n" for n in ("0,5", "1.25")
    )
    (asked,) = parted(mapped(numbers))[1]
    assert "write all numbers with one mark" in asked.reason


def test_decimal_commas() -> None:
    """A German table, described; a comma that may divide thousands is asked about."""
    options = yaml.safe_load(file("27-german-no-language.yaml"))
    one = read(file("27-german-no-language.csv"), **options)
    assert [turn.start_ms for turn in one.turns] == [500, 6_200, 11_900, 16_400, 22_750, 27_100, 30_000]
    table = "id;start;start_ms;speaker;text\nc-1;2026-03-23T10:00:00Z;1,250;agent;hello\n"
    (asked,) = parted(mapped(table))[1]
    assert "no row decides; choose decimal: comma, or decimal: point" in asked.reason
    assert read(table, decimal="point").turns[0].start_ms == 1_250
    assert read(table, decimal="comma").turns[0].start_ms == 1
    (refused,) = parted(mapped(table.replace("1,250", "soon")))[1]
    assert (refused.where, "'soon'" in refused.reason) == ("line 2.start_ms", True)


def test_times_without_a_zone_are_those_of_the_time_zone() -> None:
    """In summer and in winter; a time with a zone of its own stays."""
    for written, hour in (
        ("2026-07-01 12:00", 10),
        ("20260701120000", 10),
        ("01.12.2026 12:00", 11),
        ("2026-07-01T12:00:00Z", 12),
    ):
        table = f"id,start,speaker,text\nc-1,{written},agent,hello\n"
        assert read(table, time_zone="Europe/Berlin").started_at.hour == hour
    for zone in ("Berlin", "", 3, "/etc/passwd", "Europe"):
        with pytest.raises(RequestError, match="give a name like Europe/Berlin"):
            mapped(HEADER, time_zone=zone)


def test_merged_cells_are_filled_down() -> None:
    """Id, start and agent are in the first row of each conversation; a row below a refused one continues nothing."""
    one, other = parted(mapped(file("38-merged-cells.csv")))[0]
    assert [(turn.speaker, turn.agent_id) for turn in one.turns] == [
        ("agent", "Lou"),
        ("customer", None),
        ("agent", "Lou"),
    ]
    assert (len(other.turns), other.agents[0].id, other.started_at.hour) == (2, "Rik", 10)
    broken = file("38-merged-cells.csv").replace(b"M-2,2026-10-19 10:00:00,", b"M-2,")
    conversations, refused = parted(mapped(broken))
    assert ([len(each.turns) for each in conversations], [each.where for each in refused]) == (
        [3],
        ["line 5", "line 6.call_id"],
    )
    no_table = parted(mapped(b'[{"id": "c-1", "start": null}, {"id": null, "start": null}, {}]', "own.json"))[1]
    assert [each.where for each in no_table] == ["[0]", "[1].id", "[2].id"]
    only_ids = "id,start,speaker,text\n" + "".join(
        f"{n},2026-03-23T10:00:0{at}Z,agent,a\n" for at, n in enumerate(("c-1", "", "", "c-2", ""))
    )
    assert [len(each.turns) for each in parted(mapped(only_ids + ",,,\n"))[0]] == [3, 2]


def test_a_turn_without_words_stays() -> None:
    """It is a turn as others, with nothing in it."""
    assert [turn.text for turn in read(file("40-empty-text.csv")).turns][1:] == ["", "Anything else?"]


def test_a_broken_line_is_refused_alone() -> None:
    """Everything after it comes in, from whichever vendor the lines are."""
    conversations, (refused,) = parted(mapped(file("46-truncated-line.ndjson"), "i.ndjson", "intercom"))
    assert ([one.custom_id for one in conversations], refused.where) == (["I-0", "I-1", "I-3", "I-4"], "line 3")
    lines = file("46-truncated-line.ndjson").splitlines(keepends=True)
    conversations, refusals = parted(mapped(b"".join([lines[2], b"\n", b"3\n", *lines]), "i.ndjson", "intercom"))
    assert [one.where for one in refusals] == ["line 1", "line 3", "line 6"]
    assert len(conversations) == 4


def test_a_broken_element_of_a_list_is_refused_alone() -> None:
    """One with a fault of content; a list that is no JSON is refused once, not by line."""
    lines = [line for line in file("46-truncated-line.ndjson").splitlines() if line.endswith(b"}")]
    whole = b"[" + b",\n".join([lines[0], b'{"id": 3}', b"7", lines[1]]) + b"]"
    conversations, refusals = parted(mapped(whole, "i.json", "intercom"))
    assert ([one.custom_id for one in conversations], [one.where for one in refusals]) == (
        ["I-0", "I-1"],
        ["[1].created_at", "[2]"],
    )
    (refused,) = mapped(whole[:-9], "i.json", "intercom")
    assert isinstance(refused, Refused)
    (refused,) = mapped(b'{\n "id": 1,\n "a": [\n  {"x": 1}\n ],\n "b": {\n', "i.json", "intercom")
    assert isinstance(refused, Refused)


def test_a_number_that_is_none_refuses_its_row() -> None:
    """Neither infinite nor before the start."""
    for written in ("inf", "nan", "-5", "1e300", f"1{' ' * 100_000}x"):
        table = f"id,start,start_s,speaker,text\nc-1,2026-03-23T10:00:00Z,{written},agent,a\nc-1,2026-03-23T10:00:00Z,2,agent,b\n"
        (one,), (refused,) = parted(mapped(table))
        assert ([turn.text for turn in one.turns], refused.where) == (["b"], "line 2.start_s")

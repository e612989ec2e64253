"""Files as people have them come in with their right values, by content alone: tests/golden/files/right.json."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import redact_conversation
from auscult.formats import READERS, Given, Head, Limits, Rejected, Source, nearest, recognised
from auscult.sandbox.reading import Noted
from auscult.services.scoring.intake.read import read_file, read_source
from tests.data_files import data_of
from tests.waiting import existing
from tools.formats_reference import makers_of

FILES = Path(__file__).parents[2] / "golden" / "files"
RIGHT: dict[str, Any] = json.loads((FILES / "right.json").read_bytes())
SAMPLES = {name: (FILES / name).read_bytes() for name in RIGHT if (FILES / name).is_file()}
every_sample = pytest.mark.parametrize("name", SAMPLES)


def read(data: bytes, name: str = "file", **values: Any) -> list[Conversation | Rejected]:
    """Read bytes as a file of this name."""
    source = Source(app_id="st-1", name=name, given=Given(**values))
    return list(read_source(io.BytesIO(data), source, is_bounded=True))


def conversations(found: list[Conversation | Rejected]) -> list[Conversation]:
    """Return the conversations, where nothing is refused."""
    refused = [one.error.message for one in found if isinstance(one, Rejected)]
    assert not refused, refused
    return [one for one in found if isinstance(one, Conversation)]


def shown(one: Conversation, wanted: dict[str, Any], agent: str | None) -> dict[str, Any]:
    """Return what is known to be right of a conversation, as it was read."""
    speakers = [turn.speaker_label or turn.speaker for turn in one.turns]
    if "sides" in one.assumed:  # found from the words
        sides = {turn.speaker_label: turn.speaker for turn in one.turns if turn.speaker_label}
        assert sides == {label: "agent" if label == agent else "customer" for label in sides}
    found = {
        "channel": one.channel,
        "language": one.language,
        "turns": len(one.turns),
        "speakers": speakers,
        "sides": [turn.speaker for turn in one.turns],
        "started_at": one.started_at.isoformat(),
        "duration_ms": one.duration_ms,
        "agents": [each.id for each in one.agents],
        "turn_agents": [turn.agent_id for turn in one.turns],
        "text": one.turns[0].text,
        "calls": [
            {"name": each.name, "after": each.after_turn, "arguments": each.arguments, "result": each.result}
            for each in one.calls or ()
        ],
        "instructions": one.ai and one.ai.instructions,
        "fields": one.custom_fields,
        "assumed": sorted(one.assumed),
    }
    return {key: found[key] for key in wanted}


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_comes_in_with_its_right_values(name: str) -> None:
    """One read without options: format, turns, sides or labels, times, agents, calls, what was assumed, refusals."""
    right, noted = RIGHT[name], Noted()
    found = list(read_file(FILES / name, "st-1", Limits(), None, noted))
    refused = [one.error for one in found if isinstance(one, Rejected)]
    read_ones = [one for one in found if isinstance(one, Conversation)]
    wanted = [one for one in right["conversations"] if "more" not in one]
    more = sum(one.get("more", 0) for one in right["conversations"])
    assert sorted(noted.counts) == right["formats"]
    assert [{"line": fault.line, "field": fault.field} for fault in refused] == right["rejected"]
    assert len(read_ones) == len(wanted) + more
    for one, known in zip(read_ones, wanted, strict=False):
        assert shown(one, known, right.get("agent")) == known


@every_sample
def test_a_file_that_breaks_off_or_is_wrongly_encoded_is_read_or_refused(name: str) -> None:
    """Cut anywhere, in UTF-16 or with bytes of no encoding: conversations, or refusals with a reason, never an error."""
    data = SAMPLES[name]
    cuts = [data[: len(data) * part // 7] for part in range(1, 7)]
    for broken in (*cuts, data.replace(b" ", b"\xff", 3), data + b"\0", b"\xef\xbb\xbf" + data, data[::-1]):
        for one in read(broken, name):
            assert isinstance(one, Conversation) or (one.error.message and (one.error.line or 1) >= 1)


@every_sample
def test_the_same_file_has_the_same_ids_in_utf16_and_in_an_archive(name: str) -> None:
    """So that loading it in another wrapping adds nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"folder/{name}", SAMPLES[name])
        archive.writestr("folder/.DS_Store", "x")
        archive.writestr("folder/photo.jpg", "x")
    if name.endswith(".zip"):
        return
    ids = [one.id for one in read(SAMPLES[name], name) if isinstance(one, Conversation)]
    assert [one.id for one in read(packed.getvalue(), "all.zip") if isinstance(one, Conversation)] == ids
    if not name.endswith((".zip", ".xlsx")) and "utf16" not in name and "1252" not in name:
        wide = SAMPLES[name].decode().encode("utf-16")
        assert [one.id for one in read(wide, name) if isinstance(one, Conversation)] == ids


def test_a_file_that_nothing_fits_is_compared_with_the_nearest_format() -> None:
    """Its first fault is named, with the place."""
    (refused,) = read(SAMPLES["others/bad-whisperx.json"])
    assert isinstance(refused, Rejected)
    assert refused.error.message.startswith(
        "this looks like Whisper or WhisperX JSON, but segments[3].text: text is missing"
    )
    (refused,) = read(b'{"ConversationAnalytics": {}, "SpeechSegment": []}')
    assert isinstance(refused, Rejected)
    assert "Post Call Analytics JSON, but SpeechSegments: SpeechSegments is missing" in refused.error.message


def test_what_the_file_does_not_say_is_given_or_assumed() -> None:
    """Agent, queue, channel, language, start, zone and sides, by name."""
    values: dict[str, Any] = {
        "agent": "ines",
        "queue": "bikes",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "sides": {"Speaker 1": "agent"},
    }
    (one,) = conversations(
        read(SAMPLES["others/plain2_2026-10-14_1534_dolores.txt"], "calls_2026-10-14_1534.txt", **values)
    )
    assert one.started_at.isoformat() == "2026-10-14T13:34:00+00:00"
    assert ([each.id for each in one.agents], [each.id for each in one.queues]) == (["ines"], ["bikes"])
    assert [turn.speaker for turn in one.turns] == ["agent", "customer", "agent"]
    assert one.assumed == {
        "started_at": "file_name",
        "time_zone": "Europe/Berlin",
        "agent": "option",
        "language": "option",
        "channel": "default",
    }


def test_a_channel_that_is_given_is_not_marked_as_a_default() -> None:
    """A table names no channel; the option does."""
    table = b"id,day,speaker,text\n1,2026-10-14,agent,Hello there\n1,2026-10-14,customer,Hi\n"
    (one,) = conversations(read(table, "calls.csv", channel="chat"))
    assert (one.channel, one.assumed["channel"]) == ("chat", "option")
    stated = b"id,day,channel,speaker,text\n1,2026-10-14,voice,agent,Hello there\n"
    (one,) = conversations(read(stated, "calls.csv", channel="chat"))
    assert (one.channel, one.assumed["channel"]) == ("chat", "option"), "overrides what the file says, and says so"


def test_a_table_without_times_has_the_start_of_its_file() -> None:
    """The name of the file or the option has it for all its conversations; one alone may take the day of receipt."""
    said = b"agent,Hello there\ncustomer,Hi\n"
    several = b"id,speaker,text\n1," + said.replace(b"\nc", b"\n2,c")
    found = conversations(read(several, "2026-10-14_1534.csv", time_zone="Europe/Berlin"))
    assert [(one.started_at.isoformat(), one.assumed["started_at"]) for one in found] == [
        ("2026-10-14T13:34:00+00:00", "file_name")
    ] * 2
    (one,) = conversations(read(b"speaker,text\n" + said, "call.csv"))
    assert (one.assumed["started_at"], len(one.turns), one.custom_fields) == ("received", 2, {})
    (refused,) = read(several, "calls.csv")
    assert isinstance(refused, Rejected)
    assert "name it with columns started_at=NAME, or give started_at" in refused.error.message


def test_a_longer_export_of_a_chat_adds_only_what_is_new() -> None:
    """A conversation ends after a pause; what grew has the id that it had."""
    text = SAMPLES["others/wa-android.txt"]
    before = conversations(read(text, "chat.txt"))
    after = conversations(
        read(text + b"13/03/2026, 22:25 - Priya Nair: thanks\n15/03/2026, 10:00 - Priya Nair: hi again\n")
    )
    assert [one.id for one in after[:2]] == [one.id for one in before]
    assert [len(one.turns) for one in after] == [4, 3, 1]
    assert len(conversations(read(text, pause_ms=60 * 24 * 3600 * 1000))) == 1
    same, others = (
        b"01/03/2026, 09:00 - Shop: We are open\n01/03/2026, 09:0%d - %b: Hi\n" % each
        for each in ((1, b"Ann"), (2, b"Bo"))
    )
    assert conversations(read(same))[0].id != conversations(read(others))[0].id, "one greeting, sent to two"


@pytest.mark.parametrize(("what", "data", "talks"), data_of(__file__, "talks"))
def test_every_word_is_there_and_whose_it_is(what: str, data: str, talks: list[list[list[str]]]) -> None:
    """In tables, arrays, rows and transcripts that could be read in another way; no two conversations have one id."""
    found = conversations(read(data.encode(), "2026-10-14_1534", time_zone="UTC"))
    assert [[[turn.speaker_label or turn.speaker, turn.text] for turn in one.turns] for one in found] == talks, what
    assert len({one.id for one in found}) == len(found)


def test_columns_that_are_given_hold_the_talk() -> None:
    """Whole or by turns, whatever the names and values of others show."""
    table = b'id,start,author,text,transcript\n1,2026-03-23T10:00:00Z,agent,Hello,"Agent: Ja?\nKunde: Hm"\n'
    for columns, texts in (
        ({"text": "text", "speaker": "author"}, ["Hello"]),
        ({"turns": "transcript"}, ["Ja?", "Hm"]),
        ({"text": "transcript", "speaker": "author"}, ["Agent: Ja?\nKunde: Hm"]),
    ):
        (one,) = conversations(read(table, columns=columns))
        assert [turn.text for turn in one.turns] == texts


def test_an_array_that_is_named_as_one_conversation_is_one() -> None:
    """Messages of several are refused, with the format that parts them."""
    (refused,) = read(b'[{"chat_id": 1, "role": "user"}, {"chat_id": 2, "role": "user"}]', format="chat-message-array")
    assert isinstance(refused, Rejected)
    assert refused.error.message.endswith("they are of several conversations; name the format json-rows")


def test_an_answer_that_a_model_repeats_is_there_again() -> None:
    """But once where a span around that of the model has it, too."""

    def span(start: int, end: int, *said: str) -> dict[str, Any]:
        each = [
            {"role": "user" if at % 2 == 0 else "assistant", "parts": [{"type": "text", "content": text}]}
            for at, text in enumerate(said)
        ]
        given = {"gen_ai.input.messages": each[:-1], "gen_ai.output.messages": each[-1:]}
        return {
            "traceId": "t1",
            "startTimeUnixNano": f"{start}000000000",
            "endTimeUnixNano": f"{end}000000000",
            "attributes": [{"key": key, "value": {"stringValue": json.dumps(value)}} for key, value in given.items()],
        }

    spans = [span(1, 4, "a?", "yes"), span(2, 3, "a?", "yes"), span(5, 8, "a?", "yes", "b?", "yes")]
    spans.append(span(6, 7, "a?", "yes", "b?", "yes"))
    trace = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    (one,) = conversations(read(json.dumps(trace).encode()))
    assert [turn.text for turn in one.turns] == ["a?", "yes", "b?", "yes"]


def test_hostile_archives_and_texts_are_refused_in_words() -> None:
    """An archive in an archive, one that unpacks to too much, a broken or encrypted one, deep JSON, huge texts."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.vtt", b"WEBVTT\n\n" + bytes(40 << 20))
        archive.writestr("inner.zip", SAMPLES["others/calls.zip"])
        archive.writestr("fine.vtt", SAMPLES["03-speakers.vtt"])
    found = read(inner.getvalue(), "x.zip")
    refused = {one.file: one.error.reason for one in found if isinstance(one, Rejected)}
    assert refused == {"bomb.vtt": "document.too_large", "inner.zip": "file.nested"}
    assert len(found) == 3
    for data in (
        b"PK\x03\x04" + bytes(100),
        b"[" * 100_000,
        b'{"segments":' * 50_000,
        b"WEBVTT\n\n" + b"a" * (33 << 20),
    ):
        assert all(isinstance(one, Rejected) and one.error.message for one in read(data))


def test_names_in_brackets_are_those_of_speakers() -> None:
    """In captions of which at least half have one, so that a note in one of them is no speaker."""
    cue = "{0}\n00:00:0{0},200 --> 00:00:0{0},900\n{1}\n\n"
    said = ("[Agente] Buenos días", "[Cliente]: Hola", "mi batería [se ríe]")
    (one,) = conversations(read("".join(cue.format(*each) for each in enumerate(said, 1)).encode(), "a.srt"))
    assert [(turn.speaker, turn.text) for turn in one.turns] == [
        ("agent", "Buenos días"),
        ("customer", "Hola"),
        ("customer", "mi batería [se ríe]"),
    ]


ONE_MAKER = frozenset(("amazon-connect-evaluations", "zendesk-qa", "zoom-contact-center", "kore-express"))
"""Formats of which no second public sample was found."""


def test_every_format_has_a_sample_and_two_makers() -> None:
    """The table of the shelf: each row names public samples or schemas of two makers, and a file of it is among these."""
    vendors = {name for name, reader in READERS.items() if "connectors-formats" in " ".join(reader.makers)}
    assert {name for name, reader in READERS.items() if len(makers_of(reader)) == 1} == ONE_MAKER
    seen = {name for right in RIGHT.values() for name in right["formats"]}
    assert seen >= READERS.keys() - vendors


@pytest.mark.parametrize("path", sorted((FILES.parent / "connectors").glob("*/**/*.json")), ids=lambda path: path.name)
def test_files_of_vendors_are_recognised_by_content(path: Path) -> None:
    """Each golden file of a format of connectors, but sidecars and what is described."""
    format_ = path.relative_to(FILES.parent / "connectors").parts[0]
    if format_ in ("described", "kore-express") or "metadata" in path.name:
        pytest.skip("read by a description, or beside another file")
    head = Head(path.read_bytes()[:65_536], path.name)
    assert existing(recognised(head) or nearest(head)).name == format_


def test_a_label_that_is_a_name_is_masked() -> None:
    """Where an app redacts, of all but agents; a number stays, and tells two people apart."""
    (chat,) = conversations(read(SAMPLES["01-whatsapp-ios.txt"], sides={"Harbour Bikes": "agent"}))
    masked = redact_conversation(chat, lambda _utterances, _hints: ()).conversation
    assert {turn.speaker_label for turn in masked.turns} == {None, "Harbour Bikes", "[name 1]"}
    (call,) = conversations(read(SAMPLES["03-speakers.vtt"]))
    assert redact_conversation(call, lambda _utterances, _hints: ()).conversation == call

"""The native document: what is required, what is filled in, what is refused and how (rule 26)."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.contact import Contact
from auscult.domain.conversation import Agent, Conversation, Customer, Queue, derive_id, is_by_email
from auscult.formats import Limits, Rejected
from auscult.formats._document import document_of
from auscult.formats.native import Native, write
from tests.data_files import data_of

MINIMAL = {"id": "c-1", "channel": "voice", "started_at": "2026-03-23T10:17:54.120Z"}
STARTED = datetime(2026, 3, 23, 10, 17, 54, 120_000, tzinfo=UTC)


def read(data: bytes, limits: Limits | None = None) -> list[Conversation | Rejected]:
    """All that a file with these bytes gives, for app st-1."""
    return list(Native().read(io.BytesIO(data), "st-1", limits or Limits()))


def one(**changes: Any) -> Conversation:
    """The conversation of the smallest document with some keys changed (None leaves a key out)."""
    document = {key: value for key, value in {**MINIMAL, **changes}.items() if value is not None}
    (conversation,) = read(msgspec.json.encode(document))
    assert isinstance(conversation, Conversation), conversation.error.message
    return conversation


def refusal(limits: Limits | None = None, **changes: Any) -> Any:
    """The error that the document is refused with."""
    document = {key: value for key, value in {**MINIMAL, **changes}.items() if value is not None}
    (rejected,) = read(msgspec.json.encode(document), limits)
    assert isinstance(rejected, Rejected), rejected
    return rejected.error


def turn(**keys: Any) -> list[dict[str, Any]]:
    """A list of one turn."""
    return [{"speaker": "agent", "text": "hello", **keys}]


def test_a_minimal_document_is_enough() -> None:
    """Required are channel, start and one id; the rest has defaults."""
    conversation = one()
    assert conversation == Conversation(id="c-1", channel="voice", started_at=STARTED, is_direction_defaulted=True)
    assert conversation.duration_ms is None


@pytest.mark.parametrize("field", ["channel", "started_at", "id"])
def test_what_is_required_is_named(field: str) -> None:
    """A missing field is named, with what it should be."""
    error = refusal(**{field: None})
    assert (error.reason, error.field, error.line) == ("field.missing", field, 1)
    assert "should be" in error.message or "give at least one" in error.message


def test_an_id_is_derived_from_app_and_custom_id() -> None:
    """Loading a file twice adds nothing, because the same custom id gives the same id."""
    conversation = one(id=None, custom_id="crm-4711")
    assert conversation.id == derive_id("st-1", "crm-4711")
    assert conversation.custom_id == "crm-4711"


@pytest.mark.parametrize("written", data_of(__file__, "times_are_told_by_magnitude_and_shape"))
def test_times_are_told_by_magnitude_and_shape(written: Any) -> None:
    """Rule 26: ISO with and without a zone, seconds, milliseconds; what is finer than a millisecond is cut off."""
    assert one(started_at=written).started_at == STARTED


@pytest.mark.parametrize(
    "written",
    [
        *("yesterday", "2026-03-23", "2026-13-01T00:00:00Z", -5, 1e300, 9e15, "", "12"),
        *("20260323101754", 202603231017),
        *("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9998-01-01T00:00:00Z", 253370764800000),
    ],
)
def test_what_is_no_time_is_refused(written: Any) -> None:
    """The message repeats the value and says what would be right."""
    error = refusal(started_at=written)
    assert (error.reason, error.field) == ("field.invalid", "started_at")
    assert "2026-03-23T10:17:54.120Z" in error.message


def test_a_turn_may_lie_a_year_behind_any_start() -> None:
    """The latest start leaves room for the latest turn: what is readable never runs over the end of time."""
    late = one(started_at="9997-12-31T23:59:59Z", turns=turn(start_ms=366 * 24 * 3600 * 1000))
    assert late.ended_at is not None
    assert late.ended_at.year == 9999


def test_a_missing_direction_is_inbound_and_said_to_be_assumed() -> None:
    """Rule 26: missing direction."""
    assert (one().direction, one().is_direction_defaulted) == ("inbound", True)
    assert (one(direction="inbound").direction, one(direction="inbound").is_direction_defaulted) == ("inbound", False)
    assert one(direction="outbound").direction == "outbound"


def test_a_missing_end_comes_from_the_last_timed_turn() -> None:
    """The latest end counts, or start where a turn has no end; without times there is no end."""
    turns = [
        {"speaker": "agent", "start_ms": 100, "end_ms": 9000},
        {"speaker": "customer", "start_ms": 5000},
        {"speaker": "system"},
    ]
    assert one(turns=turns).duration_ms == 9000
    assert one(turns=turns[1:]).duration_ms == 5000
    assert one(turns=turns[2:]).ended_at is None
    assert one(ended_at="2026-03-23T10:18:54.120Z", turns=turns).duration_ms == 60_000


def test_an_end_before_the_start_is_refused() -> None:
    """The message has both times."""
    error = refusal(ended_at="2026-03-23T10:17:54.000Z")
    assert (error.reason, error.field) == ("conversation.ends_before_start", "ended_at")
    assert "before started_at" in error.message


def test_turns_without_ids_get_their_position() -> None:
    """m1, m2 and so on; an id that is taken gets a count behind it."""
    turns = [
        {"speaker": "agent", "id": "m2"},
        {"speaker": "agent"},
        {"speaker": "agent", "id": "x"},
        {"speaker": "bot"},
    ]
    assert [turn.id for turn in one(turns=turns).turns] == ["m2", "m2-2", "x", "m4"]


def test_a_speaker_has_a_side_or_a_label() -> None:
    """A label alone is of an unknown side, and written back as it was; with neither it is refused."""
    conversation = one(turns=[{"speaker_label": "Speaker 1", "text": "hello"}], assumed={"sides": "words"})
    assert [(turn.speaker, turn.speaker_label) for turn in conversation.turns] == [("unknown", "Speaker 1")]
    assert read(write(conversation)) == [conversation]
    fault = refusal(turns=[{"text": "hello"}])
    assert (fault.field, fault.reason) == ("turns[0].speaker", "field.missing")
    assert fault.message.endswith("or give speaker_label")


def test_turn_ids_that_stand_twice_are_refused() -> None:
    """Evidence could not say which turn it means."""
    error = refusal(turns=[{"speaker": "agent", "id": "a"}, {"speaker": "bot"}, {"speaker": "bot", "id": "a"}])
    assert (error.reason, error.field, error.value) == ("turn.duplicate_id", "turns[2].id", "a")


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"channel": "Voice"}, "channel", "voice or chat"),
        ({"direction": "in"}, "direction", "inbound or outbound"),
        ({"channel": "chat", "kind": "letter"}, "kind", "email"),
        ({"kind": "email"}, "kind", "the channel of letters is chat"),
        ({"id": ""}, "id", "1 to 255 characters"),
        ({"id": "a/b"}, "id", '"a/b"; it should be text of 1 to 255 characters without / and without line breaks'),
        ({"id": ".."}, "id", "not . or .."),
        ({"id": "."}, "id", "not . or .."),
        ({"id": "c-1\n"}, "id", "without line breaks"),
        ({"id": "c\r\nX: 1"}, "id", "without line breaks"),
        ({"id": 4711}, "id", "text of 1 to 255"),
        ({"id": "x" * 256}, "id", "1 to 255 characters"),
        ({"custom_id": ""}, "custom_id", "1 character or more"),
        ({"turns": turn(speaker="Agent")}, "turns[0].speaker", "agent, customer, bot, system or unknown"),
        ({"turns": [{"text": "x"}]}, "turns[0].speaker", "missing"),
        ({"turns": {"speaker": "agent"}}, "turns", "a list"),
        ({"turns": turn(text=5)}, "turns[0].text", "text"),
        ({"turns": turn(start_ms=-1)}, "turns[0].start_ms", "0 or more"),
        ({"turns": turn(start_ms=1.5)}, "turns[0].start_ms", "whole number of ms"),
        ({"turns": turn(start_ms="5")}, "turns[0].start_ms", "whole number of ms"),
        ({"turns": turn(start_ms=1774261074120)}, "turns[0].start_ms", "from started_at"),
        ({"turns": turn(start_ms=5, end_ms=4)}, "turns[0].end_ms", "5 or more"),
        ({"events": [{"type": "hold", "start_ms": 5, "end_ms": 4}]}, "events[0].end_ms", "5 or more"),
        ({"agents": [{"name": "Robert"}]}, "agents[0].id", "missing"),
        ({"agents": [{"id": "a", "joined_at": "noon"}]}, "agents[0].joined_at", "a time like"),
        ({"queues": [{"name": "Billing"}]}, "queues[0].id", "missing"),
        ({"custom_fields": {"a": "b", "plan": ["gold"]}}, "custom_fields.plan", "text, a number, true or false"),
        ({"contact": 5}, "contact", "an object"),
        ({"recordings": {"agent": "https://x"}}, "recordings.agent", "a list"),
    ],
)
def test_faults_are_named_by_field(changes: dict[str, Any], field: str, says: str) -> None:
    """Field, value, and what would be right."""
    error = refusal(**changes)
    assert error.field == field
    assert says in error.message
    assert error.reason in ("field.invalid", "field.missing")


@pytest.mark.parametrize("own", ["...", "..a", "a b", "é?x=1#2%", "x" * 255, "c\\d"])
def test_any_other_id_is_taken(own: str) -> None:
    """Spaces, question marks and letters of any script are encoded in an address."""
    assert one(id=own).id == own


def test_whole_numbers_written_with_a_point_are_whole() -> None:
    """Tables that leave cells empty write 3720.0; that is a whole number."""
    assert one(turns=turn(start_ms=3720.0)).turns[0].start_ms == 3720


def test_null_is_the_same_as_nothing() -> None:
    """Exporters write null for what they do not have."""
    nulls = dict.fromkeys(("custom_id", "direction", "ended_at", "queues", "agents", "turns", "customer", "contact"))
    (conversation,) = read(msgspec.json.encode(MINIMAL | nulls))
    assert conversation == one()


@pytest.mark.parametrize(
    ("words", "hours", "kind", "is_email"),
    data_of(__file__, "letters_are_told_by_what_is_said_of_them_by_length_and_by_pace"),
)
def test_letters_are_told_by_what_is_said_of_them_by_length_and_by_pace(
    words: int, hours: int, kind: str | None, is_email: bool
) -> None:
    """``kind`` is kept; without it, long turns or answers after hours show that a chat is an e-mail."""
    turns = [
        {"speaker": speaker, "text": " ".join(["word"] * words), "start_ms": number * (5_000 + hours * 3_600_000)}
        for number, speaker in enumerate(("customer", "agent", "customer"))
    ]
    conversation = one(channel="chat", kind=kind, turns=turns)
    assert conversation.kind == kind
    assert is_by_email(conversation) is is_email
    assert "kind" in document_of(conversation) if kind else "kind" not in document_of(conversation)


def test_a_call_is_no_email() -> None:
    """However long its turns are."""
    assert not is_by_email(one(turns=[{"speaker": "agent", "text": "word " * 50}]))


def test_custom_fields_become_text() -> None:
    """Scalars are written as JSON writes them; null is left out."""
    fields = {"plan": "gold", "age": 42, "rate": 1.5, "vip": True, "gone": None}
    assert one(custom_fields=fields).custom_fields == {"plan": "gold", "age": "42", "rate": "1.5", "vip": "true"}


def test_unknown_keys_are_named() -> None:
    """The document may grow; what is not read is named, but for parts that are the contact centre's."""
    conversation = one(mood="sunny", contact={"legs": [{"n": 1}], "…": "…"}, queues=[{"id": "qu-1", "depth": 3}])
    assert conversation.contact == Contact()
    assert conversation.queues == (Queue("qu-1"),)
    assert conversation.unknown_keys == ("mood", "queues.depth")


def test_limits_are_refused_with_their_setting() -> None:
    """Too many turns, a turn too large: which, how large, how much is read."""
    limits = Limits(turn_bytes=10, turns=2)
    assert refusal(limits, turns=turn() * 3).reason == "turns.too_many"
    many = refusal(Limits(), custom_fields={f"f{number}": "x" for number in range(1001)})
    assert (many.reason, many.field, many.value) == ("custom_fields.too_many", "custom_fields", 1001)
    error = refusal(limits, turns=[*turn(), *turn(text="ääääää")])
    assert (error.reason, error.field, error.value) == ("turn.too_large", "turns[1].text", 12)
    assert "turn_bytes" in error.message
    assert one(turns=turn(text="x" * 65_536)).turns[0].text == "x" * 65_536


@pytest.mark.parametrize(
    ("line", "reason", "says"),
    [
        (b'{"id": "c-2", "channel": "voice"', "document.malformed", "ends too early"),
        (
            b'{"id": "c-2", "note": "cut \\ud83d"}',
            "document.malformed",
            "half a character, \\ud83d, stands alone (note, byte 27)",
        ),
        (
            b'{"id": "c-2", "turns": [{"text": "\\ud83d\\ude00"}, {"text": "\\ude00 cut"}]}',
            "document.malformed",
            "half a character, \\ude00, stands alone (turns[1].text, byte 60)",
        ),
        (b'{"id": "c-2", "note": "\\ud83d', "document.malformed", "\\ud83d, stands alone (byte 23)"),
        (b'{"id": "c-2",, "channel": "voice"}', "document.malformed", "byte 13"),
        (b"[1, 2]", "field.invalid", "a JSON object"),
        (b'"c-2"', "field.invalid", "a JSON object"),
        (b"nothing", "document.malformed", "malformed"),
        (b'{"id": "c-2", "note": "\xff"}', "document.encoding", "0xff"),
        (b'{"id": "c-2", "note": "a\x00b"}', "document.nul", "NUL"),
        (b'{"id": "c-2", "contact": {"a": ["x", "b\\u0000"]}}', "document.nul", "contact.a[1]"),
        (b'{"id": "c-2", "contact": ' + b"[" * 100_000 + b"}", "document.malformed", "deeply"),
        (b'{"id": "c-2", "contact": {"n": 1e999}}', "field.invalid", "out of range"),
    ],
)
def test_a_bad_line_does_not_stop_the_good_ones(line: bytes, reason: str, says: str) -> None:
    """It is refused with its number and its bytes; the lines around it load."""
    good = msgspec.json.encode(MINIMAL)
    before, rejected, after = read(good + b"\n" + line + b"\n" + good.replace(b"c-1", b"c-3"))
    assert isinstance(before, Conversation)
    assert isinstance(after, Conversation)
    assert isinstance(rejected, Rejected)
    assert (rejected.error.line, rejected.error.reason) == (2, reason)
    assert says in rejected.error.message
    assert rejected.source == line + b"\n"


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    r"""``\\u0000`` is a backslash and five characters."""
    assert one(turns=turn(text="\\u0000")).turns[0].text == "\\u0000"


def test_documents_are_read_one_at_a_time() -> None:
    """A conversation is given before the next document is looked at."""

    class Slow(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.given += 1
            return super().read(size)

    stream = Slow(b"\n".join(msgspec.json.encode(MINIMAL) for _ in range(20_000)))
    documents: Iterator[Any] = Native().read(stream, "st-1", Limits())
    next(documents)
    assert stream.given < 5


def test_line_ends_and_blank_lines_of_every_kind() -> None:
    """A byte order mark, CRLF, blank lines and a missing last line end are all fine; lines keep their numbers."""
    good = msgspec.json.encode(MINIMAL)
    first, rejected, last = read(b"\xef\xbb\xbf" + good + b"\r\n\r\n   \n{\r\n" + good)
    assert isinstance(first, Conversation)
    assert isinstance(last, Conversation)
    assert isinstance(rejected, Rejected)
    assert rejected.error.line == 4


def test_an_item_of_an_array_is_named_by_its_position() -> None:
    """A whole array may be one line: what is refused of it says which item it was, line by line it need not."""
    wrong = b'{"id": "o-5", "channel": "voice"}'
    right = b'{"id": "o-4", "channel": "voice", "started_at": "2026-03-23T10:17:54Z"}'
    _, refused = read(b"[" + right + b"," + wrong + b"]")
    assert isinstance(refused, Rejected)
    assert refused.error.message.startswith("item 2 of the array: started_at is missing")
    assert (refused.error.line, refused.error.field) == (1, "started_at")
    (alone,) = read(wrong)
    assert isinstance(alone, Rejected)
    assert "item" not in alone.error.message


def test_agents_whom_only_turns_name_took_part() -> None:
    """Where neither agents nor a contact say who took part, the turns do; a contact's agents are not added to."""
    talk = [*turn(agent_id="a-77"), *turn(agent_id="a-8"), *turn(agent_id="a-77")]
    assert one(turns=talk).agents == (Agent("a-77"), Agent("a-8"))
    assert one(turns=talk, agents=[{"id": "a-1"}]).agents == (Agent("a-1"),)


def file(name: str) -> list[Conversation | Rejected]:
    """Read one of the ordinary files."""
    return read((Path(__file__).parents[2] / "golden" / "files" / name).read_bytes())


def test_what_is_there_twice() -> None:
    """A turn id that is used twice is refused with its line; two versions of a conversation are both read, in order."""
    refused, first, second = file("31-duplicates.ndjson")
    assert isinstance(refused, Rejected)
    assert (refused.error.line, refused.error.field, refused.error.value) == (1, "turns[2].id", "m2")
    assert isinstance(first, Conversation)
    assert isinstance(second, Conversation)
    assert (first.id, len(first.turns), len(second.turns)) == (second.id, 2, 3)


def test_words_that_were_read_as_windows_1252_are_restored() -> None:
    """In a conversation all of whose words were misread, with its names; any other stays as it is."""
    (found,) = file("44-mojibake-de.json")
    assert isinstance(found, Conversation)
    assert found.turns[1].text == "Grüß Gott, die Abrechnung über 80 € ist zu hoch."
    agents = [{"id": "a-1", "name": "JÃ¶rg"}, {"id": "a-2", "name": "Jörg"}]
    restored = one(turns=turn(text="fÃ¼r Ã\x81"), agents=agents, customer={"id": "Ã¼", "name": "Ã„nne"})
    assert restored.turns[0].text == "für Á"
    assert [each.name for each in restored.agents] == ["Jörg", "Jörg"]
    assert restored.customer == Customer("Ã¼", "Änne")
    for texts in (("fÃ¼r", "für"), ("Ã¼ 中",), ("NÃO",)):
        kept = one(turns=[*chain.from_iterable(turn(text=text) for text in texts)])
        assert tuple(each.text for each in kept.turns) == texts


def test_a_recogniser_that_repeats_itself_is_doubted() -> None:
    """The repeated turns alone, in calls; a person who repeats a word, or writes the same again, is not."""
    (found,) = file("48-whisper-loop.json")
    assert isinstance(found, Conversation)
    doubted = [each for each in found.turns if each.doubts]
    assert {(each.text, each.doubts) for each in doubted} == {("Thank you for watching.", ((0, 23),))}
    assert (len(doubted), len(found.turns)) == (40, 44)
    for kept in (one(turns=turn(text="are you there") * 5, channel="chat"), one(turns=turn(text="hello") * 9)):
        assert not any(each.doubts for each in kept.turns)


def test_times_and_languages_of_ten_programs() -> None:
    """A language by its name is its code; a time that is not read is quoted as it was written, with what is right."""
    found = file("45-times.ndjson")
    assert [each.language for each in found if isinstance(each, Conversation)] == ["en", "en", "de", "pt_BR", "en"]
    refused = {each.error.line: each.error.message for each in found if isinstance(each, Rejected)}
    assert list(refused) == [1, 2, 7, 8, 10]
    assert all("it should be a time like" in message for message in refused.values())
    assert "'1792400000000000000'" in refused[2]
    names = {
        "Deutsch": "de",
        "Portuguese (Brazil)": "pt",
        "Brazilian Portuguese": "pt_BR",
        "français": "fr",
        "Elvish": "Elvish",
    }
    assert {name: one(language=name).language for name in names} == names

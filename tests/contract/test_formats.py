"""What holds for every format on the shelf, and for the page that describes them."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain import contact
from auscult.domain.assist import assistance
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import FORMATS, Format, Limits, Rejected, _calls, _document, detect, native, vcon
from tests.strategies import accepted_conversations, json_objects
from tests.waiting import existing

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/formats.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "examples/conversations").glob("*.ndjson"))

WRITERS: dict[str, Callable[[Conversation], bytes]] = {"native": native.write, "vcon": vcon.write}
"""How a conversation is written in each format; a new format without a line here fails the tests."""

every_format = pytest.mark.parametrize("shape", FORMATS.values(), ids=lambda shape: shape.name)


def read(shape: Format, data: bytes) -> list[Conversation | Rejected]:
    """All that the format gives for these bytes."""
    return list(shape.read(io.BytesIO(data), "st-1", Limits()))


@every_format
@given(conversation=accepted_conversations())
def test_reads_what_it_writes(shape: Format, conversation: Conversation) -> None:
    """Whatever the conversation, it comes back equal, and the format recognises its own."""
    written = WRITERS[shape.name](conversation)
    assert detect(written[:65_536]) is shape
    assert read(shape, written) == [conversation]


@every_format
@given(conversation=accepted_conversations())
def test_reads_arrays_and_lines_alike(shape: Format, conversation: Conversation) -> None:
    """NDJSON, an array, and pretty-printed JSON are three ways of writing the same."""
    written = WRITERS[shape.name](conversation)
    assert b"\n" not in written
    assert read(shape, written + b"\n" + written) == [conversation] * 2
    assert read(shape, b"[" + written + b"," + written + b"]") == [conversation] * 2
    pretty = json.dumps([json.loads(written)], indent=2).encode()
    assert detect(pretty[:65_536]) is shape
    assert read(shape, pretty) == [conversation]


@every_format
def test_a_broken_document_is_named_and_the_others_are_read(shape: Format) -> None:
    """Line, reason and source of what is refused; what is around it is read."""
    good = WRITERS[shape.name](talk())
    first, rejected, last = read(shape, good + b"\n" + good[:-9] + b"\n" + good)
    assert first == last == talk()
    assert isinstance(rejected, Rejected)
    assert (rejected.error.line, rejected.error.reason) == (2, "document.malformed")
    assert rejected.source == good[:-9] + b"\n"


@every_format
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_nothing_that_is_fed_to_it_raises(shape: Format, data: st.DataObject) -> None:
    """Documents with parts replaced by any JSON are read or refused with a message and a line, never more."""
    document = json.loads(WRITERS[shape.name](data.draw(accepted_conversations())))
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(document, data)
    for one in read(shape, msgspec.json.encode(document)):
        if isinstance(one, Rejected):
            assert one.error.line == 1
            assert one.error.message
            assert one.error.reason in codes_of_the_page()
        else:
            assert read(native.Native(), native.write(one)) == [msgspec.structs.replace(one, unknown_keys=())]


@every_format
@given(noise=st.binary(max_size=300))
def test_noise_is_refused(shape: Format, noise: bytes) -> None:
    """Bytes that are no document are refused; none of them raise."""
    assert all(isinstance(one, Rejected) for one in read(shape, noise))


@every_format
def test_a_broken_stream_is_the_last_thing_given(shape: Format) -> None:
    """What came before the break is read; then comes the stream's own fault."""
    good = WRITERS[shape.name](talk())

    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            piece = super().read(size)
            if not piece:
                raise FormatError("the data breaks off", code="file.truncated")
            return piece

    conversation, rejected = shape.read(Breaking(good + b"\n" + good[:50]), "st-1", Limits())
    assert conversation == talk()
    assert isinstance(rejected, Rejected)
    assert rejected.error.reason == "file.truncated"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_survive_every_format(path: Path) -> None:
    """Each conversation of the examples is read, and is the same after a round trip through each format."""
    conversations = read(native.Native(), path.read_bytes())
    assert conversations
    for conversation in conversations:
        assert isinstance(conversation, Conversation)
        for shape in FORMATS.values():
            assert read(shape, WRITERS[shape.name](conversation)) == [conversation]


def test_there_are_76_examples() -> None:
    """What `make demo` loads; each file has its licence beside it."""
    assert sum(len(path.read_bytes().splitlines()) for path in EXAMPLES) == 76
    assert all(path.with_suffix(".LICENSE.txt").exists() for path in EXAMPLES)


def test_the_extension_of_a_vcon_holds_only_what_a_vcon_cannot_say() -> None:
    """Above all no turns: whoever redacts the vCon's dialogs finds nothing left behind in it."""
    for path in EXAMPLES:
        for line in path.read_bytes().splitlines():
            (conversation,) = read(native.Native(), line)
            assert isinstance(conversation, Conversation)
            extension = json.loads(vcon.write(conversation))["auscult"]
            assert extension.keys() <= {"started_at", "id", "custom_id", "queues", "direction", "customer"}


def test_detect_gives_nothing_for_what_nobody_reads() -> None:
    """A format is told by content; what has no JSON in it has none."""
    assert detect(b"conversationId,agentEmail\n1,a@example.com\n") is None
    assert detect(b"") is None


def test_native_is_asked_last() -> None:
    """It takes any JSON, so that its errors can say what is missing."""
    assert list(FORMATS)[-1] == "native"


def test_the_example_of_the_page_is_read() -> None:
    """The document that the page shows is read, with every field it has."""
    document = existing(re.search(r"## The native document\n\n```json\n(.*?)```", PAGE, re.DOTALL))
    (conversation,) = read(native.Native(), document[1].encode())
    assert isinstance(conversation, Conversation)
    empty = Conversation(id="", channel="chat", started_at=conversation.started_at)
    # Of recordings, by redaction, of no call, of files of others, and no field.
    absent = {"heard", "masks", "kind", "legs", "edition", "unknown_keys", "unknown_line", "assumed"}
    fields = set(Conversation.__struct_fields__) - {"started_at", "language", "direction", "is_direction_defaulted"}
    assert {name for name in fields if getattr(conversation, name) == getattr(empty, name)} == absent


@pytest.mark.parametrize(
    ("heading", "document"),
    [
        ("Conversation", _document.ConversationDocument),
        ("Turn", _document.TurnDocument),
        ("Queue", _document.QueueDocument),
        ("Agent", _document.AgentDocument),
        ("Customer", _document.CustomerDocument),
        ("Event", _document.EventDocument),
        ("Call", _calls.CallDocument),
        ("AI context", _calls.AiDocument),
        ("Tool", _calls.ToolDocument),
        ("Recordings", _document.RecordingsDocument),
        ("Contact", contact.Contact),
        ("Survey", contact.Survey),
        ("Destination", contact.Destination),
        ("Responding agent", contact.Segment),
        ("Consulting agent", contact.Consultation),
        ("Non-responding agent", contact.Missed),
        ("Tag", contact.Tag),
        ("Assist", assistance.Assist),
        ("Assist message", assistance.AssistMessage),
        ("Suggestion", assistance.Suggestion),
        ("Citation", assistance.Citation),
        ("Agentic session", assistance.AgenticSession),
        ("Summary", assistance.Summary),
        ("Feedback", assistance.Feedback),
        ("Assisted agent", assistance.AssistedAgent),
    ],
)
def test_the_page_has_every_field_and_no_other(heading: str, document: Any) -> None:
    """Fields, and which of them are required, are those of the structs that read the document."""
    section = existing(re.search(rf"^### {heading}\n(.*?)^#", PAGE, re.MULTILINE | re.DOTALL))
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*?) \|$", section[1], re.MULTILINE))
    assert list(rows) and set(rows) == set(document.__struct_fields__)  # noqa: PT018  (an empty table is no table)
    required = {field.name for field in msgspec.structs.fields(document) if field.required}
    assert {name for name, without in rows.items() if without == "refused"} == required


def codes_of_the_page() -> set[str]:
    """Codes that the table of refusals explains."""
    section = PAGE.partition("## What is refused")[2]
    return set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", section, re.MULTILINE))


def test_the_page_has_every_code_and_no_other() -> None:
    """Codes in the source of the formats and of reading files."""
    folders = ("src/auscult/formats", "src/auscult/sandbox", "src/auscult/services/scoring/intake")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sources
        if path.parts[-2] not in ("intake", "sandbox") or path.stem in ("read", "decompression", "reading", "files")
    )
    codes = set(re.findall(r'code(?: =|=) ?"([a-z_]+\.[a-z_]+)"', text))
    assert codes - {"connector.invalid"} == codes_of_the_page()  # that one refuses a description, not a document


def talk() -> Conversation:
    """A short conversation."""
    (conversation,) = read(
        native.Native(),
        b'{"id": "c-1", "channel": "voice", "started_at": 1774261074120, "direction": "inbound",'
        b' "turns": [{"speaker": "agent", "text": "hello", "start_ms": 0, "end_ms": 900},'
        b' {"speaker": "customer", "text": "hi, I lost my card", "start_ms": 1000, "end_ms": 2500}]}',
    )
    assert isinstance(conversation, Conversation)
    return conversation


def spoil(document: Any, data: st.DataObject) -> None:
    """Put something else in some part of the document."""
    while True:
        keys = list(range(len(document))) if isinstance(document, list) else list(document)
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(document[key], dict | list) and document[key] and data.draw(st.booleans()):
            document = document[key]
            continue
        others = st.none() | st.booleans() | st.integers(-10, 10**13) | st.floats(allow_nan=False, allow_infinity=False)
        document[key] = data.draw(others | st.text(max_size=5) | st.just("") | json_objects() | st.just([]))
        return

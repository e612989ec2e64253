"""Formats of other vendors: what they map to, and what they refuse. Sources: docs/reference/connectors-formats.md.

After a change on purpose: ``python -m tests.unit.formats.vendors.test_connectors`` writes the expected files again.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.connectors import Item, Mapped, Refused, Setup
from auscult.domain.errors import RequestError
from auscult.formats.vendors import FORMATS
from tests.data_files import data_of

GOLDEN = Path(__file__).parents[3] / "golden" / "connectors"
OURS = sorted(FORMATS.keys() - {"native", "vcon"})
Change = Callable[[Any], Any]


def sibling(folder: Path, key: str) -> bytes | None:
    """Return a file next to an item."""
    return (folder / key).read_bytes() if (folder / key).is_file() else None


def item(folder: Path, key: str, data: bytes | None = None) -> Item:
    """A file as a place hands it over."""
    content = (folder / key).read_bytes() if data is None else data
    return Item(key, None, len(content), content, lambda other: sibling(folder, other))


def keys(name: str) -> list[str]:
    """The files of a format that are mapped by themselves."""
    mapper, folder = FORMATS[name](Setup(app_id="st-1")), GOLDEN / name
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [key for key in files if mapper.accepts(key) and "transcripts/" not in key]


def mapped(name: str, key: str, data: bytes | None = None, **options: Any) -> list[Mapped]:
    """One file, mapped."""
    return FORMATS[name](Setup(app_id="st-1", options=options)).map(item(GOLDEN / name, key, data))


def expected(name: str) -> bytes:
    """Everything that a format's files map to, as JSON."""
    found = {key: mapped(name, key) for key in keys(name)}
    return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


@pytest.mark.parametrize("name", OURS)
def test_documented_samples_are_mapped(name: str) -> None:
    """Every file of the format: conversations and audits as in the expected file, nothing refused, twice the same."""
    assert keys(name)
    assert expected(name) == (GOLDEN / f"{name}.expected.json").read_bytes()
    assert not [one for key in keys(name) for one in mapped(name, key) if isinstance(one, Refused)]


def without(*path: str | int) -> Change:
    """Leave something out."""

    def change(value: Any) -> Any:
        inside = value
        for step in path[:-1]:
            inside = inside[step]
        inside.pop(path[-1])
        return value

    return change


def changed(value: object, *path: str | int) -> Change:
    """Write something else."""

    def change(given: Any) -> Any:
        inside = given
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value
        return given

    return change


def phrase(purpose: str) -> dict[str, Any]:
    """A phrase of a transcript of Genesys."""
    return {"participantPurpose": purpose, "startTimeMs": 5000, "text": "hello"}


def entry(role: str) -> dict[str, Any]:
    """A message of Google's."""
    return {"role": role, "text": "hello", "start_timestamp_usec": 1_774_260_000_000_000}


REFUSALS: list[tuple[str, Change, str, str]] = [
    ("amazon-contact-lens", without("CustomerMetadata"), "CustomerMetadata.ContactId", "the id of the contact"),
    ("amazon-contact-lens", without("Transcript"), "Transcript", "the list of what was said"),
    ("amazon-contact-lens", without("Participants"), "Transcript[0].ParticipantId", "Participants should name it"),
    ("amazon-contact-lens", without("Transcript", 1, "Content"), "Transcript[1].Content", "the words of the turn"),
    ("amazon-connect-evaluations", without("evaluationId"), "evaluationId", "the id of the evaluation"),
    ("amazon-connect-evaluations", without("metadata", "contactId"), "metadata.contactId", "the id of the contact"),
    ("amazon-connect-evaluations", without("questions"), "questions", "the list of questions"),
    ("amazon-connect-evaluations", without("questions", 0, "answer"), "questions[0].answer.value", "notApplicable"),
    ("genesys", without("transcripts"), "transcripts", "the list of transcripts"),
    ("genesys", without("transcripts", 0, "phrases", 0, "startTimeMs"), "phrases[0].startTimeMs", "a number of ms"),
    ("genesys", changed([phrase("x")], "transcripts", 0, "phrases"), "participantPurpose", "external"),
    ("genesys-cloud", without("conversation", "conversationId"), "conversation.conversationId", "the id of the"),
    ("genesys-cloud", without("conversation", "conversationStart"), "conversation.conversationStart", "a time"),
    ("genesys-cloud", without("transcripts"), "transcripts", "the list of transcripts"),
    ("genesys-cloud", changed([], "transcripts"), "transcripts", "speech and text analytics"),
    ("google-ccai", without("entries"), "entries", "the list of messages"),
    ("google-ccai", changed([entry("BOSS")], "entries"), "entries[0].role", "AGENT, AUTOMATED_AGENT"),
    ("google-ccai", without("entries", 0, "start_timestamp_usec"), "start_timestamp_usec", "microseconds"),
    ("twilio", without("sentences"), "sentences", "the list of sentences"),
    ("twilio", without("transcript", "channel"), "sentences[1].media_channel", "role of each channel_participant"),
    ("twilio", without("sentences", 0, "start_time"), "sentences[0].start_time", "seconds"),
    ("zendesk-tickets", without("ticket", "requester_id"), "ticket.requester_id", "the id of the requester"),
    ("zendesk-tickets", without("users"), "comments[1].author_id", "users should name it"),
    ("zendesk-tickets", without("comments"), "comments", "the list of comments"),
    ("zendesk-qa", without("data", 0, "id"), "data[0].id", "the id of the conversation"),
    ("zendesk-qa", without("data", 0, "created"), "data[0].created", "the time at which"),
    ("zendesk-qa", without("data", 0, "comments", 1, "comment"), "data[0].comments[1].comment", "the words"),
    ("zoom-contact-center", without("engagement", "engagement_id"), "engagement.engagement_id", "the id of the"),
    ("zoom-contact-center", without("engagement", "start_time"), "engagement.start_time", "the time at which"),
    ("zoom-contact-center", without("messages"), "messages", "the list of messages"),
    ("zoom-contact-center", without("messages", 0, "sent_time"), "messages[0].sent_time", "the time of the message"),
    ("zoom-contact-center", without("messages", 2, "content", "value"), "messages[2].content.value", "the words"),
    ("zoom-contact-center", changed("x", "messages"), "messages", "it should be a list"),
    ("intercom", without("id"), "id", "the id of the conversation"),
    ("intercom", without("conversation_parts"), "conversation_parts.conversation_parts", "the list of parts"),
    ("intercom", changed({"body": "x", "author": {"type": "robot"}}, "source"), "source.author.type", "user, lead"),
]


@pytest.mark.parametrize(("name", "change", "where", "should"), REFUSALS)
def test_what_is_missing_is_refused(name: str, change: Change, where: str, should: str) -> None:
    """With its path and what would be right."""
    key = next(one for one in keys(name) if "Chat" not in one)
    value = change(json.loads((GOLDEN / name / key).read_bytes()))
    if name == "intercom" and where.startswith("source"):  # nobody else shows who the agent is
        value["conversation_parts"]["conversation_parts"] = []
    (refused,) = mapped(name, key, json.dumps(value).encode())
    assert isinstance(refused, Refused)
    assert refused.where.endswith(where), refused
    assert should in refused.reason, refused


@pytest.mark.parametrize("name", OURS)
def test_a_file_that_is_cut_off_is_refused(name: str) -> None:
    """Half of a file is one refusal, or the conversations of its whole lines."""
    key = keys(name)[-1]
    data = (GOLDEN / name / key).read_bytes()
    assert any(isinstance(one, Refused) for one in mapped(name, key, data[: len(data) // 2]))


def test_an_engagement_in_which_nobody_is_known_is_refused() -> None:
    """One sender who is not known is a turn of an unknown speaker; an engagement of none else says nothing."""
    key = keys("zoom-contact-center")[0]
    value = json.loads((GOLDEN / "zoom-contact-center" / key).read_bytes())
    value["engagement"]["agents"] = value["engagement"]["consumers"] = []
    (refused,) = mapped("zoom-contact-center", key, json.dumps(value).encode())
    assert isinstance(refused, Refused)
    assert "no message is from one of the agents or consumers" in refused.reason


def test_a_call_without_a_start_is_refused() -> None:
    """Contact Lens writes it into the name of the file alone."""
    key = next(one for one in keys("amazon-contact-lens") if "Voice" in one)
    (refused,) = FORMATS["amazon-contact-lens"](Setup(app_id="st-1")).map(
        item(GOLDEN / "amazon-contact-lens", "call.json", (GOLDEN / "amazon-contact-lens" / key).read_bytes())
    )
    assert isinstance(refused, Refused)
    assert "the file should be named with its start" in refused.reason


EXPRESS = "conversationId,agentEmail,conversationStartTime,channelType,recordingType,transcriptPath\n"


@pytest.mark.parametrize(("row", "where", "should"), data_of(__file__, "rows_of_the_batch_upload"))
def test_rows_of_the_batch_upload(row: str, where: str, should: str) -> None:
    """Each with its line."""
    (refused,) = mapped("kore-express", "batch.csv", (EXPRESS + row + "\n").encode())
    assert isinstance(refused, Refused)
    assert (refused.where, should in refused.reason) == (where, True), refused


def test_a_description_of_a_csv() -> None:
    """Columns that nothing can guess are named; a speaker that nothing explains is refused, and named."""
    data = b"nr,when,who,said\n1,2026-03-23T10:00:00Z,Pat,hello\n"
    (refused,) = mapped("described", "own.csv", data)
    assert isinstance(refused, Refused)
    assert "columns: 'nr', 'when', 'who', 'said'" in refused.reason
    columns = {"id": "nr", "started_at": "when", "speaker": "who", "text": "said"}
    (refused,) = mapped("described", "own.csv", data, columns=columns)
    assert isinstance(refused, Refused)
    assert (refused.where, "who 'Pat' is" in refused.reason) == ("line 2.who", True)
    (read,) = mapped("described", "own.csv", data, columns=columns, speakers={"Pat": "customer"}, channel="chat")
    assert not isinstance(read, Refused)
    for options in ({"column": {}}, {"columns": {"txt": "said"}}, {"channel": "fax"}):
        with pytest.raises(RequestError, match=r"choose one of|voice or chat"):
            FORMATS["described"](Setup(app_id="st-1", options=options))


if __name__ == "__main__":
    for each in OURS:
        (GOLDEN / f"{each}.expected.json").write_bytes(expected(each))

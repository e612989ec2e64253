"""Traits of vendors' files that were read wrongly: who spoke, what they wrote themselves, what is left out or unknown."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from auscult.domain.connectors import Item, Refused, Setup
from auscult.domain.connectors.legs import followed
from auscult.domain.conversation import Conversation, Turn
from auscult.formats.vendors import FORMATS
from auscult.formats.vendors._dialogues import Writer, messages_of
from tests.data_files import data_of
from tests.unit.formats.vendors.test_connectors import GOLDEN, keys, mapped

LEGS = [key for key in keys("genesys") if key.endswith("_transcript.json")]
CREATED = "2026-10-19T09:30:00Z"


def read(name: str, key: str, value: Any = None) -> Conversation:
    """The one conversation of a file, or of a value in its place."""
    (found,) = mapped(name, key, None if value is None else json.dumps(value).encode())
    assert isinstance(found, Conversation), found
    return found


def golden(name: str, key: str) -> Any:
    """A file of the format."""
    return json.loads((GOLDEN / name / key).read_bytes())


def ticket(*comments: dict[str, Any], **users: str) -> tuple[Turn, ...]:
    """The turns of a ticket of Pavla's, with these comments and further users by their roles."""
    people = [{"id": 900, "name": "Pavla N", "role": "end-user"}, {"id": 33, "name": "Ewa K", "role": "agent"}]
    people += [{"id": name, "name": name, "role": role} for name, role in users.items()]
    written = [{"author_id": 33, "created_at": CREATED, "public": True} | one for one in comments]
    about = {"id": 1, "created_at": CREATED, "requester_id": 900}
    return read("zendesk-tickets", "1.json", {"ticket": about, "comments": written, "users": people}).turns


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str | None, str]]:
    """Who wrote what."""
    return [(turn.speaker, turn.agent_id, turn.text) for turn in turns]


@pytest.mark.parametrize(("name", "key"), [("genesys", "transfer.json"), ("genesys-cloud", "two-agents.json")])
def test_each_turn_of_a_transferred_call_has_its_agent(name: str, key: str) -> None:
    """By the times of who took part, in the transcript or in the conversation's segments."""
    call = read(name, key)
    agents = ["u-imre", "u-imre", "u-noor", "u-noor", "u-noor"]
    assert [turn.agent_id for turn in call.turns if turn.speaker == "agent"] == agents
    assert [turn.speaker for turn in call.turns].index("bot") == 0
    assert ([each.id for each in call.agents], [each.id for each in call.queues]) == (
        ["u-imre", "u-noor"],
        ["q-front", "q-billing"],
    )
    assert (call.duration_ms, call.language) == (84_500 if name == "genesys" else 85_000, "en-us")


def test_who_joins_as_a_supervisor_is_not_the_agent() -> None:
    """While both may speak, no agent is named; a supervisor is not among the agents, nor who was only alerted."""
    value = golden("genesys-cloud", "two-agents.json")
    people = value["conversation"]["participants"]
    session = people[2]["sessions"][0]
    session["bargedParticipantId"] = "pa-1"
    session["segments"][0]["segmentStart"] = "2026-10-19T08:53:38Z"
    alerted = {"segmentType": "alert", "segmentStart": "2026-10-19T08:53:21Z", "segmentEnd": "2026-10-19T08:53:29Z"}
    people.append({"purpose": "agent", "userId": "u-none", "sessions": [{"segments": [alerted]}]})
    call = read("genesys-cloud", "two-agents.json", value)
    assert [each.id for each in call.agents] == ["u-imre"]
    assert [turn.agent_id for turn in call.turns if turn.speaker == "agent"] == ["u-imre", *[None] * 4]
    value = golden("amazon-contact-lens", keys("amazon-contact-lens")[0])
    value["Participants"].append({"ParticipantId": "p-3", "ParticipantRole": "SUPERVISOR"})
    value["Transcript"].append(value["Transcript"][-1] | {"ParticipantId": "p-3", "Content": "I take over."})
    chat = read("amazon-contact-lens", keys("amazon-contact-lens")[0], value)
    assert said(chat.turns)[-1] == ("unknown", None, "I take over.")
    assert [each.id for each in chat.agents] == ["p-2"]


@pytest.mark.parametrize("order", [LEGS, LEGS[::-1]])
def test_two_transcripts_of_one_call_are_joined(order: list[str]) -> None:
    """All turns of both files, in the order of time."""
    first, second = (read("genesys", key) for key in order)
    assert first.id == second.id
    call = followed(first, second)
    assert [turn.id for turn in call.turns] == ["a1:1", "a1:2", "a1:3", "b2:1", "b2:2", "b2:3", "b2:4", "b2:5"]
    assert followed(call, first) == followed(call, second) == call


@pytest.mark.parametrize(("key", "change", "edition"), data_of(__file__, "a_redacted_copy_is_known"))
def test_a_redacted_copy_is_known(key: str, change: dict[str, Any], edition: str) -> None:
    """By what it says of itself, else by its name in any layout."""
    value = golden("amazon-contact-lens", next(one for one in keys("amazon-contact-lens") if "Voice" in one))
    value.pop("ContentMetadata", None)
    assert read("amazon-contact-lens", key, value | change).edition == edition
    value["Transcript"][0]["Content"] = "my card is [PII]"
    assert read("amazon-contact-lens", "a_2026-10-19T08:00:00Z.json", value).edition == "redacted"


def test_an_answer_of_the_ai_agent_is_a_bots() -> None:
    """Whatever name it is sent under; the person who took over is the only agent."""
    chat = read("intercom", "fin.json")
    assert [turn.speaker for turn in chat.turns] == ["customer", "bot", "bot", "customer", "agent", "customer", "agent"]
    assert [each.name for each in chat.agents] == ["Berta"]
    assert chat.turns[4].text.endswith("postal?\ncalle\nnúmero")


def test_a_ticket_of_a_system_and_a_reply() -> None:
    """The system's comment is its own, and quoted lines are not the customer's words."""
    turns = read("zendesk-tickets", "system-author.json").turns
    assert [turn.speaker for turn in turns] == ["customer", "system", "agent", "customer"]
    assert (turns[2].agent_id, turns[3].text) == ("33", "Received it, thank you!")


CHAT = data_of(__file__, "chat")


@pytest.mark.parametrize("body", [{"plain_body": CHAT}, {"body": CHAT.replace("\n", "<br>")}])
def test_a_chat_inside_a_comment_is_its_messages(body: dict[str, Any]) -> None:
    """With times, names of the ticket's people, and a message that goes on."""
    turns = ticket(body)
    assert said(turns) == [
        ("customer", None, "my kettle: it does not\nswitch off"),
        ("system", None, "Ewa joined the chat"),
        ("agent", "33", "I am sorry. Which model?"),
        ("customer", None, "K-2"),
    ]
    assert [turn.start_ms for turn in turns] == [0, 19_000, 29_000, 51_000]


@pytest.mark.parametrize(("body", "speakers"), data_of(__file__, "what_is_a_chat_and_what_is_none"))
def test_what_is_a_chat_and_what_is_none(body: str, speakers: list[str]) -> None:
    """Times or names of both sides make one; a list with colons is the agent's comment."""
    assert [turn.speaker for turn in ticket({"plain_body": body})] == speakers


@pytest.mark.parametrize(
    "piece", [" ", "\n", "a\n", "09:00 a: b\n", "a:", "(09:00", "Chat started: ", "* joined ", "\t\n"]
)
def test_a_long_comment_is_read(piece: str) -> None:
    """In time in proportion to its length, whether it looks like a chat or not."""
    written = datetime(2026, 10, 19, tzinfo=UTC)
    people = {"a": Writer("agent", "1"), "b c": Writer("customer")}
    messages_of(f"a: b\n{piece * (300_000 // len(piece))}x", people, Writer("agent", "1"), written)


def test_a_chat_in_an_imported_comment() -> None:
    """Zendesk QA's comments, too; the client is known by name, and who else wrote is the author."""
    value = golden("zendesk-qa", "import.json")
    comment = value["data"][0]["comments"][1]
    comment["comment"] = "[10:00:10] Mary: wrong invoice\n[10:01:00] Ann: I correct it"
    turns = read("zendesk-qa", "import.json", value).turns
    assert said(turns[1:]) == [("customer", None, "wrong invoice"), ("agent", "ann@example.com", "I correct it")]


EMPTY: list[tuple[str, str, tuple[str | int, ...], tuple[str | int, ...]]] = data_of(__file__, "empty")


@pytest.mark.parametrize(("name", "key", "text", "who"), EMPTY)
@pytest.mark.parametrize("nothing", ["", None])
def test_one_empty_text_or_speaker_loses_no_conversation(
    name: str, key: str, text: tuple[str | int, ...], who: tuple[str | int, ...], nothing: str | None
) -> None:
    """The turn is there, empty or of an unknown speaker, and all others are as before."""
    path = next(one for one in keys(name) if key in one)
    before = read(name, path)
    for steps in filter(None, (text, who)):
        value = inside = golden(name, path)
        for step in steps[:-1]:
            inside = inside[step]
        inside[steps[-1]] = {} if steps[-1] == "segmentParticipant" else nothing
        if steps is text and name.startswith("zendesk-t"):
            inside.pop("plain_body", None)
        if steps is text and name.startswith("genesys"):
            inside.pop("decoratedText", None)
        after = read(name, path, value)
        changed = [(one, other) for one, other in zip(before.turns, after.turns, strict=True) if one != other]
        assert [other.text == "" if steps is text else other.speaker == "unknown" for _, other in changed] == [True]


def test_a_chat_of_two_agents_in_a_batch_upload() -> None:
    """Each message of an agent has its own; where there is one, the row names them."""
    row = b"conversationId,agentEmail,conversationStartTime,channelType,recordingType,transcriptPath\nch,a@b.c,2026-03-23T10:00:00Z,chat,transcription,t.json\n"
    said_by = {"1": ("USER", "u"), "2": ("AGENT", "a-1"), "3": ("AGENT", "a-2"), "4": ("AGENT", "")}
    messages = {
        number: {"type": kind, "text": "x", "timestamp": int(number), "userId": who}
        for number, (kind, who) in said_by.items()
    }
    item = Item("b.csv", None, len(row), row, lambda _key: json.dumps(messages).encode())
    (chat,) = FORMATS["kore-express"](Setup(app_id="st-1")).map(item)
    assert not isinstance(chat, Refused)
    assert isinstance(chat, Conversation)
    assert [turn.agent_id for turn in chat.turns] == [None, "a-1", "a-2", None]
    assert [each.id for each in chat.agents] == ["a-1", "a-2"]

"""vCons: who is who, what was said, when; what is refused (rule 26)."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from auscult.domain.conversation import Agent, Conversation, Customer, Event, Recordings
from auscult.domain.recordings.recording import Claims
from auscult.formats import Limits
from auscult.formats.vcon import VCon
from tests.data_files import data_of, tuples_of
from tests.unit.formats.vcons import ALICE, BOB, START, UUID, read, refusal, said, timed, transcript

SAMPLES = Path(__file__).parents[3] / "examples/vcon"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.name[:8])
def test_samples_load_with_the_right_speakers(path: Path) -> None:
    """Every line of a published sample is said by whom it says, agent and customer have their names."""
    sample = json.loads(path.read_bytes())
    (conversation,) = VCon().read(io.BytesIO(path.read_bytes()), "st-1", Limits())
    assert isinstance(conversation, Conversation)
    assert said(conversation) == [(one["speaker"].lower(), one["message"]) for one in sample["analysis"][0]["body"]]
    agent, customer = sample["parties"]
    assert [agent_read.name for agent_read in conversation.agents] == [agent["name"]]
    assert conversation.customer is not None
    assert conversation.customer.name == customer["name"]
    assert {turn.agent_id for turn in conversation.turns if turn.speaker == "agent"} == {agent["mailto"]}
    assert conversation.duration_ms == round(sample["dialog"][0]["duration"] * 1000)
    assert conversation.channel == "voice"
    assert conversation.custom_fields == {"disposition": "ANSWERED"}


def test_a_recorded_call() -> None:
    """Every field that a vCon has words for."""
    conversation = read(
        subject="Card lost",
        meta={"language": "en-US", "plan": "gold", "depth": {"not": "a word"}},
        dialog=data_of(__file__, "a_recorded_call"),
    )
    assert conversation.id == f"c-{UUID}"
    assert conversation.custom_id == UUID
    assert conversation.started_at.isoformat() == "2026-06-21T17:53:26+00:00"
    assert conversation.duration_ms == 33_120
    assert (conversation.direction, conversation.is_direction_defaulted) == ("inbound", False)
    assert conversation.source == "acme-acd"
    assert conversation.language == "en"
    (agent,) = conversation.agents
    assert (agent.id, agent.email) == ("bob@example.com", "bob@example.com")
    assert agent.joined_at is not None
    assert agent.joined_at.second == 28
    assert conversation.customer == Customer("+12345678901", "Alice Smith")
    assert conversation.events == (
        Event("hold", 10_000, 15_000),
        Event("hold", 24_000),
        Event("transfer", 30_000, None, "bob@example.com"),
    )
    both = ("https://example.com/both.wav",)
    stated = Claims(content_type="audio/x-wav", duration_ms=33_120)
    assert conversation.recordings == Recordings(both, both, stated={both[0]: stated})
    assert conversation.custom_fields == {"subject": "Card lost", "plan": "gold", "skill": "cards"}


def test_recordings_stand_on_the_side_of_their_parties() -> None:
    """One file for each party."""
    both = [
        {"type": "recording", "start": START, "parties": party, "url": f"https://example.com/{name}.wav"}
        for party, name in ((0, "alice"), ([1], "bob"))
    ]
    assert read(dialog=both, analysis=[]).recordings == Recordings(
        ("https://example.com/bob.wav",), ("https://example.com/alice.wav",)
    )


def test_a_chat() -> None:
    """Text dialogs in the order of time, by their sender, the originator going before the first party."""
    conversation = read(
        dialog=data_of(__file__, "a_chat"),
        analysis=[],
    )
    assert conversation.channel == "chat"
    assert said(conversation) == [
        ("customer", "Hello?"),
        ("agent", "Hi Alice"),
        ("agent", "Grüß dich"),
        ("customer", "Bye"),
    ]
    assert [turn.id for turn in conversation.turns] == ["<1>", "<2>", "<3>", "<4>"]
    assert timed(conversation)[:2] == [("customer", 0, 4000), ("agent", 10_000, None)]
    assert conversation.duration_ms == 30_000


def test_message_ids_that_repeat_are_not_used() -> None:
    """Some mailboxes give two messages one id; the turns are told apart all the same."""
    texts = [{"type": "text", "start": START, "parties": 0, "body": "a", "message_id": "<1>"}] * 2
    assert [turn.id for turn in read(dialog=texts, analysis=[]).turns] == ["m1", "m2"]


@pytest.mark.parametrize(("mediatype", "body", "words"), data_of(__file__, "text_of_mail_and_web"))
def test_text_of_mail_and_web(mediatype: str, body: str, words: str) -> None:
    """Of HTML the words, of an e-mail its plain part."""
    conversation = read(
        dialog=[
            {"type": "text", "start": START, "parties": 0, "mediatype": mediatype, "encoding": "none", "body": body}
        ],
        analysis=[],
    )
    assert said(conversation) == [("customer", words)]
    assert conversation.kind == ("email" if mediatype.startswith(("multipart/", "message/")) else None)


@pytest.mark.parametrize(("roles", "extra", "expected"), data_of(__file__, "parts_of_the_parties"))
def test_parts_of_the_parties(roles: Any, extra: dict[str, Any], expected: list[str]) -> None:
    """By role, else what is left, else who began: the customer, unless the call went out."""
    conversation = read(
        parties=[ALICE | roles[0], BOB | roles[1]],
        dialog=[{"type": "recording", "start": START, "parties": [0, 1], **extra}],
        **transcript([{"speaker": "Alice Smith", "text": "a"}, {"speaker": "bob", "text": "b"}]),
    )
    assert [turn.speaker for turn in conversation.turns] == expected


@pytest.mark.parametrize(("name", "expected"), [("AI Agent", "bot"), ("IVR", "bot"), ("Ai", "agent"), ("Bob", "agent")])
def test_the_name_of_a_party_may_show_a_bot(name: str, expected: str) -> None:
    """As writers of voice bots' calls have it, whose party has the role of an agent."""
    said = [{"type": "text", "start": START, "parties": [0, 1], "originator": at, "body": "hello"} for at in (0, 1)]
    conversation = read(
        parties=[{"name": "Customer", "role": "customer"}, {"name": name, "role": "agent"}], dialog=said
    )
    assert [turn.speaker for turn in conversation.turns] == ["customer", expected]


@pytest.mark.parametrize(("dialog", "meta", "expected"), tuples_of(__file__, "direction"))
def test_direction(dialog: dict[str, Any], meta: Any, expected: tuple[str, bool]) -> None:
    """As meta says, else by the explicit originator; the order of parties tells nothing, channels have it too."""
    conversation = read(dialog=[{"type": "recording", "start": START, "parties": [1, 0], **dialog}], meta=meta)
    assert (conversation.direction, conversation.is_direction_defaulted) == expected


def test_a_supervisor_who_joins_is_neither_side() -> None:
    """Only where an agent takes part; alone with a customer, a supervisor is the agent."""
    parties = [ALICE | {"role": "customer"}, BOB | {"role": "agent"}, {"name": "Eve", "role": "supervisor"}]
    body = [{"speaker": name, "text": "x"} for name in ("Bob", "Eve", "Alice")]
    conversation = read(parties=parties, **transcript(body))
    assert [turn.speaker for turn in conversation.turns] == ["agent", "unknown", "customer"]
    assert [agent.name for agent in conversation.agents] == ["Bob Jones"]
    assert [agent.name for agent in read(parties=[parties[0], parties[2]], **transcript(body[1:])).agents] == ["Eve"]


def test_a_label_of_a_role_is_the_agent_of_its_dialog() -> None:
    """In each of two recordings with an agent of its own, as after a transfer."""
    eve = {"name": "Eve Black", "uuid": "agent-7", "role": "agent"}
    dialog = [{"type": "recording", "start": START, "parties": [0, number]} for number in (1, 2)]
    analysis = [{"type": "transcript", "dialog": number, "body": "Agent: hello\nCustomer: hi"} for number in (0, 1)]
    conversation = read(
        parties=[ALICE | {"role": "customer"}, BOB | {"role": "agent"}, eve], dialog=dialog, analysis=analysis
    )
    assert [turn.agent_id for turn in conversation.turns] == ["bob@example.com", None, "agent-7", None]


def test_several_agents_are_told_apart_by_name() -> None:
    """Who says a turn is known by name; the role alone does not tell which."""
    eve = {"name": "Eve Black", "uuid": "agent-7", "role": "agent"}
    conversation = read(
        parties=[ALICE | {"role": "customer"}, BOB | {"role": "agent"}, eve],
        **transcript([{"speaker": name, "text": "x"} for name in ("Eve Black", "Bob", "agent", "Alice")]),
    )
    assert [turn.agent_id for turn in conversation.turns] == ["agent-7", "bob@example.com", None, None]
    assert conversation.agents[1] == Agent("agent-7", "Eve Black")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"payload": "eyJ1…", "signatures": []}, "vcon.signed", None),
        ({"ciphertext": "x", "recipients": []}, "vcon.encrypted", None),
        ({"critical": ["CC", "quantum"]}, "vcon.extension_unknown", "critical"),
        ({"must_support": ["quantum"]}, "vcon.extension_unknown", "critical"),
        ({"uuid": None}, "field.missing", "uuid"),
        ({"uuid": "a/../b"}, "field.invalid", "uuid"),
        ({"uuid": "a\nb"}, "field.invalid", "uuid"),
        ({"dialog": [], "created_at": None}, "field.missing", "created_at"),
        ({"dialog": [{"type": "recording", "start": "soon"}]}, "field.invalid", "dialog[0].start"),
        ({"dialog": [{"type": "recording", "start": START, "duration": -1}]}, "field.invalid", "dialog[0].duration"),
        ({"dialog": [{"type": "recording", "start": START, "duration": "1"}]}, "field.invalid", "dialog[0].duration"),
        (
            {"dialog": [{"type": "text", "start": START, "parties": 7, "body": "x"}]},
            "field.invalid",
            "dialog[0].parties",
        ),
        ({"parties": "Alice"}, "field.invalid", "parties"),
        ({"parties": [{"name": "x" * 300, "role": "agent"}], "dialog": []}, "field.invalid", "agents[0].id"),
        ({"auscult": {"turns": [{"speaker": "nobody"}]}}, "field.invalid", "turns[0].speaker"),
        ({"auscult": {"started_at": "2030-01-01T00:00:00Z"}}, "conversation.ends_before_start", "dialog"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, Any], code: str, field: str | None) -> None:
    """With a code, and the field where there is one."""
    error = refusal(**changes)
    assert (error.reason, error.field, error.line) == (code, field, 1)


def test_a_nul_inside_of_what_is_encoded_is_refused() -> None:
    """No database keeps it, however deep it was hidden."""
    hidden = base64.urlsafe_b64encode(json.dumps([{"speaker": "Agent", "text": "a\0b"}]).encode()).decode()
    error = refusal(**transcript(hidden, encoding="base64url"))
    assert (error.reason, error.field) == ("document.nul", "analysis[0].body[0].text")


@pytest.mark.parametrize(
    "head",
    [
        b'{"vcon": "0.0.1", "uuid": "x"',
        b'{"uuid": "x", "parties": []}',
        b'[\n  {\n "uuid": "x", "dialog": [{"body": "' + b"A" * 70_000,
        b'{"payload": "x", "signatures": []}',
        b'{"protected": "x", "recipients": [], "ciphertext": "y"}',
    ],
)
def test_vcons_are_told_by_their_outermost_keys(head: bytes) -> None:
    """However the file goes on."""
    assert VCon().recognises(head[:65_536])


def test_a_native_document_with_a_vcon_inside_is_none() -> None:
    """Only the outermost keys tell."""
    assert not VCon().recognises(
        b'{"id": "c", "started_at": 5, "contact": {"vcon": "0.4.0", "uuid": 1, "parties": []}}'
    )

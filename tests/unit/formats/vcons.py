"""vCons for tests, and what comes of them."""

import io
import json
from typing import Any

from auscult.domain.conversation import Conversation
from auscult.formats import Limits, Rejected
from auscult.formats.vcon import VCon

UUID = "0199e054-ed10-8035-b9a2-279e0d16bc46"
START = "2026-06-21T17:53:26.000Z"
ALICE = {"name": "Alice Smith", "tel": "+12345678901"}
BOB = {"name": "Bob Jones", "mailto": "mailto:bob@example.com"}
SAID = [{"speaker": "Agent", "message": "Hello."}, {"speaker": "Customer", "message": "Hi."}]


def vcon(**changes: Any) -> dict[str, Any]:
    """A vCon of a recorded call from Alice, a customer, to Bob, an agent, with some keys changed."""
    recording = {"type": "recording", "start": START, "duration": 33.12, "parties": [0, 1], "mediatype": "audio/x-wav"}
    return {
        "vcon": "0.4.0",
        "uuid": UUID,
        "created_at": "2026-06-22T00:00:00Z",
        "parties": [ALICE | {"role": "customer"}, BOB | {"role": "agent"}],
        "dialog": [recording],
        "analysis": [{"type": "transcript", "dialog": 0, "vendor": "x", "encoding": "json", "body": SAID}],
    } | changes


def read(**changes: Any) -> Conversation:
    """The conversation of the changed vCon."""
    (conversation,) = VCon().read(io.BytesIO(json.dumps(vcon(**changes)).encode()), "st-1", Limits())
    assert isinstance(conversation, Conversation), conversation.error.message
    return conversation


def refusal(**changes: Any) -> Any:
    """The error that the changed vCon is refused with."""
    (rejected,) = VCon().read(io.BytesIO(json.dumps(vcon(**changes)).encode()), "st-1", Limits())
    assert isinstance(rejected, Rejected), rejected
    return rejected.error


def transcript(body: Any, **keys: Any) -> dict[str, Any]:
    """Changes that put this transcript in."""
    return {"analysis": [{"type": "transcript", "dialog": 0, "vendor": "x", "encoding": "json", "body": body, **keys}]}


def said(conversation: Conversation) -> list[tuple[str, str]]:
    """Who said what."""
    return [(turn.speaker, turn.text) for turn in conversation.turns]


def timed(conversation: Conversation) -> list[tuple[str, int | None, int | None]]:
    """Who spoke when."""
    return [(turn.speaker, turn.start_ms, turn.end_ms) for turn in conversation.turns]

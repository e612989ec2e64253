"""Policies by kind, and what is an app's own, on both databases: what stays, what goes without a trace, what is a token."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from auscult.domain.conversation import Agent, Conversation, Customer, Turn
from auscult.domain.errors import RequestError
from auscult.domain.privacy.redaction import KINDS
from auscult.services.privacy.settings import change_settings
from auscult.storage.store import AppStore
from tests.contract.storing import put
from tests.data_files import data_of, tuples_of

CALL = tuples_of(__file__, "call")
OWN = ["+44 113 496 0199", "kestrel.example", "12 Market Street, Leeds LS1 4DY"]


def stored(app: AppStore, settings: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    """Store the call under settings, and return its words as they are stored, and the originals that were kept."""
    change_settings(app, "cli:test", settings)
    conversation = Conversation(
        id="c-1",
        channel="voice",
        started_at=datetime(2026, 3, 23, 10, tzinfo=UTC),
        language="en-GB",
        turns=tuple(Turn(f"m{at}", speaker, text) for at, (speaker, text) in enumerate(CALL)),  # type: ignore[arg-type]
        customer=Customer(id="u-1", name="Ada Lovelace"),
        agents=(Agent(id="a-1", name="Hope Summers"),),
    )
    put(app, conversation)
    found = app.conversations.get("c-1").conversation
    kept = app.privacy.redaction("c-1")
    name = found.customer.name if found.customer else ""
    return "\n".join([name or "", *(turn.text for turn in found.turns)]), kept.originals if kept else {}


def test_without_a_policy_the_business_is_masked_too(app: AppStore) -> None:
    """Everything found is masked, the business's own too; a role mailbox such as support@ is not personal."""
    said, originals = stored(app, {"redaction": "mask"})
    for part in (
        "Hope",
        "Market Street",
        "Ada",
        "Lovelace",
        "7946",
        "Rose Lane",
        "ada@",
        "4539",
        "737",
    ):
        assert part not in said, part
    assert "support@mail.kestrel.example" in said
    assert not originals


def test_what_is_the_apps_own_stays(app: AppStore) -> None:
    """Its number however it is written, its domain, its address, its agents' names; and nothing of the customer's."""
    said, _ = stored(app, {"redaction": "mask", "own": OWN, "agent_names": "keep"})
    for part in ("through to Hope", "0113 496 0199", "12 Market Street, Leeds LS1 4DY", "support@mail.kestrel.example"):
        assert part in said, part
    for part in ("Ada", "Lovelace", "7946", "Rose Lane", "ada@", "4539", "737"):
        assert part not in said, part


def test_kinds_are_treated_each_in_its_way(app: AppStore) -> None:
    """Kept, dropped without a number or a hash, a token; and a kind can be treated as the rest again."""
    kinds = {"name": "keep", "phone": "drop", "email": "token"}
    said, originals = stored(app, {"redaction": "mask", "kinds": kinds})
    assert "Ada Lovelace" in said
    assert said.startswith("Ada Lovelace\n")
    assert "[phone]" in said
    assert "[phone 1]" not in said
    assert originals == {"[email 1]": "ada@example.com"}
    assert {mark.split()[0] for mark in app.conversations.get("c-1").conversation.masks} <= {
        "[card",
        "[address",
        "[email",
    }
    said, _ = stored(app, {"kinds": {"name": None}})
    assert "Ada" not in said


def test_an_agents_name_that_is_the_customers_too_is_masked(app: AppStore) -> None:
    """Only words that are nobody else's stay."""
    said, _ = stored(app, {"redaction": "mask", "agent_names": "keep", "own": ["Lovelace House"]})
    assert "through to Hope" in said
    assert "Ada" not in said


@pytest.mark.parametrize(("kinds", "code"), data_of(__file__, "a_policy_that_cannot_be_is_refused"))
def test_a_policy_that_cannot_be_is_refused(app: AppStore, kinds: Mapping[str, str], code: str) -> None:
    """The message names what would be right, and nothing changes."""
    before = app.privacy.settings()
    with pytest.raises(RequestError) as refused:
        change_settings(app, "cli:test", {"redaction": "mask", "kinds": kinds})
    assert refused.value.reason == code
    assert any(word in str(refused.value) for word in (*KINDS, "drop"))
    assert app.privacy.settings() == before

"""A masked value and an open one of a table are compared by their keyed hashes, on both databases."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Verdict
from auscult.domain.privacy.digests import digest_with, digests_of
from auscult.domain.privacy.settings import PrivacySettings
from auscult.domain.probe import LookupAnswer
from auscult.metrics.by_value import ByValue, Settings
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.contract.storing import put

SAID = "my account number is one two three four five six seven eight"
METRIC = ByValue()


@pytest.fixture
def conversation(app: AppStore) -> Conversation:
    """A stored conversation of an app that masks; its turn has a placeholder."""
    app.privacy.change(PrivacySettings(redaction="mask"))
    turns = (Turn("m1", "agent", "your account number please"), Turn("m2", "customer", SAID))
    put(
        app, Conversation(id="c-masked", channel="voice", started_at=datetime(2026, 3, 23, 10, tzinfo=UTC), turns=turns)
    )
    detail = app.conversations.get("c-masked")
    assert detail is not None
    assert detail.conversation.turns[1].text == "my account number is [account 1]"
    return detail.conversation


def verdict(conversation: Conversation, value: str, digests: tuple[str, ...]) -> Verdict:
    """The verdict where a table has this value."""
    table = {"name": "accounts", "key_column": "id", "column": "number", "key": {"field": "id"}}
    written: dict[str, Any] = {
        "said": {"name": "account", "kind": "digits", "speaker": "customer"},
        "source": {"table": table},
    }
    settings = msgspec.convert(written, Settings, strict=False)
    (probe,) = METRIC.probes(settings, conversation)
    return METRIC.judge(settings, conversation, {probe: LookupAnswer(value, "", "table", digests=digests)})


@pytest.mark.parametrize(("value", "expected"), [("12345678", "YES"), ("12-34 56 78", "YES"), ("12345679", "NO")])
def test_a_masked_number_is_compared_by_its_hash(
    store: Store, conversation: Conversation, value: str, expected: str
) -> None:
    """However the table writes it; the verdict does not show the table's value, which may be the one that was masked."""
    found = verdict(conversation, value, digests_of(value, store.digest))
    assert found.qualification == expected
    assert found.evidence[0].turn_id == "m2"
    assert value not in str(found)


def test_nothing_is_compared_without_the_key(conversation: Conversation) -> None:
    """Hashes of another key, as before a rotation, and an answer without any leave the metric NA."""
    other = digests_of("12345678", digest_with(b"another key"))
    assert verdict(conversation, "12345678", other).qualification == "NA"
    assert verdict(conversation, "12345678", ()).qualification == "NA"


def test_phones_are_compared_by_their_end(store: Store) -> None:
    """A country code on one side alone does not make another phone of it."""
    assert digests_of("+44 7700 900123", store.digest)[1] == digests_of("07700900123", store.digest)[1]
    assert digests_of("", store.digest) == ()

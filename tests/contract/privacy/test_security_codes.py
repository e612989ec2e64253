"""Security codes, PINs, passwords and one-time codes through every door of an app, whatever its redaction is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from auscult.domain.assist.live import Arrival, Message
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.privacy.redaction import Mode
from auscult.services.assist.live import LiveConversation
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.intake.read import RejectsWriter
from auscult.storage import Store
from auscult.storage.core.tables.base import METADATA
from auscult.storage.privacy.codes import document_without_codes, without_codes
from auscult.storage.store import AppStore
from tests.data_files import tuples_of
from tests.waiting import existing

MODES: tuple[Mode, ...] = ("off", "mask", "token")
SAID = tuples_of(__file__, "said")
SECRETS = ("seven oh four", "90417", "Moonraker77", "558201", "61522")
LEFT = "That makes 45 pounds."


def conversation(number: str = "c-1") -> Conversation:
    """A conversation in which four secrets are asked for, and one more is in a custom field."""
    turns = tuple(Turn(f"t{at}", speaker, text) for at, (speaker, text) in enumerate(SAID))  # type: ignore[arg-type]
    at = datetime(2026, 11, 1, 9, tzinfo=UTC)
    return Conversation(
        id=number,
        channel="chat",
        language="en",
        started_at=at,
        ended_at=at + timedelta(minutes=5),
        turns=turns,
        custom_fields={"pin": "61522", "order": "448120"},
    )


def everything(store: Store) -> str:
    """Return every row of every table, but numbers: the digits of an instant are any."""
    with store._database.reading() as connection:
        rows = [row for table in METADATA.tables.values() for row in connection.execute(sa.select(table))]
    return "\n".join(str([each for each in row if not isinstance(each, int)]) for row in rows)


def set_mode(app: AppStore, mode: Mode) -> None:
    """Choose an app's redaction."""
    change_settings(app, "cli:test", {"redaction": mode})


@pytest.mark.parametrize("mode", MODES)
def test_a_conversation_is_stored_without_codes(store: Store, app: AppStore, mode: Mode) -> None:
    """Nothing that was asked for is in any table, no original is kept, and another number stays."""
    set_mode(app, mode)
    app.conversations.accept([conversation()])
    stored = existing(app.conversations.get("c-1"))
    kept = existing(app.privacy.redaction("c-1"))
    rows = everything(store)
    for secret in SECRETS:
        assert secret not in rows
        assert secret not in str(kept.originals)
    assert stored.conversation.turns[-1].text == LEFT
    assert "security code" in str(stored.conversation.custom_fields["pin"])


def test_with_redaction_off_the_rest_stays(app: AppStore) -> None:
    """Turns without a code are equal to the letter, and a conversation without any is the same object."""
    app.conversations.accept([conversation()])
    stored = existing(app.conversations.get("c-1"))
    texts = [turn.text for turn in stored.conversation.turns]
    assert [text for text in texts if "[" not in text] == [SAID[index][1] for index in (0, 4, 6, 8)]
    plain = msgspec.structs.replace(conversation(), turns=conversation().turns[-1:], custom_fields={"order": "448120"})
    assert app.privacy.admitted([plain]).conversations[0] is plain


@pytest.mark.parametrize("mode", MODES)
def test_a_redacted_conversation_comes_again(app: AppStore, mode: Mode) -> None:
    """What was stored changes nothing when it is accepted again."""
    set_mode(app, mode)
    app.conversations.accept([conversation()])
    once = existing(app.conversations.get("c-1"))
    app.conversations.accept([once.conversation])
    assert existing(app.conversations.get("c-1")).conversation == once.conversation


@pytest.mark.parametrize("mode", MODES)
def test_live_messages_are_stored_without_codes(store: Store, app: AppStore, mode: Mode) -> None:
    """Each message comes alone, with what was asked before it as the only sign; no encrypted text has it either."""
    set_mode(app, mode)
    now = datetime(2026, 11, 1, 9, tzinfo=UTC)
    live = LiveConversation(app, "c-live", lambda: now)
    said = (*SAID, ("customer", "7731"), ("customer", "that's my pin"), ("agent", "please never share your PIN"))
    for number, (author, text) in enumerate(said):
        at = now + timedelta(seconds=number)
        message = Message(id="", at=at, received_at=at, message_id="", author=author, text=text)  # type: ignore[arg-type]
        live.receive([Arrival(event=message, is_timed=True)])
    rows = everything(store)
    sealed = [event.sealed for event in live.known().events if isinstance(event, Message) and event.sealed is not None]
    opened = "\n".join(app.privacy.unseal(each) for each in sealed)
    for secret in (*SECRETS[:-1], "7731"):
        assert secret not in rows
        assert secret not in opened


@pytest.mark.parametrize("mode", MODES)
def test_other_texts_pass_without_codes(app: AppStore, mode: Mode) -> None:
    """A search, a comment and a refused document have none."""
    set_mode(app, mode)
    assert "4821" not in app.privacy.text("caller says my pin is 4821")
    document = '{"id": "c-9", "turns": [{"speaker": "agent", "text": "and the cvv?"}, {"speaker": "customer", "text": "704"}, {'
    assert "704" not in app.privacy.refused(document)


def test_a_rejects_file_without_an_app_has_no_codes(tmp_path: Path) -> None:
    """``auscult score`` has no app, and writes none of them."""
    with RejectsWriter(tmp_path / "x.rejects.ndjson") as rejects:
        assert rejects.path is None
    assert document_without_codes('my password is "Moonraker77", ok') == 'my password is "[security code]", ok'
    after = without_codes(conversation()).conversation
    assert not [secret for secret in SECRETS if secret in str(after)]

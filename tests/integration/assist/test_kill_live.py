"""kill -9 between a message and its suggestion: nothing that was answered OK is lost, and nothing is done twice."""

import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import jwt
import pytest

from auscult import bootstrap
from auscult.domain.assist.live import Message, Passed, Suggested
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.definitions.playbook import DialogTask, Sign
from auscult.services.assist.knowledge import add_document
from auscult.storage.store import AppStore
from tests.databases import client_of
from tests.integration.program import AUSCULT, environment
from tests.integration.working import TENANT, settings_for
from tests.waiting import PATIENCE_S, existing, wait_until

pytestmark = pytest.mark.night

KILLS = 2
CONVERSATIONS = ("c-1", "c-2", "c-3")
GREETING = DialogTask(id="greeting", when=Sign(speaker="customer", phrases=("hello",)))
KNOWN = b"question,answer\nHow long is a promo code valid?,A promo code is valid for seven days.\n"
CLIENT = client_of(TENANT, scopes=("assist:write",))


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[AppStore]:
    """An app that knows something, and a client that may tell the hook of it."""
    with bootstrap.open(settings_for(database_url, tmp_path)) as application:
        application.store.ensure(TENANT)
        application.store.clients.add(CLIENT)
        found = application.store.within(TENANT)
        add_document(found, "faq.csv", KNOWN, "en")
        found.live.configure(AssistSettings(dialogs=(GREETING,)))
        yield found


@contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    """A server and its worker, until the end of the block; then both are killed, at once."""
    settings = environment(AUSCULT_DATABASE_URL=url, AUSCULT_STATE_DIR=str(folder), AUSCULT_RATE_LIMIT="0")
    with subprocess.Popen(  # noqa: S603  (our own program)
        [str(AUSCULT), "serve", "--port", "0"],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[2]
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def tell(address: str, conversation_id: str, **body: object) -> bool:
    """Tell the hook; whether it was answered OK."""
    token = jwt.encode({"appId": CLIENT.client_id}, CLIENT.secret, algorithm="HS256")
    url = f"{address}/agentassist/api/v1/hooks/{TENANT.app_id}"
    try:
        answer = httpx.post(
            url, json={"conversationId": conversation_id, **body}, headers={"token": token}, timeout=PATIENCE_S
        )
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


def talk(address: str, conversation_id: str, first: int, kept: list[tuple[str, str]]) -> None:
    """Say one thing after the other until the server is gone; what was answered OK is kept."""
    number = first
    while True:
        name = f"ms-{number}"
        text = f"how long is promo code {number} valid" if number % 2 else "hello"
        said = {"query": text, "messageId": name, "author": {"type": "USER"}, "experience": "chat"}
        if not tell(address, conversation_id, **said):
            return
        kept.append((conversation_id, name))
        number += 1


def answers(app: AppStore, conversation_id: str) -> Counter[str]:
    """How often each message was answered or passed over."""
    done: Counter[str] = Counter()
    for event in app.live.log(conversation_id).events:
        if isinstance(event, Suggested):
            done[event.answer.triggering_turn_id or ""] += 1
        elif isinstance(event, Passed):
            done[event.of] += 1
    return done


def said(app: AppStore, conversation_id: str) -> list[str]:
    """The messages that are stored."""
    return [event.message_id for event in app.live.log(conversation_id).events if isinstance(event, Message)]


@pytest.mark.night
def test_killed_between_message_and_suggestion(app: AppStore, database_url: str, tmp_path: Path) -> None:
    """Whatever was answered OK is there, is answered and looked at once, and is handed on at the end."""
    kept: list[tuple[str, str]] = []
    for round_ in range(KILLS):
        with serving(database_url, tmp_path) as address:
            talkers = [
                threading.Thread(target=talk, args=(address, name, 1000 * round_, kept)) for name in CONVERSATIONS
            ]
            enough = len(kept) + 20
            for talker in talkers:
                talker.start()
            wait_until(lambda enough=enough: len(kept) >= enough)
        for talker in talkers:
            talker.join()
    for name in CONVERSATIONS:
        assert {message for conversation, message in kept if conversation == name} <= set(said(app, name))
    with serving(database_url, tmp_path) as address:
        wait_until(lambda: all(set(answers(app, name)) == set(said(app, name)) for name in CONVERSATIONS))
        for name in CONVERSATIONS:
            assert tell(address, name, events=[{"name": "END_OF_CONVERSATION", "reason": "over"}])
        wait_until(lambda: len(app.conversations.statuses(CONVERSATIONS)) == len(CONVERSATIONS))
    for name in CONVERSATIONS:
        messages = said(app, name)
        assert len(messages) == len(set(messages))
        assert {count for message, count in answers(app, name).items() if message.startswith("ms-")} == {1}
        detail = existing(app.conversations.get(name))
        assert [turn.id for turn in detail.conversation.turns] == messages
        assert detail.conversation.assist is not None
        suggested = [str(each.triggering_turn_id) for each in detail.conversation.assist.suggestions]
        assert sorted(suggested) == sorted(message for message in messages if int(message[3:]) % 2)
        greeted = [run.turn_id for run in detail.conversation.assist.dialogs or ()]
        assert greeted == [message for message in messages if not int(message[3:]) % 2]

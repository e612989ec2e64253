"""kill -9 in the middle of retention and erasure: neither half a conversation nor a receipt for what was not done."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auscult.domain.conversation import Conversation, Customer, Turn
from auscult.services.history import redactions
from auscult.services.privacy.log import verify
from auscult.services.privacy.rules import change_rule
from auscult.services.privacy.settings import change_settings
from auscult.storage import migrate, new_secret_key, open_store
from auscult.storage.store import AppStore
from tests.contract.storing import TENANT, conversation, put
from tests.integration.program import environment
from tests.tiers import drawn
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night

CONVERSATIONS = 16
RUN = """
import sys
from datetime import UTC, datetime
from auscult import bootstrap
from auscult.reports import REPORTS
from auscult.services.history.chunks import ChunkProcessing
from auscult.services.history.redaction_chunks import Remasking
from auscult.services.privacy import erasure
from auscult.storage import open_store
erasure.AT_ONCE = 3
store = open_store(sys.argv[1], bytes.fromhex(sys.argv[2]))
eraser = bootstrap.privacy.erasing(store, store.tenants()[0])
if sys.argv[3] != "redaction":
    print("ready", flush=True)
if sys.argv[3] == "redaction":
    work = Remasking(REPORTS)
    chunks = ChunkProcessing(store, {"redaction": work}, lambda: datetime.now(UTC))
    for number, chunk in enumerate(store.work.next("chunk", 100)):
        chunks.record(chunks.process(chunk))
        if not number:  # warm
            print("ready", flush=True)
elif sys.argv[3] == "retention":
    eraser.run("retention", eraser.due())
else:
    eraser.run("erasure", eraser.of_customer("customer", "u-1"))
store.close()
"""


def talk(number: int) -> Conversation:
    """A conversation of the customer whose data goes."""
    said = (Turn("m1", "customer", "a peculiar word"),)
    return conversation(f"c-{number}", timedelta(seconds=number), customer=Customer(id="u-1"), turns=said)


@pytest.mark.landing
@pytest.mark.parametrize("kind", drawn(["retention", "transcript", "erasure"], 1))
def test_a_killed_run_leaves_whole_conversations_and_true_receipts(
    database_url: str, tmp_path: Path, kind: str
) -> None:
    """In the middle of batches: after each kill every conversation is all there or all gone, rows agree, and receipts add up to what went."""
    migrate(database_url)
    key = new_secret_key()
    store = open_store(database_url, key)
    store.ensure(TENANT)
    app = store.within(TENANT)
    put(app, *(talk(number) for number in range(CONVERSATIONS)))
    if kind != "erasure":
        change_rule(app, "cli:test", "*", "conversation" if kind == "retention" else kind, 1)
    run = "erasure" if kind == "erasure" else "retention"
    for _ in killed([database_url, key.hex(), run], tmp_path, lambda: left(app, kind) > 0):
        gone = CONVERSATIONS - left(app, kind)
        receipts = [app.retention.receipt(each) for each in app.retention.runs()]
        assert sum(each.erased + sum(each.parts.values()) for each in receipts) == gone
        assert store.recount(TENANT) == []
        assert verify(store) == []
    assert datetime.now(UTC) > talk(0).started_at
    store.close()


def killed(given: list[str], folder: Path, goes_on: Callable[[], bool]) -> Iterator[None]:
    """Run and kill at random moments until nothing is left to do; yield after each kill, of which there is one at least."""
    chance, kills = random.Random(7), 0
    ends_at = time.monotonic() + 4 * PATIENCE_S
    while goes_on():
        assert time.monotonic() < ends_at
        command = [sys.executable, "-c", RUN, *given]
        with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.02, 0.2) * (1 + kills / 5))  # a busy machine does nothing in the first tries
            kills += process.poll() is None
            process.kill()
        yield
    assert kills > 0


@pytest.mark.landing
def test_a_killed_redaction_goes_on_and_its_certificate_counts_each_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each kill every conversation is masked with all that quotes it, or not at all, and rows agree."""
    monkeypatch.setattr(redactions, "CHUNK_SIZE", 1)
    migrate(database_url)
    key = new_secret_key()
    store = open_store(database_url, key)
    store.ensure(TENANT)
    app = store.within(TENANT)
    said = (Turn("m1", "customer", "hello, my card is 4539 1488 0343 6467"),)
    put(app, *(conversation(f"c-{n}", timedelta(seconds=n), turns=said) for n in range(CONVERSATIONS // 2)))
    change_settings(app, "cli:test", {"redaction": "mask"})
    begun = redactions.begin(app, "cli:test").id
    for _ in killed(
        [database_url, key.hex(), "redaction"], tmp_path, lambda: redactions.view(app, begun).state != "done"
    ):
        seen = [app.conversations.get(f"c-{n}") for n in range(CONVERSATIONS // 2)]
        done = {(each.revision, each.conversation.turns[0].text[-10:]) for each in seen if each is not None}
        assert done <= {(1, " 0343 6467"), (2, "s [card 1]")}
        revisions = [(each.revision, each.evaluations[0].revision) for each in seen if each is not None]
        assert all(now == scored for now, scored in revisions)
        certificate = redactions.view(app, begun)
        assert certificate.changed == sum(now == 2 for now, _ in revisions) == certificate.scores
        assert [*store.recount(TENANT), *store.altered(), *verify(store)] == []
    assert redactions.view(app, begun).changed == CONVERSATIONS // 2
    store.close()


def left(app: AppStore, kind: str) -> int:
    """Return how many conversations still have what is to go; half of one fails."""
    n = 0
    for number in range(CONVERSATIONS):
        detail = app.conversations.get(f"c-{number}")
        if detail is None:
            assert kind != "transcript"
            continue
        words = [turn.text for turn in detail.conversation.turns]
        quoted = [each.text for one in detail.evaluations for result in one.results for each in result.verdict.evidence]
        assert len(detail.evaluations) == 1
        is_there = words == ["a peculiar word"]
        assert is_there or (kind == "transcript" and words == [""])
        assert all(bool(text) == is_there for text in quoted)
        n += is_there
    return n

"""Redaction of large loads in other processes: the same as here, whatever ends meanwhile."""

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from auscult.bootstrap.serving import _begin_redacting
from auscult.domain.conversation import Conversation
from auscult.domain.privacy.settings import PrivacySettings
from auscult.storage.privacy.codes import without_codes
from auscult.storage.privacy.redaction import Redact, _redact, redact_here
from auscult.workers.redacting import AT_A_TIME, RedactingProcesses
from tests.integration.working import conversation
from tests.waiting import wait_until

pytestmark = pytest.mark.night

MANY = [
    conversation(f"c-{number}", f"The PIN is {1000 + number}." if number % 3 else f"Call me on 555 010 {2000 + number}")
    for number in range(3 * AT_A_TIME + 1)
]
AS_SETTINGS_SAY = partial(_redact, PrivacySettings(redaction="token"), b"0" * 32)


@pytest.fixture(scope="module")
def processes() -> Iterator[RedactingProcesses]:
    """Two processes that redact."""
    found = RedactingProcesses(2, _begin_redacting)
    yield found
    found.close()


def test_processes_that_were_ended_meanwhile_lose_nothing(processes: RedactingProcesses) -> None:
    """Another thread ends them where one of them crashed."""
    processes.redact(without_codes, MANY)
    assert processes._executor is not None
    processes._executor.shutdown()
    assert processes.redact(without_codes, MANY) == redact_here(without_codes, MANY)


def running(processes: RedactingProcesses) -> list[int]:
    """The ids of its processes."""
    assert processes._executor is not None
    return list(processes._executor._processes)


@pytest.mark.parametrize("redact", [without_codes, AS_SETTINGS_SAY], ids=["codes", "token"])
@pytest.mark.parametrize("some", [MANY[:2], MANY], ids=["few", "many"])
def test_the_same_comes_from_other_processes(
    processes: RedactingProcesses, redact: Redact, some: list[Conversation]
) -> None:
    """Conversations come back in their order, with what was replaced in them; those without a code as they were."""
    found = processes.redact(redact, some)
    assert found == redact_here(redact, some)
    same = [after.conversation is before for after, before in zip(found, some, strict=True)]
    assert any(same) == (redact is without_codes)
    assert not all(same)


@pytest.mark.landing
def test_a_process_that_is_killed_loses_nothing(processes: RedactingProcesses) -> None:
    """The server does the work itself, and other processes do it the next time."""
    processes.redact(without_codes, MANY)
    killed = running(processes)
    for each in killed:
        os.kill(each, signal.SIGKILL)
    assert processes.redact(without_codes, MANY) == redact_here(without_codes, MANY)
    assert processes.redact(without_codes, MANY) == redact_here(without_codes, MANY)
    assert not {*running(processes)} & {*killed}


PARENT = """
from tests.integration.privacy.test_redacting import MANY, RedactingProcesses, _begin_redacting, running, without_codes
if __name__ == "__main__":
    processes = RedactingProcesses(1, _begin_redacting)
    processes.redact(without_codes, MANY)
    print(*running(processes), flush=True)
    input()
"""


def test_they_end_with_their_parent() -> None:
    """Also where it is killed."""
    with Popen([sys.executable, "-c", PARENT], stdin=PIPE, stdout=PIPE) as parent:  # noqa: S603  (our own module)
        assert parent.stdout is not None
        (child,) = map(int, parent.stdout.readline().split())
        parent.kill()
    wait_until(lambda: not Path(f"/proc/{child}").exists())

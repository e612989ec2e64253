"""Worker processes: replaced when they die, gone when whoever started them is gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from auscult.workers.process_pool import ProcessPool
from tests.waiting import wait_until

pytestmark = pytest.mark.night


def leave_a_trace(folder: str, stop: threading.Event) -> None:
    """What a member does here: say that it lives, wait, say that it was asked to end."""
    mine = Path(folder) / str(os.getpid())
    mine.with_suffix(".up").touch()
    stop.wait()
    mine.with_suffix(".down").touch()


def members(folder: Path, how: str) -> set[int]:
    """Process ids that left a trace."""
    return {int(path.stem) for path in folder.glob(f"*.{how}")}


def lives(pid: int) -> bool:
    """Whether a process of this id runs; one that has ended and is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_who_dies_is_replaced_and_all_end_together(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Killed ones are followed by others, and the log has a line of it; at the end every one that lives is asked, and has ended."""
    with ProcessPool(2, leave_a_trace, str(tmp_path)):
        wait_until(lambda: len(members(tmp_path, "up")) == 2)
        victim = min(members(tmp_path, "up"))
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(members(tmp_path, "up")) == 3)
        alive = members(tmp_path, "up") - {victim}
        line = f"process {victim} (leave_a_trace) was killed by SIGKILL; another takes its place"
        assert line in [record.getMessage() for record in caplog.records]
        os.kill(min(alive), signal.SIGINT)
        time.sleep(0.2)
        assert all(map(lives, alive)), "Ctrl-C in a terminal is for the parent to pass on"
    assert members(tmp_path, "down") == alive
    assert not any(map(lives, members(tmp_path, "up")))


def test_a_crew_does_not_outlive_who_started_it(tmp_path: Path) -> None:
    """Whoever started it is killed without a word: the members are asked to end, and forced to if they still wait."""
    script = (
        "import time\n"
        "from auscult.workers import process_pool\n"
        "from tests.integration.scoring.test_crew import leave_a_trace\n"
        "def stay(*args): process_pool.GOODBYE_S = 0.5; leave_a_trace(*args); time.sleep(600)\n"
        "if __name__ == '__main__':\n"
        f"    with process_pool.ProcessPool(1, stay, {str(tmp_path)!r}):\n"
        "        time.sleep(600)\n"
    )
    (tmp_path / "parent.py").write_text(script, encoding="utf-8")
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, str(tmp_path / "parent.py")], env=here) as parent:  # noqa: S603
        try:
            wait_until(lambda: bool(members(tmp_path, "up")))
        finally:
            parent.kill()
    wait_until(lambda: members(tmp_path, "down") == members(tmp_path, "up"))
    wait_until(lambda: not any(map(lives, members(tmp_path, "up"))))

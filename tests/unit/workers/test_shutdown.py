import signal
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE_S

SCRIPT = """
import signal, sys, threading
from auscult.workers.shutdown import stop_on_signals
stop = threading.Event()
stop_on_signals(stop, is_child={is_child})
print("up", flush=True)
sys.exit(0 if stop.wait({PATIENCE_S}) else 3)
"""


@pytest.mark.parametrize(
    ("is_child", "number", "status"),
    [(False, signal.SIGTERM, 0), (False, signal.SIGINT, 0), (True, signal.SIGTERM, 0), (True, signal.SIGINT, None)],
)
def test_signals_ask_to_end(is_child: bool, number: signal.Signals, status: int | None) -> None:
    """SIGTERM always, Ctrl-C unless a parent passes it on; the process ends by itself, with status 0."""
    command = [sys.executable, "-c", SCRIPT.format(is_child=is_child, PATIENCE_S=PATIENCE_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  (our own words)
        assert process.stdout
        process.stdout.readline()
        process.send_signal(number)
        if status is None:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.terminate()
        assert process.wait(PATIENCE_S) == 0

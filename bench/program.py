"""Runs the installed command, and measures it with everything it starts."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

AUSCULT = Path(sys.executable).with_name("auscult")
LOOK_S = 0.1


class Measured(NamedTuple):
    """Seconds on the clock, seconds of processor time of all processes, their memory together at its most, and the output."""

    wall_s: float
    processor_s: float
    memory_mb: float
    out: bytes


def environment(**settings: str) -> dict[str, str]:
    """The environment with these ``AUSCULT_`` settings and no others."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")}
    return plain | {f"AUSCULT_{name.upper()}": value for name, value in settings.items()}


@contextmanager
def running(*words: str, times: int = 1, **settings: str) -> Iterator[int]:
    """Run ``auscult`` with these words ``times`` times at once, and yield the first one's process id once all are ready.

    They start together: none works alone while another still starts. All end with the context.
    """
    command, settled = [str(AUSCULT), *words], environment(**settings)
    with ExitStack() as stack:
        all_of_them = [
            stack.enter_context(subprocess.Popen(command, env=settled, stdout=subprocess.PIPE))  # noqa: S603
            for _ in range(times)
        ]
        try:
            assert all(each.stdout and each.stdout.readline() for each in all_of_them), "it did not start"
            yield all_of_them[0].pid
        finally:
            for each in all_of_them:
                each.terminate()


def measure(words: Sequence[str], folder: Path, command: Sequence[str] = (str(AUSCULT),), **settings: str) -> Measured:
    """Run a command with these words and ``AUSCULT_`` settings in a folder. Exits where it fails."""
    settled = environment(**settings)
    before, began = os.times(), time.perf_counter()
    with subprocess.Popen([*command, *words], cwd=folder, env=settled, stdout=subprocess.PIPE) as process:  # noqa: S603
        most, used_s = [0.0], dict[int, float]()
        watcher = threading.Thread(target=_watch, args=(process, most, used_s))
        watcher.start()
        out, _ = process.communicate()
        watcher.join()
    wall_s, after = time.perf_counter() - began, os.times()
    if process.returncode:
        sys.exit(f"{' '.join([*command, *words])} failed: {out.decode()}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall_s, max(used, sum(used_s.values())), most[0], out)


def _watch(process: "subprocess.Popen[bytes]", most: list[float], used_s: dict[int, float]) -> None:
    """Record peak memory, and the processor seconds of each process while it runs.

    A process whose exit status is never collected is missing from the totals at the end.
    """
    while process.poll() is None:
        most[0] = max(most[0], memory_mb(process.pid))
        used_s |= {pid: used for pid in family(process.pid) if (used := processor_s(pid))}
        time.sleep(LOOK_S)


def processor_s(pid: int) -> float:
    """Return the seconds of processor time of one process."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def memory_mb(pid: int) -> float:
    """Return the memory of a process and all that come from it."""
    return sum(_resident_mb(each) for each in family(pid))


def family(pid: int) -> list[int]:
    """A process and all that come from it (Linux)."""
    found = [pid]
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [one for number in _read(child).split() for one in family(int(number))]
    return found


def _resident_mb(pid: int) -> float:
    """What a process holds; pages that several hold count in equal parts to each, so that together they count once."""
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:  # it ended meanwhile
        return ""

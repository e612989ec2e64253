"""``systemctl start`` and ``stop`` where no systemd runs: the commands of the units of deploy/systemd, as processes.

    python systemctl.py FOLDER PROGRAMS start|stop UNIT…

FOLDER replaces /var/lib/auscult and has the process ids; PROGRAMS replaces /opt/auscult/bin.
"""

import configparser
import fnmatch
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from tests.waiting import wait_until

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"


def command(unit: str, programs: Path) -> list[str]:
    """Return the command of a unit; an instance has that of its template."""
    name, at, _ = unit.partition("@")
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[method-assign,assignment]
    if not read.read(UNITS / f"{name}{at}.service"):
        sys.exit(f"Unit {unit}.service not found.")
    program, *words = shlex.split(read["Service"]["ExecStart"])
    return [str(programs / Path(program).name), *words]


def start(unit: str, folder: Path, programs: Path) -> None:
    """Start the command of a unit, and wait until it reports that it is ready."""
    log = folder / f"{unit}.log"
    with log.open("w") as output:
        words = command(unit, programs)
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=output)  # noqa: S603  (the units' own words)
    (folder / f"{unit}.pid").write_text(str(process.pid))
    wait_until(lambda: bool(log.read_text()) or process.poll() is not None)
    if process.poll() is not None:
        sys.exit(f"{unit} failed: {log.read_text()}")


def stop(pattern: str, folder: Path, programs: Path) -> None:
    """Stop the units of a pattern by SIGTERM, and wait for their ends."""
    assert command(pattern, programs)
    for path in folder.glob("*.pid"):
        if fnmatch.fnmatch(path.stem, pattern):
            words = Path(f"/proc/{path.read_text()}/cmdline")
            os.kill(int(path.read_text()), signal.SIGTERM)
            wait_until(lambda words=words: not words.exists() or not words.read_text())
            path.unlink()


if __name__ == "__main__":
    folder, programs = map(Path, sys.argv[1:3])
    for unit in (each for each in sys.argv[4:] if not each.endswith(".timer")):  # nothing is due within a page
        {"start": start, "stop": stop}[sys.argv[3]](unit, folder, programs)

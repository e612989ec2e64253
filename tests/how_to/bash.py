"""Blocks in a real shell: in the foreground, with what they define kept for later blocks, or until they are stopped."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.integration.program import AUSCULT, ran
from tests.waiting import PATIENCE_S, wait_until

HEAD = """set -aeuo pipefail
curl() { command curl --fail-with-body "$@"; }
"""
"""Variables and functions of a block are exported, for blocks after it; a request that a server refuses fails the block."""

OF_THE_SHELL = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "BASH_FUNC_curl%%"})


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a shell in which ``auscult`` is this clone's, unless ``given`` has another PATH."""
    here = {"PATH": f"{AUSCULT.parent}{os.pathsep}{os.environ['PATH']}"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")}
    if "VIRTUAL_ENV" in given:
        kept.pop("PYTHONPATH", None)  # an environment of its own does not see the clone
    return kept | here | dict(given)


def run(text: str, folder: Path, given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Run a block to its end; return its output, and the variables and functions that it defined."""
    kept = folder / ".environment"
    before = environment(given)
    script = f"{HEAD}{text}\nenv --null > {kept}\n"
    done = ran(["bash", "-c", script], cwd=folder, env=before, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, f"{text} ended with {done.returncode}: {done.stdout} {done.stderr}"
    after = dict(line.split("=", 1) for line in kept.read_text(encoding="utf-8").split("\0") if line)
    kept.unlink()
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    return done.stdout, {name: value for name, value in changed.items() if name not in OF_THE_SHELL}


class Background:
    """A block that runs until it is stopped, in a group of processes of its own.

    It can be interrupted, as in a terminal: a suite in the background of a script ignores SIGINT, and hands that on.
    """

    def __init__(self, text: str, folder: Path, given: Mapping[str, str]) -> None:
        """Start it."""
        self.text = text
        self._path = folder / ".background"
        with self._path.open("w") as file:
            self._process = subprocess.Popen(  # noqa: S603  (our own pages)
                ["env", "--default-signal=INT", "bash", "-c", HEAD + text],  # noqa: S607  (the reader's own bash)
                cwd=folder,
                env=environment(given),
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All that it printed so far."""
        return self._path.read_text(encoding="utf-8")

    def wait_for(self, pattern: str) -> str:
        """Wait until it has printed this; return the first group, or all that matched."""
        wait_until(lambda: self._process.poll() is not None or bool(re.search(pattern, self.said)))
        found = re.search(pattern, self.said)
        assert found, f"{self.text} ended with {self._process.returncode} before {pattern!r}: {self.said}"
        return found[found.re.groups]

    def stop(self, by: signal.Signals | None, status: int) -> None:
        """Send a signal to all of its processes, as a terminal does for Ctrl-C, and check the status of its end."""
        if by is not None:
            assert self._process.poll() is None, f"{self.text} ended by itself: {self.said}"
            os.killpg(self._process.pid, by)
        ended = self._process.wait(timeout=PATIENCE_S)
        assert ended == status, f"{self.text} ended with {ended}: {self.said}"

    def kill(self) -> None:
        """Kill what is left, so that no test leaves a process."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait()

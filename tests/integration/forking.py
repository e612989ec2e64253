"""A process with every module of the program imported, which forks for each command: what starts need not import.

Run as a program it serves a Unix socket. A request is a JSON object (folder, words, environment) and three files:
standard input, output and error. The answer is the command's process id, then its exit status, each on a line.
"""

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any

AUSCULT = Path(sys.executable).with_name("auscult")
VOLATILE = {"PYTEST_CURRENT_TEST", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
"""Names of the environment that differ between tests, and matter to none: commands keep NumPy to one thread."""


class Forker:
    """The process that forks, as a test sees it."""

    def __init__(self) -> None:
        """Start it; it ends with this process."""
        folder = tempfile.TemporaryDirectory(prefix="auscult-forker-")
        atexit.register(folder.cleanup)
        self._path = f"{folder.name}/socket"
        self._environment = _lasting(os.environ)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self._path)
        listener.listen()
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, __file__, str(listener.fileno())],
            stdin=subprocess.PIPE,
            env={name: value for name, value in environment.items() if not name.startswith("AUSCULT_")},
            pass_fds=[listener.fileno()],
        )
        listener.close()
        atexit.register(self._end)

    def _end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether modules that read this environment when they are imported would find what they found."""
        return _lasting(environment) == self._environment

    def run(
        self,
        folder: Path,
        words: list[str],
        environment: Mapping[str, str],
        files: tuple[IO[Any], ...],
        timeout_s: float,
    ) -> int:
        """Run a command to its end, and return its exit status; after ``timeout_s`` kill it and raise."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(self._path)
            request = json.dumps([str(folder), words, dict(environment)]).encode()
            socket.send_fds(connection, [len(request).to_bytes(8, "big")], [file.fileno() for file in files])
            connection.sendall(request)
            with connection.makefile("rb") as answer:
                pid = int(answer.readline())
                try:
                    return int(answer.readline())
                except TimeoutError:
                    os.kill(pid, signal.SIGKILL)
                    raise subprocess.TimeoutExpired(words, timeout_s) from None


@cache
def forker() -> Forker:
    """The one of this test process."""
    return Forker()


def _lasting(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if not name.startswith("AUSCULT_") and name not in VOLATILE
    }


def _serve(listener: socket.socket) -> None:
    """Fork for every connection until the process that started this one has ended."""
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if 0 in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(connection)
        connection.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _answer(connection: socket.socket) -> None:
    """Run one command in a process of its own, report how it ended, and end."""
    head, files, _, _ = socket.recv_fds(connection, 8, 3)
    request = b""
    while len(request) < int.from_bytes(head, "big"):
        request += connection.recv(1 << 20)
    pid = os.fork()
    if pid == 0:
        connection.close()
        folder, words, environment = json.loads(request)
        _become(folder, words, environment, files)
    connection.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(folder: str, words: list[str], environment: dict[str, str], files: list[int]) -> None:
    """Do what the installed script does, then end as an interpreter ends."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(AUSCULT), *words]
    main = sys.modules["__main__"]
    main.__file__, main.__spec__ = str(AUSCULT), None  # what processes that this one spawns import first
    sys.path[0] = str(AUSCULT.parent)
    status = 0
    try:
        from auscult.cli import main as run  # noqa: PLC0415

        run()
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  (as an interpreter does)
        traceback.print_exc()
        status = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _import_all() -> None:
    """Import every module of the program but migrations, and keep them out of the collections of garbage."""
    import auscult  # noqa: PLC0415

    root = Path(auscult.__file__).parent
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root.parent).with_suffix("").parts
        if parts[-1] != "__main__" and "migrations" not in parts:
            import_module(".".join(parts).removesuffix(".__init__"))
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _import_all()
    _serve(socket.socket(fileno=int(sys.argv[1])))

"""The installed command, run as a user runs it; and conversations to run it on."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from auscult.storage.core.packing import unpack
from tests.integration.forking import AUSCULT, forker
from tests.waiting import PATIENCE_S

TENANT = ("--account", "a-1", "--org", "o-1", "--app", "st-1")

Turns = tuple[tuple[str, str], ...]
POLITE: Turns = (
    ("agent", "Hello, thank you for calling Lakeside Bank, this is Robert. How can I help you?"),
    ("customer", "Hi, I would like to know my balance."),
    ("agent", "May I have your account number please?"),
    ("customer", "It is 4711 0815."),
    ("agent", "One moment please. Your balance is twelve dollars."),
    ("agent", "Is there anything else I can do for you?"),
    ("customer", "No thanks."),
    ("agent", "Thank you for calling, have a nice day. Goodbye!"),
)


class Result(NamedTuple):
    """What a command left: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> Any:
        """The last line of stdout, read as JSON."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def lines(self) -> list[Any]:
        """Every line of stdout, read as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**settings: str) -> dict[str, str]:
    """The environment without settings of ours, but for those given."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AUSCULT_")} | settings


def ran(words: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command with options of ``subprocess.run``; return what it printed, as text."""
    given: dict[str, Any] = {"timeout": 4 * PATIENCE_S, **options}
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **given)  # noqa: S603  (our own words)


def undated(body: bytes) -> bytes:
    """Return a stored row of a report without the time at which it was evaluated."""
    return re.sub(rb'"evaluatedAt":"[^"]+"', b"", unpack(body))


def auscult(folder: Path, *words: str | Path, stdin: str = "", settings: Mapping[str, str] | None = None) -> Result:
    """Run ``auscult`` in a folder, with its database there unless ``words`` or ``settings`` name another."""
    command = [str(AUSCULT), *map(str, words)]
    given = environment(**({"AUSCULT_DATABASE_URL": "sqlite:///test.db"} | dict(settings or {})))
    if forker().fits(given):
        return _forked(folder, command[1:], stdin, given)
    done = subprocess.run(  # noqa: S603  (our own program, our own words)
        command, cwd=folder, env=given, input=stdin, capture_output=True, text=True, check=False, timeout=2 * PATIENCE_S
    )
    return Result(done.returncode, done.stdout, done.stderr)


def _forked(folder: Path, words: list[str], stdin: str, given: Mapping[str, str]) -> Result:
    """The same in a process that is forked with everything imported, which saves a second each time."""
    with TemporaryFile() as entered, TemporaryFile() as out, TemporaryFile() as err:
        entered.write(stdin.encode())
        entered.seek(0)
        status = forker().run(folder, words, given, (entered, out, err), 2 * PATIENCE_S)
        written = []
        for file in (out, err):
            file.seek(0)
            written.append(file.read().decode().replace("\r\n", "\n"))
    return Result(status, *written)


def conversation(name: str, turns: Turns = POLITE, **fields: Any) -> dict[str, Any]:
    """A voice conversation of half a minute, as a native document."""
    spoken = [
        {"id": f"m{at}", "speaker": speaker, "start_ms": 4000 * at, "end_ms": 4000 * at + 3500, "text": text}
        for at, (speaker, text) in enumerate(turns)
    ]
    return {
        "id": name,
        "channel": "voice",
        "started_at": "2026-03-23T10:17:54Z",
        "ended_at": "2026-03-23T10:18:34Z",
        "turns": spoken,
    } | fields


def write(path: Path, *documents: Mapping[str, Any] | str) -> Path:
    """Write an NDJSON file; a text stands as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one) for one in documents]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path

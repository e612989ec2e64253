"""Nothing opens a connection that a user did not configure: not ours, not a library's, not below Python."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.integration.program import AUSCULT, environment, ran
from tests.integration.working import FORM, conversation

pytestmark = pytest.mark.night

HERE = Path(__file__).parent / "offline"
NAMESPACE = ("unshare", "--map-root-user", "--net")
OUTSIDE = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""


def run(folder: Path, *command: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run something in a folder, with the log of the guard there."""
    given = environment(OFFLINE_LOG=str(folder / "log"), AUSCULT_DATABASE_URL="sqlite:///test.db", **more)
    return ran(command, cwd=folder, env=given)


def namespace() -> tuple[str, ...]:
    """What runs a command in a network of its own, where that is allowed."""
    try:
        allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
    except FileNotFoundError:
        allowed = False
    return NAMESPACE if allowed else ()


def test_loading_scoring_and_serving_reach_out_to_nobody(tmp_path: Path) -> None:
    """No look-up of a name, no connection; and where the kernel can count, not one packet that has no way out."""
    chats = [conversation(f"c-{number}", f"hello, number {number}") for number in range(450)]
    (tmp_path / "chats.ndjson").write_bytes(b"\n".join(map(msgspec.json.encode, chats)))
    (tmp_path / "form.yaml").write_bytes(FORM)
    alone = namespace()
    scene = run(tmp_path, *alone, sys.executable, HERE / "scene.py", AUSCULT, "form.yaml")
    assert scene.returncode == 0, scene.stderr
    log = tmp_path / "log"
    assert not log.exists(), log.read_text()
    found = json.loads(scene.stdout.splitlines()[-1])
    if alone:
        assert found == {"alone": True, "lost": 0}


@pytest.mark.parametrize(
    "attempt",
    [
        f"socket.create_connection(('{OUTSIDE}', 9), timeout=1)",
        "socket.getaddrinfo('example.com', 80)",
        f"socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('{OUTSIDE}', 9))",
        "socket.create_connection(('127.0.0.1', 9), timeout=1)",
    ],
)
def test_the_guard_sees_who_reaches_out(tmp_path: Path, attempt: str) -> None:
    """The proof can fail: each way out is refused and written down."""
    tried = run(tmp_path, sys.executable, "-c", f"import socket; {attempt}", PYTHONPATH=str(HERE))
    assert "PermissionError: this test lets nothing out" in tried.stderr
    assert (tmp_path / "log").read_text().count("socket.") == 1


def test_the_kernel_counts_what_goes_past_python(tmp_path: Path) -> None:
    """The other proof can fail as well: a connection below Python is counted."""
    alone = namespace()
    if not alone:
        pytest.skip("no network namespace can be made here (unshare)")
    script = (
        "import runpy, ctypes, socket\n"
        f"scene = runpy.run_path({str(HERE / 'scene.py')!r})\n"
        "scene['loopback_up']()\n"
        "before = scene['packets_without_a_way']()\n"
        f"address = bytes([2, 0, 0, 9]) + socket.inet_aton('{OUTSIDE}') + bytes(8)\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.connect(libc.socket(2, 1, 0), address, 16)\n"
        "print(scene['packets_without_a_way']() - before)\n"
    )
    counted = run(tmp_path, *alone, sys.executable, "-c", script)
    assert counted.stdout == "1\n", counted.stderr
    assert not (tmp_path / "log").exists()

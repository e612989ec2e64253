"""Programs that kill themselves at a chosen moment, as code for ``python -c``."""

import signal
import subprocess
import sys

DIE = """
import os, signal
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
def after(kind, name):
    real = getattr(kind, name)
    def call(*args, **kwargs):
        real(*args, **kwargs)
        die()
    setattr(kind, name, call)
"""
"""Two functions for such a program: ``die`` kills it, ``after(kind, name)`` has it killed once a method has returned."""


def run_until_killed(program: str, *arguments: str, given: bytes = b"") -> None:
    """Run a program that begins with ``DIE``, with ``given`` as its input; fail unless it was killed."""
    ended = subprocess.run(  # noqa: S603  (no shell)
        [sys.executable, "-c", program, *arguments], check=False, capture_output=True, timeout=120, input=given
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()

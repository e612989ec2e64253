"""Verdicts to the letter: the same one at a time and together, and on a processor without vector units."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from bench.quality.verdicts import conversations_in, verdict_lines

ROOT = Path(__file__).parents[2]
SOURCES = (
    ROOT / "examples" / "conversations",
    ROOT / "examples" / "forms" / "calls.ndjson",
    ROOT / "examples" / "vcon",
)
TOGETHER = 250

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def found() -> list[bytes]:
    """Every verdict and insight, as many conversations as fit into one batch together."""
    return list(verdict_lines(conversations_in(SOURCES), at_a_time=TOGETHER))


@pytest.mark.landing
def test_one_at_a_time(found: list[bytes]) -> None:
    """A batch of one gives the same as a batch of many."""
    assert list(verdict_lines(conversations_in(SOURCES), at_a_time=1)) == found


def test_without_vector_units(found: list[bytes]) -> None:
    """A process whose numpy may not use the processor's vector units gives the same lines."""
    numpy = import_module("numpy._core._multiarray_umath")
    units = " ".join(unit for unit in numpy.__cpu_dispatch__ if numpy.__cpu_features__[unit])
    command = [sys.executable, "-W", "ignore", "-m", "bench.quality.verdicts", *map(str, SOURCES)]
    environment = {
        **os.environ,
        "NPY_DISABLE_CPU_FEATURES": units,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=300, check=True)  # noqa: S603 our own
    assert ran.stdout.splitlines() == found

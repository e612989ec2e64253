"""The tutorial runs as it stands, from its first command to its last."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.installing import cloning
from tests.integration.program import AUSCULT, environment
from tests.waiting import PATIENCE_S, fixed_port

pytestmark = pytest.mark.night

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
PORT = "8499"


def test_every_command_of_the_tutorial_does_what_it_says(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its blocks are one session; the claims in it (a score of 75, of 100) are checked by its own greps."""
    blocks = re.findall(
        r"^```(?:bash|console)\n(.*?)^```", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    script = "set -euo pipefail\n" + "\n".join(blocks)
    for shown, here in {PORT: str(fixed_port()), **cloning(tmp_path_factory)}.items():
        script = script.replace(shown, here)
    given = environment(PATH=f"{AUSCULT.parent}{os.pathsep}{os.environ['PATH']}", HOME=str(tmp_path))
    done = subprocess.run(  # noqa: S603  (our own tutorial)
        ["bash", "-c", script],  # noqa: S607  (the reader's own bash)
        cwd=tmp_path,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=6 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert '"em-empathy": "NO"' in done.stdout.replace("'", '"')
    assert "broken.yaml:9: metrics: weights total 90" in done.stdout
    assert '"unchanged":1' in done.stdout
    assert "ef-cards version 2 is in force for st-cards" in done.stdout
    assert "macro kappa" in done.stdout

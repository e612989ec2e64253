"""Each tutorial runs as it stands, from its first command to its last."""

import os
import re
from pathlib import Path

import pytest

from tests.installing import cloning
from tests.integration.program import AUSCULT, environment, ran
from tests.waiting import PATIENCE_S, fixed_port

pytestmark = pytest.mark.night

DOCS = Path(__file__).parents[2] / "docs"
PORT = "8499"
SAID = {
    "tutorial": ["'em-empathy': 'NO'", "weights total 90", "'unchanged':1", "2 is in force", "macro kappa"],
    "tutorial-ai-agents": ["ai-kept: it is said to be done, and the call failed", "exit status 1", "exit status 3"],
}
"""What the commands of each page print, beyond its own greps; quotes are single ones."""


@pytest.mark.parametrize("page", SAID)
def test_every_command_of_a_tutorial_does_what_it_says(
    page: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its blocks are one session."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:bash|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    script = "set -euo pipefail\n" + "\n".join(blocks)
    for shown, here in {PORT: str(fixed_port()), **cloning(tmp_path_factory)}.items():
        script = script.replace(shown, here)
    given = environment(PATH=f"{AUSCULT.parent}{os.pathsep}{os.environ['PATH']}", HOME=str(tmp_path))
    done = ran(["bash", "-c", script], cwd=tmp_path, env=given, timeout=6 * PATIENCE_S)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    printed = done.stdout.replace('"', "'")
    assert [words for words in SAID[page] if words not in printed] == []

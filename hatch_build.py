"""Writes the commit that a wheel is built from into it, for ``auscult --version``."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds ``auscult/commit.txt`` where the commit is known: from SOURCE_COMMIT, or from git."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Note the commit; an editable install asks the clone itself."""
        commit = os.environ.get("SOURCE_COMMIT") or self._head()
        if not commit or version == "editable":
            return
        self._folder = TemporaryDirectory()
        note = Path(self._folder.name) / "commit.txt"
        note.write_text(commit + "\n", encoding="utf-8")
        build_data["force_include"][str(note)] = "auscult/commit.txt"

    def _head(self) -> str:
        try:
            done = subprocess.run(  # noqa: S603
                ["git", "-C", self.root, "rev-parse", "HEAD"],  # noqa: S607  (whichever git there is)
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

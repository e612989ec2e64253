"""Puts the modules of ``auscult.client`` into the wheel as ``auscult_client``, a package that no other wheel has.

A package of its own, because two distributions must not own one file: removing one would break the other.
"""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "auscult_client"
LEFT_OUT = frozenset({"simulator.py", "sse.py"})
"""The simulator of live conversations: it needs the nouns of the domain, and only ``auscult simulate`` uses it."""
NAMES = (
    (r"\bauscult\.client\b", PACKAGE),
    (r"\bauscult\.domain\.errors\b", f"{PACKAGE}.errors"),
    (r"\bauscult\[", "auscult-client["),
)
"""Patterns of names in the modules -> their names in the light distribution."""


class ClientHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the package, the licence, and the mark that it has types."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the interface's own)
        """Copy the modules under their new names. Raises ``ValueError`` where one needs more of ``auscult``."""
        root = Path(self.root).parent
        source = root / "src" / "auscult"
        self._folder = TemporaryDirectory()
        package = Path(self._folder.name) / PACKAGE
        package.mkdir()
        modules = [path for path in (source / "client").glob("*.py") if path.name not in LEFT_OUT]
        for path in [*modules, source / "domain" / "errors.py"]:
            text = path.read_text(encoding="utf-8")
            for name, new in NAMES:
                text = re.sub(name, new, text)
            if found := re.search(r"^\s*(?:from|import) auscult\b.*$", text, re.MULTILINE):
                raise ValueError(
                    f"{path}: '{found[0].strip()}' is not part of {PACKAGE}; it may import domain.errors only"
                )
            (package / path.name).write_text(text, encoding="utf-8")
        shutil.copy(source / "py.typed", package)
        build_data["force_include"][str(package)] = PACKAGE
        build_data["force_include"][str(root / "LICENSE")] = f"{PACKAGE}/LICENSE"

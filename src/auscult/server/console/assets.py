"""The console's own files: styles, scripts, images and fonts, each under an address that names its content.

Styles are served as one file: the parts stand in ``static/css`` and are joined in one order.
"""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from msgspec import Struct

STYLE = "console.css"
_ORDER = (
    "fonts",
    "tokens",
    "elements",
    "frame",
    "controls",
    "surfaces",
    "tables",
    "verdicts",
    "charts",
    "transcript",
    "player",
    "states",
)
_LAST = ("narrow",)
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
        "txt": "text/plain; charset=utf-8",
        "woff2": "font/woff2",
    }
)
_FOLDERS = ("fonts", "images", "js", "vendor")


class Asset(Struct, frozen=True):
    """One file as it is served."""

    content: bytes
    media_type: str


class Assets:
    """All files of the console, read once. ``version`` changes with any of them."""

    def __init__(self, found: Mapping[str, Asset]) -> None:
        """Keep the files by their paths."""
        self._found = dict(found)
        digest = hashlib.blake2b(digest_size=6)
        for path, asset in sorted(self._found.items()):
            digest.update(path.encode() + b"\0" + asset.content)
        self.version = digest.hexdigest()

    def get(self, path: str) -> Asset | None:
        """Return the file at a path, or None."""
        return self._found.get(path)

    def paths(self) -> list[str]:
        """Return every path, sorted."""
        return sorted(self._found)


def read_assets() -> Assets:
    """Read the files from the package."""
    static = files("auscult.server.console") / "static"
    found = {STYLE: Asset(_style(static / "css"), _TYPES["css"])}
    for folder in _FOLDERS:
        for each in (static / folder).iterdir():
            suffix = each.name.rpartition(".")[2]
            if each.is_file() and suffix in _TYPES:
                found[f"{folder}/{each.name}"] = Asset(each.read_bytes(), _TYPES[suffix])
    return Assets(found)


def _style(folder: Traversable) -> bytes:
    """Join the style's parts: components in their order, then pages, then what changes where it is narrow."""
    pages = sorted(each.name for each in folder.iterdir() if each.name.startswith("page-"))
    names = [*(f"{name}.css" for name in _ORDER), *pages, *(f"{name}.css" for name in _LAST)]
    parts = [(folder / name).read_text(encoding="utf-8") for name in names]
    return "\n".join(parts).replace('url("../fonts/', 'url("fonts/').encode()

"""The console's own files: styles, scripts, images and fonts, each under an address that names its content.

Styles are served as one file: the parts in ``static/css`` are joined in a fixed order. The agent's page, in
``static/assist``, has a style of its own over the same tokens and faces.
"""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from msgspec import Struct

STYLE = "console.css"
ASSIST_STYLE = "assist.css"
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
    "trend",
    "transcript",
    "player",
    "states",
)
_LAST = ("narrow",)
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "css": "text/css",
        "js": "text/javascript",
        "svg": "image/svg+xml",
        "txt": "text/plain",
        "woff2": "font/woff2",
    }
)
_FOLDERS = ("assist", "fonts", "images", "js", "vendor")
_ASSIST = ("css/fonts.css", "css/tokens.css", "assist/assist.css")


class Asset(Struct, frozen=True):
    """A file as served."""

    content: bytes
    media_type: str


class Assets:
    """All files of the console, read once. ``version`` changes with any of them."""

    def __init__(self, found: Mapping[str, Asset]) -> None:
        """Store the files by their paths."""
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
    found = {
        STYLE: Asset(_style(static / "css"), _TYPES["css"]),
        ASSIST_STYLE: Asset(_joined([static / name for name in _ASSIST]), _TYPES["css"]),
    }
    for folder in _FOLDERS:
        for each in (static / folder).iterdir():
            suffix = each.name.rpartition(".")[2]
            if each.is_file() and suffix in _TYPES and each.name != ASSIST_STYLE:
                found[f"{folder}/{each.name}"] = Asset(each.read_bytes(), _TYPES[suffix])
    return Assets(found)


def _style(folder: Traversable) -> bytes:
    """Join the parts of the style: components in their order, then pages, then the rules for narrow windows."""
    pages = sorted(each.name for each in folder.iterdir() if each.name.startswith("page-"))
    names = [*(f"{name}.css" for name in _ORDER), *pages, *(f"{name}.css" for name in _LAST)]
    return _joined([folder / name for name in names])


def _joined(parts: Iterable[Traversable]) -> bytes:
    """Join parts of a style into a file above their folders."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    return text.replace('url("../fonts/', 'url("fonts/').encode()

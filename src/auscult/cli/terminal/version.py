"""The version, with the commit that it was built from where that is known."""

from importlib.resources import files
from pathlib import Path

from auscult import __version__

_SHORT = 10


def version_line() -> str:
    """Return ``auscult 0.3.0 (commit 1a2b3c4d5e)``, without the commit where none is known."""
    commit = built_from() or _checked_out(Path(__file__).parents[4])
    return f"auscult {__version__}" + (f" (commit {commit[:_SHORT]})" if commit else "")


def built_from() -> str:
    """Return the commit that a wheel was built from, as hatch_build.py writes it; empty in a clone."""
    note = files("auscult") / "commit.txt"
    return note.read_text(encoding="utf-8").strip() if note.is_file() else ""


def _checked_out(clone: Path) -> str:
    """Return the commit of a clone without running git; empty where this is none."""
    git = clone / ".git"
    try:
        if git.is_file():  # a further worktree
            git = clone / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        name = head.removeprefix("ref: ")
        if name == head:
            return head
        common = git / "commondir"
        shared = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
        loose = shared / name
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip()
        packed = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")

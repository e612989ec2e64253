"""A version of a pack never changes: a form that was published with it keeps its meaning."""

import hashlib
from pathlib import Path

import msgspec

from auscult.wording import available, pack, versions

KNOWN = Path(__file__).parent / "versions.txt"


def fingerprint(reference: str) -> str:
    """Return a checksum of what a pack's lines match; words of explanation do not count."""
    readings = [msgspec.structs.replace(reading, says="") for reading in pack(reference).readings]
    return hashlib.sha256(msgspec.json.encode(readings)).hexdigest()[:16]


def test_every_version_is_as_it_was() -> None:
    """A changed pack needs a new version, and the old one stays; a new version is added to versions.txt."""
    known = dict(line.split() for line in KNOWN.read_text("utf-8").splitlines())
    references = [f"{name}@{version}" for name in available() for version in versions(name)]
    assert {reference: fingerprint(reference) for reference in references} == known

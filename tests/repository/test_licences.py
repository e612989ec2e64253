"""The licences of what is installed: listed, and refused where one does not fit."""

import json
from pathlib import Path

import pytest

from tests.data_files import data_of
from tools import licences


def test_the_list_is_up_to_date() -> None:
    """`make licences` writes docs/reference/licences.md again; every licence in it fits."""
    found = licences.packages()
    assert {"cryptography", "sqlalchemy", "opentelemetry-sdk"} <= {each.name for each in found}
    assert [each for each in found if not each.fits] == []
    assert licences.PAGE.read_text(encoding="utf-8") == "\n".join(licences.page(found))


@pytest.mark.parametrize(("licence", "fits"), data_of(__file__, "licences_that_fit"))
def test_licences_that_fit(licence: str, fits: bool) -> None:
    """One of the alternatives is enough; all of those that apply together must fit."""
    assert licences.Package("p", "1", licence, "auscult").fits == fits


def test_a_licence_that_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the package, its licence and what needs it; nothing is written."""
    monkeypatch.setattr(licences, "packages", lambda: [licences.Package("bad", "1", "GPL", "good")])
    assert licences.main() == 1
    assert "bad 1: licence 'GPL' does not fit; needed by good" in capsys.readouterr().err


def test_the_bill_of_materials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """CycloneDX with an address for each package."""
    monkeypatch.setattr(licences, "SBOM", tmp_path / "build" / "sbom.json")
    monkeypatch.setattr(licences, "PAGE", tmp_path / "licences.md")
    monkeypatch.setattr("sys.argv", ["licences"])
    assert licences.main() == 0
    document = json.loads(licences.SBOM.read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert all(each["purl"].startswith("pkg:pypi/") and each["licenses"] for each in document["components"])

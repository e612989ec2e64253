"""``auscult log seal``, ``verify --log``, ``holds``, ``erase`` and ``retention``: every command, and what it leaves."""

from pathlib import Path

import pytest

from tests.integration.program import TENANT, auscult, conversation, write

pytestmark = pytest.mark.night


def test_the_log_is_checked_against_the_second_place(tmp_path: Path) -> None:
    """Seals are sent to the file of the setting, and a log that was cut back afterwards is not whole."""
    settings = {"AUSCULT_SEALS_TO": str(tmp_path / "seals.ndjson")}
    for mode in ("mask", "token"):
        assert auscult(tmp_path, "apps", "set", "--redaction", mode, *TENANT, settings=settings).status == 0
        assert auscult(tmp_path, "log", "seal", settings=settings).out == "1 seal made\n"
    assert auscult(tmp_path, "verify", "--log", settings=settings).status == 0
    first = (tmp_path / "seals.ndjson").read_text().splitlines()
    (tmp_path / "seals.ndjson").write_text("\n".join([*first, first[-1].replace('"seal":2', '"seal":3')]) + "\n")
    cut = auscult(tmp_path, "verify", "--log", settings=settings)
    assert cut.status == 1
    assert "seal 3 up to entry 2 is known elsewhere and missing: the tail was cut" in cut.out


def test_a_customer_is_erased_with_a_certificate(tmp_path: Path) -> None:
    """Listed first, erased with --run, kept where a hold is; retention previews before it runs."""
    write(tmp_path / "calls.ndjson", *(conversation(f"c-{n}", customer={"id": f"u-{n % 2}"}) for n in range(4)))
    assert auscult(tmp_path, "load", "calls.ndjson", *TENANT).status == 0
    app = ("--app", "st-1")
    hold = ("--kind", "conversation", "--value", "c-2", "--reason", "case 7")
    placed = auscult(tmp_path, "holds", "place", *hold, *app, "--json").last
    assert (placed["number"], placed["kind"], placed["value"]) == (1, "conversation", "c-2")
    assert auscult(tmp_path, "erase", "--customer", "u-0", *app).out.endswith("1 to erase, 1 held\n")
    certificate = auscult(tmp_path, "erase", "--customer", "u-0", "--run", *app, "--json").last
    assert (certificate["erased"], certificate["held"], certificate["kind"]) == (1, 1, "erasure")
    assert auscult(tmp_path, "retention", "set", "--days", "1", *app).status == 0
    preview = auscult(tmp_path, "retention", "preview", *app, "--json").last
    assert (preview["erasable"], preview["held"]) == (2, 1)
    assert auscult(tmp_path, "holds", "lift", "1", "--reason", "over", *app).status == 0
    assert auscult(tmp_path, "retention", "run", *app, "--json").last["erased"] == 3
    assert auscult(tmp_path, "verify").status == 0
    assert auscult(tmp_path, "verify", "--log").status == 0

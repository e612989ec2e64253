"""A card number planted everywhere: found in no file that commands leave behind."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import TENANT, auscult, conversation, write

pytestmark = pytest.mark.night

CARD, GROUPS = "4539148803436467", "4539 1488 0343 6467"
SAID = "four five three nine one four double eight oh three four three six four six seven"
TRACES = (CARD, GROUPS, "4539 1488", "0343 6467", "four double eight oh", "Lovelace", "ada@example.com", "555-0143")
TALK = (
    ("agent", "Hello, my name is Robert, how can I help you?"),
    ("customer", "Hi, this is Ada Lovelace, my e-mail is ada@example.com and my phone 202-555-0143."),
    ("agent", "May I have your card number?"),
    ("customer", "4539 1488"),
    ("agent", "Go on."),
    ("customer", "0343 6467"),
    ("agent", f"So that is {GROUPS}?"),
    ("customer", f"Yes, {SAID}."),
)


def planted(name: str) -> dict[str, Any]:
    """A native document with the card in talk, name and fields."""
    return conversation(
        name,
        TALK,
        customer={"id": "u-1", "name": f"Ada Lovelace {CARD}"},
        custom_fields={"paid_with": GROUPS, "note": f"card {CARD}"},
        contact={"meta_info": {"card": int(CARD)}, "disposition_remarks": [f"card {GROUPS}"]},
    )


def vcon() -> dict[str, Any]:
    """A vCon with the card in a party's name and in its dialog."""
    said = [
        {
            "type": "text",
            "start": "2026-03-23T10:00:00Z",
            "parties": [0],
            "body": "may i have your card number",
            "encoding": "none",
        },
        {"type": "text", "start": "2026-03-23T10:00:09Z", "parties": [1], "body": f"sure {GROUPS}", "encoding": "none"},
    ]
    parties = [
        {"name": "Robert", "role": "agent"},
        {"name": f"Lovelace {CARD}", "role": "customer", "tel": "+12025550143"},
    ]
    return {"vcon": "0.0.1", "uuid": "0195c0ab-0000-8000-8000-000000000001", "created_at": "2026-03-23T10:00:00Z",
            "parties": parties, "dialog": said}  # fmt: skip


def test_a_planted_card_is_in_no_file_that_is_left(tmp_path: Path) -> None:
    """Database, rejects, exports and the log: none holds a trace; only the input does."""
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "calls.ndjson", planted("c-1"), "{broken " + json.dumps(planted("c-2")), planted("c-3"))
    (tmp_path / "in" / "one.vcon.json").write_text(json.dumps(vcon()))
    assert auscult(tmp_path, "apps", "set", "--redaction", "mask", *TENANT).status == 0
    assert auscult(tmp_path, "forms", "apply", "starter", *TENANT).status == 0
    loaded = auscult(tmp_path, "load", "in/calls.ndjson", "in/one.vcon.json", "--app", "st-1", "--json")
    assert (loaded.last["accepted"], loaded.last["scored"], loaded.last["rejected"]) == (3, 3, 1), loaded
    for table in ("conversations", "evidence"):
        assert auscult(tmp_path, "export", table, "--app", "st-1", "--out", "out", "--format", "ndjson").status == 0
    said = auscult(tmp_path, "log", "export").out + loaded.out + loaded.err
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "in"]
    assert {path.suffix for path in left} >= {".db", ".ndjson"}
    for trace in TRACES:
        assert trace not in said
        assert [path for path in left if trace.encode() in path.read_bytes()] == [], trace
    assert "data.exported" in said
    assert auscult(tmp_path, "verify", "--log").out == "the access log is whole\n"
    assert auscult(tmp_path, "verify").status == 0


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
    placed = auscult(tmp_path, "holds", "place", "--kind", "conversation", "--value", "c-2", "--reason", "case 7", *app)
    assert (placed.status, placed.out.splitlines()[0].split()) == (0, ["number", "1"])
    assert auscult(tmp_path, "erase", "--customer", "u-0", *app).out.endswith("1 to erase, 1 held\n")
    certificate = auscult(tmp_path, "erase", "--customer", "u-0", "--run", *app, "--json").last
    assert (certificate["erased"], certificate["held"], certificate["kind"]) == (1, 1, "erasure")
    assert auscult(tmp_path, "retention", "set", "--days", "1", *app).status == 0
    assert auscult(tmp_path, "retention", "preview", *app).out.endswith("erasable  2\nheld      1\n")
    assert auscult(tmp_path, "holds", "lift", "1", "--reason", "over", *app).status == 0
    assert auscult(tmp_path, "retention", "run", *app, "--json").last["erased"] == 3
    assert auscult(tmp_path, "verify").status == 0
    assert auscult(tmp_path, "verify", "--log").status == 0

"""Files of other vendors' formats: read with their siblings, refusals written down."""

import json
from pathlib import Path

import pytest

from auscult.domain.errors import RequestError
from auscult.formats import Limits
from auscult.services.scoring.intake.mapped import mapped_conversations
from auscult.services.scoring.intake.read import RejectsWriter

GOLDEN = Path(__file__).parents[4] / "golden" / "connectors"
HERE = ("st-1", Limits())


def test_a_folder_with_its_siblings(tmp_path: Path) -> None:
    """Transcripts of a batch are found below the folder, and are no conversations themselves."""
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects:
        read = list(mapped_conversations([GOLDEN / "kore-express"], ("kore-express", {}), HERE, rejects))
    assert [one.custom_id for one in read] == ["v-1", "ch-1"]
    assert rejects.count == 0


def test_refusals_are_written_with_their_position(tmp_path: Path) -> None:
    """A path that leads out of the folder is a file that is not there."""
    text = "conversationId,conversationStartTime,channelType,recordingType,transcriptPath\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "out.json").write_text("{}")
    (tmp_path / "in" / "b.csv").write_text(f"{text}v-1,2026-03-23T10:00:00Z,voice,transcription,../out.json\n")
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects:
        assert list(mapped_conversations([tmp_path / "in"], ("kore-express", {}), HERE, rejects)) == []
    (line,) = (tmp_path / "rejects.ndjson").read_text().splitlines()
    assert (json.loads(line)["line"], json.loads(line)["field"]) == (2, "transcriptPath")


def test_audits_are_refused(tmp_path: Path) -> None:
    """None is taken in yet, and none is lost silently."""
    name = "amazon-connect-evaluations"
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects:
        assert list(mapped_conversations([GOLDEN / name], (name, {}), HERE, rejects)) == []
    (line,) = (tmp_path / "rejects.ndjson").read_text().splitlines()
    assert json.loads(line)["field"] == "evaluation ev-1"
    assert "evaluations by people are taken in by a connector alone" in line


def test_unknown_formats_are_refused(tmp_path: Path) -> None:
    """With those that there are."""
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects, pytest.raises(RequestError, match="one of: native"):
        list(mapped_conversations([GOLDEN], ("fax", {}), HERE, rejects))


def test_the_reason_for_a_table_in_another_encoding_is_whole(tmp_path: Path) -> None:
    """The program's own words pass no redactor: "UTF-8" and "byte" are not security codes (F-2)."""
    (tmp_path / "t.csv").write_bytes("id;speaker;text\n1;agent;grüß dich\n".encode("latin-1"))
    with RejectsWriter(tmp_path / "rejects.ndjson") as rejects:
        assert list(mapped_conversations([tmp_path / "t.csv"], ("described", {}), HERE, rejects)) == []
    line = json.loads((tmp_path / "rejects.ndjson").read_text())
    assert line["reason"] == "this is not UTF-8: byte 0xfc at position 26; save the CSV as UTF-8"

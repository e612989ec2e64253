"""Records of scored conversations: loaded, they are stored as if the conversations had been judged in the database."""

import io
import pickle
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import ConflictError, FormatError, RequestError
from auscult.domain.form import Form
from auscult.domain.privacy.settings import PrivacySettings
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.intake.scored import ScoredLoad
from auscult.services.scoring.records import ScoredRecord, encode_records, read_records
from auscult.services.scoring.score import lines_and_records, score_group_recorded
from auscult.storage import Store, migrate, new_secret_key, open_store
from tests.golden.rendering import HERE
from tests.golden.storing import NEVER_ANALYSED, TENANT, conversations, process, publish, rows

FORMS = tuple(f"rawdata.{name}.yaml" for name in ("voice-inbound", "voice-outbound", "chat-inbound", "public"))
DAY = {"startDate": "2026-03-23 10:17:54", "endDate": "2026-03-23 23:00:35", "include_below_threshold": True}


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A folder of results, of two shards."""
    read = conversations("rawdata")
    forms = [read_form((HERE / name).read_bytes()) for name in FORMS]
    (tmp_path / "_records").mkdir()
    for at, some in enumerate((read[:2], read[2:])):
        packed = score_group_recorded(some, forms, NEVER_ANALYSED, datetime(2026, 3, 24, tzinfo=UTC))
        (tmp_path / "_records" / f"{at}.ndjson.records").write_bytes(lines_and_records(packed)[1])
    return tmp_path


def load(store: Store, folder: Path) -> tuple[int, int]:
    """Load; return how many were accepted and how many were there before."""
    intake = ScoredLoad(store.within(TENANT), store.work, REPORTS, lambda _done, _total: None).ingest(folder)
    return intake.accepted, intake.unchanged


def test_reports_equal_those_of_judging(store: Store, scored: Path, tmp_path: Path) -> None:
    """Row for row; the second load changes nothing, and no batch is left."""
    publish(store, *FORMS)
    assert load(store, scored) == (4, 0)
    assert load(store, scored) == (4, 4)
    assert store.batches.waiting() == []
    migrate(f"sqlite:///{tmp_path / 'judged.db'}")
    with closing(open_store(f"sqlite:///{tmp_path / 'judged.db'}", new_secret_key())) as judged:
        publish(judged, *FORMS)
        process(judged, conversations("rawdata"))
        for report in ("rawdata", "scorereporting"):
            assert rows(store, report, **DAY) == rows(judged, report, **DAY)


def test_forms_are_compared_by_what_they_mean(store: Store, tmp_path: Path) -> None:
    """Loaded where settings have their defaults filled in and an assignment has its own pass score (rule 7)."""
    in_force = _with_pass_score("97")
    store.ensure(TENANT)
    store.within(TENANT).forms.publish("ef-voice", in_force)
    elsewhere = pickle.loads(pickle.dumps(read_form(in_force)))  # noqa: S301  (as a worker process gets it)
    calls = [one for one in conversations("rawdata") if one.channel == "voice"]
    _score(tmp_path, calls, [elsewhere])
    assert load(store, tmp_path) == (len(calls), 0)
    assert store.batches.waiting() == []


@pytest.mark.parametrize("pass_score", ["96", "70"])
def test_another_pass_score_of_an_assignment_is_another_form(store: Store, tmp_path: Path, pass_score: str) -> None:
    """It decides who passes; that it equals the pass score of the form elsewhere does not help."""
    store.ensure(TENANT)
    store.within(TENANT).forms.publish("ef-voice", _with_pass_score("97"))
    _score(tmp_path, conversations("rawdata")[:1], [read_form(_with_pass_score(pass_score))])
    with pytest.raises(RequestError, match="publish it first"):
        load(store, tmp_path)


def _with_pass_score(pass_score: str) -> bytes:
    form = yaml.safe_load((HERE / FORMS[0]).read_bytes())
    form["id"] = "ef-voice"
    form["assignments"] = [{"queue": "*", "pass_score": int(pass_score)}]
    return yaml.safe_dump(form).encode()


def _score(folder: Path, calls: Sequence[Conversation], forms: Sequence[Form]) -> None:
    packed = score_group_recorded(calls, forms, NEVER_ANALYSED, datetime(2026, 3, 24, tzinfo=UTC))
    (folder / "_records").mkdir()
    (folder / "_records" / "a.ndjson.records").write_bytes(lines_and_records(packed)[1])


def test_a_load_that_was_cut_off_goes_on(store: Store, scored: Path) -> None:
    """Conversations that were accepted, and not recorded, are recorded by the next load."""
    publish(store, *FORMS)
    store.within(TENANT).conversations.accept(conversations("rawdata")[:3])
    assert load(store, scored) == (4, 3)
    assert len(rows(store, "rawdata", **DAY)) == 4
    assert store.batches.waiting() == []


def test_what_cannot_be_loaded_is_refused(store: Store, scored: Path, tmp_path: Path) -> None:
    """A form that the app does not have, an app that redacts, a folder without records, a file that is cut off."""
    publish(store, FORMS[0])
    with pytest.raises(RequestError, match="publish it first"):
        load(store, scored)
    publish(store, *FORMS[1:])
    (tmp_path / "none").mkdir()
    with pytest.raises(RequestError, match="there are no records of scores"):
        load(store, tmp_path / "none")
    file = scored / "_records" / "1.ndjson.records"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(FormatError, match="cut off"):
        load(store, scored)
    store.within(TENANT).privacy.change(PrivacySettings(redaction="mask"))
    with pytest.raises(ConflictError, match="load the conversations themselves"):
        load(store, scored)


def test_records_are_read_as_they_were_written(scored: Path) -> None:
    """The form is stored once in a block; nothing for no records."""
    (group,) = list(read_records(io.BytesIO((scored / "_records" / "0.ndjson.records").read_bytes())))
    again = list(read_records(io.BytesIO(encode_records(group))))
    assert again == [group]
    changed = [ScoredRecord(one.conversation, replace(one.evaluation, form=None, results=()), None) for one in group]
    assert list(read_records(io.BytesIO(encode_records(changed)))) == [changed]
    assert encode_records([]) == b""

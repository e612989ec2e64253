"""``auscult score`` of shards: one file of results for each, whole or absent, the same rows as without shards."""

import fcntl
import gzip
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.program import AUSCULT, auscult, conversation, environment, write
from tests.waiting import wait_until

pytestmark = pytest.mark.night

NDJSON = ("a.ndjson", "b.ndjson", "deeper/c.ndjson")


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Three shards of two conversations, one of them in a folder of its own."""
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    for at, name in enumerate(NDJSON):
        write(tmp_path / "in" / name, conversation(f"c-{at}-1"), conversation(f"c-{at}-2", channel="chat"))
    return tmp_path / "in"


def lines(file: Path) -> list[Any]:
    """The rows of a result."""
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.landing
def test_each_shard_has_a_file_of_its_name_with_the_rows_of_score(tmp_path: Path, shards: Path) -> None:
    """Row for row what ``auscult score`` prints for the same file; what is no shard is passed over."""
    (shards / "_state").mkdir()
    write(shards / "_state" / "x.ndjson", conversation("c-state"))
    (shards / "readme.txt").write_text("not a shard")
    done = auscult(tmp_path, "score", "in", "--out", "out")
    assert (done.status, done.err) == (0, "")
    assert done.out == "3 shards: 3 scored; 6 conversations scored into out\n"
    for name in NDJSON:
        assert lines(tmp_path / "out" / name) == auscult(tmp_path, "score", f"in/{name}").lines
    kept = {file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*") if file.is_file()}
    beside = {beside for name in NDJSON for beside in (f"_state/{name}.json", f"_records/{name}.records")}
    assert kept == {*NDJSON, *beside}


def test_finished_shards_are_skipped_until_something_changes(tmp_path: Path, shards: Path) -> None:
    """A changed shard is scored again; so is everything with another form."""
    auscult(tmp_path, "score", "in", "--out", "out")
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in NDJSON}
    assert "3 finished before; 0 conversations" in auscult(tmp_path, "score", "in", "--out", "out").out
    write(shards / "b.ndjson", conversation("c-new"))
    assert "1 scored, 2 finished before; 1 conversation scored" in auscult(tmp_path, "score", "in", "--out", "out").out
    assert {name for name in NDJSON if (tmp_path / "out" / name).stat().st_mtime_ns != before[name]} == {"b.ndjson"}
    starter = auscult(tmp_path, "forms", "show", "ef-starter-voice").out
    (tmp_path / "form.yaml").write_text(starter)
    assert "3 scored;" in auscult(tmp_path, "score", "in", "--form", "form.yaml", "--out", "out").out


@pytest.mark.usefixtures("shards")
@pytest.mark.parametrize("parts", [("1/2", "2/2"), ("0/2", "1/2")])
def test_parts_cover_every_shard_once(tmp_path: Path, parts: tuple[str, ...]) -> None:
    """Whether a scheduler counts from 1 or from 0."""
    told = [auscult(tmp_path, "score", "in", "--out", "out", "--shard", part).out for part in parts]
    assert sorted(text.partition(":")[0] for text in told) == ["1 shard", "2 shards"]
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.ndjson")) == ["a.ndjson", "b.ndjson", "c.ndjson"]


@pytest.mark.usefixtures("shards")
@pytest.mark.parametrize("part", ["2", "3/2", "1/0", "a/b"])
def test_a_part_that_is_none_is_refused(tmp_path: Path, part: str) -> None:
    """Before anything is scored."""
    refused = auscult(tmp_path, "score", "in", "--out", "out", "--shard", part)
    assert refused.status == 2
    assert "--shard" in refused.err


@pytest.mark.usefixtures("shards")
def test_results_in_the_folder_of_shards_are_refused(tmp_path: Path) -> None:
    """The next run would score results."""
    assert auscult(tmp_path, "score", "in", "--out", "in/out").status == 2
    assert auscult(tmp_path, "score", "in").status == 2


def test_parquet_in_parquet_out(tmp_path: Path) -> None:
    """Columns, or documents in one column; the results have the keys of a line as columns."""
    (tmp_path / "in").mkdir()
    documents = [conversation("c-1", custom_fields={"plan": "gold"}), conversation("c-2", channel="chat")]
    pq.write_table(pa.Table.from_pylist(documents), tmp_path / "in" / "columns.parquet")
    texts = pa.table({"document": [json.dumps(one) for one in documents], "day": ["a", "b"]})
    pq.write_table(texts, tmp_path / "in" / "texts.parquet")
    assert auscult(tmp_path, "score", "in", "--out", "out").status == 0
    expected = auscult(tmp_path, "score", write(tmp_path / "all.ndjson", *documents)).lines
    for name in ("columns", "texts"):
        rows = pq.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist()
        for row, line in zip(rows, expected, strict=True):
            assert {key: row[key] for key in ("id", "form", "score", "passed", "status", "fatal_errors")} == {
                key: line[key] for key in ("id", "form", "score", "passed", "status", "fatal_errors")
            }
            found = [(one["id"], one["qualification"], one["adhered"], len(one["evidence"])) for one in row["metrics"]]
            told = [(one["id"], one["qualification"], one["adhered"], len(one["evidence"])) for one in line["metrics"]]
            assert found == told
            assert json.loads(row["insights"]) == line["insights"]


def test_compressed_shards_stay_compressed(tmp_path: Path) -> None:
    """A file of the same name has the same kind of content."""
    (tmp_path / "in").mkdir()
    text = json.dumps(conversation("c-1")).encode()
    (tmp_path / "in" / "a.ndjson.gz").write_bytes(gzip.compress(text))
    assert auscult(tmp_path, "score", "in", "--out", "out").status == 0
    assert json.loads(gzip.decompress((tmp_path / "out" / "a.ndjson.gz").read_bytes()))["id"] == "c-1"


def test_a_poisonous_shard_and_a_poisonous_row_among_good_ones(tmp_path: Path, shards: Path) -> None:
    """Each is said once; nothing else is lost, and there is no half result."""
    (shards / "half.parquet").write_bytes(b"PAR1 cut off")
    write(shards / "b.ndjson", conversation("c-1"), "{broken", conversation("c-2"))
    done = auscult(tmp_path, "score", "in", "--out", "out")
    assert done.status == 1
    assert done.err.count("half.parquet cannot be read as Parquet") == 1
    assert done.err.count("b.ndjson: 1 rejected") == 1
    assert "3 scored, 1 failed; 6 conversations" in done.out
    assert [line["id"] for line in lines(tmp_path / "out" / "b.ndjson")] == ["c-1", "c-2"]
    rejects = tmp_path / "out" / "_rejects" / "b.ndjson.rejects.ndjson"
    assert [line["line"] for line in lines(rejects)] == [2]
    assert not [file for file in (tmp_path / "out").rglob("*half*") if file.is_file()]


@pytest.mark.usefixtures("shards")
def test_a_shard_under_work_is_left_to_its_run(tmp_path: Path) -> None:
    """Two runs at once never write one file; the lock goes with its process."""
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / "_a.ndjson.part").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = auscult(tmp_path, "score", "in", "--out", "out")
        assert "2 scored, 1 busy" in done.out
        assert not (tmp_path / "out" / "a.ndjson").exists()
    assert "1 scored, 2 finished before" in auscult(tmp_path, "score", "in", "--out", "out").out


@pytest.mark.night
def test_kill_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Kill -9, again and again; in the end the results are, row for row, those of one run."""
    (tmp_path / "in").mkdir()
    count = 12
    for at in range(count):
        write(tmp_path / "in" / f"{at:02}.ndjson", *(conversation(f"c-{at}-{one}") for one in range(150)))
    out = tmp_path / "out"
    for finished in (1, 4, 7):
        with subprocess.Popen(  # noqa: S603  (our own program)
            [str(AUSCULT), "score", "in", "--out", "out"], cwd=tmp_path, env=environment(), start_new_session=True
        ) as running:
            wait_until(lambda least=finished: len(list(out.glob("*.ndjson"))) >= least)
            os.killpg(running.pid, signal.SIGKILL)
    killed = {file.name for file in out.glob("*.ndjson")}
    assert 7 <= len(killed) <= count
    assert all(len(lines(file)) == 150 for file in out.glob("*.ndjson"))
    again = auscult(tmp_path, "score", "in", "--out", "out")
    assert again.status == 0
    assert f"{len(killed)} finished before" in again.out
    assert not list(out.glob("_*.part"))
    whole = auscult(tmp_path, "score", *sorted(file.relative_to(tmp_path) for file in (tmp_path / "in").iterdir()))
    assert [line for file in sorted(out.glob("*.ndjson")) for line in lines(file)] == whole.lines

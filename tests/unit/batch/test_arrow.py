"""``auscult.batch.score_table``: row for row, picklable, engines loaded once a process."""

import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import pyarrow as pa
import pytest
from msgspec.structs import replace

from auscult.batch import arrow, result_schema, score_table
from auscult.domain.errors import FormError, RequestError
from tests.integration.program import conversation
from tests.integration.working import FORM

DOCUMENTS = [conversation("c-1"), conversation("c-2", channel="chat"), conversation("c-3", channel="fax")]


def table() -> Any:
    """Three conversations; nobody knows the channel of the last."""
    return pa.Table.from_pylist(DOCUMENTS)


def test_one_row_of_results_for_each_row_in_order() -> None:
    """A row that cannot be read keeps its position, with its reason."""
    scored = score_table(table(), "starter")
    assert scored.schema.equals(result_schema())
    rows = scored.to_pylist()
    assert [(row["id"], row["status"], row["score"]) for row in rows] == [
        ("c-1", "evaluated", 100),
        ("c-2", "evaluated", 100),
        ("c-3", "rejected", None),
    ]
    assert rows[2]["reason"] == 'channel: channel is "fax"; it should be voice or chat'
    assert rows[0]["form"] == {"id": "ef-starter-voice", "version": 1}
    assert rows[0]["metrics"][0]["evidence"][0]["turn_id"] == "m0"


def test_documents_in_a_column_and_batches() -> None:
    """The same results, as a batch where a batch was given, which Spark's mapInArrow wants."""
    texts = pa.table({"document": [json.dumps(one) for one in DOCUMENTS], "day": ["2026-03-23"] * 3})
    assert score_table(texts, "starter").equals(score_table(table(), "starter"))
    (batch,) = texts.to_batches()
    scored = score_table(batch, "starter")
    assert isinstance(scored, pa.RecordBatch)
    assert scored.num_rows == 3
    assert score_table(batch.slice(0, 0), "starter").schema.equals(result_schema())
    assert score_table(table().slice(0, 0), "starter").num_rows == 0


def test_timestamps_and_maps_are_read() -> None:
    """As warehouses have them: instants of Arrow, fields in a map, nulls where a key is absent."""
    rows = pa.table(
        {
            "id": ["c-1"],
            "channel": ["chat"],
            "started_at": pa.array([1_774_261_074_000_000], pa.timestamp("us")),
            "ended_at": pa.array([1_774_261_084_000_000], pa.timestamp("us", "UTC")),
            "custom_fields": pa.array([[("plan", "gold")]], pa.map_(pa.string(), pa.string())),
            "turns": [[{"speaker": "agent", "text": "hello there", "id": None}]],
        }
    )
    (row,) = score_table(rows, FORM).to_pylist()
    assert (row["status"], row["score"]) == ("evaluated", 100)


def test_a_cell_of_two_conversations_is_refused() -> None:
    """A row of results could stand for neither."""
    two = "\n".join(json.dumps(one) for one in DOCUMENTS[:2])
    (row,) = score_table(pa.table({"document": [two]}), "starter").to_pylist()
    assert (row["status"], row["reason"]) == ("rejected", "a row should hold one conversation; this one holds 2")


def test_forms_are_given_as_whatever_they_are(tmp_path: Any) -> None:
    """Documents, files, mappings, several together; faults are named."""
    (tmp_path / "form.yaml").write_bytes(FORM)
    for form in (FORM, FORM.decode(), tmp_path / "form.yaml", [str(tmp_path / "form.yaml")]):
        assert score_table(table(), form).num_rows == 3
    with pytest.raises(RequestError, match=r"there is no form nowhere\.yaml"):
        score_table(table(), "nowhere.yaml")
    with pytest.raises(FormError, match="no form is given"):
        score_table(table(), [])
    with pytest.raises(FormError):
        score_table(table(), {"id": "ef-1"})


@pytest.mark.landing
def test_it_can_be_sent_to_other_processes() -> None:
    """As Dask and Spark do; with forms that were read here."""
    work = partial(score_table, forms="starter")
    assert pickle.loads(pickle.dumps(work)).func is score_table  # noqa: S301  (our own)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(work, table()).result().equals(score_table(table(), "starter"))


def test_engines_are_loaded_once() -> None:
    """One evaluator, however many tables."""
    arrow._evaluator.cache_clear()
    for _ in range(3):
        score_table(table(), "starter")
    assert arrow._evaluator.cache_info().misses == 1


def test_two_forms_for_the_same_conversations_are_refused() -> None:
    """Which of them decides would be a matter of their order."""
    (form,) = arrow.forms_of(FORM, arrow.read_settings(None))
    other = replace(form, id="ef-other")
    with pytest.raises(FormError, match=f"{form.id} and ef-other are for the same conversations"):
        score_table(pa.table({"document": ["{}"]}), [form, other])

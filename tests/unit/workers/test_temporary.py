"""How many workers a command starts for its files."""

from pathlib import Path

from auscult.workers.temporary import FEW_BYTES, MOST_HELPERS, helpers_for


def test_small_files_need_one_worker_and_everything_else_needs_all(tmp_path: Path) -> None:
    """A folder, and what is in no file, may be of any size."""
    small, large = tmp_path / "small.ndjson", tmp_path / "large.ndjson"
    small.write_bytes(b" " * (FEW_BYTES // 2))
    large.write_bytes(b" " * FEW_BYTES)
    assert helpers_for([small]) == 1
    assert helpers_for([small, small]) == helpers_for([large]) == MOST_HELPERS
    assert helpers_for([small, tmp_path]) == helpers_for([]) == MOST_HELPERS

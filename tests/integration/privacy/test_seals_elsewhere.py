"""Heads of seals in a second place that an operator names: a file, or a store of objects."""

from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import Settings
from auscult.services.privacy.log import record
from tests.contract.privacy.test_access_log import TRIGGERS, run


@pytest.mark.parametrize("address", ["{}/seals.ndjson", "file://{}/seals"])
def test_a_cut_tail_shows_by_what_the_second_place_has(sqlite_url: str, tmp_path: Path, address: str) -> None:
    """Each seal's head goes there once, and the check of the log reads them by itself."""
    pytest.importorskip("obstore")
    (tmp_path / "seals").mkdir()
    settings = Settings(database_url=sqlite_url, seals_to=address.format(tmp_path))
    with bootstrap.open(settings) as application:
        sealing = bootstrap.privacy.sealing(settings, application.store)
        for target in ("conversation:c-1", "conversation:c-2"):
            record(application.store, "user:ann@example.com", "conversation.read_unredacted", target)
            assert sealing.run() == 1
        assert sealing.run() == 0
        assert bootstrap.privacy.verify_log(settings, application.store, None) == []
        run(
            application.store,
            *TRIGGERS["sqlite"],
            "DELETE FROM access_log WHERE entry > 1",
            "DELETE FROM seals WHERE seal > 1",
            "UPDATE counters SET value = 1 WHERE name = 'access_log'",
        )
        *_, fault = bootstrap.privacy.verify_log(settings, application.store, None)
        assert fault == "seal 2 up to entry 2 is known elsewhere and missing: the tail was cut"

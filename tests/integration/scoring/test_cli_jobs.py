"""``auscult jobs``, as a user runs it."""

from pathlib import Path

import pytest

from auscult import bootstrap
from tests.integration.program import TENANT, auscult, conversation, write
from tests.integration.working import settings_for

pytestmark = pytest.mark.night


@pytest.mark.landing
def test_jobs_are_looked_after(tmp_path: Path) -> None:
    """Listed, shown, retried and cancelled; what is not there is said."""
    file = write(tmp_path / "calls.ndjson", conversation("c-1"), conversation("c-2"))
    assert auscult(tmp_path, "load", file, *TENANT, "--no-wait").status == 0
    (job,) = auscult(tmp_path, "jobs", "list", "--json").lines
    assert (job["state"], job["conversations"], job["app"]) == ("waiting", 2, "st-1")
    with bootstrap.open(settings_for(f"sqlite:///{tmp_path / 'test.db'}", tmp_path)) as application:
        application.store.work.fail(job["id"], "no engine")
    listed = auscult(tmp_path, "jobs", "list", "--state", "failed", "--app", "st-1")
    assert listed.out.startswith(f"{job['id']} failed: 2 conversations of st-1, backfill, begun 0 times")
    assert listed.out.endswith("UTC: no engine\n")
    shown = auscult(tmp_path, "jobs", "show", job["id"]).out.splitlines()
    assert shown[1:] == ["  not scored: c-1", "  not scored: c-2"]
    assert auscult(tmp_path, "jobs", "retry", job["id"], "--json").last["state"] == "waiting"
    assert " cancelled: " in auscult(tmp_path, "jobs", "cancel", job["id"]).out
    unknown = auscult(tmp_path, "jobs", "retry", "b-none")
    assert (unknown.status, "job.unknown" in unknown.err or "there is no job b-none" in unknown.err) == (1, True)
    assert auscult(tmp_path, "jobs", "list", "--state", "odd").status == 2


LOOKING = (
    ("jobs", "list"),
    ("export", "scorereporting", "--app", "st-1", "--since", "2026-03-01", "--until", "2026-04-01", "--out", "out"),
)


@pytest.mark.parametrize("words", LOOKING, ids=lambda words: words[0])
def test_who_looks_at_a_database_needs_no_key_and_makes_none(tmp_path: Path, words: tuple[str, ...]) -> None:
    """The key to clients' secrets may be elsewhere; a slip in the address is told, and leaves no file behind."""
    added = auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI")
    assert added.status == 0
    (tmp_path / "test.db.key").unlink()
    assert auscult(tmp_path, *words).status == 0
    assert not (tmp_path / "test.db.key").exists()
    slip = auscult(tmp_path, *words, "--database", "sqlite:///slip.db")
    assert (slip.status, "there is no database at slip.db" in slip.err) == (2, True)
    assert not (tmp_path / "slip.db").exists()


def test_verify_without_the_key_is_refused(tmp_path: Path) -> None:
    """Seals cannot be compared without it: the error names the file, and none is made."""
    assert auscult(tmp_path, "clients", "add", *TENANT, "--scope", "Quality AI").status == 0
    (tmp_path / "test.db.key").unlink()
    refused = auscult(tmp_path, "verify")
    assert (refused.status, "test.db.key: put that file back" in refused.err) == (1, True)
    assert not (tmp_path / "test.db.key").exists()

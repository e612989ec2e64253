"""The schedule of a worker: what is due in any app is run, once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from auscult.bootstrap.scheduling import run_connectors
from auscult.config import Settings
from auscult.domain.connectors.run import Counts, Order
from auscult.domain.delivery.addresses import OPERATOR
from auscult.formats import Limits
from auscult.services.connectors.connecting import Connectors
from auscult.services.connectors.running import LEASE
from auscult.storage import Store
from auscult.storage.store import AppStore
from tests.integration.connectors.placing import document, fill, service, stored
from tests.waiting import existing


def apply_at(app: AppStore, at: datetime, written: bytes) -> None:
    """Apply a connector at a time."""
    Connectors(app, Limits(), lambda: at, OPERATOR).apply(written)


def test_a_worker_runs_what_is_due(store: Store, app: AppStore, tmp_path: Path) -> None:
    """A schedule whose time has come, and an order; neither one that is still to come, nor one that is on demand."""
    now = datetime.now(UTC)
    for name in ("due", "later", "demand", "ordered"):
        fill(tmp_path / name, 1)
    apply_at(app, now - timedelta(days=2), document(f"folder:{tmp_path / 'due'}", name="due", every="1d"))
    apply_at(app, now + timedelta(days=2), document(f"folder:{tmp_path / 'later'}", name="later", every="1d"))
    apply_at(app, now, document(f"folder:{tmp_path / 'demand'}", name="demand"))
    apply_at(app, now, document(f"folder:{tmp_path / 'ordered'}", name="ordered"))
    service(app).order("ordered", Order(kind="manual", by="ann"))
    for _ in range(2):
        run_connectors(store, Settings())
        runs = {each.name: app.connectors.runs(each.name) for each in app.connectors.listing()}
        assert {name: [(run.order.kind, run.counts.read) for run in made] for name, made in runs.items()} == {
            "due": [("schedule", 1)],
            "later": [],
            "demand": [],
            "ordered": [("manual", 1)],
        }
    assert existing(app.connectors.get("due").next_at) > now
    assert stored(app) == {"call-0"}


def test_a_run_ends_its_own_order_alone(store: Store, app: AppStore, tmp_path: Path) -> None:
    """One that was given while another kind of run began is run by the next worker that looks."""
    fill(tmp_path / "in", 1)
    now = datetime.now(UTC)
    apply_at(app, now - timedelta(days=2), document(f"folder:{tmp_path / 'in'}", name="in", every="1d"))
    service(app).order("in", Order(kind="manual", by="ann"))
    begun = app.connectors.begin("in", 1, Order(kind="schedule"), at=now, lease=LEASE, next_at=now + timedelta(days=1))
    begun.end(Counts(), at=now, error="")
    run_connectors(store, Settings())
    assert [each.order.kind for each in app.connectors.runs("in")] == ["manual", "schedule"]


def test_a_worker_ends_the_runs_of_processes_that_are_gone(store: Store, app: AppStore, tmp_path: Path) -> None:
    """Also of connectors that are on demand alone, whose next run may never come."""
    apply_at(app, datetime.now(UTC), document(f"folder:{tmp_path}", name="demand"))
    begun = datetime.now(UTC) - LEASE
    app.connectors.begin("demand", 1, Order(kind="manual"), at=begun, lease=LEASE, next_at=None)
    run_connectors(store, Settings())
    (run,) = app.connectors.runs("demand")
    assert (run.state, run.error) == ("crashed", "its process ended before the run did")


def test_a_connector_that_fails_keeps_no_other_from_running(store: Store, app: AppStore, tmp_path: Path) -> None:
    """Its run has the reason, and its next time."""
    past = datetime.now(UTC) - timedelta(days=2)
    fill(tmp_path / "in", 1)
    apply_at(app, past, document(f"folder:{tmp_path / 'gone'}", name="a-gone", every="1d"))
    apply_at(app, past, document(f"folder:{tmp_path / 'in'}", name="b-there", every="1d"))
    run_connectors(store, Settings())
    (gone,), (there,) = (app.connectors.runs(name) for name in ("a-gone", "b-there"))
    assert gone.state == "failed"
    assert "there is no folder" in gone.error
    assert (there.state, there.counts.new) == ("done", 1)

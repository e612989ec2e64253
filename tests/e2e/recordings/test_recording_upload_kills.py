"""A server that is killed during an upload: what it had received is kept, and sent on or again it is one recording."""

from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from auscult import bootstrap
from tests.contract.storing import conversation
from tests.e2e.killing import DIE, run_until_killed
from tests.e2e.own import Own, problem
from tests.e2e.recordings.test_recording_redaction import do_all
from tests.e2e.serving import TENANT, process, serving
from tests.e2e.sounding import tone
from tests.waiting import existing

pytestmark = pytest.mark.night
SOUND = tone(3_000, channels=2)
FIRST, SECOND = 40_000, 70_000
PATH = "/conversations/c-kill/recordings"
RECEIVED = f"""{DIE}
import sys
from datetime import UTC, datetime
from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.tenancy import Tenant
from auscult.server.api.recording_uploads import partial_upload
from auscult.services.recordings.accept import Upload
from auscult.storage.recordings import blobs, repository
from types import SimpleNamespace

url, folder, account, org, app_id, upload_id, where = sys.argv[1:]
if where == "after the file is stored":
    after(blobs.FolderBlobs, "put")
elif where == "after the row is written":
    after(repository.AppRecordings, "add")
settings = Settings(database_url=url, recordings=folder)
with bootstrap.open(settings) as application:
    app = application.store.within(Tenant(account_id=account, org_id=org, app_id=app_id))
    sound = bootstrap.recordings.folder(settings)
    partial = partial_upload(app, SimpleNamespace(recordings=sound), upload_id)
    upload = Upload.resumed(app, sound, partial, lambda: datetime.now(UTC))
    upload.write(sys.stdin.buffer.read())
    if where == "between two parts":
        upload.pause()
        die()
    upload.finish()
"""


@pytest.mark.landing
@pytest.mark.parametrize("where", ["between two parts", "after the file is stored", "after the row is written"])
def test_an_upload_that_is_killed_is_one_recording(tmp_path: Path, where: str) -> None:
    """Its bytes are those that were sent, its figures are made, and nothing is left of the first try a day later."""
    folder = tmp_path / "sound"
    with serving(f"sqlite:///{tmp_path / 'a.db'}", recordings=str(folder)) as service:
        process(service.application, [conversation("c-kill")])
        own = Own(service, service.new_client("recordings:write"))
        started = {"Content-Type": "audio/wav", "Upload-Complete": "?0"}
        upload = own.ask("POST", PATH, SOUND[:FIRST], headers=started).json()["upload_id"]
        whole = where != "between two parts"
        stores = (service.application.settings.database_url, str(folder))
        order = (*stores, TENANT.account_id, TENANT.org_id, TENANT.app_id, upload, where)
        run_until_killed(RECEIVED, *order, given=SOUND[FIRST : None if whole else SECOND])
        if whole:
            problem(own.ask("GET", f"/recording-uploads/{upload}"), 404, "upload.unknown")
            own.ask("POST", PATH, SOUND, headers={"Content-Type": "audio/wav"})
        else:
            assert own.ask("GET", f"/recording-uploads/{upload}").json()["offset"] == SECOND
            rest = {"Upload-Offset": str(SECOND), "Upload-Complete": "?1", "Content-Type": "application/octet-stream"}
            assert own.ask("PATCH", f"/recording-uploads/{upload}", SOUND[SECOND:], headers=rest).status_code == 201
        do_all(service)
        (item,) = own.ask("GET", PATH).json()["items"]
        assert httpx.get(item["url"]).content == SOUND
        assert existing(service.store.recording_tasks.get(item["recording_id"], "figures")).state == "done"
        with service.store.recording_tasks._database.writing() as connection:
            connection.execute(sa.text("UPDATE recording_removals SET due_at = 1"))
        bootstrap.recordings.remove_due(service.application.settings, service.store)
        kept = [each.name for each in folder.rglob("rec-*") if each.is_file() and "." not in each.name]
        assert kept == [item["recording_id"]]

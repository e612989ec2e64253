"""Connectors in the console: tried, put in force, run, paused, and what became of each run, for those who may."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from auscult.bootstrap.scheduling import run_connectors
from auscult.domain.delivery.destinations import Destination
from auscult.language import catalogue_of
from tests.e2e.consoles import ROLES, console, signed_in
from tests.e2e.serving import TENANT, Service
from tests.integration.connectors.placing import document, fill, native

PATH = "/console/connectors"
READERS = {"administrator", "qa-manager"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with people and example data in it, which may read one folder."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "open").mkdir()
    settings = {"state_dir": str(folder), "connector_folders": str(folder / "open")}
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=1, a_week=6, **settings) as found:
        yield found


@pytest.fixture
def root(served: Service) -> Iterator[httpx.Client]:
    """A client that has signed in as the administrator."""
    with signed_in(served, "administrator") as client:
        yield client


def opened(served: Service, name: str) -> Path:
    """A folder that connectors may read, with two conversations of its own and a broken one in it."""
    root = Path(str(served.application.settings.connector_folders))
    folder = root / name
    fill(folder, 2, start=2 * sum(1 for _ in root.iterdir()))
    (folder / "bad.json").write_bytes(b"{")
    return folder


def applied(served: Service, root: httpx.Client, name: str, **more: object) -> Path:
    """Put a connector in force."""
    folder = opened(served, name)
    written = document(f"folder:{folder}", name, **more).decode()
    if root.get(f"{PATH}/{name}/edit").status_code == 404:
        begun = root.post(PATH, data={"name": name, "kind": "folder"})
        assert begun.headers["location"] == f"{PATH}/{name}/edit", begun.text
    answer = root.post(f"{PATH}/{name}/edit", data={"document": written, "act": "publish"})
    assert answer.headers["location"] == f"{PATH}/{name}?done=applied", answer.text
    return folder


def run_due(served: Service) -> None:
    """Do what a worker does every minute."""
    run_connectors(served.store, served.application.settings)


@pytest.mark.landing
@pytest.mark.parametrize("role", ROLES)
def test_pages_by_role(served: Service, root: httpx.Client, role: str) -> None:
    """Who reads connectors sees the list and each of them; nobody else finds out which there are, or does anything."""
    applied(served, root, "roles")
    with signed_in(served, role) as client:
        expected = 200 if role in READERS else 403
        assert client.get(PATH).status_code == expected
        assert client.get(f"{PATH}/roles").status_code == expected
        assert client.get(f"{PATH}/none").status_code == (404 if role in READERS else 403)
        assert (f'href="{PATH}"' in client.get("/console").text) is (role in READERS)
        if role == "administrator":
            return
        for act in ("run", "pause", "resume", "preview", "backfill", "remove"):
            assert client.post(f"{PATH}/roles/{act}", data={}).status_code == 403, act
        assert client.post(PATH, data={"name": "x"}).status_code == 403
        assert client.get(f"{PATH}/roles/edit").status_code == 403
        for act in ("look", "test", "dry", "save", "publish", "discard"):
            assert client.post(f"{PATH}/roles/edit", data={"document": "name: x", "act": act}).status_code == 403
    standing = served.store.within(TENANT).connectors.get("roles")
    assert (standing.version, standing.is_paused, standing.ordered) == (1, False, None)
    if role == "qa-manager":
        page = client_page(served, role, f"{PATH}/roles")
        assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
        assert "format" in page


def client_page(served: Service, role: str, path: str) -> str:
    """A page as a role sees it."""
    with signed_in(served, role) as client:
        return client.get(path).text


def test_a_document_is_tried_and_put_in_force(served: Service, root: httpx.Client) -> None:
    """Faults have their lines, a dry run shows rows mapped and refused and stores nothing, secrets are never shown."""
    folder = opened(served, "tried")
    root.post(PATH, data={"name": "tried", "kind": "folder"})
    edit = f"{PATH}/tried/edit"
    faulty = root.post(edit, data={"document": "name: tried\nplace: ftp://x\nformat: nativ\n"}).text
    assert "must begin like one of" in faulty
    assert 'data-line="3"' in faulty
    written = document(f"folder:{folder}", "tried").decode()
    dry = root.post(edit, data={"document": written, "act": "dry"}).text
    assert "Would read 2 conversations from 3 files, and refuse 1." in dry
    assert "JSON is malformed" in dry
    assert root.get(f"{PATH}/tried").status_code == 404
    assert "tried" not in {each.name for each in served.store.within(TENANT).connectors.listing()}
    elsewhere = document("folder:/etc", "tried").decode()
    for act in ("test", "dry", "publish"):
        refused = root.post(edit, data={"document": elsewhere, "act": act})
        assert refused.status_code == 422
        assert "AUSCULT_CONNECTOR_FOLDERS" in refused.text
    renamed = root.post(edit, data={"document": document("folder:/x", "other").decode(), "act": "publish"})
    assert renamed.status_code == 422
    assert "a connector keeps its name, tried" in renamed.text


def test_secrets_are_kept_and_never_shown(served: Service, root: httpx.Client) -> None:
    """Secrets survive an error on the page encrypted, for their connector alone; new ones replace stored ones."""
    app = served.store.within(TENANT)
    root.post(PATH, data={"name": "pail", "kind": "s3"})
    edit, calls = f"{PATH}/pail/edit", document("s3://calls", "pail").decode()
    secrets = {"secret-access_key_id": "AKIA-one", "secret-secret_access_key": "words-of-it"}
    faulty = root.post(edit, data={"document": calls.replace('"pail"', '"else"'), "act": "publish", **secrets})
    assert faulty.status_code == 422
    assert "words-of-it" not in faulty.text
    (sealed,) = re.findall(r'name="sealed" value="([^"]+)"', faulty.text)
    assert app.connectors.unsealed("pail", sealed) == {"access_key_id": "AKIA-one", "secret_access_key": "words-of-it"}
    assert app.connectors.unsealed("other", sealed) == {}
    assert app.connectors.unsealed("pail", sealed[:-4] + "AAAA") == {}
    root.post(edit, data={"document": calls, "act": "publish", "sealed": sealed})
    page = root.get(f"{PATH}/pail").text
    assert "access_key_id, secret_access_key" in page
    assert "words-of-it" not in page + root.get(edit).text
    assert app.connectors.secrets("pail", Destination("s3"))["secret_access_key"] == "words-of-it"
    root.post(edit, data={"document": document("s3://calls", "pail", every="1h").decode(), "act": "publish"})
    assert app.connectors.secrets("pail", Destination("s3"))["secret_access_key"] == "words-of-it"
    assert "every hour" in root.get(f"{PATH}/pail").text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The stored ones are for s3 and go nowhere else"), ("de", "Die gespeicherten sind für s3")],
)
def test_secrets_of_another_place_are_asked_for_again(
    served: Service, root: httpx.Client, language: str, sentence: str
) -> None:
    """The page has that at the secrets, neither tests nor applies with the stored ones, and logs both hosts."""
    name, app = f"moved-{language}", served.store.within(TENANT)
    root.post(PATH, data={"name": name, "kind": "s3"})
    edit, secrets = (
        f"{PATH}/{name}/edit",
        {"secret-access_key_id": "AKIA-one", "secret-secret_access_key": "words-of-it"},
    )
    root.post(edit, data={"document": document("s3://calls", name).decode(), "act": "publish", **secrets})
    moved = document("s3://calls", name, access={"endpoint": "https://store.example", "region": "x"}).decode()
    headers = {"Accept-Language": language}
    for act in ("test", "dry", "publish"):
        refused = root.post(edit, data={"document": moved, "act": act}, headers=headers)
        assert refused.status_code == 422
        assert sentence in refused.text
    assert app.connectors.get(name).version == 1
    done = root.post(edit, data={"document": moved, "act": "publish", **secrets})
    assert done.headers["location"] == f"{PATH}/{name}?done=applied"
    entries = [each for each in app.log.entries() if each.target == f"connector:{name}"]
    (changed,) = (each for each in entries if each.action == "connector.destination_changed")
    assert json.loads(changed.details or "") == {"before": "s3", "after": "store.example:443"}
    assert changed.principal == "user:administrator@example.com"


def test_a_name_is_taken_once(served: Service, root: httpx.Client) -> None:
    """A name that is not one, or that a connector or a draft has, is refused at its field, and stays there."""
    for name, reason in (("My calls!", "lower-case letters"), ("taken", "There is a connector with this name")):
        root.post(PATH, data={"name": "taken", "kind": "sftp"})
        answer = root.post(PATH, data={"name": name, "kind": "sftp"})
        assert answer.status_code == 422
        assert reason in answer.text
        assert f'value="{name.lower()}"' in answer.text
    assert f'href="{PATH}/taken/edit"' in root.get(PATH).text
    root.post(f"{PATH}/taken/edit", data={"document": "name: taken", "act": "discard"})
    assert served.store.within(TENANT).definitions.draft("connector", "taken") is None
    assert f'href="{PATH}/taken/edit"' not in root.get(PATH).text


def test_a_run_with_its_log_and_what_it_refused(served: Service, root: httpx.Client) -> None:
    """Run now waits for a worker; afterwards the log has its counts, and the refusals their reasons, by run."""
    folder = applied(served, root, "runs")
    answer = root.post(f"{PATH}/runs/run")
    page = root.get(answer.headers["location"]).text
    assert "Waits for a worker" in page
    assert "hx-trigger" in page
    run_due(served)
    page = root.get(f"{PATH}/runs").text
    assert 'Run now <span class="quiet small">Administrator</span>' in page
    assert "3 listed, 3 read, 2 new, 1 refused" in page
    assert "JSON is malformed" in page
    assert "hx-trigger" not in page
    (asked,) = re.findall(r'href="([^"#]+)#refused">Refused', page)
    assert "bad.json" in root.get(asked).text
    assert (
        "bad.json" not in root.get(f"{PATH}/runs?run=999999").text.partition('id="refused"')[2].partition("Document")[0]
    )
    (folder / "bad.json").write_bytes(native("corrected"))
    root.post(f"{PATH}/runs/run")
    run_due(served)
    assert "JSON is malformed" not in root.get(f"{PATH}/runs").text
    assert "1 new" in root.get(PATH).text


def test_paused_nothing_runs(served: Service, root: httpx.Client) -> None:
    """A paused connector says so, offers to resume alone, and refuses a run that is asked for all the same."""
    applied(served, root, "paused")
    page = root.get(root.post(f"{PATH}/paused/pause").headers["location"]).text
    assert "Paused." in page
    assert f"{PATH}/paused/run" not in page
    refused = root.post(f"{PATH}/paused/run")
    assert refused.status_code == 422
    assert "resume it first" in refused.text
    root.post(f"{PATH}/paused/resume")
    assert f"{PATH}/paused/run" in root.get(f"{PATH}/paused").text


def test_a_dry_run_counts_and_stores_nothing(served: Service, root: httpx.Client) -> None:
    """A dry run of a range has its counts, refusals and unknown names in the log; reading the range then stores it."""
    app = served.store.within(TENANT)
    before = sum(1 for _ in app.erasure.all())
    applied(served, root, "ranges", mapping={"queues": {"other": "sales"}})
    assert root.post(f"{PATH}/ranges/backfill", data={"since": "Monday", "act": "dry"}).status_code == 422
    form = {"since": "2020-01-01", "until": "2099-12-31"}
    root.post(f"{PATH}/ranges/backfill", data={**form, "act": "dry"})
    run_due(served)
    page = root.get(f"{PATH}/ranges").text
    assert "Back-fill, dry" in page
    assert "3 listed, 3 read, 2 new, 1 refused" in page
    assert "bad.json" in page
    assert "queue billing is not in the mapping table" in page
    assert (app.connectors.items("ranges"), app.connectors.refusals("ranges")) == (0, [])
    assert sum(1 for _ in app.erasure.all()) == before
    root.post(f"{PATH}/ranges/backfill", data={"until": "2019-12-31", "act": "read"})
    run_due(served)
    assert app.connectors.items("ranges") == 0
    root.post(f"{PATH}/ranges/backfill", data={**form, "act": "read"})
    run_due(served)
    assert app.connectors.items("ranges") == 3
    assert sum(1 for _ in app.erasure.all()) == before + 2


def test_the_mapping_shows_what_it_does_not_have(served: Service, root: httpx.Client) -> None:
    """Names that the table does not have stand first, with conversations; the preview shows rows as they are mapped."""
    applied(served, root, "mapped", mapping={"queues": {"other": {"id": "sales", "name": "Sales"}}})
    root.post(f"{PATH}/mapped/run")
    run_due(served)
    page = root.get(f"{PATH}/mapped").text
    assert "unknown: 2 conversations" in page
    assert "sales, Sales" in page
    preview = root.post(f"{PATH}/mapped/preview").text
    assert '<td class="mono">unknown</td>' in preview
    assert "queue billing is not in the mapping table" in preview


def test_removed_it_is_gone(served: Service, root: httpx.Client) -> None:
    """A removed connector has no page; who removed it stands in the log."""
    applied(served, root, "gone")
    assert root.get(root.post(f"{PATH}/gone/remove").headers["location"]).status_code == 200
    assert root.get(f"{PATH}/gone").status_code == 404
    assert root.post(f"{PATH}/gone/run").status_code == 404
    entries = [each.action for each in served.store.within(TENANT).log.entries() if each.target == "connector:gone"]
    assert entries == ["connector.applied", "connector.removed"]


class _Texts(HTMLParser):
    """Collects the texts of a page and what is read aloud, but for documents and names, which are in no language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_same = False
        self.feed(page.partition("<main")[2].partition("</main>")[0].partition(">")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_same = tag in {"textarea", "pre"} or "mono" in (dict(attrs).get("class") or "").split()
        self.found += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_same = False

    def handle_data(self, data: str) -> None:
        if not self._is_same and data.strip():
            self.found.append(data.strip())


def test_pages_in_german(served: Service, root: httpx.Client) -> None:
    """The list, a connector with a run, and its preview: nothing that the console writes is in English."""
    english = {str(each.id) for each in catalogue_of("de") if isinstance(each.id, str) and each.id != each.string}
    applied(served, root, "lauf", every="15m", mapping={"queues": {"other": "sales"}, "channels": {"tel": "voice"}})
    root.headers["Accept-Language"] = "de"
    ordered = root.get(root.post(f"{PATH}/lauf/run").headers["location"]).text
    run_due(served)
    pages = [ordered, *(root.get(path).text for path in (PATH, f"{PATH}/lauf", f"{PATH}/lauf?run=1"))]
    written = document("s3://", "lauf", format="described").decode()
    edit = {"document": written, "act": "test", "secret-access_key_id": "x"}
    pages.extend((root.get(f"{PATH}/lauf/edit").text, root.post(f"{PATH}/lauf/edit", data=edit).text))
    pages.append(root.post(f"{PATH}/lauf/preview").text)
    assert [text for page in pages for text in _Texts(page).found if text in english] == []
    assert "Wartet auf einen Worker" in ordered
    assert "alle 15 Minuten · Version 1 · 3 Elemente bisher gelesen · nächster Lauf" in pages[2]
    assert "3 aufgelistet, 3 gelesen, 2 neu, 1 abgelehnt" in pages[2]
    assert "Warteschlange billing fehlt in der Zuordnungstabelle" in pages[-1]


def test_one_item_is_no_plural(served: Service, root: httpx.Client) -> None:
    """Counts and intervals of one are written as such."""
    folder = applied(served, root, "single", every="1d")
    for each in folder.glob("0*.json"):
        each.unlink()
    (folder / "bad.json").unlink()
    (folder / "one.json").write_bytes(native("one-of-one"))
    root.post(f"{PATH}/single/run")
    run_due(served)
    assert "every day · Version 1 · 1 item read so far · next run" in root.get(f"{PATH}/single").text

"""Every console block of every how-to page runs, but for those that cannot, which are listed with the reason."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.people.permissions import SCOPES
from auscult.domain.tenancy import Client, new_client_id, new_client_secret
from tests.e2e.serving import listening
from tests.how_to import world
from tests.how_to.pages import OUTSIDE, PAGES, PREPARED, REPEATED, ROOT, RUNNING, Running, swapped
from tests.how_to.provided import PROVIDED, Scene
from tests.how_to.shell import Shell, blocks, lines
from tests.tiers import drawn

pytestmark = pytest.mark.night

ENVIRONMENT = {"AUSCULT_DATABASE_URL": "sqlite:///auscult.db", "COLUMNS": "200", "NO_COLOR": "1"}
NETWORK = r"curl |127\.0\.0\.1:8484|auscult (?:pull|simulate|token)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what the pages speak of, made once; each page works in a copy."""
    folder = tmp_path_factory.mktemp("how-to") / "made"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        world.make(folder)
        world.fill(Shell(folder, **ENVIRONMENT))
        yield folder


@pytest.mark.landing
@pytest.mark.parametrize("page", drawn([page for page in PAGES if blocks(page)], 4), ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run(
    page: Path, made: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, in one session, with the ids of this run; each command ends with 0."""
    inside = [(number, block) for number, block in enumerate(blocks(page), 1) if (page.stem, number) not in OUTSIDE]
    folder = shutil.copytree(made, tmp_path / "here", symlinks=True)
    monkeypatch.chdir(folder)
    with ExitStack() as stack:
        (folder / ".curlrc").write_text("fail-with-body\n")  # a request that is refused ends with 22, not with 0
        shell = Shell(folder, CURL_HOME=str(folder), **ENVIRONMENT)
        given: dict[str, str] = {}
        if any(re.search(NETWORK, block) for _, block in inside):
            given |= stack.enter_context(served(folder))
            shell.environment |= {"TOKEN": given.pop("TOKEN")}
        shell.run(PREPARED.get(page.stem, ""))
        if page.stem in PROVIDED:
            given |= stack.enter_context(PROVIDED[page.stem](Scene(shell, tmp_path_factory)))
        for number, block in inside:
            for variables in REPEATED.get((page.stem, number), ({},)):
                shell.environment |= variables
                run(shell, block, given, RUNNING.get((page.stem, number)), stack)


def run(shell: Shell, block: str, given: dict[str, str], running: Running | None, stack: ExitStack) -> None:
    """Run a block to its end, or until the end of the page."""
    if running is not None:
        text = swapped(block, shell.said, given)
        address = stack.enter_context(shell.running(text, running.ready, running.stopped_by, running.status))
        shell.environment["ADDRESS"] = address
        shell.run_in_bash(running.then)
    elif shell.needs_bash(block):
        shell.run_in_bash(swapped(block, shell.said, given))
    else:
        for line in lines(block):
            shell.run(swapped(line, shell.said, given))


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """The database of a folder, served; and what pages show for its address and a client that may do everything."""
    settings = read_settings({}, database_url=f"sqlite:///{folder / 'auscult.db'}", state_dir=str(folder / "state"))
    with bootstrap.open(settings) as application, listening(application.server_app()) as address:
        client = Client(
            client_id=new_client_id(),
            secret=new_client_secret(),
            account_id="a-1",
            app_ids=frozenset({"st-1"}),
            scopes=frozenset(SCOPES),
            created_at=datetime.now(UTC),
        )
        application.store.clients.add(client)
        yield {
            "TOKEN": jwt.encode({"appId": client.client_id}, client.secret, algorithm="HS256"),
            "http://127.0.0.1:8484": address,
            "https://quality.example.com": address,
            "https://old.example.com": address,
            "https://platform.kore.ai": address,
            "66050d249f946671f64a…": "a-1",
            "--org o-… --app st-…": "--org o-1 --app st-1",
            "SECRET=…": f"SECRET={client.secret}",
            "--client-secret …": f"--client-secret {client.secret}",
            "cs-…": client.client_id,
        }


@pytest.mark.landing
def test_what_does_not_run_is_still_there() -> None:
    """Each exception names a block that exists and still has the word that keeps it from running here."""
    there = {(page.stem, number): block for page in PAGES for number, block in enumerate(blocks(page), 1)}
    gone = [key for key, why in OUTSIDE.items() if why.word not in there.get(key, "")]
    assert gone == []
    assert [key for key, why in OUTSIDE.items() if not why.reason] == []
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {why.run_by.removeprefix("make ") for why in OUTSIDE.values() if why.run_by}
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


@pytest.mark.landing
def test_what_is_prepared_has_its_page() -> None:
    """No preparation outlives its page, and no special way to run a block outlives the block."""
    assert [name for name in (*PREPARED, *PROVIDED) if name not in {page.stem for page in PAGES}] == []
    there = {(page.stem, number) for page in PAGES for number, _ in enumerate(blocks(page), 1)}
    assert [key for key in (*RUNNING, *REPEATED) if key not in there] == []

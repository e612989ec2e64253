"""A browser, and one server for each kind of database, shared by the tests of a file."""

from collections.abc import Iterator

import pytest

from tests.databases import database
from tests.e2e.assisting import Assisted
from tests.e2e.browsing import Browser, browsing
from tests.e2e.serving import GOLDEN_SAMPLE, Service, serving


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server over each kind of database, with the golden sample in it."""
    server = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    folder = tmp_path_factory.mktemp("served")
    with (
        database(request.param, server, folder, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(folder), recordings=str(folder / "sound")) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of a file."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def live(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assisted]:
    """A server with an app that knows something. It outlives what the browser still listens to."""
    folder = tmp_path_factory.mktemp("page")
    with database("sqlite", "", folder, content=GOLDEN_SAMPLE) as url, serving(url, state_dir=str(folder)) as service:
        yield Assisted(service)
        browser.driver.get("about:blank")

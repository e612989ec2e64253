"""A browser, and one server for each kind of database, shared by the tests of a file."""

from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest
from litestar.utils.signature import ParsedSignature

from tests.databases import database
from tests.e2e.assisting import Assisted
from tests.e2e.browsing import Browser, browsing
from tests.e2e.consoles import console
from tests.e2e.disputes.test_api_disputes import FORM
from tests.e2e.serving import GOLDEN_SAMPLE, TENANT, Service, serving
from tests.e2e.talking import Talkers

_SIGNATURES: dict[Any, ParsedSignature] = {}
_read = ParsedSignature.from_fn


def _read_once(fn: Any, signature_namespace: dict[str, Any]) -> ParsedSignature:
    """Read the annotations of a handler once for all servers of a process: that is a third of what starting one costs."""
    if not isinstance(fn, FunctionType) or fn.__closure__ is not None:
        return _read(fn, signature_namespace)
    key = (fn, *signature_namespace)
    if key not in _SIGNATURES:
        _SIGNATURES[key] = _read(fn, signature_namespace)
    return _SIGNATURES[key]


ParsedSignature.from_fn = staticmethod(_read_once)  # type: ignore[method-assign, assignment]


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
def talkers(service: Service) -> Talkers:
    """People who talk, and a form."""
    service.store.within(TENANT).forms.publish("ef-disputed", FORM)
    return Talkers(service)


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with people and example data in it, for two weeks unless the file's ``CONSOLE`` has other settings."""
    folder = tmp_path_factory.mktemp("console")
    settings = {"weeks": 2, "state_dir": str(folder), **getattr(request.module, "CONSOLE", {})}
    with console(f"sqlite:///{folder / 'auscult.db'}", **settings) as found:
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

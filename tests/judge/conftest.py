"""The real model, served once for all tests of a run."""

from collections.abc import Iterator

import pytest

from tests.judge.model_server import model_server


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model's server, while it runs."""
    with model_server(tmp_path_factory.mktemp("model")) as address:
        yield address

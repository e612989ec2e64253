"""A console for the tests of a file. Those that need another one define a fixture of this name."""

from collections.abc import Iterator

import pytest

from tests.e2e.consoles import console
from tests.e2e.serving import Service


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A console with people and example data in it."""
    folder = tmp_path_factory.mktemp("console")
    with console(f"sqlite:///{folder / 'auscult.db'}", weeks=2, state_dir=str(folder)) as found:
        yield found

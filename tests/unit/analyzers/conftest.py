"""The engines that analyzers ask, made once."""

from collections.abc import Mapping

import pytest

from auscult.domain.probe import Acts
from auscult.engines import embedded
from auscult.engines._contract import Engine


@pytest.fixture(scope="session")
def engines() -> Mapping[type, Engine]:
    """The engines of the base installation, by the kind of probe they answer: heads do not vote there."""
    return {engine.probe: engine for engine in embedded() if engine.probe is not Acts}

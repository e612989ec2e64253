"""Names of languages on the wire."""

import pytest

from auscult.reports._languages import english_name
from tests.data_files import data_of


@pytest.mark.parametrize(("code", "name"), data_of(__file__, "english_name"))
def test_english_name(code: str, name: str) -> None:
    """Sample scorereporting: Language is the English name; a code that nobody knows stays itself."""
    assert english_name(code) == name

"""Names of languages on the wire."""

import pytest

from auscult.reports._languages import english_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", "English"),
        ("nl", "Dutch"),
        ("en-US", "English"),
        ("de_AT", "German"),
        ("ES", "Spanish"),
        ("hi", "Hindi"),
        ("ja", "Japanese"),
        ("xx", "xx"),
        ("Klingon", "Klingon"),
        ("", ""),
    ],
)
def test_english_name(code: str, name: str) -> None:
    """Sample scorereporting: Language is the English name; a code that nobody knows stays itself."""
    assert english_name(code) == name

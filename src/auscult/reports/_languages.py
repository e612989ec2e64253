"""Names of languages as the wire shows them: in English."""

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from babel import Locale


@lru_cache(maxsize=1024)
def english_name(code: str) -> str:
    """English name of the language of a tag such as ``nl`` or ``en-US``; a tag that CLDR does not know stays as it is."""
    language = code.replace("_", "-").partition("-")[0].lower()
    names = cast("Mapping[str, str]", Locale("en").languages)
    return names.get(language, code)

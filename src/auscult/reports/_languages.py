"""The language of a conversation as the wire shows it: by its English name."""

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from babel import Locale

from auscult.domain.record import Record

UNDETERMINED = "und"


def language_name(record: Record) -> str:
    """Return the language found by analysis, where there is one; else the document's."""
    found = record.insights.language if record.insights else None
    return english_name(found if found and found != UNDETERMINED else record.conversation.language)


@lru_cache(maxsize=1024)
def english_name(code: str) -> str:
    """English name of the language of a tag such as ``nl`` or ``en-US``; a tag that CLDR does not know stays as it is."""
    language = code.replace("_", "-").partition("-")[0].lower()
    names = cast("Mapping[str, str]", Locale("en").languages)
    return names.get(language, code)

"""New parts of a question begin with the side whose words they are about."""

import msgspec
import pytest

from auscult.metrics.by_question import Settings
from auscult.services.definitions.forms.editing.skeletons import skeleton


@pytest.mark.parametrize(
    ("key", "speaker"),
    [("answer", "agent"), ("trigger", "customer"), ("not_when", "customer"), ("excused_when", "customer")],
)
def test_who_speaks(key: str, speaker: str) -> None:
    """The customer asks, and gives occasion for an excuse; the agent answers."""
    kind = next(each.type for each in msgspec.structs.fields(Settings) if each.name == key)
    begun = skeleton(kind, key=key)
    assert begun == {"speaker": speaker, "any_of": [{"phrases": []}]}

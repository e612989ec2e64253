"""Whatever stands in ``calls`` and ``ai``: read and redacted, or refused with a word, and never a crash."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.conversation import Conversation
from auscult.domain.privacy.conversations import redact_conversation
from auscult.formats.native import write
from auscult.redactors import REDACTORS
from auscult.storage.privacy.codes import without_codes
from tests.unit.formats.test_native import MINIMAL, read, turn

FIND = REDACTORS["builtin"]().find
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=8) | st.sampled_from(["m1", "pin", "4539148803436467", "ada@example.com", "refund"])
JSON = st.recursive(
    SCALARS | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
KEYS = ("id", "name", "agent_id", "after_turn", "start_ms", "end_ms", "arguments", "result", "ok")
CALL = st.fixed_dictionaries({"name": TEXTS | JSON}, optional=dict.fromkeys(KEYS[2:], JSON | TEXTS)) | JSON
AI = st.dictionaries(st.sampled_from(["instructions", "knowledge", "tools", "x"]), JSON, max_size=3) | JSON


@given(st.lists(CALL, max_size=3) | JSON, AI)
def test_calls_of_strangers(calls: Any, ai: Any) -> None:
    """A document that is read comes back the same, also when it was redacted, and holds no card."""
    (found,) = read(msgspec.json.encode({**MINIMAL, "turns": turn(id="m1"), "calls": calls, "ai": ai}))
    if not isinstance(found, Conversation):
        assert found.error.message
        assert found.error.reason
        return
    bare = msgspec.structs.replace(found, unknown_keys=(), unknown_line=None)
    assert read(write(found)) == [bare]
    without_codes(found)
    redacted = redact_conversation(bare, FIND).conversation
    assert read(write(redacted)) == [redacted]
    values = msgspec.json.encode([[each.arguments, each.result] for each in redacted.calls or ()])
    assert b"4539148803436467" not in values

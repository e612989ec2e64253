"""The audit fields of the five reports are right at each step of an audit (golden file ``audit_fields.json``)."""

from typing import Any

import msgspec

from auscult.storage import Store
from tests.golden.audit_fields import GOLDEN, steps


def test_the_fields_after_each_step(store: Store) -> None:
    """A draft, a second opinion, a self-review and a declined item of another change nothing; the last submitted is shown.

    What its auditor declined is not assigned.
    """
    golden: dict[str, Any] = msgspec.json.decode(GOLDEN.read_bytes())
    found = dict(steps(store))
    for step, fields in found.items():
        assert fields == golden[step], step
    assert list(found) == list(golden)
    same = (
        ("not assigned", "declined"),
        ("assigned", "assigned once more"),
        ("assigned", "drafted"),
        ("submitted", "drawn by a plan"),
        ("submitted", "second opinion submitted"),
        ("audited again", "reviewed by the agent"),
        ("audited again", "another opinion declined"),
    )
    for one, other in same:
        assert golden[one] == golden[other], other

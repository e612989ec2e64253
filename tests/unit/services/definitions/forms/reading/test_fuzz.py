"""Whatever is done to a right form: it is a form still, or says with a line what is wrong, and nothing else happens."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.domain.errors import FormError
from auscult.domain.form import Form
from auscult.metrics import METRICS
from auscult.services.definitions.forms.reading import check_form, read_form
from tests.contract.test_metrics import COMMON, EXAMPLES

GOLDEN = Path(__file__).parents[5] / "golden"
SLIPS = (
    *(b"\t", b"  ", b"\n", b"\n\n", b"- ", b"-", b":", b": ", b",", b"{", b"}", b"[", b"]", b'"', b"'", b"#", b"*", b"&a ", b"*a"),
    *(b"!x ", b"|", b">", b"%", b"@", b"?", b"\\", b"\x00", b"\x08", b"\x85", b"\xff", b"\xef\xbb\xbf", b"---\n", b"<<: ", b"~", b".nan"),
    *(b"NaN 1e999 -1 0 100 99999999999999999999999999 70% 2,5 1_000 yes no true null text".split()),
    *(b"phrases similar pattern window threshold any_of none_of trigger weight ( [a (?= ** \\b".split()),
)  # fmt: skip
"""What slips into forms, one keystroke or word each, and what could do harm."""


def every_type() -> bytes:
    """A points form with every example that the contract suite has of every metric type."""
    metrics: list[dict[str, Any]] = []
    for name, examples in EXAMPLES.items():
        for index, example in enumerate(examples):
            read = msgspec.convert(example, METRICS[name].settings_type, strict=False)
            if index == 0 or METRICS[name].unique_key(read) is None:
                metric = {"id": f"em-{name}-{index}", "name": f"{name} {index}", "type": name, "weight": 1}
                metric |= COMMON.get(name, {})
                metrics.append(metric | msgspec.to_builtins(read, builtin_types=(Decimal,)))
    form = {"id": "ef", "name": "F", "channel": "voice", "scoring": "points", "metrics": metrics}
    form = msgspec.json.decode(
        msgspec.json.Encoder(decimal_format="number").encode(form)
    )  # or what stands twice would be written as an alias
    return yaml.safe_dump(form, sort_keys=False, allow_unicode=True).encode()


RIGHT = [every_type(), *(path.read_bytes() for path in sorted(GOLDEN.glob("*.yaml")))]


def look(document: bytes) -> None:
    """Check a document, and hold the check to what it promises."""
    found = check_form(document)
    assert isinstance(found.form, Form) != bool(found.problems)
    for problem in (*found.problems, *found.unanswered, *found.warnings):
        assert problem.line is not None
        assert 1 <= problem.line <= document.count(b"\n") + document.count(b"\r") + document.count(b"\x85") + 2
        assert problem.reason
    if found.problems:
        with pytest.raises(FormError):
            read_form(document)


@pytest.mark.parametrize("document", RIGHT, ids=range(len(RIGHT)))
def test_what_is_mutated_is_right_to_begin_with(document: bytes) -> None:
    """Or nothing would be shown."""
    assert check_form(document).problems == ()


@pytest.mark.landing
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(RIGHT), st.data())
def test_any_slip_of_the_pen_leaves_a_form_or_faults_with_lines(document: bytes, data: st.DataObject) -> None:
    """Pieces cut out, doubled, moved, replaced by what slips in."""
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(document)))
        end = data.draw(st.integers(start, min(len(document), start + 40)))
        cut = document[start:end]
        instead = data.draw(st.sampled_from(SLIPS) | st.just(b"") | st.just(cut * 2) | st.binary(max_size=3))
        document = document[:start] + instead + document[end:]
    look(document)


def mutations(value: Any, found: list[Callable[[Any], None]]) -> list[Callable[[Any], None]]:
    """Ways to put something else in place of each value, at any depth; taking keys away and renaming them too."""

    def put(holder: Any, key: Any) -> Callable[[Any], None]:
        return lambda other: holder.__setitem__(key, other)

    def rename(holder: dict[str, Any], key: str) -> Callable[[Any], None]:
        return lambda other: holder.update({str(other): holder.pop(key, None)})

    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        found.append(put(value, key))
        if isinstance(value, dict):
            found.append(rename(value, key))
        if isinstance(inner, dict | list):
            mutations(inner, found)
    return found


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([slip.decode("latin-1") for slip in SLIPS])
    | st.sampled_from(["10s", "2 turns", "0 turns", "agent", "voice", "en", "by_question", "hold", "trigger", "em-a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["any_of", "phrases", "similar", "first", "id", "weight"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.landing
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(RIGHT), st.data())
def test_any_other_value_leaves_a_form_or_faults_with_lines(document: bytes, data: st.DataObject) -> None:
    """Any key renamed, any value replaced by any other."""
    form = yaml.safe_load(document)
    for _ in range(data.draw(st.integers(1, 3))):
        ways = mutations(form, [])
        data.draw(st.sampled_from(ways))(data.draw(VALUES))
        if not form:
            break
    look(msgspec.json.encode(form))

"""Numbers set in a form document, all else left as it was."""

from decimal import Decimal

import pytest

from auscult.services.definitions.forms.document import Path, Value, path_of, read_document
from auscult.services.definitions.forms.edit import with_numbers
from tests.data_files import data_of

YAML = data_of(__file__, "yaml")
JSON = '\ufeff{"metrics": [{"answer":\t{"any_of": [{"similar": ["\\ud83d\\udc4b a"]}, {"threshold" : 0.5, "similar": ["b"]}]}}]}'
FIELD = "metrics[0].answer.any_of[{}].threshold"


def set_in(value: Value, path: Path, number: object) -> None:
    """Do the same to the values."""
    holder: object = value
    for part in path[:-1]:
        holder = holder[part]  # type: ignore[index]
    holder[path[-1]] = number  # type: ignore[index]


@pytest.mark.parametrize(
    ("document", "indexes"), [(YAML, (0, 1, 2, 3)), (YAML, (3,)), (YAML, (1, 2)), (JSON, (0, 1)), (JSON, ())]
)
def test_values_are_changed_and_nothing_else(document: str, indexes: tuple[int, ...]) -> None:
    """Read again, the document has the new numbers and every other value as before; comments stand where they stood."""
    paths = [path_of(FIELD.format(index)) for index in indexes]
    written = with_numbers(document.encode(), dict.fromkeys(paths, "0.61"))
    expected, read = read_document(document.encode()), read_document(written)
    for path in paths:
        set_in(expected.value, path, Decimal("0.61"))
    assert read.value == expected.value
    assert read.problems == ()
    kept = [line for line in document.splitlines() if "#" in line and "threshold" not in line]
    assert all(line in written.decode() for line in kept)


def test_what_is_there_is_replaced_and_what_is_not_comes_first() -> None:
    """On its own line where keys stand on lines, within the braces where they stand in braces."""
    written = with_numbers(YAML.encode(), {path_of(FIELD.format(index)): "0.61" for index in range(4)}).decode()
    assert '{similar: ["Grüß Gott"], threshold: 0.61}  # keep me' in written
    assert "          threshold: 0.61\n        # and one" in written
    assert '        - threshold: 0.61\n          similar: ["Hi"]' in written
    assert "{threshold: 0.61, similar: [x]}" in written

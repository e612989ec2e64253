"""What tests keep next to themselves as data is read by them."""

import re
from pathlib import Path

import yaml

TESTS = Path(__file__).parents[1]
READ = re.compile(r'(?:data|tuples)_of\(__file__, "(\w+)"\)')


def test_all_that_lies_next_to_a_test_is_read_by_it() -> None:
    """A name that nothing reads is a case that is no longer tried; a name that is there twice hides the first."""
    found = {file: file.with_suffix(".py") for file in TESTS.rglob("*.yaml") if file.with_suffix(".py").exists()}
    assert len(found) > 100
    for file, test in found.items():
        text = file.read_text(encoding="utf-8")
        names = re.findall(r"^(\w+):", text, re.MULTILINE)
        assert sorted(names) == sorted(yaml.load(text, Loader=yaml.CSafeLoader)), file
        assert set(names) == set(READ.findall(test.read_text(encoding="utf-8"))), file

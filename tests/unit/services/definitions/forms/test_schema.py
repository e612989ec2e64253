"""JSON Schemas: what they say is what the check says, as far as a schema can say it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auscult.metrics import METRICS
from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.reading import check_form, starter_documents
from auscult.services.definitions.forms.schema import conversation_schema, form_schema
from tests.data_files import data_of
from tests.unit.services.definitions.forms.reading.test_fuzz import RIGHT, VALUES, mutations
from tests.unit.services.definitions.forms.test_reading import changed
from tools import schemas

ROOT = Path(__file__).parents[5]
FORM = Draft202012Validator(form_schema(METRICS))
CONVERSATION = Draft202012Validator(conversation_schema())
EXAMPLES = [
    msgspec.json.decode(line)
    for path in sorted((ROOT / "examples/conversations").glob("*.ndjson"))
    for line in path.read_bytes().splitlines()
]


def properties(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every key that a schema knows: where, which, and what is said of it."""
    inside = {"": schema, **schema["$defs"]}
    return [(name, key, told) for name, one in inside.items() for key, told in one.get("properties", {}).items()]


@pytest.mark.parametrize("schema", [form_schema(METRICS), conversation_schema()], ids=["form", "conversation"])
def test_every_key_is_described(schema: dict[str, Any]) -> None:
    """So that editors say what a key means; and the schema is one, with no reference to nothing."""
    Draft202012Validator.check_schema(schema)
    assert [(name, key) for name, key, told in properties(schema) if not {"description", "const"} & told.keys()] == []
    used = {part.split('"')[0] for part in msgspec.json.encode(schema).decode().split('"#/$defs/')[1:]}
    assert used == set(schema["$defs"])


def test_the_files_in_docs_are_as_the_types_say() -> None:
    """`make docs` writes them; whoever changes a setting sees it here."""
    for path, text in schemas.files().items():
        assert (ROOT / path).read_bytes() == text, f"{path}: run `make docs`"


@pytest.mark.parametrize("document", [*RIGHT, *starter_documents().values()])
def test_right_forms_are_right(document: bytes) -> None:
    """Forms of every metric type, those of the golden samples, and those that come along."""
    assert list(FORM.iter_errors(read_document(document).value)) == []


@pytest.mark.parametrize("conversation", EXAMPLES[::9])
def test_example_conversations_are_right(conversation: dict[str, Any]) -> None:
    """As they stand in the files."""
    assert list(CONVERSATION.iter_errors(conversation)) == []


@pytest.mark.landing
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(RIGHT), st.data())
def test_what_the_check_takes_the_schema_takes(document: bytes, data: st.DataObject) -> None:
    """Law: no editor marks what auscult would take, whatever is changed in a right form."""
    form = yaml.safe_load(document)
    data.draw(st.sampled_from(mutations(form, [])))(data.draw(VALUES))
    if check_form(written := msgspec.json.encode(form)).form is not None:
        assert list(FORM.iter_errors(read_document(written).value)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *data_of(__file__, "broken_forms_are_broken"),
        ("id", ...),
        ("metrics.0.answer", ...),
    ],
)
def test_broken_forms_are_broken(path: str, value: Any) -> None:
    """Missing and misspelt keys, wrong kinds, words that are none."""
    broken = changed((path, value))
    assert check_form(broken).form is None
    assert list(FORM.iter_errors(read_document(broken).value)) != []


@pytest.mark.parametrize("broken", data_of(__file__, "broken_conversations_are_broken"))
def test_broken_conversations_are_broken(broken: dict[str, Any]) -> None:
    """Missing keys, wrong kinds."""
    assert list(CONVERSATION.iter_errors(broken)) != []


def test_a_document_may_name_its_schema() -> None:
    """By the key that editors of JSON know."""
    assert check_form(changed(("$schema", "form.schema.json"))).problems == ()

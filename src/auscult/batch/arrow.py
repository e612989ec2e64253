"""``score_table``: conversations in a table of Arrow, their scores in another, row for row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import msgspec

from auscult import bootstrap
from auscult.batch.rows import conversation_in, documents_in, limits_of, result_columns
from auscult.config import Settings, read_settings
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormError, RequestError
from auscult.domain.form import Form
from auscult.domain.privacy.quotations import redact_quotations
from auscult.formats import Rejected
from auscult.services.definitions.form_channels import by_channel
from auscult.services.definitions.forms.reading import all_starter_documents, check_form
from auscult.services.definitions.forms.rules import rivals
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.grouping import grouped
from auscult.services.scoring.score import GROUP, score_group
from auscult.storage.privacy.codes import document_without_codes, without_codes
from auscult.tables import TABLES

FormLike = Form | str | Path | bytes | Mapping[str, Any]
"""A form; or where it is read from: a file, the word ``starter``, a YAML or JSON document, a document as a mapping."""

STARTER = "starter"


def score_table(arrow_table: Any, forms: FormLike | Sequence[FormLike]) -> Any:  # noqa: ANN401  (pyarrow has no types)
    """Score a ``pyarrow.Table`` or ``RecordBatch`` of conversations: one row of results for each row, in order.

    Each row is a conversation in the native format, a column a key; or a document (native JSON, vCon) in the column
    ``document`` or in the only column. A result has the columns of ``result_schema()``. A row that cannot be read has
    the status ``rejected`` and its reason. Settings come from the environment, engines are loaded once a process.
    Raises ``FormError`` where a form has faults.
    """
    arrow: Any = import_module("pyarrow")
    settings = read_settings(None)
    read = forms_of(forms, settings)
    is_batch = isinstance(arrow_table, arrow.RecordBatch)
    batches: Iterable[Any] = [arrow_table] if is_batch else arrow_table.to_batches()
    documents = [document for batch in batches for document in documents_in(batch)]
    result = _table_of(_scored(documents, read, settings))
    return result.combine_chunks().to_batches()[0] if is_batch and result.num_rows else _as_given(result, is_batch)


def result_schema() -> Any:  # noqa: ANN401  (pyarrow has no types)
    """The ``pyarrow.Schema`` of what ``score_table`` returns."""
    return _table_of([]).schema


def forms_of(forms: FormLike | Sequence[FormLike], settings: Settings) -> tuple[Form, ...]:
    """Read forms. Raises ``FormError`` with every fault, and with what no configured engine answers."""
    given = [forms] if isinstance(forms, Form | str | Path | bytes | Mapping) else list(forms)
    read: list[Form] = []
    for one in given:
        read += [one] if isinstance(one, Form) else _read(one, settings)
    for at, form in enumerate(read):
        for rival in rivals(form, read[:at]):
            raise FormError(f"the forms {rival.form.id} and {form.id} are for the same conversations; pass one of them")
    if not read:
        raise FormError("no form is given; pass a Form, a file, a document, or the word 'starter'")
    return tuple(read)


def _as_given(result: Any, is_batch: bool) -> Any:  # noqa: ANN401, FBT001  (pyarrow has no types)
    if not is_batch:
        return result
    arrow: Any = import_module("pyarrow")
    return arrow.RecordBatch.from_pylist([], schema=result.schema)


def _read(given: str | Path | bytes | Mapping[str, Any], settings: Settings) -> list[Form]:
    if given == STARTER:
        documents = list(all_starter_documents().values())
    else:
        document = _document(given)
        documents = list((by_channel(document) or {"": document}).values())
    forms: list[Form] = []
    for document in documents:
        found = check_form(document, answered=_evaluator(settings).answered)
        if found.form is None or found.unanswered:
            name = str(given) if isinstance(given, Path) else "form"
            raise FormError.of(each.describe(name) for each in (*found.problems, *found.unanswered))
        forms.append(found.form)
    return forms


def _document(given: str | Path | bytes | Mapping[str, Any]) -> bytes:
    match given:
        case bytes():
            return given
        case str() if "\n" in given or given.lstrip().startswith("{"):
            return given.encode()
        case str() | Path():
            if not Path(given).is_file():
                message = f"there is no form {given}; pass a file, a document, a Form, or the word {STARTER!r}"
                raise RequestError(message, code="file.unknown", field="forms", value=str(given))
            return Path(given).read_bytes()
        case _:
            return msgspec.json.encode(given)


@lru_cache(maxsize=1)
def _evaluator(settings: Settings) -> Evaluator:
    """Load the engines, once in a process."""
    bootstrap.plug_in()
    return bootstrap.evaluator(settings, judge_ineligible=True)


def _scored(documents: Sequence[bytes], forms: Sequence[Form], settings: Settings) -> list[bytes]:
    """Return a line for each document, in order."""
    limits = limits_of(settings)
    read = [conversation_in(document, limits) for document in documents]
    judge = _evaluator(settings)
    good = (without_codes(one).conversation for one in read if isinstance(one, Conversation))
    lines = iter(
        [
            line
            for group in grouped(good, GROUP)
            for line in score_group(group, forms, judge, datetime.now(UTC)).splitlines()
        ]
    )
    return [next(lines) if isinstance(one, Conversation) else _rejected(one) for one in read]


def _rejected(rejected: Rejected) -> bytes:
    error = rejected.error
    reason = f"{error.field}: {error.message}" if error.field else error.message
    return msgspec.json.encode(
        {
            "id": _id_in(rejected.source),
            "status": "rejected",
            "reason": redact_quotations(reason, document_without_codes),
        }
    )


def _id_in(document: bytes) -> str | None:
    """Return the id of a document that was refused, as far as it can be read."""
    try:
        found = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    known = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    name = known.get("id", known.get("uuid"))
    return name if isinstance(name, str) else None


def _table_of(lines: Sequence[bytes]) -> Any:  # noqa: ANN401  (pyarrow has no types)
    """Return lines as a table: through Parquet in memory, so that a shard and a table have one schema."""
    parquet: Any = import_module("pyarrow.parquet")
    stream = BytesIO()
    writer = TABLES["parquet"].open(stream, result_columns())
    writer.write(lines)
    writer.close()
    stream.seek(0)
    return parquet.read_table(stream)

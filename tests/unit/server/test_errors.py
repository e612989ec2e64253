"""Errors on the wire (rule 17), and the page that lists them."""

import ast
import re
from pathlib import Path

import msgspec
import pytest

from auscult.domain import errors as domain_errors
from auscult.domain.errors import AuscultError, NotFoundError, RequestError
from auscult.server.errors import REASONS, error_body, reason_of
from tests.data_files import data_of

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "auscult"
PAGE = ROOT / "docs" / "reference" / "errors.md"
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def told(error: AuscultError) -> dict[str, object]:
    """The one entry of the body."""
    (entry,) = msgspec.json.decode(error_body(error, "r-1"))["errors"]
    return entry


def raised(room: str) -> set[str]:
    """Every reason that the source of a room names: as ``code=``, as a class's or a variable's ``code``, or to ``refuse``."""
    found: set[str] = set()
    for path in (SOURCE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr | None] = []
            if isinstance(node, ast.Call):
                values += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                values += node.args[-1:] if getattr(node.func, "id", "") == "refuse" else []
                if getattr(node.func, "id", "") == "unknown" and isinstance(node.args[0], ast.Constant):
                    found.add(f"{node.args[0].value}.unknown")
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                values += [node.value] if getattr(target, "id", "") == "code" else []
            found |= {str(value.value) for value in values if isinstance(value, ast.Constant)}
    return {code for code in found if CODE.fullmatch(code)}


def rows(columns: str) -> list[tuple[str, ...]]:
    """The rows of the page's tables that have these columns after the reason."""
    return re.findall(rf"^\| `([a-z_.]+)` {columns} \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.landing
@pytest.mark.parametrize("room", ["reports", "server"])
def test_every_reason_of_an_answer_is_in_the_table(room: str) -> None:
    """Rule 17: reasons are stable and listed, each that is raised here; one belongs to starting up."""
    found = raised(room)
    assert len(found) > 5
    assert found - set(REASONS) <= {"port.taken"}


@pytest.mark.landing
def test_the_page_lists_every_reason() -> None:
    """docs/reference/errors.md lists every reason that the source names, and in its second table none that is gone."""
    others = {name for name, _ in rows(r"\| ([A-Z][^|]+)")}
    everywhere = raised(".")
    assert everywhere - set(REASONS) == others


STATUSES = data_of(__file__, "statuses")
KINDS = [each for each in vars(domain_errors).values() if isinstance(each, type) and issubclass(each, AuscultError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_has_an_answer(kind: type[AuscultError]) -> None:
    """Rule 17: an error of the domain that nobody gave a reason is answered by its kind."""
    assert reason_of(kind("What is wrong.")).status == STATUSES[kind.__name__]


def test_a_reason_of_a_plugin_is_answered_by_its_kind() -> None:
    """A reason that the table does not know keeps its name and gets the status of its kind."""
    entry = told(NotFoundError("No such thing.", code="planet.unknown"))
    assert (entry["reason"], entry["code"], entry["msg"]) == ("planet.unknown", 404, "No such thing.")


def test_the_shape() -> None:
    """Rule 17: msg and message alike, code, reason, request id, and where the fault is."""
    error = RequestError(
        "limit: give a whole number from 1 to 100.", code="limit.above_maximum", field="limit", value=500
    )
    assert told(error) == data_of(__file__, "the_shape")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *data_of(__file__, "values_are_repeated_up_to_a_length"),
        ("x" * 500, "x" * 200 + "…"),
        (["x" * 500], '["' + "x" * 198 + "…"),
        (10**300, "1" + "0" * 199),
    ],
)
def test_values_are_repeated_up_to_a_length(value: object, shown: object) -> None:
    """Rule 17: the given value, so that a megabyte sent is not a megabyte answered."""
    assert told(RequestError("No.", field="f", value=value))["value"] == shown


def test_what_is_missing_has_no_value() -> None:
    """A field that is not there is named, without a value that nobody gave."""
    assert "value" not in told(RequestError("f is missing.", code="field.missing", field="f"))


@pytest.mark.parametrize(("reason", "msg"), data_of(__file__, "the_vendors_words"))  # fmt: skip
def test_the_vendors_words(reason: str, msg: str) -> None:
    """Rule 17: these texts are the vendor's, to the letter."""
    assert told(AuscultError("ours", code=reason))["msg"] == msg
    assert (REASONS[reason].status, REASONS[reason].code) in {(401, 4002), (405, 405), (429, 429)}

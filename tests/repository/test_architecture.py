"""The floors hold: each contract refuses a deliberate violation, and ARCHITECTURE.md names what is there."""

import ast
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from tests.data_files import data_of
from tools.shelves import ShelfContract
from tools.sizes import capabilities

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "auscult"
KINDS = {
    "forbidden": ForbiddenContract,
    "independence": IndependenceContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
    "shelf": ShelfContract,
}
CONFIGURATION = read_configuration(str(ROOT / ".importlinter"))
CONTRACTS = {options["id"]: options for options in CONFIGURATION["contracts_options"]}
SHELVES = [options["shelf"].removeprefix("auscult.") for options in CONTRACTS.values() if options["type"] == "shelf"]
PURE = {
    "analyzers": {"msgspec", "re2"},
    "domain": {"msgspec", "holidays"},
    "metrics": {"msgspec", "re2"},
    "reports": {"msgspec", "babel"},
}
"""Packages that each pure room may import besides the standard library; ``holidays`` is an extra, for ``workdays``."""


def files_of(room: str) -> list[str]:
    """Return the variants on a shelf: its public modules, and those of its families, as ``outcome.escalation``."""
    paths = [path.relative_to(SOURCE / room).with_suffix("") for path in (SOURCE / room).rglob("*.py")]
    return sorted(".".join(path.parts) for path in paths if not any(part.startswith("_") for part in path.parts))


def rooms() -> list[str]:
    """Every package and file directly under the package."""
    found = [path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    return sorted(name for name in found if not name.startswith("_"))


def violations() -> Iterator[tuple[str, str, str]]:
    """For each contract one import that it must refuse: (contract, importer, imported)."""
    yield "floors", "auscult.storage.store", "auscult.services.scoring.process"
    yield "floors", "auscult.services.scoring.process", "auscult.workers.worker"
    yield "floors", "auscult.storage.store", "auscult.engines._contract"
    yield "floors", "auscult.storage.store", "auscult.services.disputes.reviewing"
    yield "floors", "auscult.services.audits.workflow", "auscult.server.api.disputes"
    yield "floors", "auscult.storage.disputes", "auscult.services.scoring.process"
    yield "floors", "auscult.domain.audits.plan", "auscult.storage.disputes"
    yield "serving-rooms", "auscult.server.rest.guards", "auscult.engines._contract"
    yield "storing-rooms", "auscult.config", "auscult.storage.store"
    yield "floors", "auscult.language", "auscult.services.notices.writing"
    yield "floors", "auscult.metrics._contract", "auscult.storage.store"
    yield "floors", "auscult.reports._contract", "auscult.metrics._contract"
    yield "floors", "auscult.config", "auscult.engines._contract"
    yield "floors", "auscult.bootstrap", "auscult.cli"
    yield "capabilities", "auscult.services.scoring.process", "auscult.services.audits.workflow"
    yield "capabilities", "auscult.services.definitions.forms.reading", "auscult.services.scoring.evaluate"
    yield "capabilities", "auscult.services.audits.workflow", "auscult.services.disputes.reviewing"
    yield "stores", "auscult.storage.pages.reading", "auscult.storage.conversations.repository"
    yield "stores", "auscult.storage.core.tables.base", "auscult.storage.access.apps"
    yield "stores", "auscult.storage.notices", "auscult.storage.disputes"
    yield "serving", "auscult.server.rest.guards", "auscult.server.vendor.routes"
    yield "serving", "auscult.server.api.disputes", "auscult.server.console.disputes"
    yield "console", "auscult.server.console.frame.verdicts", "auscult.server.console.audits.desk"
    yield "commands", "auscult.cli.scoring.load", "auscult.cli.audits.audits"
    yield "work", "auscult.workers.heartbeat", "auscult.workers.worker"
    yield "wiring", "auscult.bootstrap.scheduling", "auscult.bootstrap.application"
    yield "domain-alone", "auscult.domain.form", "auscult.metrics._contract"
    yield "judging", "auscult.domain.evaluation", "sqlalchemy"
    yield "floors", "auscult.outgoing.dialling", "auscult.storage.store"
    yield "judging", "auscult.metrics._contract", "socket"
    yield "judging", "auscult.domain.disputes.dispute", "sqlalchemy"
    yield "judging", "auscult.reports._contract", "litestar"
    yield "reading", "auscult.formats._contract", "urllib3"
    yield "use-cases", "auscult.services.scoring.process", "dbos"
    yield "use-cases", "auscult.services.disputes.reviewing", "litestar"
    yield "one-room-store", "auscult.bootstrap", "sqlalchemy"
    yield "one-room-store", "auscult.services.disputes.reviewing", "sqlalchemy"
    yield "one-room-web", "auscult.cli.operations.serve", "uvicorn"
    yield "one-room-language", "auscult.reports._contract", "auscult.language"
    yield "one-room-jobs", "auscult.bootstrap", "dbos"
    yield "one-room-metrics", "auscult.bootstrap", "prometheus_client"
    yield "one-room-traces", "auscult.server", "opentelemetry"
    yield "one-room-minds", "auscult.bootstrap", "bm25s"
    yield "one-room-arrays", "auscult.bootstrap", "numpy"
    yield "one-room-documents", "auscult.bootstrap", "markdown_it"
    yield "one-room-numbers", "auscult.services.privacy.log", "phonenumbers"
    yield "one-room-terminal", "auscult.bootstrap", "typer"
    yield from neighbours()


def neighbours() -> Iterator[tuple[str, str, str]]:
    """For each shelf with two files an import of the second by the first."""
    for shelf in SHELVES:
        if len(names := files_of(shelf)) > 1:
            yield f"shelf-{shelf}", f"auscult.{shelf}.{names[0]}", f"auscult.{shelf}.{names[1]}"


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Who imports whom, as it stands on disk."""
    return grimp.build_graph("auscult", include_external_packages=True, cache_dir=None)


def kept(graph: grimp.ImportGraph, contract_id: str) -> bool:
    """Whether a contract of the configuration holds on this graph."""
    options: dict[str, Any] = {key: value for key, value in CONTRACTS[contract_id].items() if key not in ("id", "type")}
    kind = KINDS[CONTRACTS[contract_id]["type"]]
    contract = kind(options.pop("name"), CONFIGURATION["session_options"], options)
    return contract.check(graph=deepcopy(graph), verbose=False).kept


@pytest.mark.parametrize("contract_id", list(CONTRACTS))
def test_contract_is_kept(graph: grimp.ImportGraph, contract_id: str) -> None:
    """The house as it stands keeps every contract."""
    assert kept(graph, contract_id)


@pytest.mark.parametrize(("contract_id", "importer", "imported"), list(violations()))
def test_contract_refuses(graph: grimp.ImportGraph, contract_id: str, importer: str, imported: str) -> None:
    """One import in the wrong direction breaks its contract."""
    bent = deepcopy(graph)
    if imported not in bent.modules:
        bent.add_module(imported, is_squashed=not imported.startswith("auscult"))
    bent.add_import(importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}")
    assert not kept(bent, contract_id)


def circles(graph: grimp.ImportGraph) -> list[tuple[str, ...]]:
    """Modules that reach themselves by imports, those under ``TYPE_CHECKING`` and in functions included."""
    below = {
        module: {found for found in graph.find_modules_directly_imported_by(module) if found.startswith("auscult")}
        for module in graph.modules
        if module.startswith("auscult")
    }
    leaves = True
    while leaves:
        leaves = {module for module, imported in below.items() if not imported}
        below = {module: imported - leaves for module, imported in below.items() if module not in leaves}
    return [(module, *sorted(imported)) for module, imported in below.items()]


def test_no_import_is_circular(graph: grimp.ImportGraph) -> None:
    """No module needs itself; an import in the wrong direction is found."""
    assert circles(graph) == []
    bent = deepcopy(graph)
    needing = min(bent.find_modules_that_directly_import("auscult.domain.errors"))
    bent.add_import(importer="auscult.domain.errors", imported=needing)
    assert circles(bent)


def test_every_shelf_has_its_contract() -> None:
    """A package with a ``_contract.py`` is a shelf, and its variants are held to be independent."""
    shelves = {path.parent.name for path in SOURCE.glob("*/_contract.py") if (path.parent / "__init__.py").is_file()}
    assert {contract.removeprefix("shelf-") for contract in CONTRACTS if contract.startswith("shelf-")} == shelves


def test_a_room_outside_the_floors_is_refused(graph: grimp.ImportGraph) -> None:
    """The layers are exhaustive: a new package must be put on a floor."""
    bent = deepcopy(graph)
    bent.add_module("auscult.attic")
    assert not kept(bent, "floors")


def test_every_contract_is_tried() -> None:
    """No contract stands untested, but for shelves that hold one variant yet."""
    lonely = {f"shelf-{shelf}" for shelf in SHELVES if len(files_of(shelf)) == 1}
    assert {contract for contract, _, _ in violations()} == set(CONTRACTS) - lonely


@pytest.mark.parametrize("room", list(PURE))
def test_pure_rooms_import_only_what_is_allowed(graph: grimp.ImportGraph, room: str) -> None:
    """A room that judges imports the standard library and a named few."""
    modules = {f"auscult.{room}"} | graph.find_descendants(f"auscult.{room}")
    imported = {found for module in modules for found in graph.find_modules_directly_imported_by(module)}
    outside = {name for name in imported if not name.startswith("auscult") and name not in sys.stdlib_module_names}
    assert outside <= PURE[room]


def reads_environment(node: ast.AST) -> bool:
    """Whether a piece of code reads the environment. ``os.environ.setdefault`` tells others, numpy for one."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
        return node.value.attr == "environ" and node.attr != "setdefault"
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
        return node.value.attr == "environ"
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and bool({"environ", "getenv"} & {alias.name for alias in node.names})
    return isinstance(node, ast.Attribute) and node.attr in ("environb", "getenv")


@pytest.mark.landing
def test_only_config_reads_the_environment() -> None:
    """Settings come in by one door."""
    readers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if reads_environment(node)
    }
    assert readers <= {"config/__init__.py"}
    assert reads_environment(ast.parse("os.environ.get('A')").body[0].value.func)  # type: ignore[attr-defined]


CONNECTS = re.compile(
    r"(^|\.)(create_connection|open_connection|create_datagram_endpoint|urlopen|urlretrieve|build_opener|HTTPSConnection|"
    r"HTTPConnection|SMTP|SMTP_SSL|FTP|IMAP4|POP3|OpenAI|from_url|S3Store|AzureStore|GCSStore|HTTPStore|connect_ssh)$|"
    r"^(httpx2?|requests|aiohttp|urllib3|_?ssh|self\._ssh|asyncssh|websockets)\.(get|post|put|patch|delete|head|options|"
    r"request|stream|connect|Client|AsyncClient|HTTPTransport|Session|ClientSession|PoolManager)$|^socket\.(socket|getaddrinfo)$"
)
"""Calls that open a connection, or make what does."""

CONNECTING = data_of(__file__, "connecting")
"""Files outside of ``outgoing`` that may make a client that connects, and why."""


def connecting_calls(tree: ast.AST) -> set[str]:
    """What a file calls, derives from or has in tables that opens a connection."""
    names = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names |= {value for node in ast.walk(tree) if isinstance(node, ast.Dict) for value in node.values}
    names |= {base for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases}
    return {name for name in map(ast.unparse, names) if CONNECTS.search(name)}


@pytest.mark.landing
def test_only_outgoing_connects() -> None:
    """No client is made past the one function that decides on addresses; each exception has its reason."""
    found = {
        path.relative_to(SOURCE).as_posix(): calls
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(SOURCE / "outgoing")
        if (calls := connecting_calls(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert {path: calls for path, calls in found.items() if not path.startswith(tuple(CONNECTING))} == {}
    assert [known for known in CONNECTING if not any(path.startswith(known) for path in found)] == []


@pytest.mark.parametrize("code", data_of(__file__, "a_client_past_outgoing_is_found"))
def test_a_client_past_outgoing_is_found(code: str) -> None:
    """In the ways that the libraries of this product have."""
    assert connecting_calls(ast.parse(code))


def test_no_file_is_named_for_nothing() -> None:
    """A file is named for what it does; these names say nothing."""
    empty = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)($|_)")
    assert [path for path in SOURCE.rglob("*.py") if empty.search(path.stem)] == []


def test_architecture_page_names_what_is_there() -> None:
    """ARCHITECTURE.md has one line for each room, and none for a room that is not there."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"^ {4}([a-z_]+)(?:/|\.py) ", page, re.MULTILINE)
    assert sorted(named) == rooms()


PACKAGES = {path.parent.name for path in SOURCE.rglob("__init__.py")} | capabilities(ROOT)


@pytest.mark.parametrize("level", ["contract", "e2e", "integration"])
def test_other_tests_are_grouped_by_capability(level: str) -> None:
    """Their folders have names of packages or of capabilities; one more holds the tests of installations."""
    base = ROOT / "tests" / level
    names = {path.relative_to(base).parts[0] for path in base.rglob("*/test_*.py")}
    assert names
    assert names - PACKAGES <= {"installing"}

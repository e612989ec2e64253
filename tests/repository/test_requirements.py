"""What is installed is what is declared: pinned, hashed, and said why."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(one) for one in PROJECT["project"]["dependencies"]]
EXTRAS = [Requirement(one) for extra in PROJECT["project"].get("optional-dependencies", {}).values() for one in extra]
DEV = [Requirement(one) for one in PROJECT["dependency-groups"]["dev"]]


def pins(name: str) -> dict[str, str]:
    """Package -> version, as a requirements file pins it."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


@pytest.mark.parametrize(("file", "declared"), [("base.txt", RUNTIME), ("dev.txt", RUNTIME + DEV)])
def test_every_declared_dependency_is_pinned(file: str, declared: list[Requirement]) -> None:
    """`make lock` was run after the last change of pyproject.toml."""
    pinned = pins(file)
    for requirement in declared:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


def test_tests_run_on_what_users_run_on() -> None:
    """A package is pinned to one version in all files."""
    base, dev = pins("base.txt") | pins("image.txt"), pins("dev.txt")
    assert base == {name: dev[name] for name in base}


@pytest.mark.parametrize("file", ["base.txt", "dev.txt", "lock.txt", "image.txt", "dbt.txt"])
def test_every_pin_has_hashes_and_no_file_an_address(file: str) -> None:
    """Whoever installs gets these bytes, from wherever they come."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index-url" not in text


def test_every_import_is_of_something_declared() -> None:
    """What comes along with a dependency may leave with its next version; what we import, we declare."""
    graph = grimp.build_graph("auscult", include_external_packages=True, cache_dir=None)
    ours = {"auscult", "_typeshed"}  # the second is the type checker's own
    modules = {name for name in graph.modules if "." not in name} - ours - sys.stdlib_module_names
    provided = packages_distributions()
    declared = {canonicalize_name(requirement.name) for requirement in RUNTIME + EXTRAS}
    undeclared = {
        name for name in modules if not declared & {canonicalize_name(one) for one in provided.get(name, [name])}
    }
    assert undeclared - {"compression"} == set()  # of Python 3.14, which has it built in


def test_every_dependency_says_what_it_replaces() -> None:
    """docs/decisions/0002-dependencies.md has a line for each."""
    page = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
    for requirement in RUNTIME + DEV:
        assert re.search(rf"\b{re.escape(requirement.name)}\b", page), requirement.name

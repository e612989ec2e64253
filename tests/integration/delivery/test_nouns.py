"""Nouns and tables: each table of the database is exported, or has a reason; each export is a view, a dbt source and a section."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
import yaml

import auscult
from auscult.domain.change import CHANGE_KINDS, ChangeKind
from auscult.services.delivery.tables import KINDS
from auscult.storage.core import tables
from auscult.storage.core.tables.base import METADATA
from auscult.storage.core.views import VIEWS
from tests.data_files import data_of

ROOT = Path(__file__).parents[3]
EXPORTED: Mapping[str, str] = data_of(__file__, "exported")
"""The tables of the database that an export is made of."""
VIEWED: Mapping[str, str] = {"v_absences": "absences", "v_agents": "agents"}
"""Tables that are views alone, as they are about people and no conversation."""
LEFT_OUT: Mapping[str, str] = data_of(__file__, "left_out")
"""Tables of the database that are in no export, by reason."""
FED: Mapping[str, ChangeKind] = data_of(__file__, "fed")
"""The kind of change by which the feed reports rows of an export."""


def stored() -> Iterator[str]:
    """Yield the tables of the database."""
    for each in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{each.name}")
    yield from METADATA.tables


def test_every_table_is_exported_or_has_a_reason() -> None:
    """Each once: a new noun is not in any list, and fails here."""
    listed = [name for part in (EXPORTED, VIEWED, LEFT_OUT) for names in part.values() for name in names.split()]
    assert sorted(each for each in listed if listed.count(each) > 1) == []
    found = set(stored())
    assert sorted(found - set(listed)) == [], "export it, or give the reason in LEFT_OUT"
    assert sorted(set(listed) - found) == [], "there is no such table any more"
    assert set(EXPORTED) == set(KINDS)


def test_every_store_is_in_a_table() -> None:
    """A capability whose store is one file has tables, and the file names one that is listed."""
    storage = Path(auscult.__file__).parent / "storage"
    stores = [path for path in storage.glob("*.py") if path.stem not in ("__init__", "store")]
    assert len(stores) > 8
    names = "|".join(sorted(stored(), key=len, reverse=True))
    for path in stores:
        code = path.read_text(encoding="utf-8")
        assert re.search(rf"core\.tables\.\w+ import .*\b(?:{names})\b", code), path.stem


@pytest.mark.parametrize("name", KINDS)
def test_every_export_is_a_view_a_source_and_a_section(name: str) -> None:
    """And the feed reports its rows."""
    assert f"v_{name}" in VIEWS
    sources = yaml.safe_load((ROOT / "integrations/dbt/models/sources.yml").read_text(encoding="utf-8"))
    assert name in {each["name"] for source in sources["sources"] for each in source["tables"]}
    page = (ROOT / "docs/reference/tables.md").read_text(encoding="utf-8")
    assert f"\n## {name}\n" in page
    assert FED[name] in CHANGE_KINDS


def test_views_alone_are_views() -> None:
    """With a section of their own."""
    page = (ROOT / "docs/reference/tables.md").read_text(encoding="utf-8")
    assert set(VIEWS) == {*VIEWED, *(f"v_{name}" for name in KINDS)}
    assert [each for each in VIEWED if f"\n## {each.removeprefix('v_')}\n" not in page] == []

"""A contract for import-linter: the files on a shelf do not know each other.

It is import-linter's own independence contract, over whatever stands on the shelf today:
a new variant is held to it without being listed anywhere.
Private files (``_contract.py`` and the like) are what the variants of a shelf share.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import ContractCheck, fields
from importlinter.contracts.independence import IndependenceContract
from importlinter.domain.imports import ModuleExpression


class ShelfContract(IndependenceContract):
    """Option ``shelf``: the package whose public files are to be independent of each other."""

    type_name = "shelf"
    modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    shelf = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001  (import-linter calls it so)
        """Fill in what stands on the shelf, and leave the rest to the contract that there is."""
        self.modules: Any = {ModuleExpression(name) for name in variants(graph, str(self.shelf))}
        return super().check(graph, verbose)


def variants(graph: ImportGraph, shelf: str) -> set[str]:
    """Return the public modules of a shelf: those directly on it, and those of its public folders, the families."""
    public = {name for name in graph.find_children(shelf) if not name.rpartition(".")[2].startswith("_")}
    families = {name for name in public if graph.find_children(name)}
    return (public - families).union(*(variants(graph, family) for family in families))

"""Taxonomy documents: read and checked, with every fault reported at once, its line and what would be right."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from msgspec import Struct

from auscult.domain.definitions.taxonomy import LEVELS, Node, Taxonomy
from auscult.domain.errors import TaxonomyError, coded
from auscult.domain.operations.records import made_from
from auscult.domain.said.text import spoken_words
from auscult.services.definitions.forms.document import Document, Path, Problem, Value, field_name, read_document
from auscult.services.definitions.forms.shape import mapping_in, name_of, read_struct

_KEYS = "id, name and topics"
LONGEST_NAME = 50
LONGEST_DESCRIPTION = 250
LONGEST_EXAMPLE = 300
MOST_TOPICS = 500
MOST_EXAMPLES = 3_000
LONGEST_ID = 200
STARTER = "starter"


class TaxonomyCheck(Struct, frozen=True, kw_only=True):
    """Result of checking a taxonomy document. ``taxonomy`` is set when ``problems`` is empty."""

    taxonomy: Taxonomy | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class _WrittenNode(Struct, frozen=True, kw_only=True):
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    resolution: bool | None = None


class _WrittenTaxonomy(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    topics: list[Any]
    languages: tuple[str, ...] = ("en",)


def check_taxonomy(document: bytes, *, version: int = 1, in_force: Iterable[Taxonomy] = ()) -> TaxonomyCheck:
    """Read a taxonomy document and check it, also against the others in force.

    ``in_force`` may hold an earlier version of the same taxonomy; it is passed over.
    """
    read = read_document(document, "taxonomy", _KEYS)
    value = mapping_in(read, _KEYS)
    if value is None:
        return TaxonomyCheck(taxonomy=None, problems=read.problems)
    taxonomy = _read(read, value, version)
    _check(read, taxonomy)
    _check_topics(read, taxonomy.topics, ("topics",))
    _check_size(read, taxonomy)
    _check_against(read, taxonomy, in_force)
    if read.problems:
        return TaxonomyCheck(taxonomy=None, problems=read.problems)
    return TaxonomyCheck(taxonomy=taxonomy, warnings=_warnings(read, taxonomy))


def read_taxonomy(document: bytes, version: int = 1) -> Taxonomy:
    """Read a stored taxonomy document. Raises ``TaxonomyError`` with every problem."""
    check = check_taxonomy(document, version=version)
    if check.taxonomy is None:
        raise TaxonomyError.of(problem.describe("taxonomy") for problem in check.problems)
    return check.taxonomy


def starter_taxonomy() -> bytes:
    """The taxonomy that comes with the package, as its author wrote it."""
    return (files("auscult") / "starter" / "taxonomy" / "general.yaml").read_bytes()


def _read(document: Document, value: dict[str, Value], version: int) -> Taxonomy:
    stand_ins: dict[str, Any] = {"id": "", "name": "", "topics": []}
    written: _WrittenTaxonomy = read_struct(document, _WrittenTaxonomy, value, (), stand_ins=stand_ins)
    return made_from(Taxonomy, written, topics=_read_topics(document, written.topics, ("topics",), 1), version=version)


def _read_topics(document: Document, written: list[Any], path: Path, level: int) -> tuple[Node, ...]:
    return tuple([_read_node(document, one, (*path, at), level) for at, one in enumerate(written)])


def _read_node(document: Document, value: Value, path: Path, level: int) -> Node:
    if not isinstance(value, dict):
        document.unread(path, "must be a mapping with a name, not {type}", type=name_of(value))
        return Node(name="", level=level)
    written: _WrittenNode = read_struct(
        document, _WrittenNode, value, path, elsewhere=("topics",), stand_ins={"name": ""}
    )
    below = value.get("topics")
    topics: tuple[Node, ...] = ()
    if below is not None and level == LEVELS:
        document.unread((*path, "topics"), "stand on level {n}; there are {m} levels", n=level + 1, m=LEVELS)
    elif isinstance(below, list):
        topics = _read_topics(document, below, (*path, "topics"), level + 1)
    elif below is not None:
        document.unread((*path, "topics"), "must be a list, not {type}", type=name_of(below))
    if written.resolution is not None and level < LEVELS:
        document.unread(
            (*path, "resolution"), "is for topics of level {n}; this one is on level {m}", n=LEVELS, m=level
        )
    return made_from(
        Node, written, level=level, has_resolution=level == LEVELS and written.resolution is not False, topics=topics
    )


def _check(document: Document, taxonomy: Taxonomy) -> None:
    identity = taxonomy.id
    if not identity or len(identity) > LONGEST_ID or not identity.isprintable() or any(map(str.isspace, identity)):
        document.problem(
            ("id",),
            "{value!r} must be 1 to {n} characters without spaces, like {name}",
            value=identity,
            n=LONGEST_ID,
            name="tx-retail",
        )
    _check_text(document, taxonomy.name, ("name",), LONGEST_NAME)
    if not taxonomy.languages:
        document.problem(("languages",), "is empty; name at least one, like en")
    for at, language in enumerate(taxonomy.languages):
        if not (language.isascii() and language.isalpha() and language.islower() and len(language) in (2, 3)):
            document.problem(("languages", at), "{value!r} is not a language code like en", value=language)


def _check_topics(document: Document, topics: tuple[Node, ...], path: Path) -> None:
    first: dict[str, int] = {}
    for at, node in enumerate(topics):
        here: Path = (*path, at)
        _check_text(document, node.name, (*here, "name"), LONGEST_NAME)
        twin = first.setdefault(node.name.casefold(), at)
        if twin != at and node.name:
            document.problem(
                (*here, "name"),
                "{value!r} is the name of {name} too; give each its own",
                value=node.name,
                name=field_name((*path, twin)),
            )
        if node.description:
            _check_text(document, node.description, (*here, "description"), LONGEST_DESCRIPTION)
        if node.topics and node.examples:
            document.problem((*here, "examples"), "belong to the topics below this one; give each its own")
        for index, example in enumerate(node.examples):
            _check_text(document, example, (*here, "examples", index), LONGEST_EXAMPLE)
        _check_topics(document, node.topics, (*here, "topics"))


def _check_text(document: Document, text: str, path: Path, most: int) -> None:
    if len(text) > most:
        document.problem(path, "has {n} characters; at most {m} are allowed", n=len(text), m=most)
    elif spoken_words(text) == " " or not text.isprintable():
        document.problem(
            path, "{value!r} must be 1 to {n} characters on one line, with a letter or digit", value=text, n=most
        )


def _check_size(document: Document, taxonomy: Taxonomy) -> None:
    paths = [*taxonomy.ends()]
    if len(paths) > MOST_TOPICS:
        document.problem(
            ("topics",),
            "hold {n} topics with none below them; at most {m} are distinguished",
            n=len(paths),
            m=MOST_TOPICS,
        )
    examples = sum(len(path[-1].examples) for path in paths)
    if examples > MOST_EXAMPLES:
        document.problem(("topics",), "hold {n} examples; at most {m} are learned from", n=examples, m=MOST_EXAMPLES)


def _check_against(document: Document, taxonomy: Taxonomy, in_force: Iterable[Taxonomy]) -> None:
    """Taxonomies for one language are found side by side, so that their first levels may not be mixed up."""
    for rival in in_force:
        if rival.id == taxonomy.id or not set(rival.languages) & set(taxonomy.languages):
            continue
        names = {node.name.casefold() for node in rival.topics}
        for at, node in enumerate(taxonomy.topics):
            if node.name.casefold() in names:
                document.problem(
                    ("topics", at, "name"),
                    "{value!r} is a topic of {name} already, for the same language; name one of them otherwise",
                    value=node.name,
                    name=rival.id,
                )


def _warnings(document: Document, taxonomy: Taxonomy) -> tuple[Problem, ...]:
    if not taxonomy.topics:
        return (Problem(document.line(("topics",)), "topics", coded("is empty; nothing will be found by it")),)
    return tuple(
        Problem(
            document.line(path),
            field_name(path),
            coded("has neither a description nor examples: it will be found by its name alone"),
        )
        for path, node in _written_ends(taxonomy.topics, ("topics",))
        if not node.description and not node.examples
    )


def _written_ends(topics: tuple[Node, ...], path: Path) -> Iterable[tuple[Path, Node]]:
    for at, node in enumerate(topics):
        here: Path = (*path, at)
        if node.topics:
            yield from _written_ends(node.topics, (*here, "topics"))
        else:
            yield here, node

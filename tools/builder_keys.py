"""Writes the table of keys and their places in the builder into docs/reference/forms.md; with ``--check`` compares only."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import Struct

from auscult.domain.form import Assignment
from auscult.metrics import METRICS
from auscult.server.console.definitions.forms.builder_words import label_in_builder, reason_in_text
from auscult.services.definitions.forms.reading import SCHEMA_KEY, WrittenForm, WrittenMetric
from auscult.services.definitions.forms.shape import options_of

PAGE = Path("docs/reference/forms.md")
_BEGIN = "<!-- Written by `make docs` from the builder's labels; `make check` compares. -->\n"
_END = "<!-- End of what `make docs` writes. -->\n"
_HEAD = "| under | key | in the builder |\n| --- | --- | --- |\n"
_IN_ROW = ("name", "question", "type", "weight")
"""Keys of a metric that are edited in its row, whatever its type."""
_TOP = {"form": "the form", "metric": "every metric"}
_OF_FORM = ("form", "assignment", "Band")
"""Things whose controls are in the tab Settings."""


class KeyPlace(NamedTuple):
    """A key by what it is a key of, and the label of its control or the reason why only the text has it."""

    under: str
    thing: str
    key: str
    label: str | None
    reason: str | None


def keys() -> list[KeyPlace]:
    """Return every key that a form may have: of the form, of each metric type, and of what is within them."""
    things, above = _structs_of_forms()
    schema = KeyPlace(_TOP["form"], "form", SCHEMA_KEY, None, reason_in_text("form", SCHEMA_KEY))
    found = [schema]
    for kind, thing in things.items():
        for key in (field.encode_name for field in msgspec.structs.fields(kind)):
            label, reason = label_in_builder(thing, key), reason_in_text(thing, key)
            found.append(KeyPlace(_under(kind, things, above), thing, key, label, reason))
    return found


_Above = Mapping[type[Struct], Sequence[tuple[str, type[Struct]]]]


def _structs_of_forms() -> tuple[dict[type[Struct], str], _Above]:
    """Return every struct in a form with its name in the builder's tables, and the keys that lead to it, with their structs."""
    types = {kind.settings_type: name for name, kind in METRICS.items()}
    things: dict[type[Struct], str] = {}
    above: defaultdict[type[Struct], list[tuple[str, type[Struct]]]] = defaultdict(list)

    def add(kind: type[Struct], thing: str) -> None:
        if kind in things:
            return
        things[kind] = thing
        inside = [(field.encode_name, each) for field in msgspec.structs.fields(kind) for each in _structs(field.type)]
        for key, each in dict.fromkeys(inside):
            above[each].append((key, kind))
            add(each, "assignment" if each is Assignment else each.__name__)

    for kind, thing in ((WrittenForm, "form"), (WrittenMetric, "metric"), *types.items()):
        add(kind, thing)
    return things, above


def _under(kind: type[Struct], things: Mapping[type[Struct], str], above: _Above) -> str:
    """Return the keys that lead to a struct; one that leads to others too is named with what it is a key of."""
    thing = things[kind]
    if kind not in above:
        return _TOP.get(thing, f"`{thing}`")
    shared = {key for each, leads in above.items() if each is not kind for key, _ in leads}
    return ", ".join(
        dict.fromkeys(
            f"`{key}` of {_under(of, things, above)}" if key in shared and things[of] not in _TOP else f"`{key}`"
            for key, of in above[kind]
        )
    )


def _structs(kind: Any) -> list[type[Struct]]:
    """Return the structs in a type: itself, or those in its lists and alternatives."""
    options = options_of(kind)
    found = [each for each in options if isinstance(each, type) and issubclass(each, Struct)]
    return [*found, *(inner for each in options for arg in get_args(each) for inner in _structs(arg))]


def table() -> str:
    """Return the table."""
    return _HEAD + "".join(f"| {each.under} | `{each.key}` | {_place(each)} |\n" for each in keys())


def _place(each: KeyPlace) -> str:
    if each.key == "metrics":
        return "the tab Questions"
    if each.reason is not None:
        return f"only in Text: {each.reason}"
    if each.thing == "metric" and each.key in _IN_ROW:
        return f"Questions, in the row: {each.label}"
    return f"{'Settings' if each.thing in _OF_FORM else 'Questions'}: {each.label}"


def page() -> str:
    """Return the page with the table in its place."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{table()}\n{_END}{after}"


def main() -> int:
    """Write the page, or with ``--check`` compare; 1 when it differs."""
    missing = [f"{each.thing}.{each.key}" for each in keys() if not each.label and not each.reason]
    if missing:
        print(f"without a label or a reason in builder_words.py: {', '.join(missing)}", file=sys.stderr)
        return 1
    is_right = PAGE.read_text(encoding="utf-8") == page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if not is_right:
        print(f"{PAGE} is not what the builder has: run `make docs`", file=sys.stderr)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())

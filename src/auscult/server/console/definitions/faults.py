"""Faults of a document where they are: in words at their field, in a list that leads there, and with what fixes them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct

from auscult.domain.errors import pieces_of
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.definitions.forms.builder_words import TYPES, VALUES
from auscult.server.console.frame.reasons import fault_in_words
from auscult.services.definitions.forms.document import Path, Problem, field_name, path_of
from auscult.services.definitions.forms.editing.questions import mappings, number_of

Fix = tuple[str, str]
"""A button that puts a fault right: the action that it posts, and its words."""

_USUAL_PASS_SCORE = Decimal(70)
"""From this score on the starter forms let a conversation pass."""


class Spot(NamedTuple):
    """Place of a fault: the names around it, the id of the element that shows it, and what opens to show that."""

    where: tuple[str, ...] = ()
    control: str = ""
    part: str = ""


class FaultLink(Struct, frozen=True, kw_only=True):
    """One fault in words, with the field that it is at, the part that opens to show it, and its line in the text."""

    where: str
    text: str
    line: str
    control: str
    part: str
    is_warning: bool
    fixes: tuple[Fix, ...] = ()


class Faults:
    """The faults of a document, found by their field. ``document``: its values, where its faults have buttons."""

    def __init__(self, problems: Sequence[Problem], document: Mapping[str, Any] | None = None) -> None:
        """Keep them in their order."""
        self._document = document
        self._by_field: defaultdict[str, list[Problem]] = defaultdict(list)
        for each in problems:
            self._by_field[each.field].append(each)

    def at(self, path: Path, items: int = 0) -> tuple[str, ...]:
        """Return the faults of one field and of the first items of its list, in words."""
        return tuple(fault_in_words(each.coded) for each in self._of(path, items))

    def fixes(self, path: Path, items: int = 0) -> tuple[Fix, ...]:
        """Return the buttons for the same faults."""
        return tuple(fix for each in self._of(path, items) for fix in fixes_of(each, self._document))

    def inside(self, path: Path) -> int:
        """Return the number of faults of a part and of what is in it."""
        name = field_name(path)
        return sum(
            len(found)
            for field, found in self._by_field.items()
            if field == name or field.startswith((f"{name}.", f"{name}["))
        )

    def _of(self, path: Path, items: int) -> Iterator[Problem]:
        for each in (path, *((*path, at) for at in range(items))):
            yield from self._by_field.get(field_name(each), ())


def fault_links(
    problems: Sequence[Problem],
    warnings: Sequence[Problem],
    spot_of: Callable[[Path], Spot],
    document: Mapping[str, Any] | None = None,
) -> tuple[FaultLink, ...]:
    """Show every fault with where it is; ``document`` as ``Faults`` has it."""
    found = [(each, False) for each in problems] + [(each, True) for each in warnings]
    links: list[FaultLink] = []
    for problem, is_warning in found:
        spot = spot_of(path_of(problem.field)) if problem.field else Spot()
        links.append(
            FaultLink(
                where=", ".join(spot.where),
                text=fault_in_words(problem.coded),
                line="" if problem.line is None else str(problem.line),
                control=spot.control,
                part=spot.part,
                is_warning=is_warning,
                fixes=fixes_of(problem, document),
            )
        )
    return tuple(links)


def path_text(path: Path) -> str:
    """Write a path as fields and buttons have it: ``metrics.0.answer.phrases``."""
    return ".".join(map(str, path))


class _Wrong(NamedTuple):
    """A fault that a button can fix: its path, its code, the parts of that, and the document around it."""

    path: Path
    code: str
    parts: Mapping[str, object]
    document: Mapping[str, Any]


_Fixing = Callable[[_Wrong], Iterator[Fix]]


def fixes_of(problem: Problem, document: Mapping[str, Any] | None) -> tuple[Fix, ...]:
    """Return the buttons of a fault; none where there is more than one answer."""
    if document is None:
        return ()
    for each in pieces_of(problem.coded):
        if each.code == _NO_KEY:  # what is to be written there is not known
            return ()
        fixing = FIXES.get(each.code) or (_LEAVE_OUT if each.code.endswith(_SUPERFLUOUS) else None)
        if fixing is not None:
            return tuple(fixing(_Wrong(path_of(problem.field), each.code, each.parts, document)))
    return ()


def _does(act: str, words: str) -> _Fixing:
    """Return the fix that posts an action, in which ``{path}`` is the path of the fault."""

    def fixing(wrong: _Wrong) -> Iterator[Fix]:
        yield act.format(path=path_text(wrong.path)), _(words)

    return fixing


def _part(words: str) -> _Fixing:
    """Return the fix that deletes the part whose key the fault is at."""

    def fixing(wrong: _Wrong) -> Iterator[Fix]:
        yield f"delete:{path_text(wrong.path[:-1])}", _(words)

    return fixing


_LEAVE_OUT = _does("without:{path}", later("Leave it out"))
_KEEP_ONE = _does("remove:{path}", later("Keep one"))
_YES = _does("without:{path}", later("Let Yes be right"))


def _meant(part: str) -> _Fixing:
    """Return the fix that writes a part of the fault. A key that is not known has no value to write."""

    def fixing(wrong: _Wrong) -> Iterator[Fix]:
        meant = str(wrong.parts[part]).removeprefix("-")
        words = VALUES.get(meant) or TYPES.get(meant)
        yield f"put:{path_text(wrong.path)}={meant}", _("Make it {value}").format(value=_(words) if words else meant)

    return fixing


def _passes(wrong: _Wrong) -> Iterator[Fix]:
    """Return a pass score: that of the form, else the usual one."""
    score = number_of(wrong.document.get("pass_score")) or _USUAL_PASS_SCORE
    path = (*wrong.path[:-1], "pass_score")
    yield f"put:{path_text(path)}={score:f}", _("Passes from {n}").format(n=f"{score:f}")


def _only_bonus(wrong: _Wrong) -> Iterator[Fix]:
    """Return what removes the keys that lose points or fail, where the question only adds."""
    metric = mappings(dict(wrong.document), "metrics")[int(wrong.path[1])]
    keys = [path_text((*wrong.path[:-1], key)) for key in ("negative_weight", "fatal") if key in metric]
    yield f"without:{'+'.join(keys)}", _("Let it only add")


_NO_KEY = "is not a known key"
_SUPERFLUOUS = ("; leave it out", "; leave it out here")
"""Ends of the codes of what is to be left out."""
FIXES: Mapping[str, _Fixing] = {
    "weights total {n}; on a percentage form they must total exactly 100: {rest}": _does("spread", later("Spread")),
    "has no metrics; give a metric section: {id}": _does("delete:{path}", later("Remove the section")),
    "{type} metrics are for points forms, not for percentage": _does("put:scoring=points", later("Count in points")),
    "needs a pass_score that the section has to reach": _passes,
    "is 0, so that every conversation passes whose score is not below 0": _passes,
    "is of a form for segments; add segments: true": _does("put:segments=true", later("Score each segment by itself")),
    "points only raise a score; leave out negative_weight and fatal": _only_bonus,
    "needs a section that fails; give the metric one": _LEAVE_OUT,
    "needs reasons to choose from": _LEAVE_OUT,
    "and strict contradict each other; strict allows no deviation": _LEAVE_OUT,
    "belongs to {list}, not to {name}": _LEAVE_OUT,
    "belongs to {list} metrics, not to {name}": _LEAVE_OUT,
    "does not belong to {name}; that has {list}": _LEAVE_OUT,
    "is a second kind of answer beside {name}; keep one": _LEAVE_OUT,
    "cannot be no of a graded metric; give the better level the greater share": _YES,
    "cannot be no where parts are scored one by one; write the parts so that yes is right": _YES,
    "is for topics of level {n}; this one is on level {m}": _LEAVE_OUT,
    "is empty; an attribute has at least one": _part(later("Delete the attribute")),
    "{value} is in this scorecard already; a metric counts once": _part(later("Keep one")),
    "{id} is answered by people, and does not count in a scorecard": _part(later("Leave it out")),
    "{value!r} is not the format of {name}; give {right}": _meant("right"),
    "says the same as {name}; keep one": _KEEP_ONE,
    "{value} is there already; keep one": _KEEP_ONE,
    "is asked for already; keep one": _KEEP_ONE,
    "{value} must be 0 or more; a weight is written without a sign": _meant("value"),
    "is {n}, and the weights of its metrics total {m}": _meant("m"),
    "did you mean {name}?": _meant("name"),
    "write {name}, without the percent sign": _meant("name"),
    "write {name}, in digits alone": _meant("name"),
    "write {name}, without quotes": _meant("name"),
}
"""The fix for each fault that has only one answer, by its code."""

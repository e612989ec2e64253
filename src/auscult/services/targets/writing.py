"""Messages to targets in words: to a person as in an e-mail, to the app's own without names."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from auscult.domain.notices import Kind, Notice
from auscult.domain.targets import Target
from auscult.language import gettext as _
from auscult.language import later, ngettext, speaking
from auscult.services.notices.writing import letter_of

_OF_APP: Mapping[Kind, str] = {
    "taken": later("An audit was taken over."),
    "late": later("An audit is late."),
    "to_decide": later("A dispute waits for its decision."),
    "decided": later("A dispute has ended."),
}


def message_of(names: Mapping[str, str], base: str, target: Target, found: Sequence[Notice]) -> tuple[str, str]:
    """Return the title and the text of a message. ``base`` is the address of the console, empty where it is unknown."""
    if target.person is not None:
        return letter_of(names, base, target.language, found)
    with speaking(target.language):
        lines = [_line(base, each) for each in found]
        title = lines[0].partition("\n")[0] if len(lines) == 1 else _("{n} notices").format(n=len(lines))
    return f"auscult: {title}", "\n\n".join(lines) + "\n"


def _line(base: str, notice: Notice) -> str:
    """Return the sentence of a notice to anyone, and a link to the very thing, which only those may open who may see it."""
    if notice.kind == "assigned":
        said = ngettext("{n} audit was assigned.", "{n} audits were assigned.", notice.n).format(n=notice.n)
    else:
        said = _(_OF_APP[notice.kind])
    return f"{said}\n{base}{quote(notice.path)}" if base else said

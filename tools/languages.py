"""The texts of the console and of mails in other languages: extracts them from the code, and says what is not translated.

``python -m tools.languages`` adds new texts to every catalogue and removes those that nothing shows any more;
``--check`` changes nothing and exits with 1 where a text is missing, left over or has other placeholders.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from auscult.domain.assist.live_settings import FeedbackReasons
from auscult.domain.audits.assignment import AssignmentState
from auscult.domain.audits.notes import DisputeState
from auscult.domain.calibration.session import SessionState
from auscult.domain.errors import UNKNOWN
from auscult.domain.evaluation import Qualification
from auscult.domain.people.permissions import PERMISSIONS
from auscult.domain.said.values import Kind
from auscult.language import ASSIST, forms_of
from auscult.server.console.frame.meanings import MEANINGS
from auscult.server.console.frame.reasons.documents import SENTENCES
from auscult.services.definitions.forms.reading import starter_forms
from auscult.votes import DOES
from auscult.wording import pack

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "src/auscult/language"
CONSOLE = ROOT / "src/auscult/server/console"
BELOW = tuple(
    ROOT / "src/auscult" / each
    for each in (
        "analyzers",
        "documents",
        "domain",
        "engines",
        "metrics",
        "outgoing",
        "services",
        "storage",
        "votes",
        "workers",
    )
)
"""Use cases write mails and messages; everything here raises errors or gives reasons."""
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {
    "**/templates/**.html": {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
}
_KEYWORDS = {"_": None, "gettext": None, "later": None, "template": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
CODED = (
    "coded",
    "AccessError",
    "AccessRefusedError",
    "ConflictError",
    "DocumentError",
    "ItemError",
    "NotFoundError",
    "PlaceError",
    "RecordingError",
    "RequestError",
)
"""Calls whose first argument is a code: texts with parts, and errors that people cause."""
_KEYWORDS |= (
    dict.fromkeys(CODED, (1,)) | {"unknown": (3,)} | dict.fromkeys(("problem", "problem_of_all", "unread"), (2,))
)
_HEADER = """# Texts of the console: {0}. Written for auscult, under its licence.
msgid ""
msgstr ""
"Language: {0}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_LITERAL = r'"((?:[^"\\]|\\.)*)"'
_IN_SCRIPT = re.compile(rf"(?<![\w$])_\(\s*{_LITERAL}")
_COUNTED_IN_SCRIPT = re.compile(rf"\bcounted\(\s*{_LITERAL},\s*{_LITERAL}")
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*(?:!r)?(?::[^}]*)?\}")


def template() -> Catalog:
    """Return every text for people: of the console, of mails, what permissions allow, and of the agent's page."""
    found = Catalog(locale=None, fuzzy=False)
    for folder in (CONSOLE, *BELOW):
        for _, _, message, comments, context in extract_from_dir(
            folder,
            _METHODS,
            _OPTIONS,
            keywords=_KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            directory_filter=lambda _: True,
        ):
            if message not in SENTENCES:
                found.add(message, auto_comments=comments, context=context)
    states = (AssignmentState, DisputeState, SessionState, Kind, Qualification)
    names = (name for each in states for name in get_args(each) if name != "-")
    meanings = (said for said, _ in MEANINGS.values())
    signs = (reading.means for name in ("en/threats", "en/leaving") for reading in pack(name).readings)
    excuses = (getattr(metric.settings, "excused_because", None) for form in starter_forms() for metric in form.metrics)
    for text in (
        *PERMISSIONS.values(),
        *UNKNOWN.values(),
        *names,
        *meanings,
        *DOES.values(),
        *filter(None, (*signs, *excuses)),
    ):
        found.add(text)
    for text in _codes_within_calls():
        found.add(text)
    for text in _texts_of_scripts():
        found.add(text, context=ASSIST)
    return found


def _codes_within_calls() -> Iterator[str]:
    """Yield the codes that are made within another call of the keywords, of which babel reads the outer one only."""
    for path in sorted(path for folder in (CONSOLE, *BELOW) for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="coded"), args=[ast.Constant(value=str(text)), *_]) if (
                    text not in SENTENCES
                ):
                    yield text
                case _:
                    pass


def _texts_of_scripts() -> Iterator[str | tuple[str, str]]:
    """Yield the texts of the agent's page, literals of its scripts, and the reasons that an app offers by itself."""
    for path in sorted((CONSOLE / "static" / "assist").glob("*.js")):
        script = path.read_text(encoding="utf-8")
        yield from (_unescaped(each) for each in _IN_SCRIPT.findall(script))
        yield from ((_unescaped(one), _unescaped(many)) for one, many in _COUNTED_IN_SCRIPT.findall(script))
    of = FeedbackReasons()
    for reasons in (of.answer, of.summary, of.widget):
        yield from (*reasons.like, *reasons.dislike)


def _unescaped(literal: str) -> str:
    return json.loads(f'"{literal}"')


def update(path: Path) -> Catalog:
    """Return the catalogue at a path with today's texts: new ones are empty, those that are gone are left out."""
    before, after = _read(path), Catalog(locale=path.stem, fuzzy=False)
    for message in _messages(template()):
        known = before.get(forms_of(message.id)[0], message.context)
        plural = isinstance(message.id, tuple)
        empty: str | tuple[str, str] = ("", "") if plural else ""
        string = known.string if known is not None and isinstance(known.string, tuple) == plural else empty
        after.add(message.id, string, auto_comments=message.auto_comments, context=message.context)
    return after


def faults(path: Path) -> Iterator[str]:
    """Yield what is wrong with a catalogue, a line each."""
    there = _read(path)
    wanted = {_key(each): each for each in _messages(template())}
    found = {_key(each): each for each in _messages(there)}
    yield from (f"{path.name}: no translation of {key!r}" for key in wanted if not _is_whole(found.get(key)))
    yield from (f"{path.name}: nothing shows {key!r}" for key in found if key not in wanted)
    for message in found.values():
        for source, text in zip(forms_of(message.id), forms_of(message.string), strict=True):
            if text and sorted(_PLACEHOLDER.findall(source)) != sorted(_PLACEHOLDER.findall(text)):
                yield f"{path.name}: {text!r} has other placeholders than {source!r}"


def main() -> int:
    """Bring the catalogues up to date, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 where something is wrong")
    wrong: list[str] = []
    only_checks = parser.parse_args().check
    for path in sorted(CATALOGUES.glob("*.po")):
        if not only_checks:
            catalogue = update(path)
            with path.open("wb") as file:
                file.write(_HEADER.format(path.stem).encode())
                write_po(file, catalogue, width=120, no_location=True, sort_output=True, omit_header=True)
        wrong += faults(path)
    print("\n".join(wrong) or "every text is translated")
    return 1 if only_checks and wrong else 0


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (each for each in catalogue if each.id)


def _key(message: Message) -> str:
    """Return what names a message: its English text, with its context where it has one."""
    text = forms_of(message.id)[0]
    return text if message.context is None else f"{message.context}: {text}"


def _is_whole(message: Message | None) -> bool:
    return message is not None and all(forms_of(message.string))


if __name__ == "__main__":
    sys.exit(main())

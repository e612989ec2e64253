"""Language of a conversation, detected offline from its script, its small words, and the usual words of English.

The language of the document wins, unless the text plainly contradicts it: another script, or, where the
document has English (also the default), mostly the small words of another language.
A known library does the same for 139 languages (py3langid), for 106 MB of memory and 0.2 ms a conversation more;
whole conversations are long enough for small words (docs/reference/analyzers.md has the figures).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import chain
from typing import ClassVar

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import UNDETERMINED
from auscult.analyzers.topics._words import COMMON
from auscult.domain.conversation import Conversation, language_code
from auscult.domain.errors import coded
from auscult.domain.insight import Insights
from auscult.domain.memo import kept
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.text import spoken_words
from auscult.wording.word_lists import read_words, usual_words

ENOUGH_TO_READ = 400
"""Characters that are read, from the beginning."""
FEWEST_WORDS, FEWEST_ALONE = 3, 2
"""So many different small words tell a language, and so many where none of the document's own is said beside them."""
CLEARLY = 2
"""How many times more small words another language must have than the one that the document gives."""

FEWEST_PERCENT = 7
"""Fewer small words of another language, in percent of all different words, may be words of any language that look alike."""
ENOUGH_WORDS, FEWEST_USUAL_PERCENT = 5, 40
"""Of that many different words, fewer usual words of English, in percent of them, are no English.

Terse English has 45 % and more, Pidgin and English with Tagalog in it 57 %; romanised Hindi, Tagalog and Indonesian 34 %
and less, French, Spanish and German 32 %. docs/reference/analyzers.md has what was measured.
"""

# First code point, last code point, script.
_SCRIPTS = (
    (0x0041, 0x024F, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x077F, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0B80, 0x0BFF, "tamil"),
    (0x0C00, 0x0C7F, "telugu"),
    (0x0E00, 0x0E7F, "thai"),
    (0x1E00, 0x1EFF, "latin"),
    (0x3040, 0x30FF, "kana"),
    (0x31F0, 0x31FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFF66, 0xFF9D, "kana"),
)
_LANGUAGES_IN = {
    "arabic": ("ar", "fa", "ur", "ps"),
    "bengali": ("bn", "as"),
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
    "devanagari": ("hi", "mr", "ne", "sa"),
    "greek": ("el",),
    "han": ("zh", "ja", "yue"),
    "hangul": ("ko",),
    "hebrew": ("he", "yi"),
    "kana": ("ja",),
    "tamil": ("ta",),
    "telugu": ("te",),
    "thai": ("th",),
}
"""Languages by the script they are written in, the one that it most likely is first; Latin has too many to list."""
_AMBIGUOUS = frozenset({"arabic", "cyrillic"})


def _languages_by_word() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in read_words(files("auscult.analyzers.speech") / "small_words.txt").items():
        for word in words:
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


LANGUAGES_OF = _languages_by_word()
"""For each small word the languages that have it."""
_USUAL = usual_words() | COMMON


class Language:
    """Language of a conversation, as an ISO 639-1 code (``und`` where it is not recognised)."""

    field: ClassVar[str] = "language"
    languages: frozenset[str] = frozenset()

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:  # noqa: ARG002  (the contract's)
        """Return no question: the text is enough."""
        return ()

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> str | Unknown:  # noqa: ARG002
        """Return the language, or unknown where nothing is said."""
        return _found(conversation)


@kept
def _found(conversation: Conversation) -> str | Unknown:
    """Return the language, which is asked for twice: to choose the form, and as a finding."""
    text = _text(conversation)
    return language_of(text, language_code(conversation)) if text else Unknown(coded("nothing is said"))


def language_of(text: str, given: str) -> str:
    """The language of a text, ``given`` being what its document says."""
    script = main_script(text)
    if script is None:
        return given
    if script != "latin":
        candidates = _LANGUAGES_IN[script]
        if given in candidates:
            return given
        return UNDETERMINED if script in _AMBIGUOUS else candidates[0]
    if given != "en" and all(given not in languages for languages in _LANGUAGES_IN.values()):
        return given
    words = dict.fromkeys(spoken_words(text).split())
    counts = Counter(chain.from_iterable(LANGUAGES_OF.get(word, ()) for word in words))
    best = max(counts, key=counts.__getitem__, default=given)
    fewest = FEWEST_WORDS if counts[given] else FEWEST_ALONE
    is_clear = counts[best] >= fewest and counts[best] >= CLEARLY * counts[given]
    if is_clear and 100 * counts[best] >= FEWEST_PERCENT * len(words):
        return best
    return UNDETERMINED if given == "en" and _is_foreign(words) else given


def _is_foreign(words: Iterable[str]) -> bool:
    """Return whether few of these different words are usual ones of English. Numbers are words of any language."""
    letters = [word for word in words if word.isalpha()]
    usual = sum(map(_USUAL.__contains__, letters))
    return len(letters) >= ENOUGH_WORDS and 100 * usual < FEWEST_USUAL_PERCENT * len(letters)


def main_script(text: str) -> str | None:
    """The script of most letters, or None where there are no letters. Kana makes the Han around it Japanese."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else None
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha() and (script := _script(ord(character))) is not None:
            counts[script] += count
    if not counts:
        return None
    if counts["kana"]:
        counts["kana"] += counts.pop("han", 0)
    return max(counts, key=counts.__getitem__)


def _script(code: int) -> str | None:
    for first, last, script in _SCRIPTS:
        if code <= last:
            return script if code >= first else None
    return None


def _text(conversation: Conversation) -> str:
    texts: list[str] = []
    length = 0
    for turn in conversation.turns:
        if turn.speaker != "system" and turn.text.strip():
            texts.append(turn.text)
            length += len(turn.text)
            if length > ENOUGH_TO_READ:
                break
    return " ".join(texts)[:ENOUGH_TO_READ]

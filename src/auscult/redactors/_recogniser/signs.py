"""Signs of a token, by which the fitted model decides: the token, the words around, who speaks, what was asked before."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from auscult.domain.privacy.redaction import Utterance
from auscult.redactors._recogniser.tokens import Turn, Unit, lowered, single_cues
from auscult.redactors._recogniser.validators import COUNTRIES, signs_of
from auscult.wording.word_lists import read_words, usual_words

_HERE = Path(__file__).parents[1]
_STAFF = frozenset({"agent", "bot", "key", "system"})
_ASKED = frozenset({"name", "address", "postcode", "password", "email", "street", "title"})
_STEMS = ("nam", "nom", "apell", "llam", "heiß", "cham", "appel", "sobren", "apelid", "spell", "speak", "sprech")
_QUIET = frozenset({"", "filler", "correct"})
_QUESTION = 8
_ANSWER, _SHORT, _NAMED_ROOM, _REACH = 5, 10, 4, 7
NONE = ""
_AROUND = 3
_GAPS = {"": 0, " ": 1, ",": 2, ".": 3, "-": 4, "/": 4, "_": 4, ":": 5, "(": 5}
EDGES = 42
"""Classes of steps between tokens."""


_SPOKEN = {
    word: language
    for language, words in {
        "en": "the and is my you of it for to that i'm it's are this have was your please",
        "de": "ich und der die das ist nicht mit ein eine bitte sie auf wir haben noch mein meine dem den ja auch",
        "es": "el los es y por en mi con una del lo para se está gracias pero hola usted tengo mis",
        "fr": "le les est et je vous pour une dans sur pas mon ma c'est j'ai des du oui bonjour merci avec",
        "pt": "o os é e não um uma em do da meu minha com pra você obrigado obrigada ao na no está foi",
    }.items()
    for word in words.split()
}


@cache
def given_names() -> frozenset[str]:
    """Read the given names."""
    files = ("given_names.txt", "given_names_world.txt", "given_names_more.txt")
    return frozenset(name for file in files for name in read_words(_HERE / file)[""])


@cache
def usual() -> frozenset[str]:
    """Read the words that are no name by themselves: of English, and of the others as the fitting counted them."""
    path = Path(__file__).with_name("ordinary.txt")
    counted = frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else frozenset[str]()
    return usual_words() | counted | frozenset("aeiouyàéèóôáúx")


@cache
def naming() -> frozenset[str]:
    """Return the words behind which a usual word may be a name or a password."""
    return frozenset(
        word
        for word, title in single_cues().items()
        if title in ("password", "title") or (title == "name" and any(stem in word for stem in _STEMS))
    )


def asks(words: Sequence[str]) -> bool:
    """Return whether a turn ends by asking for what usual words may answer: a name, an address, a password."""
    cues = single_cues()
    return any(cues.get(word) in _ASKED for word in words[-_QUESTION:])


def _form(word: str) -> str:
    """Return the form of a written number or code: digits as 9, letters as a, stretches with their length up to 4."""
    form, before, count = "", "", 0
    for letter in word:
        kind = "9" if letter.isdecimal() else "a"
        if kind == before:
            count += 1
        else:
            form += before + (str(min(count, 5)) if before else "")
            before, count = kind, 1
    return form + before + str(min(count, 5))


class Reading:
    """A conversation, its turns read when first needed."""

    def __init__(
        self, utterances: Sequence[Utterance], language: str | None = None, countries: tuple[str, ...] = ()
    ) -> None:
        """Read nothing yet; ``language`` is what is known of it, ``countries`` those of its telephone numbers."""
        self.utterances = utterances
        self._countries = countries
        self._language = language[:2] if language else None
        self._turns: dict[int, Read] = {}

    @property
    def language(self) -> str:
        """The language of the whole, as its commonest words show; it is read when first asked for."""
        if self._language is None:
            votes: dict[str, int] = {}
            for word in " ".join(text for _, text in self.utterances).lower().split():
                its = _SPOKEN.get(word)
                if its:
                    votes[its] = votes.get(its, 0) + 1
            self._language = max(sorted(votes), key=lambda each: votes[each]) if votes else "en"
        return self._language

    def turn(self, number: int) -> "Read":
        """Return a turn."""
        found = self._turns.get(number)
        if found is None:
            speaker, text = self.utterances[number]
            before = self.turn(number - 1) if number and len(self.utterances[number - 1].text) else None
            found = self._turns[number] = Read(Turn(number, "a" if speaker in _STAFF else "c", text, lowered(text)), before, self.language, self._countries or COUNTRIES.get(self.language, COUNTRIES["en"]))
        return found


class Read:
    """A turn with what is known of it before anything is decided."""

    __slots__ = ("asked", "before", "bases", "cap", "earlier", "forms", "is_cased", "labels", "language", "run_of", "turn", "valid")

    def __init__(self, turn: Turn, before: "Read | None", language: str, countries: tuple[str, ...]) -> None:
        """``before`` is the turn before it."""
        self.turn, self.before, self.language = turn, before, language
        self.valid = signs_of(turn, countries)
        self.is_cased = any(map(str.isupper, turn.text))
        self.cap: list[str] = []
        self.forms: list[str] = []
        self.run_of: dict[int, tuple[list[Unit], int]] = {}
        for run in turn.runs:
            for place, unit in enumerate(run):
                for token in range(unit.first, unit.last + 1):
                    self.run_of[token] = (run, place)
        names, plain = given_names(), usual()
        for at, word in enumerate(turn.words):
            first, last = turn.text[turn.starts[at]], turn.text[turn.ends[at] - 1]
            gap = turn.gaps[at]
            begins = at == 0 or "." in gap or "!" in gap or "?" in gap or "\n" in gap
            cap = ("A" if last.isupper() and len(word) > 1 else "B" if begins else "C") if first.isupper() else ""
            self.cap.append(cap)
            unit = turn.unit_of.get(at)
            if word[0] == "[":
                form = "mark"
            elif "@" in word:
                form = "@"
            elif unit is not None and not unit.is_said:
                form = _form(word)
            elif unit is not None:
                form = "L" if unit.chars.isalpha() else f"s{len(unit.chars)}"
            elif word in names:
                form = "given" if word not in plain else "givenword"
            elif word in plain or len(word) == 1:
                form = "word"
            else:
                form = "rare"
            self.forms.append(form)
        self.labels: dict[int, str] = {}
        self.bases: dict[int, list[str]] = {}
        self.asked = before.turn.last_cue if before is not None else ""
        self.earlier = before.asked if before is not None else ""

    def seeds(self) -> Iterator[int]:
        """Yield the tokens that may begin something personal."""
        turn = self.turn
        last, strong = -99, naming()
        is_asked = self.before is not None and asks(self.before.turn.words)
        has_number, count = bool(turn.runs), len(self.forms)
        for at, form in enumerate(self.forms):
            cue = turn.cues[at]
            if form == "mark":
                last = -99
            elif (
                form != "word"
                or at in self.valid
                or self.cap[at] in ("A", "C")
                or (is_asked and (at < _ANSWER or count <= _SHORT))
                or at - last <= _NAMED_ROOM
                or (cue == "street" and (has_number or is_asked))
            ):
                yield at
            if cue and turn.words[at] in strong:
                last = at

    def word(self, at: int) -> str:
        """Return a token as a sign: a word itself, a number its form."""
        if not 0 <= at < len(self.forms):
            return "^" if at < 0 else "$"
        form = self.forms[at]
        return self.turn.words[at] if form in ("word", "given", "givenword", "rare") else form

    def signs(self, at: int) -> list[str]:
        """Return the signs of a token, whatever its neighbours are."""
        base = self.bases.get(at)
        if base is None:
            base = self.bases[at] = list(self._base(at))
        return base

    def active(self) -> list[int]:
        """Return the tokens near those that may begin something personal, themselves included."""
        near: set[int] = set()
        for at in self.seeds():
            near.update(range(at - _AROUND, at + _AROUND + 1))
        return [at for at in sorted(near) if 0 <= at < len(self.forms) and self.forms[at] != "mark"]

    def edge(self, at: int) -> int:
        """Return the class of the step to a token from the one before: what is between them, and the token's form."""
        gap, form = self.turn.gaps[at], self.forms[at]
        sign = gap.strip(" ")[:1] if gap.strip(" ") else gap[:1]
        kind = 0 if form == "word" else 1 if form[0] in "rg" else 2 if form[0] == "9" or form[0] == "a" else 3 if form[0] in "sL" else 4
        if self.turn.cues[at] in ("filler", "correct"):
            kind = 5
        return _GAPS.get(sign, 6) * 6 + kind

    def _next_form(self, at: int) -> str:
        return self.forms[at + 1] if at + 1 < len(self.forms) else "$"

    def _base(self, at: int) -> Iterator[str]:
        turn, words, cues, count = self.turn, self.turn.words, self.turn.cues, len(self.forms)
        word, form = self.word(at), self.forms[at]
        side = turn.side
        yield "bias"
        yield f"w:{word}"
        yield f"f:{form}:{self.cap[at]}"
        yield f"s:{side}:{form}"
        before, before2, after, after2 = self.word(at - 1), self.word(at - 2), self.word(at + 1), self.word(at + 2)
        yield f"w-1:{before}"
        yield f"w-2:{before2}"
        yield f"w+1:{after}"
        yield f"w+2:{after2}"
        yield f"w-1w:{before}_{form}"
        yield f"ww+1:{form}_{after}"
        yield f"w-2-1:{before2}_{before}"
        cue = cues[at]
        if cue:
            yield f"c:{cue}"
            yield f"c:{cue}:{form}"
        if form == "rare" or form.startswith("given"):
            yield f"e:{word[-3:]}"
            yield f"b:{word[:3]}"
        yield f"lc:{self.language}:{self.cap[at]}:{form}"
        yield f"cap:{self.cap[at]}:{self.is_cased}:{self.forms[at - 1] if at else '^'}"
        # the cues before and after
        near: list[str] = []
        for back in range(1, _REACH + 8):
            if at - back < 0:
                break
            its = cues[at - back]
            if its not in _QUIET and (not near or near[-1] != its) and len(near) < 3:
                near.append(its)
                if len(near) == 1:
                    room = back if back < 3 else 3 if back < 5 else 5 if back < 8 else 8
                    yield f"k1:{its}:{room}"
                    yield f"k1f:{its}:{form}"
                else:
                    yield f"k{len(near)}:{its}"
                    yield f"k{len(near)}f:{its}:{form}"
        if len(near) > 1:
            yield f"kk:{near[0]}:{near[1]}"
        first = near[0] if near else NONE
        for ahead in range(1, 6):
            if at + ahead >= count:
                break
            its = cues[at + ahead]
            if its not in _QUIET:
                yield f"ka:{its}:{1 if ahead == 1 else 2 if ahead < 4 else 4}"
                yield f"kaf:{its}:{form}"
                break
        # what was asked
        place = 0 if at == 0 else 1 if at < 3 else 2 if at < 6 else 3
        yield f"q:{self.asked}:{form}"
        yield f"q:{self.asked}:{place}"
        yield f"qk:{self.asked}:{first}"
        yield f"q2:{self.earlier}:{form[:2]}"
        if self.before is not None:
            other = self.before.turn
            is_other = other.side != side
            yield f"qs:{is_other}:{self.asked}:{form[:1]}"
            for its in other.classes:
                if its not in _QUIET:
                    yield f"qc:{its}:{form[:1]}"
            for its in other.words[-6:]:
                yield f"qw:{its}"
            if "?" in other.gaps[-1]:
                yield f"q?:{self.asked}:{form[:1]}"
        yield f"l:{min(count, 12) if count < 6 else count // 6}:{form[:2]}"
        yield f"pos:{place}:{min(count - at, 3)}:{form[:2]}"
        gap = turn.gaps[at].strip(" ")[-2:]
        behind = turn.gaps[at + 1].strip(" ")[:2]
        yield f"g:{gap}:{form[:2]}"
        yield f"ga:{behind}:{form[:2]}"
        for sign in self.valid.get(at, ()):
            yield f"v:{sign}"
            yield f"vk:{sign}:{first}"
            yield f"vq:{sign}:{self.asked}"
        its_run = self.run_of.get(at)
        if its_run is not None:
            yield from self._of_run(*its_run, first)

    def _of_run(self, run: Sequence[Unit], place: int, first: str) -> Iterator[str]:
        chars = "".join(unit.chars for unit in run)
        digits = sum(map(str.isdecimal, chars))
        size = len(chars)
        kind = "d" if digits == size else "m" if digits else "l"
        said = "s" if run[place].is_said else "w"
        groups = "-".join(str(len(unit.chars)) for unit in run) if said == "w" else str(size)
        yield f"r:{kind}{size}{said}"
        yield f"rg:{groups[:24]}"
        yield f"rk:{kind}{size}:{first}"
        yield f"rq:{kind}{size}:{self.asked}"
        yield f"rp:{chars[:2]}:{size}"
        yield f"rp:{chars[:1]}:{size}:{said}"
        at = sum(len(unit.chars) for unit in run[:place])
        yield f"ro:{min(at, 8)}:{min(size, 20)}"
        yield f"rl:{len(run[place].chars)}:{min(at, 4)}:{min(size - at - len(run[place].chars), 4)}"
        is_all = run[0].first == 0 and run[-1].last == len(self.forms) - 1
        yield f"ra:{is_all}:{kind}{size}:{self.asked}"
        before = self.word(run[0].first - 1)
        behind = self.word(run[-1].last + 1)
        yield f"rb:{before}"
        yield f"rb:{before}:{kind}{size}"
        yield f"rn:{behind}"
        gap = self.turn.gaps[run[0].first].strip(" ")[-1:]
        yield f"rgap:{gap}:{kind}{min(size, 12)}"

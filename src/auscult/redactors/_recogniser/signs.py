"""Signs of a token, by which the fitted model decides: the token, the words around, who speaks, what was asked before."""

from bisect import bisect_right
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
_ENDS = frozenset(".!?\n")
_QUESTION = 8
_ANSWER, _SHORT, _NAMED_ROOM = 5, 10, 4
"""Words of an answer that may be usual ones, of a short answer, and behind a word that names."""
_REACH, _MOST_CUES, _AHEAD, _ASKING_WORDS, _FEW = 14, 3, 6, 6, 6
"""Tokens before in which cues are looked for, how many, tokens ahead, words of a question, tokens of a short turn."""
NONE = ""
_AROUND = 3
_GAPS = {"": 0, " ": 1, ",": 2, ".": 3, "-": 4, "/": 4, "_": 4, ":": 5, "(": 5}
_STEP_KINDS = ("word", "name", "written", "said", "other", "filler")
_STEP_FORMS = {"r": 1, "g": 1, "9": 2, "a": 2, "s": 3, "L": 3}
EDGES = (len(set(_GAPS.values())) + 1) * len(_STEP_KINDS)
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


def _place(at: int) -> int:
    """Return where in a turn a token is: first, among the first three or six, or behind them."""
    return bisect_right((0, 2, 5), at - 1) if at else 0


def _room(back: int) -> int:
    """Return how far back a cue is, roughly."""
    return (back, back, 3, 3, 5, 5, 5, 8)[min(back, 8) - 1]


class Reading:
    """A conversation, its turns read when first needed."""

    def __init__(
        self, utterances: Sequence[Utterance], language: str | None = None, countries: tuple[str, ...] = ()
    ) -> None:
        """Read nothing yet; ``language`` is what is known of it, ``countries`` those of its telephone numbers."""
        self.utterances = utterances
        self._countries = countries
        self._language = language[:2] if language else None
        self._turns: dict[int, Turn] = {}
        self._reads: dict[int, Read] = {}

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
        """Return a turn with its validators."""
        found = self._reads.get(number)
        if found is None:
            before, earlier = self.tokens(number - 1), self.tokens(number - 2)
            asked = "" if before is None or earlier is None else earlier.last_cue
            countries = self._countries or COUNTRIES.get(self.language, COUNTRIES["en"])
            turn = self.tokens(number) or Turn(number, "c", "", "")
            found = self._reads[number] = Read(turn, before, asked, (self.language, countries))
        return found

    def tokens(self, number: int) -> Turn | None:
        """Return the tokens of a turn, None where it is empty or there is none."""
        if number < 0 or not self.utterances[number].text:
            return None
        found = self._turns.get(number)
        if found is None:
            speaker, text = self.utterances[number]
            side = "a" if speaker in _STAFF else "c"
            found = self._turns[number] = Turn(number, side, text, lowered(text))
        return found


class Read:
    """A turn with what is known of it before anything is decided."""

    __slots__ = ("asked", "before", "cap", "earlier", "forms", "is_cased", "language", "run_of", "turn", "valid")

    def __init__(self, turn: Turn, before: Turn | None, earlier: str, spoken: tuple[str, tuple[str, ...]]) -> None:
        """``before`` is the turn before it, ``earlier`` the last cue of the one before that.

        ``spoken`` is the language, and countries of telephone numbers.
        """
        self.turn, self.before, self.earlier = turn, before, earlier
        self.language, countries = spoken
        self.asked = before.last_cue if before is not None else ""
        self.valid = signs_of(turn, countries)
        self.is_cased = any(map(str.isupper, turn.text))
        self.run_of = {
            token: (run, place)
            for run in turn.runs
            for place, unit in enumerate(run)
            for token in range(unit.first, unit.last + 1)
        }
        self.cap = [self._cap(at) for at in range(len(turn.words))]
        self.forms = [self._form(at) for at in range(len(turn.words))]

    def _cap(self, at: int) -> str:
        """Return how a token has capitals: all, at the beginning of a sentence, elsewhere, or not."""
        turn = self.turn
        start, end = turn.starts[at], turn.ends[at]
        if not turn.text[start].isupper():
            return ""
        if end - start > 1 and turn.text[end - 1].isupper():
            return "A"
        return "B" if at == 0 or not _ENDS.isdisjoint(turn.gaps[at]) else "C"

    def _form(self, at: int) -> str:
        word, unit = self.turn.words[at], self.turn.unit_of.get(at)
        if word[0] == "[" or "@" in word:
            return "mark" if word[0] == "[" else "@"
        if unit is not None:
            return _form(word) if not unit.is_said else "L" if unit.chars.isalpha() else f"s{len(unit.chars)}"
        is_plain = word in usual() or len(word) == 1
        if word in given_names():
            return "givenword" if word in usual() else "given"
        return "word" if is_plain else "rare"

    def seeds(self) -> Iterator[int]:
        """Yield the tokens that may begin something personal."""
        turn = self.turn
        last, strong = -99, naming()
        is_asked = self.before is not None and asks(self.before.words)
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
        first, its = self._cues_near(at)
        its += [*self._of_token(at), *self._of_question(at, first)]
        for sign in self.valid.get(at, ()):
            its += [f"v:{sign}", f"vk:{sign}:{first}", f"vq:{sign}:{self.asked}"]
        run = self.run_of.get(at)
        return its if run is None else [*its, *self._of_run(*run, first)]

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
        kind = _STEP_FORMS.get(form[0], 4) if form != "word" else 0
        if self.turn.cues[at] in ("filler", "correct"):
            kind = len(_STEP_KINDS) - 1
        return _GAPS.get(sign, max(_GAPS.values()) + 1) * len(_STEP_KINDS) + kind

    def _of_token(self, at: int) -> Iterator[str]:
        """Yield the signs of a token itself and of the words around it."""
        turn, word, form, cue = self.turn, self.word(at), self.forms[at], self.turn.cues[at]
        before, before2, after = self.word(at - 1), self.word(at - 2), self.word(at + 1)
        short, cap, count = form[:2], self.cap[at], len(self.forms)
        yield from ("bias", f"w:{word}", f"f:{form}:{cap}", f"s:{turn.side}:{form}", f"w-1:{before}", f"w-2:{before2}")
        yield from (f"w+1:{after}", f"w+2:{self.word(at + 2)}", f"w-1w:{before}_{form}", f"ww+1:{form}_{after}")
        yield f"w-2-1:{before2}_{before}"
        if cue:
            yield from (f"c:{cue}", f"c:{cue}:{form}")
        if form == "rare" or form.startswith("given"):
            yield from (f"e:{word[-3:]}", f"b:{word[:3]}")
        yield f"lc:{self.language}:{cap}:{form}"
        yield f"cap:{cap}:{self.is_cased}:{self.forms[at - 1] if at else '^'}"
        yield f"l:{count if count < _FEW else count // _FEW}:{short}"
        yield f"pos:{_place(at)}:{min(count - at, 3)}:{short}"
        yield f"g:{turn.gaps[at].strip(' ')[-2:]}:{short}"
        yield f"ga:{turn.gaps[at + 1].strip(' ')[:2]}:{short}"

    def _cues_near(self, at: int) -> tuple[str, list[str]]:
        """Return the nearest cue before a token, and signs of the cues before and after."""
        cues, form, near = self.turn.cues, self.forms[at], list[str]()
        signs: list[str] = []
        for back in range(1, min(at, _REACH) + 1):
            its = cues[at - back]
            if its not in _QUIET and (not near or near[-1] != its):
                near.append(its)
                number = len(near)
                signs += [f"k1:{its}:{_room(back)}" if number == 1 else f"k{number}:{its}", f"k{number}f:{its}:{form}"]
                if number == _MOST_CUES:
                    break
        if len(near) > 1:
            signs.append(f"kk:{near[0]}:{near[1]}")
        for ahead, its in enumerate(cues[at + 1 : at + _AHEAD], 1):
            if its not in _QUIET:
                signs += [f"ka:{its}:{min(ahead, 2) if ahead < _AHEAD - 2 else 4}", f"kaf:{its}:{form}"]
                break
        return near[0] if near else NONE, signs

    def _of_question(self, at: int, first: str) -> Iterator[str]:
        """Yield the signs of what was asked in the turns before."""
        form, asked, before = self.forms[at], self.asked, self.before
        yield from (
            f"q:{asked}:{form}",
            f"q:{asked}:{_place(at)}",
            f"qk:{asked}:{first}",
            f"q2:{self.earlier}:{form[:2]}",
        )
        if before is None:
            return
        kind = form[:1]
        yield f"qs:{before.side != self.turn.side}:{asked}:{kind}"
        for its in before.classes:
            if its not in _QUIET:
                yield f"qc:{its}:{kind}"
        for its in before.words[-_ASKING_WORDS:]:
            yield f"qw:{its}"
        if "?" in before.gaps[-1]:
            yield f"q?:{asked}:{kind}"

    def _of_run(self, run: Sequence[Unit], place: int, first: str) -> Iterator[str]:
        """Yield the signs of a number, or of spelled letters, of which a token is a part."""
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

"""Negation: whether words that are found in a turn are affirmed there, or only ever denied ("no chest pain").

A clause is judged by the words before the match: a negator within reach, and nothing between that ends its scope.
When in doubt the words are affirmed, because a missed trigger costs more than a needless question.
Triggers, answers and the customer's tone are all read by ``is_affirmed``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from auscult.domain.form import UNDETERMINED, primary
from auscult.domain.said.text import spoken_words

REACH = 6
"""Words before a match in which a negator counts."""

_NEAR, _SHORT = 3, 8
"""The same where more words than that follow each other without punctuation, as in speech: clauses are not marked there."""

_REACH_OF_NO = 3
_LONGEST_ITEM = 5
_KEEP = 2_048
_CLAUSE_END = re.compile(r"[.!?;:\n]+(?=\s|$)|[\u3002\uff01\uff1f]|\s[-\u2013\u2014]+\s|,(?=\s)|\s[(\[]|[)\]]")


class Match(NamedTuple):
    """A match in a clause: its bare words, those before it, and whether it ends the clause."""

    words: Sequence[str]
    before: Sequence[str]
    is_last: bool

    @classmethod
    def of(cls, clause: str, start: int, end: int) -> "Match":
        """Return the match of a clause from one character up to another."""
        before, found, after = (
            spoken_words(part).split() for part in (clause[:start], clause[start:end], clause[end:])
        )
        return cls(found, before, not after)


Find = Callable[[str], Iterable[Match]]
"""A clause in, the matches in it out."""


class _Words(NamedTuple):
    """Words of a language, as ``spoken_words`` has them."""

    negators: frozenset[str]
    either: frozenset[str]
    """Of a list that is denied, one item or another: "no fever, chest pain or cough"."""
    stops: frozenset[str]
    """Words that end the scope of a negator."""
    speaker: frozenset[str]
    """The speaker as the subject: a new clause, where no punctuation marks it ("it does not work i am upset")."""
    reporting: frozenset[str]
    """Words right after a negator with which it denies the next clause too: "I never said I was sorry"."""
    subjects: frozenset[str]
    not_denying: frozenset[str]
    """Words after a negator with which it denies nothing that follows: "not only", "no doubt", "¿no podría…?"."""
    denials: frozenset[str]
    """Whole clauses after a match that deny it: "chest pain? No."."""
    is_near: bool
    """Whether, in text without clause marks, only the word right before a match negates it: the verb may follow the negator."""
    no: frozenset[str] = frozenset()
    """Negators that are an answer too, and negate only what is near: "no i have chest pain"."""


_LISTS = """
en negators: not, never, without, nor, neither, dont, doesnt, didnt, isnt, arent, wasnt, werent, havent
en negators: hasnt, hadnt, wont, wouldnt, cant, cannot, couldnt, shouldnt, aint, denies, denied, hardly
en no: no, zero
en either: or, nor
en stops: but, however, and, because, although, though, except, since, so, then, if, whether, why, what
en stops: how, who, which, that, until, unless, yet, still, just, oh, ah, okay, ok, right, yes, yeah
en stops: please, well, let
en speaker: i, im, ive, we
en reporting: say, said, saying, think, thought, mean, meant, claim, claimed
en subjects: i, we, you, he, she, it, they, this, that, there, my, our, his, her, im, ive, its, hes, shes
en subjects: theres, thats, whats, youre, youve, theyre, theyve, weve, were
en not_denying: only, just, merely, simply, sure, certain, stop, help, believe, wait, doubt, wonder, question
en not_denying: idea, matter, know, understand, remember, forget, panic, worry
en denials: no, none, nope, not at all, no i dont, no not at all
de negators: nicht, nie, niemals, ohne, weder, keineswegs, kaum, ned, net
de no: kein, keine, keinen, keinem, keiner, keines, keinerlei
de either: oder, noch
de stops: aber, sondern, doch, jedoch, und, weil, obwohl, denn, also, dann, wenn, ob, warum, wieso, was
de stops: wie, wer, dass, bis, noch, nur, trotzdem, bitte, ach, ja
de speaker: ich, wir
de reporting: gesagt, behauptet, gemeint
de subjects: ich, wir, du, sie, er, es, das, der, die, dies, mein, meine, unser, unsere, ihr, ihre
de not_denying: nur, bloß, bloss, einfach, sicher, wissen, glauben, zweifel, frage, wunder, ahnung, vergessen
de not_denying: wahr, mehr, warten, sorge, sorgen, angst
de denials: nein, nö, ne, nicht wirklich, gar nicht, überhaupt nicht, nein gar nicht
es negators: nunca, jamás, jamas, sin, ni, tampoco, apenas
es no: no, ningún, ningun, ninguna, ninguno
es either: o, ni
es stops: pero, sino, aunque, y, porque, pues, entonces, si, qué, cómo, quién, cuál, hasta, todavía, sólo
es stops: solo, así, ya, oh, ay, sí, mire, hombre, favor
es speaker: yo, nosotros
es reporting: dije, digo, dicho, creo
es subjects: yo, tú, usted, él, ella, nosotros, ustedes, ellos, ellas, mi, mis, nuestro, nuestra, su, sus
es not_denying: solo, sólo, solamente, seguro, segura, sé, se, duda, dudo, creer, aguanto, importa, entiendo
es not_denying: recuerdo, olvide, estará, estaría, habrá, habría, tendrá, tendría, podría, podrían
es denials: no, para nada, en absoluto, no para nada, qué va
fr negators: pas, jamais, sans, ni, aucun, aucune, guère, nullement
fr either: ou, ni
fr stops: mais, et, parce, car, donc, alors, si, pourquoi, comment, qui, que, quoi, jusque, encore
fr speaker: je, jai, nous
fr reporting: dit, dis, pense
fr subjects: je, jai, tu, vous, il, elle, nous, ils, elles, cest, ce, ça, mon, ma, mes, notre, nos
fr not_denying: seulement, que, sûr, sûre, certain, doute, cru, croire, savoir, oublier
fr denials: non, pas du tout, non pas du tout, aucunement
pt negators: nunca, jamais, sem, nem, tampouco
pt no: não, nao, nenhum, nenhuma
pt either: ou, nem
pt stops: mas, porém, e, porque, pois, então, se, como, quem, qual, até, ainda, só
pt speaker: eu, nós
pt reporting: disse, digo, dito, acho
pt subjects: eu, você, ele, ela, nós, vocês, eles, elas, meu, minha, nosso, nossa, seu, sua
pt not_denying: só, somente, apenas, certeza, sei, dúvida, duvido, entendo, lembro, esqueça
pt denials: não, nao, de jeito nenhum, de forma alguma, não de jeito nenhum
"""
_NEAR_ONLY = frozenset({"de", "es", "pt"})


def _read() -> dict[str, _Words]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for line in _LISTS.splitlines()[1:]:
        name, _, words = line.partition(": ")
        language, kind = name.split()
        lists = found.setdefault(language, {})
        lists[kind] = lists.get(kind, frozenset()) | {*words.split(", ")}
    return {language: _Words(**lists, is_near=language in _NEAR_ONLY) for language, lists in found.items()}


_BY_LANGUAGE = _read()
LANGUAGES = tuple(_BY_LANGUAGE)
"""The languages in which negations are read, as ISO 639-1 codes."""
_BY_LANGUAGE[UNDETERMINED] = _BY_LANGUAGE["en"]


class _Clause(NamedTuple):
    text: str
    end: str
    """The mark that ends the clause; empty at the end of the text."""

    @property
    def is_open(self) -> bool:
        """Return whether a list may go on behind it."""
        return self.end == ","

    @property
    def is_question(self) -> bool:
        """Return whether it asks: "isn't it terrible?" denies nothing."""
        return "?" in self.end or self.end == "\uff1f"


def is_affirmed(find: Find, text: str, language: str) -> bool:
    """Return whether one of the matches in a text is not negated; true also for a match across clauses.

    True for every match in a language whose negators are not known. One that was not determined is read as English.
    """
    words = _BY_LANGUAGE.get(primary(language))
    if words is None or not _may_deny(text, words):
        return True
    clauses = tuple(_clauses(text))
    is_found = False
    for index, clause in enumerate(clauses):
        for match in find(clause.text):
            is_found = True
            is_listed = _is_listed(clauses, index, words)
            is_denied = match.is_last and index + 1 < len(clauses) and _plain(clauses[index + 1]) in words.denials
            is_negated = not clause.is_question and _is_negated(match, words, _reach(clauses, words))
            if not (is_negated or is_listed or is_denied):
                return True
    return not is_found


def denies(text: str, language: str) -> bool:
    """Return whether a clause of a text denies something; false in a language whose negators are not known."""
    words = _BY_LANGUAGE.get(primary(language))
    if words is None or not _may_deny(text, words):
        return False
    said = [_plain(each) for each in _clauses(text) if not each.is_question]
    pairs = [pair for each in said for pair in pairwise([*each.split(), ""])]
    return any(each in words.denials for each in said) or any(
        word in words.negators | words.no and after not in words.not_denying for word, after in pairs
    )


def _reach(clauses: Sequence[_Clause], words: _Words) -> int:
    if len(clauses) > 1:
        return REACH
    if words.is_near:
        return 1
    return _NEAR if len(_plain(clauses[0]).split()) > _SHORT else REACH


@lru_cache(maxsize=_KEEP)
def _may_deny(text: str, words: _Words) -> bool:
    """Return whether there is a negator, or a clause that denies, anywhere in a text: most have none."""
    said = spoken_words(text)
    each = said.split()
    return not (words.negators.isdisjoint(each) and words.no.isdisjoint(each)) or any(
        f" {denial} " in said for denial in words.denials
    )


def _is_negated(match: Match, words: _Words, reach: int) -> bool:
    """Return whether the words before a match, in its clause, negate it."""
    is_new = bool(match.words) and match.words[0] in words.subjects | words.stops
    before = match.before
    for distance, word in enumerate(reversed(before[-reach:])):
        after = before[len(before) - distance] if distance else ""
        if word in words.stops:
            return False
        if word in words.negators or (word in words.no and distance <= _REACH_OF_NO and after not in words.subjects):
            is_answer = after in words.no or after in words.negators
            is_of_another = is_new and after not in words.reporting
            return not (is_answer or is_of_another or after in words.not_denying)
        is_new = is_new or word in words.speaker
    return False


def _clauses(text: str) -> Iterator[_Clause]:
    start = 0
    for end in _CLAUSE_END.finditer(text):
        yield _Clause(text[start : end.start()], end[0])
        start = end.end()
    yield _Clause(text[start:], "")


def _plain(clause: _Clause) -> str:
    return spoken_words(clause.text).strip()


def _is_listed(clauses: Sequence[_Clause], index: int, words: _Words) -> bool:
    """Return whether a clause is a later item of a negated list: "no fever, chest pain or cough"."""
    first = index
    while first > 0 and clauses[first - 1].is_open and _is_item(clauses[first], words):
        first -= 1
    if first == index:
        return False
    last = index
    while last + 1 < len(clauses) and clauses[last].is_open and _is_item(clauses[last + 1], words):
        last += 1
    said = [word for clause in clauses[first + 1 : last + 1] for word in _plain(clause).split()]
    return not words.either.isdisjoint(said) and _is_negated(
        Match((), _plain(clauses[first]).split(), is_last=False), words, REACH
    )


def _is_item(clause: _Clause, words: _Words) -> bool:
    said = _plain(clause).split()
    return 0 < len(said) <= _LONGEST_ITEM and said[0] not in words.subjects | words.stops

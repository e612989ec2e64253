"""Word lists that decide about names."""

from auscult.redactors._words import words_of
from auscult.wording.word_lists import usual_words

_WORDS = words_of("words.txt")
NO_NAMES, FILLERS, PARTICLES, BUSINESS = (_WORDS[title] for title in ("no_names", "fillers", "particles", "business"))
NOBODY = NO_NAMES | BUSINESS | _WORDS["nobody"] | _WORDS["brands"]
"""Words that are no name, whatever their capital letter and the words around say."""
NAMED_BRANDS = _WORDS["named_brands"]
"""Brands of two words that are named like people, joined by a low line: no names unless they are introduced."""
GIVEN = (
    words_of("given_names.txt")[""]
    | (words_of("given_names_more.txt")[""] | words_of("given_names_world.txt")[""]) - NOBODY - PARTICLES
)
"""Given names that are seldom anything else."""
PLACES = _WORDS["places"]
"""Towns, states and countries: a name only where one is expected."""
EVERYDAY = usual_words()
"""Usual words: a name only where a name is certain."""
UNLIKELY = EVERYDAY | NOBODY | PLACES | _WORDS["alphabet"]
"""Words that the words around alone do not make a name."""
_ENDS = frozenset(
    [
        "re",
        "ve",
        "ll",
        "don",
        "isn",
        "doesn",
        "didn",
        "wasn",
        "weren",
        "couldn",
        "wouldn",
        "shouldn",
        "won",
        "aren",
        "haven",
        "hasn",
        "hadn",
        "ain",
    ]
)
"""Parts of words that are shortened: of ``don't``, ``you're``."""
KNOWN = UNLIKELY | GIVEN | PARTICLES | words_of("name_cues.txt")["not_met"] | _ENDS | _WORDS["alphabet"]
"""Words that the words around alone do not make a name, or that a list makes one."""
ORDINARY = KNOWN - GIVEN
"""Words that are never weighed by themselves: most words of a conversation."""

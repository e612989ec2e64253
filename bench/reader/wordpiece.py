"""Word pieces, as BERT's uncased vocabulary has them (Devlin et al., 2019).

Written here because the library for it brings a client of a model hub along; a test compares the two.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

LONGEST_WORD = 100
"""Letters from which on a word is unknown as a whole, as in the original."""
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieces:
    """Splits text into numbers of word pieces. Safe to share between threads."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Take the pieces in the order of their numbers; ``[UNK]``, ``[CLS]`` and ``[SEP]`` are among them."""
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._numbers["[UNK]"]
        self.first, self.end = self._numbers["[CLS]"], self._numbers["[SEP]"]
        self._of_chunk = lru_cache(maxsize=16_384)(self._pieces_of_chunk)

    def ids(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, without any that marks its beginning or end."""
        return list(chain.from_iterable(map(self._of_chunk, text.split())))

    def _pieces_of_chunk(self, chunk: str) -> tuple[int, ...]:
        """Return the pieces of what stands between two blanks: one word or more, and punctuation."""
        return tuple(chain.from_iterable(self._of_word(word) for word in _words(chunk)))

    def _of_word(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            begins = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(begins + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found


def _words(chunk: str) -> Iterator[str]:
    """Yield lower-case words without accents; each punctuation mark and ideograph is a word."""
    word = ""
    for letter in unicodedata.normalize("NFD", chunk.lower()):
        kind = unicodedata.category(letter)
        if kind == "Mn" or kind[0] == "C" or letter == "\ufffd":
            continue
        if _is_alone(letter, kind):
            if word:
                yield word
            yield letter
            word = ""
        else:
            word += letter
    if word:
        yield word


def _is_alone(letter: str, kind: str) -> bool:
    """Return whether a letter is a word of its own: punctuation, symbols of ASCII, and ideographs."""
    is_mark = kind[0] == "P" or (letter.isascii() and not letter.isalnum())
    return is_mark or any(low <= ord(letter) <= high for low, high in _IDEOGRAPHS)

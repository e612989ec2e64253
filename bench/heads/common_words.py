"""Writes how common words are in general talk, for telling keywords: src/auscult/analyzers/topics/_everyday_words.py.

    python bench/heads/common_words.py GOEMOTIONS_DIR

Counted in the training part of GoEmotions (Google, CC BY 4.0; 43,410 comments). The counts leave no text of it behind.
"""

import sys
import textwrap
from collections import Counter
from pathlib import Path

from auscult.domain.said.text import spoken_words

WRITTEN = Path(__file__).parents[2] / "src" / "auscult" / "analyzers" / "_everyday_words.py"
BANDS = (150, 500, 1_500)
"""A word of the first band stands in one of 150 comments or more, of the second in one of 500, and so on."""

HEAD = '''"""How common words are in general talk: made by bench/heads/common_words.py from GoEmotions (Google, CC BY 4.0).

Words as ``spoken_words`` gives them. What is common everywhere tells little of one conversation.
"""

from collections.abc import Mapping

_BANDS = (
'''
TAIL = '''_RAREST = len(_BANDS)


def rarity(word: str) -> int:
    """How rare a word is, from 0 (one in 150 comments has it, or more) to 3 (fewer than one in 1,500)."""
    return _BY_WORD.get(word, _RAREST)


_BY_WORD: Mapping[str, int] = {word: band for band, words in enumerate(_BANDS) for word in words.split()}
'''


def main() -> None:
    """Count, and write the module."""
    lines = (Path(sys.argv[1]) / "train.tsv").read_text(encoding="utf-8").splitlines()
    counts = Counter(word for line in lines for word in set(spoken_words(line.split("\t")[0]).split()))
    bands: list[list[str]] = [[] for _ in BANDS]
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        band = next((index for index, one_in in enumerate(BANDS) if count * one_in >= len(lines)), None)
        if band is not None and word.isascii() and word.isalpha():
            bands[band].append(word)
    written = "".join(
        '    (\n        "'
        + '"\n        "'.join(line + " " for line in textwrap.wrap(" ".join(sorted(words)), 108)).rstrip()
        + '"\n    ),\n'
        for words in bands
    )
    WRITTEN.write_text(f"{HEAD}{written})\n{TAIL}", encoding="utf-8")
    print(WRITTEN.name, *(len(words) for words in bands))


if __name__ == "__main__":
    main()

"""Writes how common words are in general talk, for keywords: src/auscult/analyzers/topics/everyday_words.txt.

    python bench/heads/common_words.py GOEMOTIONS_DIR

Counted in the training part of GoEmotions (Google, CC BY 4.0; 43,410 comments). The counts leave no text of it behind.
"""

import sys
import textwrap
from collections import Counter
from pathlib import Path

from auscult.domain.said.text import spoken_words

WRITTEN = Path(__file__).parents[2] / "src" / "auscult" / "analyzers" / "topics" / "everyday_words.txt"
BANDS = (150, 500, 1_500)
"""A word of the first band occurs in one of 150 comments or more, of the second in one of 500, and so on."""

HEAD = """# Frequency of words in general talk: made by bench/heads/common_words.py from GoEmotions (Google, CC BY 4.0).
# A word of [150] occurs in one of 150 comments or more, of [500] in one of 500, of [1500] in one of 1,500.
"""


def main() -> None:
    """Count, and write the file."""
    lines = (Path(sys.argv[1]) / "train.tsv").read_text(encoding="utf-8").splitlines()
    counts = Counter(word for line in lines for word in set(spoken_words(line.split("\t")[0]).split()))
    bands: list[list[str]] = [[] for _ in BANDS]
    for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        band = next((index for index, one_in in enumerate(BANDS) if count * one_in >= len(lines)), None)
        if band is not None and word.isascii() and word.isalpha():
            bands[band].append(word)
    lists = [
        f"\n[{one_in}]\n{textwrap.fill(' '.join(sorted(words)), 118)}\n"
        for one_in, words in zip(BANDS, bands, strict=True)
    ]
    WRITTEN.write_text(HEAD + "".join(lists), encoding="utf-8")
    print(WRITTEN.name, *(len(words) for words in bands))


if __name__ == "__main__":
    main()

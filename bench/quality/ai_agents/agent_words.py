"""Write the beginnings of words that agents of all trades say, which a reply may have though no source does.

    python -m bench.quality.ai_agents.agent_words LABELLED.ndjson ...

Counted in conversations that were written for auscult, of people as agents: none is of the hands that are measured. A
beginning is taken where an agent says it in at least 1.2 % of the conversations of a language.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from auscult.metrics._ai.reading import STEM
from auscult.metrics._ai.words import LANGUAGES
from bench.quality.ai_agents.__main__ import TABLE

SHARE = 0.012
_WORD = re.compile(r"[^\W\d_]{3,}")
_WIDTH = 118


def main() -> None:
    """Count and write."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    conversations = Counter[str]()
    for path in sys.argv[1:]:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            document: dict[str, Any] = json.loads(line)["conversation"]
            language = document.get("language", "en")[:2]
            conversations[language] += 1
            turns = [turn["text"].lower() for turn in document["turns"] if turn["speaker"] == "agent"]
            said[language].update({word[:STEM] for text in turns for word in _WORD.findall(text)})
    lines = [
        "# Beginnings of words that agents say in at least 1.2 % of conversations written for auscult",
        "# (bench.quality.ai_agents.agent_words); under auscult's own licence",
    ]
    for language in LANGUAGES:
        least = SHARE * conversations[language]
        lines += [f"[{language}]", *_filled(sorted(word for word, n in said[language].items() if n >= least))]
    TABLE.with_name("agent_words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _filled(words: list[str]) -> list[str]:
    lines = [""]
    for word in words:
        lines[-1:] = [lines[-1], word] if len(lines[-1]) + len(word) > _WIDTH else [f"{lines[-1]} {word}".strip()]
    return lines


if __name__ == "__main__":
    main()

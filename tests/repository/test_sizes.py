"""tools/sizes.py finds what is too wide."""

from pathlib import Path

import pytest

from tools.sizes import too_wide

WORDS = "|".join(["word"] * 30)
PROSE = "word " * 30


@pytest.mark.parametrize(
    ("name", "line", "is_refused"),
    [
        ("pattern.py", f'WORDS = "{WORDS}"', True),
        ("template.py", f"""WORDS = rf"(?:{{X}}){PROSE}{{X}}|x" """, True),
        ("phrases.py", "WORDS = [" + '"some words", ' * 10 + "]  # fmt: skip", True),
        ("cues.txt", PROSE, True),
        ("pack.yaml", f"- {PROSE}", True),
        ("wrapped.py", f'WORDS = (\n"{WORDS[:100]}"\n"{WORDS[100:]}"\n)', False),
        ("remark.py", f'WORDS = "one|two"  # {PROSE}', False),
        ("message.py", f'MESSAGE = "{PROSE}"', False),
        ("described.py", f'"""Patterns.\n\nOne|two: {PROSE}\n"""', False),
    ],
)
def test_a_line_of_a_pattern_or_a_phrase_list_is_not_too_wide(
    tmp_path: Path, name: str, line: str, *, is_refused: bool
) -> None:
    """A pattern, a list in a module, and a line of a data file; prose of a module may be wider."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / name).write_text(line + "\n", encoding="utf-8")
    assert bool(list(too_wide(tmp_path))) is is_refused

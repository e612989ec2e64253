"""tools/sizes.py finds what is too wide, folders that are too full, and that there is too much in all."""

from pathlib import Path

import pytest

from tools.sizes import CEILINGS, FOLDER_MODULES, over_ceiling, too_full, too_wide

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


def test_all_of_src_has_a_ceiling(tmp_path: Path) -> None:
    """One line above it, in whichever file, is a fault that says how many there are."""
    (tmp_path / "src" / "room").mkdir(parents=True)
    (tmp_path / "src" / "many.py").write_text("\n" * CEILINGS["src"])
    assert list(over_ceiling(tmp_path)) == []
    (tmp_path / "src" / "room" / "one.py").write_text("\n")
    [(name, fault)] = over_ceiling(tmp_path)
    assert name == "src"
    assert f"{CEILINGS['src'] + 1:,} lines of Python, at most {CEILINGS['src']:,}" in fault


@pytest.mark.parametrize(("floor", "is_refused"), [("services", False), ("elsewhere", True)])
def test_a_capability_does_not_count_in_its_folder(tmp_path: Path, floor: str, *, is_refused: bool) -> None:
    """A folder may have any number of modules whose names another floor has, too, as a file or a folder."""
    house = tmp_path / "src" / "auscult"
    (house / "domain").mkdir(parents=True)
    (house / floor / "disputes").mkdir(parents=True)
    for n in range(FOLDER_MODULES):
        (house / "domain" / f"idea_{n}.py").touch()
    (house / "domain" / "disputes.py").touch()
    assert bool(list(too_full(tmp_path))) is is_refused

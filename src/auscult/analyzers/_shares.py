"""Shares that total what they should: the method of the largest remainder."""

from collections.abc import Sequence


def whole_percents(counts: Sequence[int]) -> list[int]:
    """Counts as whole percents of their sum. They total 100, or are all 0 when nothing was counted."""
    return parts_of(100, counts)


def parts_of(whole: int, counts: Sequence[int]) -> list[int]:
    """Share out a whole number by counts, in whole parts: what is left over goes to the largest remainders.

    Of equal remainders the earlier comes first.
    """
    total = sum(counts)
    if total == 0:
        return [0] * len(counts)
    parts = [whole * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda index: -(whole * counts[index] % total))
    for index in by_remainder[: whole - sum(parts)]:
        parts[index] += 1
    return parts

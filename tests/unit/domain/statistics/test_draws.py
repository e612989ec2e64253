"""Draws by permanent random numbers."""

from auscult.domain.statistics.draws import permanent_number


def test_a_number_is_part_of_the_contract() -> None:
    """A draw can be repeated elsewhere: the first 53 bits of SHA-256 over seed, zero byte and id."""
    assert permanent_number("s", "c-1") == 0xD581528C8AEED / 2**53
    assert permanent_number("s", "c-1") != permanent_number("t", "c-1")


def test_numbers_are_spread_evenly() -> None:
    """Of 20,000 numbers each tenth holds a tenth, within five standard deviations."""
    counts = [0] * 10
    for index in range(20_000):
        counts[int(10 * permanent_number("even", f"c-{index}"))] += 1
    assert all(abs(count - 2_000) < 5 * (20_000 * 0.1 * 0.9) ** 0.5 for count in counts)

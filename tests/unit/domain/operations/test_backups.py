"""The rule by which backups are kept."""

from datetime import UTC, datetime, timedelta

from auscult.domain.operations.backups import KeepRule

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NIGHTS = [NOW - timedelta(days=number) for number in range(800)]


def test_days_weeks_and_months_are_kept() -> None:
    """Of two years of nights: 7 days, the last of 4 weeks and of 12 months; some are several of these."""
    kept = sorted(KeepRule().kept(NIGHTS), reverse=True)
    assert kept[:7] == NIGHTS[:7]
    days = [f"{at:%m-%d}" for at in kept[7:]]
    assert days == ["11-15", "11-08", "10-31", "09-30", "08-31", "07-31", "06-30", "05-31", "04-30", "03-31", "02-28", "01-31", "12-31"]  # fmt: skip


def test_pruning_every_night_leaves_the_same() -> None:
    """What a night removes is not missed by a later one."""
    left: list[datetime] = []
    for night in reversed(NIGHTS):
        left = sorted(KeepRule().kept([*left, night]))
    assert set(left) == KeepRule().kept(NIGHTS)


def test_the_last_backup_of_a_day_counts_and_the_newest_stays() -> None:
    """Also with a rule that keeps nothing."""
    two = [NOW, NOW + timedelta(hours=5)]
    assert KeepRule(daily=1, weekly=0, monthly=0).kept(two) == {two[1]}
    assert KeepRule(daily=0, weekly=0, monthly=0).kept(two) == {two[1]}
    assert KeepRule().kept([]) == frozenset()

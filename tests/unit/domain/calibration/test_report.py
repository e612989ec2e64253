"""Figures of a session, equal to a recount by hand; and their laws over random answers."""

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.audits.audit import AuditAnswer, Sheet
from auscult.domain.calibration.report import band_of, colour_of, consensus_of, report_of
from auscult.domain.calibration.session import Item, Rater, Reference, Scored, Session
from auscult.domain.errors import ConflictError
from tests.data_files import data_of

AT = datetime(2026, 4, 1, tzinfo=UTC)
METRICS = ("em-1", "em-2", "em-3")


def session(answers: dict[str, list[list[str]]], references: dict[tuple[int, str], str] | None = None) -> Session:
    """Return a session: rater to a list of answers for each conversation."""
    count = max(len(each) for each in answers.values())
    return Session(
        session_id="ca-1",
        name="April",
        form_id="ef-1",
        form_version=1,
        state="active",
        items=tuple(Item(number=n, conversation_id=f"c-{n}") for n in range(1, count + 1)),
        raters=tuple(Rater(name=name, submitted_at=AT) for name in answers),
        scored=tuple(
            Scored(
                number=n,
                rater=name,
                at=AT,
                sheet=Sheet(
                    answers=tuple(
                        AuditAnswer(metric_id=metric, answer=answer)  # type: ignore[arg-type]
                        for metric, answer in zip(METRICS, given, strict=False)
                    )
                ),
            )
            for name, some in answers.items()
            for n, given in enumerate(some, 1)
        ),
        references=tuple(
            Reference(number=n, metric_id=metric, answer=answer, kind="expert", reason="so", by="mia", at=AT)
            for (n, metric), answer in (references or {}).items()
        ),
        created_by="mia",
        created_at=AT,
    )


def test_a_session_counted_by_hand() -> None:
    """Three raters, one conversation: 3 of 3, 2 of 3, and no two alike.

    Consensus on em-1 (3/3) and em-2 (2/3), none on em-3: the session's agreement is (1 + 2/3) / 2. Ann agrees with
    both consensuses, Bob with one. Against the reference NO, NO Ann is right once, Bob twice. N/A: Cleo 1 of 3, the
    mean is 1/9.
    """
    found = report_of(
        session(
            {"ann": [["NO", "YES", "YES"]], "bob": [["NO", "NO", "NO"]], "cleo": [["NO", "YES", "NA"]]},
            {(1, "em-1"): "NO", (1, "em-2"): "NO"},
        ),
        METRICS,
        {1: {"em-1": "YES", "em-2": "YES"}},
    )
    assert (found.agreement, found.colour, found.consensus, found.none) == (0.8333, "amber", 2, 1)
    by_name = {each.rater: each for each in found.raters}
    assert (by_name["ann"].agreement, by_name["ann"].accuracy) == (1.0, 0.5)
    assert (by_name["bob"].agreement, by_name["bob"].accuracy, by_name["bob"].deviates) == (0.5, 1.0, {"em-2": 1})
    assert (by_name["cleo"].na_rate, by_name["cleo"].is_na_flagged) == (0.3333, True)
    assert not by_name["ann"].is_na_flagged
    assert found.machine is not None
    assert (found.machine.agreement, found.machine.accuracy) == (0.5, 0.0)
    assert [(each.metric_id, each.category) for each in found.splits] == [
        ("em-3", "none"),
        ("em-2", "majority"),
        ("em-1", "full"),
    ]
    assert [(each.metric_id, each.agreement, each.gap) for each in found.metrics] == [
        ("em-3", 0.3333, "required"),
        ("em-2", 0.6667, "attention"),
        ("em-1", 1.0, "calibrated"),
    ]


def test_kappa_is_there_from_ten_consensus_metrics() -> None:
    """Twelve pairs have one, nine do not."""
    one = [["YES", "NO", "NA"]] * 3
    assert {each.kappa for each in report_of(session({"a": one, "b": one}), METRICS, {}).raters} == {None}
    four = [["YES", "NO", "NA"]] * 4
    found = report_of(session({"a": four, "b": four}), METRICS, {})
    assert {(each.kappa, each.band) for each in found.raters} == {(1.0, "near_perfect")}


def test_one_submission_is_no_comparison() -> None:
    """And the message counts it."""
    with pytest.raises(ConflictError, match="there is 1 of 1") as caught:
        report_of(session({"ann": [["YES"]]}), METRICS, {})
    assert caught.value.reason == "calibration.too_few"


@pytest.mark.parametrize(
    ("share", "colour"), [(1.0, "green"), (0.9, "green"), (0.899, "amber"), (0.7, "amber"), (0.699, "red"), (0, "red")]
)
def test_colours(share: float, colour: str) -> None:
    """Green from 90 %, amber from 70 %."""
    assert colour_of(share) == colour


@pytest.mark.parametrize(("kappa", "band"), data_of(__file__, "bands"))
def test_bands(kappa: float, band: str) -> None:
    """As documented."""
    assert band_of(kappa) == band


@given(st.lists(st.sampled_from(["YES", "NO", "NA"]), min_size=1, max_size=9))
def test_a_consensus_has_more_than_half(answers: list[str]) -> None:
    """Exactly when one answer has; the agreement is the largest share."""
    counts = Counter(answers)
    most = max(counts.values())
    consensus, agreement = consensus_of(answers)
    assert Fraction(agreement).limit_denominator(20) == Fraction(most, len(answers))
    assert (consensus is not None) == (2 * most > len(answers))
    assert consensus is None or counts[consensus] == most


@given(
    st.lists(
        st.lists(st.lists(st.sampled_from(["YES", "NO", "NA"]), min_size=3, max_size=3), min_size=2, max_size=2),
        min_size=2,
        max_size=5,
    )
)
def test_figures_equal_a_recount(given_answers: list[list[list[str]]]) -> None:
    """The session's agreement and each rater's are those of a plain loop over all cells."""
    answers = {f"r{n}": some for n, some in enumerate(given_answers)}
    found = report_of(session(answers), METRICS, {})
    shares, matches = [], Counter[str]()
    for item in range(2):
        for metric in range(3):
            cell = [some[item][metric] for some in answers.values()]
            best, most = max(((each, cell.count(each)) for each in set(cell)), key=lambda each: each[1])
            if 2 * most > len(cell):
                shares.append(most / len(cell))
                matches.update(name for name, some in answers.items() if some[item][metric] == best)
    assert found.consensus == len(shares)
    assert found.agreement == (round(sum(shares) / len(shares), 4) if shares else None)
    for each in found.raters:
        assert each.agreement == (round(matches[each.rater] / len(shares), 4) if shares else None)

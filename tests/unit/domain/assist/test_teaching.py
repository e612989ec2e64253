"""What agents decide teaches how certain suggestions are: a fit, its gain on what was left out, and what is too little."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from auscult.domain.assist.assistance import Citation, Feedback, Suggestion
from auscult.domain.assist.live import Event, Rated, Suggested, Used
from auscult.domain.assist.teaching import lessons_of
from auscult.domain.errors import ConflictError
from auscult.domain.statistics.calibration import AS_IT_IS, FEWEST, FEWEST_OF_A_KIND, Lesson, teach

AT = datetime(2026, 6, 7, tzinfo=UTC)
ENGINE = "hybrid 2 on bm25s 1 and wordllama 1"


def suggested(name: str, engine: str = ENGINE, likelihood: float = 0.6) -> Suggested:
    """A suggestion with one alternative."""
    answer = Suggestion(
        request_id=name,
        text="Seven days.",
        alternatives=(Citation(passage_id="kp-2", text="Long. Nine days.", answer="Nine days."),),
        likelihood=likelihood,
        engine=engine,
    )
    return Suggested(id=f"suggested:{name}", at=AT, received_at=AT, answer=answer)


def used(name: str, use: str, text: str | None = None) -> Used:
    """What an agent did."""
    at = AT + timedelta(seconds=1)
    return Used(id=f"used:{name}:{use}", at=at, received_at=at, request_id=name, use=use, text=text)  # type: ignore[arg-type]


def rated(name: str, value: str | None) -> Rated:
    """A thumb; None of these is one down."""
    feedback = Feedback(value=value)  # type: ignore[arg-type]
    return Rated(id=f"rated:{name}:{value}", at=AT, received_at=AT, about="suggestion", of=name, feedback=feedback)


@pytest.mark.parametrize(
    ("done", "is_right"),
    [
        ([used("aa-1", "sent")], True),
        ([rated("aa-1", "dislike")], False),
        ([used("aa-1", "overridden", "Nine days.")], False),
        ([rated("aa-1", "dislike"), used("aa-1", "overridden", "Eight days, I think.")], None),
        ([rated("aa-1", "dislike"), rated("aa-1", None)], None),
        ([used("aa-1", "copied")], None),
        ([used("aa-2", "sent")], None),
        ([], None),
    ],
)
def test_what_an_agent_decides(done: list[Event], is_right: bool | None) -> None:
    """Sent is right; none of these, or another passage, is wrong; their own words and no decision say nothing."""
    found = lessons_of([suggested("aa-1"), *done], ENGINE)
    assert found == ([] if is_right is None else [Lesson(0.6, is_right)])


def test_only_suggestions_of_the_engine_count() -> None:
    """Whoever wrote from its passages or put them in order; those of another engine have other likelihoods."""
    engines = (ENGINE, f"writer 1 m from {ENGINE}", f"{ENGINE}, ordered by ranker 1 m", f"{ENGINE} and a model")
    events = [
        each for n, engine in enumerate(engines) for each in (suggested(f"aa-{n}", engine), used(f"aa-{n}", "sent"))
    ]
    assert len(lessons_of(events, ENGINE)) == 3


def decided(count: int, share_right: float, seed: int = 7) -> list[Lesson]:
    """Suggestions that are right as often as ``share_right`` of what the engine states."""
    rng = Random(seed)
    stated = [rng.uniform(0.3, 0.95) for _ in range(count)]
    return [Lesson(each, rng.random() < share_right * each) for each in stated]


def test_an_engine_that_is_too_sure_becomes_less_sure() -> None:
    """On what was left out the loss falls, and fewer wrong ones are shown as sure; what was likelier stays likelier."""
    found = teach(decided(400, 0.5), ENGINE, 0.45)
    assert found.is_better
    assert found.left_out.log_loss < found.before.log_loss
    assert found.left_out.wrong < found.before.wrong
    likelihoods = [found.calibration.likelihood(each / 20) for each in range(21)]
    assert likelihoods == sorted(likelihoods)
    assert likelihoods[12] < 0.45
    assert (found.calibration.engine, found.calibration.answers) == (ENGINE, 400)


@pytest.mark.parametrize(("right", "wrong"), [(0.93, 0.92), (0.93, 0.4), (0.9999, 0.9998), (0.01, 0.02), (0.5, 0.5)])
def test_a_fit_never_gets_worse_on_what_it_was_made_from(right: float, wrong: float) -> None:
    """Also where nearly all are stated alike, near 0 or 1; the numbers stay small."""
    lessons = [Lesson(right, is_right=True)] * 24 + [Lesson(wrong, is_right=False)] * 23
    found = teach(lessons, ENGINE, 0.45)
    assert found.left_out.log_loss <= found.before.log_loss + 0.05
    assert abs(found.calibration.slope) < 10
    assert abs(found.calibration.offset) < 10


def test_what_is_right_as_often_as_stated_is_left() -> None:
    """A fit moves little, and what is in force gains nothing from a fit to other answers of the same kind."""
    found = teach(decided(4000, 1.0), ENGINE, 0.45)
    assert abs(found.calibration.likelihood(0.6) - 0.6) < 0.05
    again = teach(decided(4000, 0.5), ENGINE, 0.45, teach(decided(4000, 0.5, 8), ENGINE, 0.45).calibration)
    assert abs(again.left_out.log_loss - again.before.log_loss) < 0.01
    assert AS_IT_IS.likelihood(0.123) == 0.123


@pytest.mark.parametrize(("right", "wrong"), [(FEWEST - 1, 0), (FEWEST, FEWEST_OF_A_KIND - 1), (3, FEWEST)])
def test_too_few_answers_teach_nothing(right: int, wrong: int) -> None:
    """Too few in all, or of the rarer kind: the refusal names how many there are and how many it takes."""
    lessons = [Lesson(0.6, is_right=True)] * right + [Lesson(0.5, is_right=False)] * wrong
    with pytest.raises(ConflictError, match=f"{right} right and {wrong} wrong") as refused:
        teach(lessons, ENGINE, 0.45)
    assert refused.value.reason == "answers.too_few"

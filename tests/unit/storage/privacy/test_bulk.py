from concurrent.futures import ThreadPoolExecutor

from auscult.storage.privacy.bulk import MANY, Bulk


def test_a_process_that_ended_is_replaced_and_nothing_is_left_out() -> None:
    """The work that it had is done in this process; the next work goes to a new one."""
    bulk, made = Bulk(), list[ThreadPoolExecutor]()

    def make() -> ThreadPoolExecutor:
        made.append(ThreadPoolExecutor(1))
        return made[-1]

    with bulk.by(make):
        assert bulk.map(abs, [-1] * (MANY - 1)) == [1] * (MANY - 1)
        assert made == []
        for _ in range(3):
            assert bulk.map(abs, [-1] * MANY) == [1] * MANY
            made[0].shutdown()
    assert len(made) == 2

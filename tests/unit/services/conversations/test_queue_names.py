"""Queues of one name are told apart by their ids, and others keep their plain names."""

from auscult.domain.people.directory import DirectoryQueue
from auscult.services.conversations.queue_names import QueueNames


def queue(queue_id: str, name: str | None, *, is_gone: bool = False) -> DirectoryQueue:
    """A queue of the directory."""
    return DirectoryQueue(queue_id=queue_id, name=name, is_gone=is_gone)


NAMES = QueueNames(
    lambda: [
        queue("q-1", "Support"),
        queue("q-2", "support"),
        queue("q-3", "Billing"),
        queue("q-4", None),
        queue("q-5", "Sales", is_gone=True),
    ]
)


def test_only_queues_of_one_name_show_their_ids() -> None:
    """In any case of letters; a queue without a name is its id."""
    assert NAMES.label("q-1", "Support") == "Support (q-1)"
    assert NAMES.label("q-2", "support") == "support (q-2)"
    assert NAMES.label("q-3", "Billing") == "Billing"
    assert NAMES.label("q-4", None) == "q-4"


def test_filters_name_a_queue_by_what_is_its_own() -> None:
    """By its id where another has its name."""
    assert [NAMES.key(*each) for each in (("q-1", "Support"), ("q-3", "Billing"), ("q-4", None))] == [
        "q-1",
        "Billing",
        "q-4",
    ]
    assert [NAMES.labelled(each) for each in ("q-1", "q-3", "Billing", "Unknown")] == [
        "Support (q-1)",
        "Billing",
        "Billing",
        "Unknown",
    ]


def test_a_shared_name_stands_for_each_of_its_queues() -> None:
    """Names that the directory does not have are offered as they are."""
    assert NAMES.offered(["Support", "Billing", "Elsewhere"]) == {
        "Billing": "Billing",
        "Elsewhere": "Elsewhere",
        "q-1": "Support (q-1)",
        "q-2": "support (q-2)",
    }


def test_removed_queues_are_not_offered_anew() -> None:
    """But what has the name of one is told apart from it: its conversations are kept."""
    assert NAMES.present() == {
        "Billing": "Billing",
        "q-4": "q-4",
        "q-1": "Support (q-1)",
        "q-2": "support (q-2)",
    }


def test_without_a_directory_names_stay() -> None:
    """Nothing is loaded before a name is asked for."""
    assert QueueNames().offered(["Support"]) == {"Support": "Support"}
    assert QueueNames().label("q-1", "Support") == "Support"

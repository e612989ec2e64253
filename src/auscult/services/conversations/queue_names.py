"""Names of queues that distinguish them: several queues may have one name, and their ids differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from auscult.domain.people.directory import DirectoryQueue
from auscult.services.conversations.latest import Sought, newest
from auscult.storage.store import AppStore


class QueueNames:
    """The queues of an app that a principal sees, each under a name that no other has.

    Wherever a queue is chosen it is named by its name, or by its id where another has the same name: filters, plans,
    grants and forms take either. ``load`` returns the queues; it is called once, when the first name is asked for.
    """

    def __init__(self, load: Callable[[], Sequence[DirectoryQueue]] = list) -> None:
        """Load nothing yet."""
        self._load = load

    @cached_property
    def _queues(self) -> Sequence[DirectoryQueue]:
        return self._load()

    @cached_property
    def _names(self) -> dict[str, str]:
        """The name by the id of each queue, its id where it has none."""
        return {each.queue_id: each.name or each.queue_id for each in self._queues}

    @cached_property
    def _often(self) -> Counter[str]:
        """The number of queues that have a name, in small letters."""
        return Counter(name.casefold() for name in self._names.values())

    def key(self, queue_id: str, name: str | None) -> str:
        """Return what filters name a queue by: its name, or its id where another queue has its name."""
        return queue_id if self._is_shared(queue_id, name) else name or queue_id

    def label(self, queue_id: str, name: str | None) -> str:
        """Return a queue's name for display: ``Support``, or ``Support (q-17)`` where another queue has its name."""
        return f"{name} ({queue_id})" if self._is_shared(queue_id, name) else name or queue_id

    def labelled(self, key: str) -> str:
        """Return the name for display of a queue that is named by its id or its name."""
        return self.label(key, self._names[key]) if key in self._names else key

    def offered(self, names: Iterable[str]) -> dict[str, str]:
        """Return the queues of these names to choose from: each name for display by what filters name it by, in order.

        A name that several queues have is replaced by each of them.
        """
        alone = {name.casefold(): name for name in names}
        found: dict[str, str] = {}
        for queue_id, name in self._names.items():
            if name.casefold() in alone and self._is_shared(queue_id, name):
                found[queue_id] = self.label(queue_id, name)
        shared = {self._names[each].casefold() for each in found}
        return _in_order(found | {name: self.labelled(name) for folded, name in alone.items() if folded not in shared})

    def present(self) -> dict[str, str]:
        """Return the queues that were not removed, as ``offered`` does."""
        named = ((each.queue_id, each.name) for each in self._queues if not each.is_gone)
        return _in_order({self.key(*each): self.label(*each) for each in named})

    def _is_shared(self, queue_id: str, name: str | None) -> bool:
        return bool(name) and queue_id in self._names and self._often[(name or "").casefold()] > 1


def _in_order(found: dict[str, str]) -> dict[str, str]:
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


def queue_names(app: AppStore) -> QueueNames:
    """Return the names of the queues in an app's directory, those that were removed too."""
    return QueueNames(lambda: _seen(app))


def _seen(app: AppStore) -> Sequence[DirectoryQueue]:
    """Return the queues of an app; where a principal sees only some conversations, those of one name that they see."""
    queues = app.people.directory.queues()
    if app.names.is_everything:
        return queues
    often = Counter((each.name or "").casefold() for each in queues)
    shared = (each for each in queues if each.name and often[each.name.casefold()] > 1)
    return [each for each in shared if newest(app, Sought(queues=(each.queue_id,)), 1)]

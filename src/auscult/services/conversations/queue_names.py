"""Names of queues that distinguish them: several queues may have one name, and their ids differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from auscult.domain.directory import Aliases
from auscult.domain.people.directory import DirectoryQueue
from auscult.services.conversations.latest import Sought, newest
from auscult.storage.store import AppStore


class QueueNames:
    """The queues of an app that a principal sees, each under a name that no other has.

    Wherever a queue is chosen it is named by its name, or by its id where another has the same name: filters, plans,
    grants and forms take either. Queues that are merged are one queue, under the id and the name that stay.
    ``load`` returns the queues, ``aliases`` their names and merges; each is called once, when the first name is asked for.
    """

    def __init__(
        self, load: Callable[[], Sequence[DirectoryQueue]] = list, aliases: Callable[[], Aliases] = Aliases
    ) -> None:
        """Load nothing yet."""
        self._load = load
        self._load_aliases = aliases

    @cached_property
    def aliases(self) -> Aliases:
        """The renames and merges in force."""
        return self._load_aliases()

    @cached_property
    def _queues(self) -> Sequence[DirectoryQueue]:
        return self._load()

    @cached_property
    def _names(self) -> dict[str, str]:
        """The name by the id of each queue, its id where it has none; of those that are merged, the one that stays."""
        return dict(self._shown(each.queue_id, each.name) for each in self._queues)

    @cached_property
    def _often(self) -> Counter[str]:
        """The number of queues that have a name, in small letters."""
        return Counter(name.casefold() for name in self._names.values())

    def key(self, queue_id: str, name: str | None) -> str:
        """Return what filters name a queue by: its name, or its id where another queue has its name."""
        queue_id, shown = self._shown(queue_id, name)
        return queue_id if self._is_shared(queue_id, shown) else shown

    def label(self, queue_id: str, name: str | None) -> str:
        """Return a queue's name for display: ``Support``, or ``Support (q-17)`` where another queue has its name."""
        queue_id, shown = self._shown(queue_id, name)
        return f"{shown} ({queue_id})" if self._is_shared(queue_id, shown) else shown

    def labelled(self, key: str) -> str:
        """Return the name for display of a queue that is named by its id or its name."""
        head = next(iter(self.aliases.called("queue", key)), key)
        return self.label(head, self._names[head]) if head in self._names else key

    def offered(self, names: Iterable[str]) -> dict[str, str]:
        """Return the queues of these names to choose from: each name for display by what filters name it by, in order.

        A name that several queues have is replaced by each of them.
        """
        alone = {name.casefold(): name for each in names for name in self.aliases.shown_for("queue", each)}
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

    def _shown(self, queue_id: str, name: str | None) -> tuple[str, str]:
        """Return the id and the name under which a queue is shown."""
        head = self.aliases.head("queue", queue_id)
        return head, self.aliases.name("queue", queue_id, name) or head

    def _is_shared(self, queue_id: str, name: str) -> bool:
        return name != queue_id and queue_id in self._names and self._often[name.casefold()] > 1


def _in_order(found: dict[str, str]) -> dict[str, str]:
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


def queue_names(app: AppStore) -> QueueNames:
    """Return the names of the queues in an app's directory, those that were removed too."""
    return QueueNames(lambda: _seen(app), app.aliases.in_force)


def _seen(app: AppStore) -> Sequence[DirectoryQueue]:
    """Return the queues of an app; where a principal sees only some conversations, those of one name that they see."""
    queues = app.people.directory.queues()
    if app.names.is_everything:
        return queues
    often = Counter((each.name or "").casefold() for each in queues)
    shared = (each for each in queues if each.name and often[each.name.casefold()] > 1)
    return [each for each in shared if newest(app, Sought(queues=(each.queue_id,)), 1)]

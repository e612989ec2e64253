"""The access log: entries that are hashed one by one, seals that chain them, and the check of both.

An entry's hash covers its number and everything it says. What could name a customer (target and details) goes into
it only as a salted hash: erasing target, details and salt leaves the entry, its hash and every seal valid.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.operations.records import made_from

ERASED = "log.erased"
"""Action of the entry that lists the entries whose contents were erased, in its detail ``entries``."""

PRUNED_ACTION = "log.pruned"
"""Action of the entry that says up to which entry the log's own retention removed entries, in its detail ``up_to``."""

NO_HASH = bytes(32)
_ENCODE = msgspec.json.Encoder(order="deterministic").encode


class Draft(Struct, frozen=True, kw_only=True):
    """An entry before it has a number: who (``user:ann@example.com``, ``client:cs-…``, ``system``) did what to what.

    ``details`` is a JSON object as text. ``app_id`` is None for what belongs to no app, such as a failed sign-in.
    """

    principal: str
    action: str
    target: str | None = None
    details: str = "{}"
    app_id: str | None = None

    @classmethod
    def of(
        cls, principal: str, action: str, target: str | None, details: Mapping[str, Any], app_id: str | None
    ) -> "Draft":
        """Make one from details as values."""
        return cls(principal=principal, action=action, target=target, details=_ENCODE(details).decode(), app_id=app_id)


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the log as stored. ``at`` is in ms since the epoch; without ``salt`` its content was erased."""

    number: int
    at: int
    app_id: str | None
    principal: str
    action: str
    target: str | None
    details: str | None
    salt: bytes | None
    content_hash: bytes
    entry_hash: bytes

    @property
    def moment(self) -> datetime:
        """The instant of the entry, in UTC."""
        return datetime.fromtimestamp(self.at / 1000, UTC)


class Seal(Struct, frozen=True, kw_only=True):
    """A link of the chain over the entries ``first`` to ``last``; ``previous`` is the hash of the seal before it.

    ``signature`` is a keyed hash of ``seal_hash`` under the key that ``key_id`` names.
    """

    number: int
    at: int
    first: int
    last: int
    root: bytes
    previous: bytes
    seal_hash: bytes
    signature: bytes
    key_id: str


class Head(Struct, frozen=True, kw_only=True):
    """A seal as kept in a second place: enough to show that the log had reached it."""

    seal: int
    last_entry: int
    seal_hash: str

    @classmethod
    def of(cls, seal: Seal) -> "Head":
        """Return the head of a seal."""
        return cls(seal=seal.number, last_entry=seal.last, seal_hash=seal.seal_hash.hex())


class Fault(Struct, frozen=True):
    """A sign of tampering, in words, with the first entry that it concerns (None: it concerns a seal only)."""

    text: str
    entry: int | None = None

    def __str__(self) -> str:
        """Return the words."""
        return self.text


def content_hash(salt: bytes, target: str | None, details: str | None) -> bytes:
    """Return the hash of what an entry is about, hidden by its salt."""
    return sha256(salt + _ENCODE([target, details])).digest()


def entry_hash(number: int, at: int, draft: Draft, content: bytes) -> bytes:
    """Return the hash of an entry, its number included."""
    return sha256(_ENCODE([number, at, draft.app_id, draft.principal, draft.action, content.hex()])).digest()


def made_entry(number: int, at: int, draft: Draft, salt: bytes) -> Entry:
    """Return the entry that a draft becomes."""
    content = content_hash(salt, draft.target, draft.details)
    return made_from(
        Entry,
        draft,
        number=number,
        at=at,
        salt=salt,
        content_hash=content,
        entry_hash=entry_hash(number, at, draft, content),
    )


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Fold the hashes of entries, in their order, into one."""
    root = NO_HASH
    for each in hashes:
        root = sha256(root + each).digest()
    return root


def key_of_seals(secret: bytes) -> tuple[bytes, str]:
    """Derive the key that signs seals, and the name by which it is known, from the database's secret key."""
    key = hmac.digest(secret, b"auscult seals", "sha256")
    return key, sha256(key).hexdigest()[:16]


def made_seal(previous: Seal | None, last: int, root: bytes, *, at: int, secret: bytes) -> Seal:
    """Return the seal over the entries after the previous seal's, up to the last number."""
    key, key_id = key_of_seals(secret)
    number, first = (1, 1) if previous is None else (previous.number + 1, previous.last + 1)
    before = NO_HASH if previous is None else previous.seal_hash
    hashed = _seal_hash(number, at, (first, last), root, before)
    return Seal(
        number=number,
        at=at,
        first=first,
        last=last,
        root=root,
        previous=before,
        seal_hash=hashed,
        signature=hmac.digest(key, hashed, "sha256"),
        key_id=key_id,
    )


class Reach(Struct, frozen=True, kw_only=True):
    """Range of the log: the last number assigned, and the last one that the log's own retention removed."""

    last: int
    pruned: int = 0


def check(
    entries: Iterable[Entry], seals: Sequence[Seal], reach: Reach, *, heads: Sequence[Head], secret: bytes
) -> list[Fault]:
    """Return every fault of a log; none where it is whole.

    ``entries`` come by number, ``heads`` are those kept in a second place, ``secret`` is the database's secret key.
    """
    walk = _Walk(reach.pruned, {seal.last: seal for seal in seals})
    for entry in entries:
        walk.check(entry)
    faults = walk.finish(max([reach.last, *(seal.last for seal in seals)]))
    faults += _seal_faults(seals, secret)
    faults += _head_faults(seals, heads)
    return faults


class _Walk:
    """One pass over the entries, which may be many: keeps what is wrong, and a running root."""

    def __init__(self, pruned: int, seals: Mapping[int, Seal]) -> None:
        self._expected = pruned + 1
        self._pruned = pruned
        self._seals = {last: seal for last, seal in seals.items() if seal.first > pruned}
        self._root = NO_HASH
        self._faults: list[Fault] = []
        self._changed: list[Entry] = []
        self._erased: set[int] = set()
        self._announced: set[int] = set()
        self._is_broken = False
        self._is_pruning_announced = pruned == 0

    def check(self, entry: Entry) -> None:
        """Check the next entry."""
        if entry.number > self._expected:
            self._miss(entry.number - 1)
        self._expected = entry.number + 1
        if _hash_of(entry) != entry.entry_hash:
            self._changed.append(entry)
            self._is_broken = True
        elif entry.salt is None:
            self._erased.add(entry.number)
        elif content_hash(entry.salt, entry.target, entry.details) != entry.content_hash:
            self._faults.append(Fault(f"entry {entry.number} was changed: target or details", entry.number))
        elif entry.action == ERASED:
            self._announced.update(_entries_in(entry.details))
        elif entry.action == PRUNED_ACTION and f'"up_to":{self._pruned}}}' in (entry.details or ""):
            self._is_pruning_announced = True
        self._root = sha256(self._root + entry.entry_hash).digest()
        seal = self._seals.pop(entry.number, None)
        if seal is not None:
            self._close(seal)

    def finish(self, last: int) -> list[Fault]:
        """Return the faults of all entries, by number."""
        if last >= self._expected:
            names = _range(self._expected, last)
            self._faults.append(Fault(f"{names} missing at the end: the tail was cut", self._expected))
        elif last < self._expected - 1:
            self._faults.append(Fault(f"entries reach to {self._expected - 1}, but the counter says {last}", last + 1))
        if not self._is_pruning_announced:
            names = _range(1, self._pruned, verb=False)
            self._faults.append(Fault(f"{names} were removed, and no entry of the log records it", 1))
        for number in sorted(self._erased - self._announced):
            self._faults.append(Fault(f"entry {number} was erased, and no entry of the log records it", number))
        self._faults.extend(self._name_changed())
        return sorted(self._faults, key=lambda fault: fault.entry or 0)

    def _miss(self, up_to: int) -> None:
        self._faults.append(Fault(f"{_range(self._expected, up_to)} missing", self._expected))
        for last in [each for each in self._seals if self._expected <= each <= up_to]:
            del self._seals[last]
        self._is_broken = True
        self._root = NO_HASH

    def _close(self, seal: Seal) -> None:
        """Compare the running root with a seal's, where no entry under it is known to be wrong already."""
        if not self._is_broken and self._root != seal.root:
            names = _range(seal.first, seal.last, verb=False)
            self._faults.append(Fault(f"{names} were changed or reordered: seal {seal.number} differs", seal.first))
        self._root = NO_HASH
        self._is_broken = False

    def _name_changed(self) -> Iterator[Fault]:
        """Name each changed entry; one that is whole under the number of another was moved there."""
        numbers = [entry.number for entry in self._changed]
        for entry in self._changed:
            was = next((number for number in numbers if _hash_of(entry, number) == entry.entry_hash), None)
            what = f"holds what was entry {was}: reordered" if was is not None else "was changed"
            yield Fault(f"entry {entry.number} {what}", entry.number)


def _hash_of(entry: Entry, number: int | None = None) -> bytes:
    draft = Draft(principal=entry.principal, action=entry.action, app_id=entry.app_id)
    return entry_hash(entry.number if number is None else number, entry.at, draft, entry.content_hash)


def _entries_in(details: str | None) -> list[int]:
    given = msgspec.json.decode(details or "{}").get("entries", [])
    return [number for number in given if isinstance(number, int)]


def _range(first: int, last: int, *, verb: bool = True) -> str:
    if first == last:
        return f"entry {first}" + (" is" if verb else "")
    return f"entries {first} to {last}" + (" are" if verb else "")


def _seal_hash(number: int, at: int, entries: tuple[int, int], root: bytes, previous: bytes) -> bytes:
    return sha256(_ENCODE([number, at, *entries, root.hex(), previous.hex()])).digest()


def _seal_faults(seals: Sequence[Seal], secret: bytes) -> Iterator[Fault]:
    key, key_id = key_of_seals(secret)
    previous, expected, first = NO_HASH, 1, 1
    for seal in seals:
        if seal.number != expected:
            names = (
                f"seal {expected} is" if seal.number == expected + 1 else f"seals {expected} to {seal.number - 1} are"
            )
            yield Fault(f"{names} missing")
        elif seal.first != first:
            yield Fault(f"seal {seal.number} begins at entry {seal.first}; expected {first}", seal.first)
        if seal.seal_hash != _seal_hash(seal.number, seal.at, (seal.first, seal.last), seal.root, seal.previous):
            yield Fault(f"seal {seal.number} was changed")
        elif seal.number == expected and seal.previous != previous:
            yield Fault(f"seal {seal.number} does not follow the seal before it")
        elif seal.key_id != key_id or not hmac.compare_digest(
            seal.signature, hmac.digest(key, seal.seal_hash, "sha256")
        ):
            yield Fault(f"seal {seal.number} was not made with the key of this database")
        previous, expected, first = seal.seal_hash, seal.number + 1, seal.last + 1


def _head_faults(seals: Sequence[Seal], heads: Sequence[Head]) -> Iterator[Fault]:
    by_number: dict[int, Seal] = {seal.number: seal for seal in seals}
    for head in heads:
        seal = by_number.get(head.seal)
        if seal is None:
            yield Fault(
                f"seal {head.seal} up to entry {head.last_entry} is known elsewhere and missing: the tail was cut"
            )
        elif seal.seal_hash.hex() != head.seal_hash:
            yield Fault(f"seal {head.seal} differs from the one that was sent elsewhere")

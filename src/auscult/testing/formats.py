"""The contract of a format, as tests."""

import io
from typing import ClassVar

from auscult.domain.contracts import contract_faults
from auscult.domain.conversation import Conversation
from auscult.domain.errors import FormatError
from auscult.formats import FORMATS, Format, Limits, Rejected

_NOISE = (b"", b"\n\n", b"\x00\xff\xfe", b"{", b'{"a": 1}', b"[1, 2]", b"a,b\n1,2\n", b"# \n", "👋".encode() * 100)


class FormatContract:
    """Set ``variant`` to the format, ``document`` to a file of it that is right, and ``count`` to its conversations."""

    variant: ClassVar[Format]
    document: ClassVar[bytes]
    count: ClassVar[int]

    def read(self, data: bytes) -> list[Conversation | Rejected]:
        """All that is given for these bytes."""
        return list(self.variant.read(io.BytesIO(data), "st-1", Limits()))

    def test_has_everything_that_is_asked_for(self) -> None:
        """Every attribute and method of the protocol, with its parameters."""
        faults = list(contract_faults(self.variant, Format))
        assert not faults, f"{type(self.variant).__name__} {'; '.join(faults)}"

    def test_recognises_its_own_and_leaves_ours(self) -> None:
        """Its file by its first bytes; and it takes nothing away from the formats that come along."""
        assert self.variant.recognises(self.document[:65_536])
        ours = [name for name, shape in FORMATS.items() if name != "native" and shape.recognises(self.document)]
        assert set(ours) <= {self.variant.name}, f"its file is taken for {ours[0]}, which is asked before it"
        native = b'{"id":"c-1","channel":"chat","started_at":"2026-03-23T10:00:00Z","turns":[]}\n'
        assert self.variant.name == "native" or not self.variant.recognises(native), (
            "takes a native document for its own"
        )

    def test_reads_every_conversation_and_always_alike(self) -> None:
        """As many as were counted, each with an id of its own, none refused; the same each time."""
        found = self.read(self.document)
        refused = [one.error.message for one in found if isinstance(one, Rejected)]
        assert not refused, f"refuses its own document: {refused[0]}"
        assert len(found) == self.count
        assert len({one.id for one in found if isinstance(one, Conversation)}) == self.count
        assert self.read(self.document) == found

    def test_what_breaks_off_is_refused_and_not_raised(self) -> None:
        """Cut anywhere, it is read as far as it goes, or refused with a message and a line."""
        step = max(1, len(self.document) // 50)
        for end in range(0, len(self.document), step):
            self._is_read_or_refused(self.document[:end])

    def test_noise_is_refused_and_not_raised(self) -> None:
        """Bytes that are no document of it."""
        for noise in _NOISE:
            self._is_read_or_refused(noise)
            self._is_read_or_refused(self.document + noise)

    def test_a_broken_stream_is_the_last_thing_given(self) -> None:
        """A fault of the stream itself ends the reading, and is given as the last refusal."""

        class Breaking(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                piece = super().read(size)
                if not piece:
                    raise FormatError("the data breaks off", code="file.truncated")
                return piece

        *_, last = self.variant.read(Breaking(self.document), "st-1", Limits())
        assert isinstance(last, Rejected), "goes on when the stream breaks"
        assert last.error.reason == "file.truncated"

    def _is_read_or_refused(self, data: bytes) -> None:
        for one in self.read(data):
            if isinstance(one, Rejected):
                assert one.error.message, f"refuses {data[:40]!r} without a message"
                assert one.error.line is None or one.error.line >= 1

"""What an engine must be: an outside mind that answers probes of one kind, whole batches at once.

The pipeline states it, as one of its ports; the contract suite in tests/contract runs over every engine here.
"""

from auscult.pipeline.ports import Engine

__all__ = ["Engine"]

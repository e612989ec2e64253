"""Recordings in vCons: a fault in the form of one is refused by its field; what is well formed loads."""

import base64
from typing import Any

import pytest

from tests.data_files import data_of
from tests.unit.formats.vcons import ALICE, BOB, START, read, refusal

RECORDING: dict[str, Any] = {
    "type": "recording",
    "start": START,
    "duration": 61.5,
    "parties": [0, 1],
    "mediatype": "audio/x-wav",
    "url": "https://recordings.example.com/1.wav",
}


@pytest.mark.parametrize(("changes", "field"), data_of(__file__, "a_recording_with_a_fault_is_refused"))
def test_a_recording_with_a_fault_is_refused(changes: dict[str, Any], field: str) -> None:
    """The refusal names the field."""
    found = refusal(parties=[ALICE, BOB], dialog=[{**RECORDING, **changes}])
    assert found.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"parties": [0, None, [0, 1]]},
        {"parties": 1, "originator": 0},
        {"mediatype": "Audio/MPEG; rate=8000"},
        {"mediatype": "video/mp4"},
        {"mediatype": None},
        {"url": "s3://bucket/key.wav"},
        {"url": "http://127.0.0.1:8000/x?y=1"},
        {"url": None, "encoding": "base64url", "body": base64.urlsafe_b64encode(b"RIFF").decode()},
        {"url": None},
    ],
)
def test_a_well_formed_recording_loads(changes: dict[str, Any]) -> None:
    """Nothing of it is fetched."""
    assert read(parties=[ALICE, BOB], dialog=[{**RECORDING, **changes}]).channel == "voice"

"""Media types of sound: names of the same container, so that a declared type can be compared with what is found."""

from collections.abc import Mapping

_NAMES: Mapping[str, str] = {
    "audio/wav": "wav wave x-wav x-pn-wav vnd.wave",
    "audio/mpeg": "mpeg mp3 mpeg3 x-mp3 x-mpeg mpg x-mpg x-mpeg-3",
    "audio/ogg": "ogg opus vorbis x-ogg x-opus+ogg x-vorbis+ogg",
    "audio/flac": "flac x-flac",
    "audio/mp4": "mp4 m4a x-m4a mp4a-latm 3gpp 3gpp2 quicktime",
    "audio/webm": "webm matroska x-matroska",
    "audio/amr": "amr amr-wb",
    "audio/x-ms-wma": "x-ms-wma x-ms-asf x-ms-wmv",
    "audio/aiff": "aiff x-aiff",
    "audio/basic": "basic x-au",
    "audio/x-caf": "x-caf",
    "audio/x-w64": "x-w64",
}
_CONTAINERS: Mapping[str, str] = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def is_of_type(found: str, declared: str) -> bool:
    """Return whether sound of a type is what was declared. A general or unknown type is not wrong: it says nothing."""
    container, _, name = declared.partition(";")[0].strip().lower().partition("/")
    stated = _CONTAINERS.get(name) if container in ("audio", "video", "application") else None
    return stated is None or found not in _NAMES or stated == found

"""What others program against stays as it is: the OpenAPI document in its meaning, the help of commands to the letter."""

import msgspec

from tests.golden import interfaces


def test_the_openapi_document_means_what_it_meant() -> None:
    """Only order, descriptions and the names of schemas may change without writing the snapshot anew."""
    before = interfaces.meaning(msgspec.json.decode(interfaces.OPENAPI.read_bytes()))
    after = interfaces.meaning(interfaces.openapi_document())
    assert after["paths"].keys() == before["paths"].keys()
    for path, item in before["paths"].items():
        assert after["paths"][path].keys() == item.keys(), path
        for method, operation in item.items():
            for key in operation.keys() | after["paths"][path][method].keys():
                assert after["paths"][path][method].get(key) == operation.get(key), (path, method, key)
    assert after == before


def test_help_is_as_it_was() -> None:
    """A change of a command or an option shows in the snapshot's difference."""
    assert interfaces.help_of_all() == interfaces.HELP.read_text(encoding="utf-8")

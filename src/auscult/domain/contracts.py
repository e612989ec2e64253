"""Check of a plug-in's object against a protocol, as far as possible without using it."""

import inspect
from collections.abc import Iterator


def contract_faults(variant: object, protocol: type) -> Iterator[str]:
    """Yield what an object lacks of a protocol's attributes and methods: one line each, none when nothing is missing.

    A method must accept as many arguments as the protocol's. Only a test shows what it does with them.
    """
    for name in protocol.__annotations__:
        if not hasattr(variant, name):
            yield f"has no {name}"
    for name, member in vars(protocol).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            if not hasattr(variant, name):
                yield f"has no {name}"
        elif inspect.isfunction(member):
            yield from _method_faults(getattr(variant, name, None), name, member)


def _method_faults(method: object, name: str, asked: object) -> Iterator[str]:
    assert inspect.isfunction(asked)  # noqa: S101  (it was looked up so)
    parameters = list(inspect.signature(asked).parameters)[1:]
    if not callable(method):
        yield f"has no {name}({', '.join(parameters)})"
        return
    try:
        inspect.signature(method).bind(*parameters)
    except TypeError:
        yield f"has a {name} that does not take ({', '.join(parameters)})"
    except ValueError:  # something compiled, without information on its parameters
        return

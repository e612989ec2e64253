"""The server of the real model, run with the Python of ``.venv-judge``; its arguments are those of llama_cpp.server.

Weights stay as they are in the file: repacked for the matrix units (AMX) of newer Xeons, llama.cpp of November 2026
crashes in some virtual machines.
"""

from llama_cpp import llama_cpp  # pyright: ignore[reportMissingImports]  (only in .venv-judge)
from llama_cpp.server.__main__ import main  # pyright: ignore[reportMissingImports]

defaults = llama_cpp.llama_model_default_params


def unpacked() -> llama_cpp.llama_model_params:
    """Return the default parameters without extra buffers."""
    parameters = defaults()
    parameters.use_extra_bufts = False
    return parameters


llama_cpp.llama_model_default_params = unpacked
main()

"""The server of the real model, run with the Python of ``.venv-judge``: a model, the tokens it may read, and a port.

Weights stay as they are in the file: repacked for the matrix units (AMX) of newer Xeons, llama.cpp of November 2026
crashes in some virtual machines. One thread: several wait for each other at each layer, and beside other work a token
then takes a second.
"""

import sys
import threading

from xllamacpp import CommonParams, Server  # pyright: ignore[reportMissingImports]  (only in .venv-judge)

model, context, port = sys.argv[1:]
parameters = CommonParams()
parameters.model.path = model
parameters.model_alias = {"smollm2"}
parameters.n_ctx = int(context)
parameters.n_parallel = 1
parameters.port = int(port)
parameters.no_extra_bufts = True
parameters.cpuparams.n_threads = 1
server = Server(parameters)
threading.Event().wait()

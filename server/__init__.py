"""The process that wires the rooms together: settings, command line, HTTP, WebSocket, storage, models.

Importing it holds numpy's linear algebra to one thread, which has to be said before numpy is first imported: the
matrices here are small, and on cores shared with a language model, threads that wait for each other make them ten times
as slow.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):  # numpy's wheels hold the one or, on macOS, the other
    os.environ.setdefault(_name, "1")

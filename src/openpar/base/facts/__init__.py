"""Facts that arrive in batches: kept as they came, read as they are now, counted in one plain SELECT."""

import os

# Nothing here multiplies matrices. numpy would start a thread a processor for it all the same, each of which
# waits busily: half of what loading numpy costs. Django loads this before any module that uses numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

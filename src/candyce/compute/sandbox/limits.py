"""Every bound of an execution, in one place."""

from __future__ import annotations

MEGABYTE = 1024 * 1024

CELL_SECONDS = 10.0  # one cell of the pupil's
TEST_SECONDS = 5.0  # one answer of the pupil's code to a test
TESTS_SECONDS = 30.0  # one tests cell, all its answers included
COPY_SECONDS = 90.0  # a whole notebook of a copy
START_SECONDS = 30.0
END_SECONDS = 5.0  # from the order to its end
RESTARTS = 4  # of the pupil's interpreter, in one notebook

LINE = 2 * MEGABYTE  # one message
TRAFFIC = 40 * MEGABYTE  # all messages of one side about one notebook
MESSAGES = 60_000
DEPTH = 64  # of a message's JSON
CELLS = 2000  # that are executed in one notebook; what follows is not run
SOURCE = MEGABYTE  # characters of one cell

MEMORY = 1200 * MEGABYTE  # writable memory of one process
ADDRESSES = 1536 * MEGABYTE  # of one process that is no WebAssembly, shared memory included
PYTHON_PAGES = 8192  # of 64 KiB: what Python may use of it, 512 MB
TEMPORARY = 32 * MEGABYTE  # of /tmp
FOLDER = 128 * MEGABYTE  # of the folder of the copy's files, where it is no part of Python's memory
CPU_SECONDS = 120
FILES = 60 * MEGABYTE  # of the copy's files that its code can read
PIECE = MEGABYTE  # bytes of a file in one message

# A resource of the library, executed from top to bottom.
KERNEL_SECONDS = 60.0  # until its kernel is ready
RUN_CELL_SECONDS = 45.0
RUN_NOTEBOOK_SECONDS = 100.0  # less than CPU_SECONDS, which ends the process
RUN_TREE_SECONDS = 300.0  # all notebooks of a resource

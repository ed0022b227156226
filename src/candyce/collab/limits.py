"""Bounds of the live documents, in one place. Sizes in bytes, times in seconds."""

from __future__ import annotations

MESSAGE = 12 * 1024 * 1024  # one message of a client
AWARENESS = 16 * 1024  # one presence message
STRUCTS = 50_000  # structs and deleted ranges of one update
DEPTH = 12  # shared types inside each other, counted over the document
NESTING = 64  # JSON inside JSON in one value
UPDATES_PER_SECOND = 100  # of one connection, sustained; more is slowed down, not lost
UPDATES_BURST = 400
BYTES_PER_SECOND = 2 * 1024 * 1024
BYTES_BURST = 32 * 1024 * 1024
INVALID_UPDATES = 5  # of one connection before it is closed
CONNECTIONS_PER_ROOM = 100
CONNECTIONS = 5000  # of one process
BACKLOG = 24 * 1024 * 1024  # waiting to be sent to one slow connection
TEXT = 1024 * 1024  # a text file that is opened live; larger ones are plain files
TEXT_DOCUMENT = 4 * 1024 * 1024  # what a live text may grow to, its edits' traces included
SMALL_UPDATE = 4 * 1024  # what a full project or document still takes, so that one can tidy up

RIGHTS_EVERY = 30.0  # rights are asked anew at least this often; bells and the clock come first
MEND_COMMENTS = 0.2  # after a page wrote into the comments
NUMBERS_EVERY = 5.0  # what the log's numbers are, where no news came
TOKEN_GRACE = 60.0  # after a token's end, time to send the next
GATHER = 0.008  # updates that arrive within it share a commit
MATERIALISE_AFTER = 2.0  # quiet time after the last edit
MATERIALISE_AT_MOST = 10.0  # while typing goes on, when the machine has time
COMPACT_AFTER = 500  # updates in the log beyond the snapshot
DOCUMENT_IDLE = 30.0  # a room keeps its document in memory this long after its last use
ROOM_IDLE = 20.0  # an empty room stays this long

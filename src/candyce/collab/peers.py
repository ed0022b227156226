"""What a room shares with the rooms of the same document in other processes: updates and presence.

A room says hello when it begins to listen; the others answer with the number they are at and the people
they have. Only who was greeted or answered is told anything, so a document that is open in one
process alone costs Redis nothing.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from candyce.collab import protocol
from candyce.collab import relay_messages as messages
from candyce.collab.relay_messages import Message

if TYPE_CHECKING:
    from candyce.collab.relay import Relay
    from candyce.collab.room import Room

LARGEST_COPY = (
    1024 * 1024
)  # larger updates are fetched from the log, Redis is told their number only


class Peers:
    """``others`` are the processes that hold a room of this document."""

    __slots__ = ("_relay", "_room", "others")

    def __init__(self, room: Room, relay: Relay | None) -> None:
        self._room = room
        self._relay = relay
        self.others: set[bytes] = set()

    # -- telling ------------------------------------------------------------------------------

    def greet(self) -> None:
        self._describe(messages.HELLO)

    def leave(self) -> None:
        if self._relay is not None and self.others:
            self._relay.post(self._room.document_id, messages.BYE)

    def tell_update(self, seq: int, data: bytes) -> None:
        if self.others and self._relay is not None:
            body = messages.write_update(seq, data if len(data) <= LARGEST_COPY else b"")
            self._relay.post(self._room.document_id, messages.UPDATE, body)

    def tell_presence(self, states: dict[int, tuple[int, Any]], user_id: uuid.UUID) -> None:
        """A person's states have changed; None stands for a farewell."""
        if self.others and self._relay is not None:
            rows = [
                [client, clock, state, str(user_id)] for client, (clock, state) in states.items()
            ]
            body = messages.write_json(rows)
            self._relay.post(self._room.document_id, messages.PRESENCE, body)

    def _describe(self, kind: int) -> None:
        if self._relay is not None:
            rows = [[*row[:3], str(row[3])] for row in self._room.presence.local()]
            body = messages.write_json({"seq": self._room.order.seq, "states": rows})
            self._relay.post(self._room.document_id, kind, body)

    # -- hearing ------------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        if message.kind in {messages.HELLO, messages.HERE}:
            self._hear_description(message)
        elif message.kind == messages.UPDATE:
            self.others.add(message.sender)
            seq, data = messages.read_update(message.body)
            self._room.take_news(seq, data or None)
        elif message.kind == messages.PRESENCE:
            self.others.add(message.sender)
            rows = messages.read_json(message.body)
            self._tell(self._room.presence.take_in(message.sender, rows))
        elif message.kind == messages.BYE:
            self.forget(message.sender)
        elif message.kind == messages.GROWN:
            self._room.start(self._room.catch_up())

    def _hear_description(self, message: Message) -> None:
        self.others.add(message.sender)
        described = messages.read_json(message.body)
        self._room.hear_of(described["seq"])
        states = described["states"]
        self._tell(self._room.presence.take_in(message.sender, states, whole=True))
        if message.kind == messages.HELLO:
            self._describe(messages.HERE)

    def forget(self, process: bytes) -> None:
        """The process left the document, or is gone: so are the people it had."""
        self.others.discard(process)
        self._tell(self._room.presence.take_in(process, [], whole=True))

    def _tell(self, news: dict[int, tuple[int, Any]]) -> None:
        if news:
            self._room.send_all(protocol.awareness_message(news))

"""HTTP connections that may not dawdle or babble: uvicorn waits forever, and answers what is no HTTP in plain text."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from uuid import uuid4

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.problems import ProblemError, problem_response
from service.security import HEADERS


class ImpatientProtocol(H11Protocol):
    """Closes a connection that is not done in time; `head_seconds` is set on a subclass.

    That is one whose request head is not complete, one that goes on with the body of a request that was
    answered before, and one that does not read its answer.
    """

    head_seconds = 10.0
    _timer: TimerHandle | None = None
    _unread: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Go on waiting from when the wait began, unless the head is complete now."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for a client that does not read; what it was to read is in memory meanwhile."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.head_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection, even one with an answer that nobody reads."""
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP as the application refuses all else: with a problem, where none has begun."""
        state = self.conn.our_state
        if self.cycle is not None:
            # The application may still be at the head that came before: its answer has no reader.
            self.cycle.disconnected = True
        if state in (h11.IDLE, h11.SEND_RESPONSE):
            request_id = uuid4().hex
            headers = {**HEADERS, "X-Request-ID": request_id, "Connection": "close"}
            response = problem_response(ProblemError("bad-request", headers=headers), request_id)
            bare = state is h11.SEND_RESPONSE and self.scope["method"] == "HEAD"
            for event in (
                h11.Response(status_code=400, headers=response.raw_headers, reason=b"Bad Request"),
                h11.Data(data=b"" if bare else bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch(self) -> None:
        answered = self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE
        if self.conn.their_state is not h11.IDLE and not answered:
            self._forget()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self.transport.close)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def impatient(seconds: float) -> type[ImpatientProtocol]:
    """Protocol class with a time limit of its own."""
    return type("ImpatientProtocol", (ImpatientProtocol,), {"head_seconds": seconds})

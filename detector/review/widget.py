"""The review of articles as a widget: highlights, decisions by mouse and keyboard, saved at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import anywidget
import traitlets
from sqlalchemy.exc import DatabaseError

from detector.errors import DatelineError
from detector.types import Json

STATIC: Final = files("detector.review") / "static"

Answer = Callable[[dict[str, Any]], None]
"""Takes a message of the page; raises `DatelineError` where it can't do what it says."""


class ArticleReview(anywidget.AnyWidget):
    """What the page shows; `answer` gets each message, and may set `article` and `progress` anew.

    `queue` is what the list says of each article, and is sent once; `progress` is the number of its
    decided flags, and whether it is done.

    `acknowledged` names the last message that was dealt with. The page keeps a decision as not
    saved, and sends it again, until it is named there.
    """

    _esm = (STATIC / "widget.js").read_text("utf-8")
    _css = (STATIC / "widget.css").read_text("utf-8")
    article = traitlets.Dict().tag(sync=True)
    queue: traitlets.List[Json] = traitlets.List().tag(sync=True)
    progress: traitlets.List[Json] = traitlets.List().tag(sync=True)
    rules: traitlets.List[Json] = traitlets.List().tag(sync=True)
    reviewer = traitlets.Unicode().tag(sync=True)
    acknowledged = traitlets.Dict().tag(sync=True)

    def __init__(self, answer: Answer, static: Callable[[], str], **state: Json) -> None:
        super().__init__(**state)
        self._answer = answer
        self._static = static
        self._stored: set[str] = set()
        self.on_msg(self._receive)

    def _receive(self, widget: object, message: Any, buffers: object) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("n"), str):
            return
        error, retry = None, False
        try:
            # The page sends again what was not acknowledged in time; by then a newer decision may be in force.
            if message["n"] not in self._stored:
                self._answer(message)
                self._stored.add(message["n"])
        except DatelineError as problem:
            # The file may be locked, or the disk full: the page keeps the decision and sends it again.
            error, retry = str(problem), isinstance(problem.__cause__, DatabaseError)
        except (KeyError, TypeError, ValueError) as problem:
            error = f"the message was not understood ({type(problem).__name__})"
        self.acknowledged = {
            "n": message["n"],
            "error": error,
            "retry": retry,
            "at": f"{datetime.now():%H:%M:%S}",
        }

    def __repr__(self) -> str:
        return f"ArticleReview({self.article.get('title', '')!r})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Give the widget, and beside it what shows where no widget can: on GitHub, in exported HTML."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": self._static()}, metadata

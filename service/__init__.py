"""Dateline over HTTP: validate, admit, analyze in worker processes, serialise; nothing of an article is kept."""

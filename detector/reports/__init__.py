"""Renderers of a report: one module a format, each `render_FORMAT(report…)`."""

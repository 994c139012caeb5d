"""`dateline serve`: the REST service on this machine."""

from __future__ import annotations

from importlib import import_module

import click

from detector.errors import UsageError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--root-path", default=None, help="Path prefix behind a proxy (or DATELINE_ROOT_PATH).")
def serve(host: str, port: int, root_path: str | None) -> None:
    """Serve the page and the REST interface (extra `service`); settings come from DATELINE_* variables."""
    try:
        server = import_module("service.server")
        read_settings = import_module("service.settings").read_settings
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] in ("detector", "service"):
            raise
        raise click.UsageError("the service needs its extra: pip install 'dateline[service]'") from error
    try:
        settings = read_settings() if root_path is None else read_settings(root_path=root_path)
        server.run(settings, host=host, port=port)
    except UsageError as error:
        raise click.UsageError(str(error)) from error

"""`dateline serve`: the REST service on this machine."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--root-path", default="", help="Path prefix behind a proxy.")
def serve(host: str, port: int, root_path: str) -> None:
    """Serve the page and the REST interface (extra `service`)."""
    try:
        import uvicorn
    except ImportError as error:
        raise click.UsageError("the service needs its extra: pip install 'dateline[service]'") from error
    uvicorn.run("service.app:create_app", factory=True, host=host, port=port, root_path=root_path)

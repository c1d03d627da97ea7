"""All routes together."""

from litestar import Litestar, Router
from litestar.plugins import PluginProtocol
from litestar.types import LifespanHook

from wuye.http import (
    audit,
    blobs,
    calendars,
    devices,
    health,
    lists,
    local,
    manifest,
    people,
    pokes,
    prints,
    records,
    reports,
    session,
    sync,
    uploads,
)
from wuye.http.front import Front
from wuye.http.problems import handlers
from wuye.http.server import API, Server


def make_app(server: Server, front: Front, *, on_startup: LifespanHook, on_shutdown: LifespanHook) -> Litestar:
    """Return the ASGI application."""
    modules = (
        session,
        sync,
        manifest,
        pokes,
        audit,
        records,
        local,
        reports,
        lists,
        calendars,
        prints,
        blobs,
        uploads,
        people,
        devices,
    )
    app = LeanLitestar(
        route_handlers=[
            *health.routes(server),
            Router(API, route_handlers=[route for module in modules for route in module.routes(server)]),
        ],
        exception_handlers=handlers(server),
        on_startup=[on_startup],
        on_shutdown=[on_shutdown],
        # Its pages load scripts from elsewhere; the manifest describes what there is.
        openapi_config=None,
        # Bodies are read, bounded and decoded by `wuye.http.bodies`.
        request_max_body_size=None,
        logging_config=None,
    )
    app.asgi_handler = front.before(app.asgi_handler)
    return app


class LeanLitestar(Litestar):
    """Without the stock plugins: they import pydantic, which Piccolo happens to bring along and no route uses, for a
    third of the start-up time and of the idle memory."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return plugins

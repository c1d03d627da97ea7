"""All routes together."""

from litestar import Litestar, Router
from litestar.types import LifespanHook

from wuye.http import audit, health, local, manifest, pokes, records, session, sync
from wuye.http.problems import handlers
from wuye.http.server import API, Server


def make_app(server: Server, *, on_startup: LifespanHook, on_shutdown: LifespanHook) -> Litestar:
    """Return the ASGI application."""
    modules = (session, sync, manifest, pokes, audit, records, local)
    return Litestar(
        route_handlers=[
            *health.routes(server),
            Router(API, route_handlers=[route for module in modules for route in module.routes(server)]),
        ],
        exception_handlers=handlers(server),
        on_startup=[on_startup],
        on_shutdown=[on_shutdown],
        openapi_config=None,
        # Bodies are read, bounded and decoded by `wuye.http.bodies`.
        request_max_body_size=None,
        logging_config=None,
    )

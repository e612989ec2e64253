"""OPTIONS: the methods of a path. The framework's own response names the methods of one handler, not of the path."""

from litestar import Response
from litestar.enums import HttpMethod
from litestar.routes import HTTPRoute
from litestar.status_codes import HTTP_204_NO_CONTENT

from auscult.server.asgi import with_head
from auscult.server.errors import AnyRequest


async def answer_options(request: AnyRequest) -> Response[None] | None:
    """Return the response to OPTIONS, None for any other method: a hook before a request's handler."""
    if request.method != HttpMethod.OPTIONS:
        return None
    template = request.scope["path_template"]
    routes = (each for each in request.app.routes if isinstance(each, HTTPRoute) and each.path_format == template)
    methods = {str(method) for route in routes for method in route.route_handler_map}
    allowed = ", ".join(sorted(with_head(methods)))
    return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"Allow": allowed})

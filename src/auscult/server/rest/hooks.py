"""Hook before a handler, once the guards have admitted the caller.

The framework's own response to OPTIONS names the methods of one handler, not of the path.
"""

from litestar import Response
from litestar.enums import HttpMethod
from litestar.routes import HTTPRoute
from litestar.status_codes import HTTP_204_NO_CONTENT

from auscult.domain.errors import RequestError
from auscult.server.asgi import with_head
from auscult.server.errors import AnyRequest
from auscult.server.rest.request import ApiRequest


async def before_handler(request: AnyRequest) -> Response[None] | None:
    """Return the response to OPTIONS, None for any other method. Raises ``RequestError`` ``field.missing``."""
    if request.method != HttpMethod.OPTIONS:
        lacking = request.lacking if isinstance(request, ApiRequest) else None
        if lacking is not None:
            raise RequestError(f"{lacking} is missing.", code="field.missing", field=lacking)
        return None
    template = request.scope["path_template"]
    routes = (each for each in request.app.routes if isinstance(each, HTTPRoute) and each.path_format == template)
    methods = {str(method) for route in routes for method in route.route_handler_map}
    allowed = ", ".join(sorted(with_head(methods)))
    return Response(None, status_code=HTTP_204_NO_CONTENT, headers={"Allow": allowed})

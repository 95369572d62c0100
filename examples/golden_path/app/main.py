"""The application: ``uvicorn app.main:app``."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from app.agents.model import EchoModel, Model
from app.auth import sessions
from app.services import health, usage
from app.websocket_core.connection import serve


async def log_in(request: Request) -> JSONResponse:
    asked = await request.json()
    token = sessions.log_in(asked["name"], asked["password"])
    if token is None:
        return JSONResponse({"error": "wrong name or password"}, 401)
    return JSONResponse({"token": token})


async def show_usage(request: Request) -> JSONResponse:
    context = sessions.context_of(request.headers.get("authorization", ""))
    if context is None:
        return JSONResponse({"error": "log in first"}, 401)
    return JSONResponse({"online": usage.online(context)})


async def show_health(request: Request) -> JSONResponse:
    return JSONResponse(health.describe())


def create_app(model: Model) -> Starlette:
    app = Starlette(
        routes=[
            Route("/login", log_in, methods=["POST"]),
            Route("/usage", show_usage),
            Route("/health", show_health),
            WebSocketRoute("/ws", serve),
        ]
    )
    app.state.model = model
    return app


app = create_app(EchoModel())

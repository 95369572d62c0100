"""A browser's connection, from its first message to its last."""

from starlette.websockets import WebSocket

from app.agents.supervisor import Supervisor
from app.auth import sessions
from app.services import history


async def serve(socket: WebSocket) -> None:
    context = sessions.context_of(socket.headers.get("authorization", ""))
    if context is None:
        await socket.close(4401, "log in first")
        return
    await socket.accept()
    # The tools still send by this one.
    from app.websocket_core.websocket_manager_factory import create_websocket_manager

    create_websocket_manager(context).connect(socket)
    supervisor = Supervisor(context, socket)
    try:
        async for message in socket.iter_json():
            match message["type"]:
                case "ask":
                    supervisor.start(message["question"])
                case "replay":
                    await history.replay(context)
                case "bye":
                    await supervisor.finish()
                    await create_websocket_manager(context).drain()
                    await socket.send_json({"type": "bye"})
                    await socket.close()
                    break
    finally:
        supervisor.close()
        create_websocket_manager(context).disconnect(socket)

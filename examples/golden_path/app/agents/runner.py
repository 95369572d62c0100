"""One run of the agent: five events, in the order of the contract."""

from app.agents import failures
from app.agents.model import Model
from app.agents.thinking import think
from app.events import Event, EventType, Run
from app.tools import notes
from app.tools.dispatcher import ToolDispatcher
from app.websocket_core.websocket_manager import get_websocket_manager


async def run_agent(run: Run, model: Model) -> None:
    manager = get_websocket_manager(run.context)
    tools = ToolDispatcher(run.context)
    await manager.send(Event.of(run, EventType.AGENT_STARTED, run.question))
    try:
        thought = await think(run, model)
        found = await tools.call(run, notes.look_up)
    except Exception as error:
        await failures.tell(run, error)
        return
    await manager.send(Event.of(run, EventType.AGENT_COMPLETED, f"{thought} {found}"))

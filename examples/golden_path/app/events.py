"""What a browser is told of an agent's run."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from app.users import UserContext


class EventType(StrEnum):
    AGENT_STARTED = "agent_started"
    AGENT_THINKING = "agent_thinking"
    TOOL_EXECUTING = "tool_executing"
    TOOL_COMPLETED = "tool_completed"
    AGENT_COMPLETED = "agent_completed"
    AGENT_FAILED = "agent_failed"
    NOTICE = "notice"


#: A run that goes well sends these, each once, in this order, to its own user.
CONTRACT = tuple(EventType)[:5]


@dataclass(frozen=True)
class Run:
    """One question, and what is done to answer it."""

    context: UserContext
    run_id: str
    question: str


@dataclass(frozen=True)
class Event:
    type: EventType
    user_id: str
    run_id: str
    text: str

    @classmethod
    def of(cls, run: Run, type: EventType, text: str) -> "Event":
        return cls(type, run.context.user_id, run.run_id, text)

    def as_json(self) -> dict[str, str]:
        return asdict(self)

from app.agent import Agent


def test_agent_events() -> None:
    agent = Agent("ada")
    agent.say("hello")
    assert agent.bridge.manager.sent["ada"][-1] == "hello"

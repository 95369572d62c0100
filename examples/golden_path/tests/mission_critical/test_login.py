from app.auth import accounts, sessions


def test_the_right_password_opens_a_session() -> None:
    accounts.register("carol", "right")
    token = sessions.log_in("carol", "right")
    context = sessions.context_of(f"Bearer {token}")
    assert context is not None
    assert context.user_id == "carol"


def test_a_wrong_password_does_not() -> None:
    accounts.register("carol", "right")
    assert sessions.log_in("carol", "wrong") is None
    assert sessions.log_in("nobody", "wrong") is None
    assert sessions.context_of("Bearer nothing") is None

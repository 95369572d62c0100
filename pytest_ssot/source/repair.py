def repaired(text: str) -> str | None:
    return None

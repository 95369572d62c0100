"""Names and passwords."""

import hashlib
import hmac
import os

_accounts: dict[str, tuple[bytes, bytes]] = {}


def _digest(password: str, salt: bytes) -> bytes:
    # Few rounds: this is an example, and logs in fifty people at once.
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1_000)


def register(name: str, password: str) -> None:
    salt = os.urandom(16)
    _accounts[name] = salt, _digest(password, salt)


def is_right(name: str, password: str) -> bool:
    salt, digest = _accounts.get(name, (b"", b""))
    return hmac.compare_digest(_digest(password, salt), digest)

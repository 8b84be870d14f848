"""The API key: where it may come from, and what keeps it out of everything written or shown.

A key comes from the environment or the keyring, never from an argument: arguments are in the process list and in the
shell's history. Every text that comes from outside (server answers, library messages) goes through `Redactor`.
"""

from __future__ import annotations

import os
import re
import sys

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

DEFAULT_VARIABLE = "DANDI_API_KEY"
_HIDDEN = "***"
# Words that no name of a variable has: long ones, and shorter ones with digits. The archive's keys have 40 characters.
_LIKE_A_KEY = re.compile(r"[A-Za-z0-9]{30,}|(?<![A-Za-z0-9])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}")


class ApiKey:
    """A key that shows itself only when asked by name: not in `repr`, `str`, a pickle or a copy of a dataclass."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key in the clear, for the Authorization header alone."""
        return self._value

    def __repr__(self) -> str:
        return f"ApiKey({_HIDDEN})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an API key is not written anywhere")


class Redactor:
    """Takes the key, and the signatures of presigned addresses, out of a text.

    Whoever holds a presigned address may write to the object store until it expires: the part behind its question mark
    is as secret as a key.
    """

    _QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>)]*")

    def __init__(self, key: ApiKey | None) -> None:
        self._key = key

    def __call__(self, text: object) -> str:
        """The text with everything secret replaced by three asterisks."""
        shown = str(text)
        if self._key is not None:
            shown = shown.replace(self._key.reveal(), _HIDDEN)
        return self._QUERY.sub(rf"\1?{_HIDDEN}", shown)


def find_api_key(*, instance_name: str, variable: str | None = None, needed: bool = True) -> ApiKey | None:
    """The key for an instance; None where none is needed, none was named and none is there. Never asks for it.

    With `variable`, that environment variable and nothing else. Otherwise the variable that the dandi client itself
    looks for (`<NAME>_API_KEY`, where a shell can set it: for a bare host:port it cannot), then `DANDI_API_KEY`, then
    the keyring entry that the dandi client writes (service `dandi-api-<name>`, user `key`).

    Errors: archive-no-key, archive-key-unusable; archive-key-as-name where `variable` is no variable's name and may be
    a key, which is not shown.
    """
    if variable is not None and variable not in os.environ and not _is_name(variable):
        raise error(kinds.ARCHIVE_KEY_AS_NAME, field="--api-key-env", expected="the name of an environment variable")
    own = f"{instance_name.upper().replace('-', '_')}_API_KEY"
    usual = [own, DEFAULT_VARIABLE] if re.fullmatch(r"[A-Z_][A-Z0-9_]*", own) else [DEFAULT_VARIABLE]
    names = list(dict.fromkeys(usual)) if variable is None else [variable]
    for name in names:
        if os.environ.get(name, "").strip():
            return _checked(os.environ[name], origin=f"environment variable {name}")
    stored = _key_in_keyring(instance_name) if variable is None else None
    if stored is not None and stored.strip():
        return _checked(stored, origin="keyring")
    if variable is None and not needed:
        return None
    found = f"unset or empty, for instance {instance_name}"
    raise error(kinds.ARCHIVE_NO_KEY, field=" or ".join(names), expected="an API key", found=found)


def without_keys(text: str) -> str:
    """A text with what looks like a key hidden: what was given to an option by mistake may be one."""
    return _LIKE_A_KEY.sub(_HIDDEN, text)


def _is_name(text: str) -> bool:
    """Whether a text can be the name of a variable, and does not look like a key."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None and without_keys(text) == text


def _checked(value: str, *, origin: str) -> ApiKey:
    """A key without the white space around it.

    Checked here because the HTTP library's own complaint about a bad header value quotes the value. No quote or
    backslash either: written as JSON they would look different, and the redactor would miss the key.
    """
    stripped = value.strip()
    if not re.fullmatch(r"[!#-\[\]-~]+", stripped):
        raise error(kinds.ARCHIVE_KEY_UNUSABLE, field=origin, expected="printable ASCII, no blank, quote or backslash")
    return ApiKey(stripped)


def _key_in_keyring(instance_name: str) -> str | None:
    """The stored key, or None where there is no keyring or none that opens without a question."""
    import keyring
    from keyring.errors import KeyringError

    backend = keyring.get_keyring()
    asks_for_password = any("Encrypted" in base.__name__ for base in type(backend).__mro__)
    if asks_for_password and not sys.stdin.isatty():
        return None
    try:
        return backend.get_password(f"dandi-api-{instance_name}", "key")
    except (KeyringError, OSError):
        # No usable keyring on this machine: the same to the user as a keyring without the entry.
        return None

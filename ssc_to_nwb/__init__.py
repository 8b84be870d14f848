"""Converts the CRCNS ssc-1 and ssc-2 data sets to NWB, proves that nothing was lost, and brings them to DANDI."""

# Type checkers take it as true. Not from `typing`, whose loading is a third of that of a command's first steps.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ssc_to_nwb._public import *  # noqa: F403 - these are the public names
else:

    def __getattr__(name: str) -> object:
        """A public name; the first one loads what all of them need, which the command line and workers do without."""
        from importlib import import_module
        from importlib.util import find_spec

        # `from ssc_to_nwb import naming` asks for a part of the package in this way before it imports it.
        if name == "__all__" or find_spec(f"{__name__}.{name}") is None:
            public = import_module("ssc_to_nwb._public")
            if name in (*public.__all__, "__all__"):
                globals()[name] = found = getattr(public, name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return [*{*globals(), *__getattr__("__all__")}]

"""How an option is declared: as a field of a dataclass, which the command line and the functions are made from.

The types of the fields are read while the program runs, so modules that declare options do without
`from __future__ import annotations`; types of other parts are in quotes there.
"""

from __future__ import annotations

import inspect
import os
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, dataclass_transform, get_args, get_origin

PathKind = Literal["file", "folder", "file or folder", "existing file", "existing folder", "existing file or folder"]

_KEY = "ssc_to_nwb"
_DOCSTRING_WIDTH = 116
_INDENT = "    "
_Given = ParamSpec("_Given")
_Options = TypeVar("_Options")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of an option beside its type and its default.

    text: for the help of the command and for Python; unset: what None means; flags: where not made from the name;
    at_least, at_most, above: bounds of a number; path: what a path leads to; on_command_line: the default there, where
    it is another one; recorded: where it is written down: in the `file` and in the record of the run, for what decides
    which data are in the file, in the `record` alone, for what decides how they are stored or whether the conversion
    stops; given: as an option, by its place, by its place or with -o, or in Python alone; kind: the type in words,
    where it is not made from the type.
    """

    text: str
    unset: str = ""
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    path: PathKind | None = None
    on_command_line: Any = None
    recorded: Literal["file", "record"] | None = None
    given: Literal["option", "argument", "argument or option", "Python"] = "option"
    kind: str = ""


def option(text: str, *, default: Any = MISSING, **further: Any) -> Any:
    """A field for an option of a command and of its function, to be given where it has no default.

    further: fields of `Said`.
    """
    return field(default=default, metadata={_KEY: Said(text=text, **further)})


def argument(text: str, **further: Any) -> Any:
    """A field that has to be given, which the command takes by its place."""
    return option(text, **{"given": "argument", **further})


def python_only(text: str, *, default: Any = MISSING, default_factory: Any = MISSING, kind: str = "callable") -> Any:
    """A field for what the function alone takes; default_factory: makes the default of each call."""
    said = Said(text=text, given="Python", kind=f"{kind}, optional")
    return field(default=default, default_factory=default_factory, metadata={_KEY: said})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(option, argument, python_only))
def options(kind: type[_Options]) -> type[_Options]:
    """Make a class of such fields a frozen dataclass."""
    return dataclass(frozen=True, kw_only=True)(kind)


def declared(options: type) -> Iterator[tuple[Field[Any], Said]]:
    """The fields of a dataclass with what is said of them, those that have to be given first."""
    for one in sorted(fields(options), key=lambda one: not _is_needed(one)):
        yield one, one.metadata[_KEY]


def _is_needed(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def handed_on(options: object, to: type[_Options], **usual: Any) -> _Options:
    """What of some options another dataclass has too, as an object of that; None is left to `usual` or its default."""
    names = [one.name for one in fields(to)]  # type: ignore[arg-type]
    given = {name: value for name in names if (value := getattr(options, name, None)) is not None}
    return to(**{**usual, **given})


def takes(
    options: Callable[_Given, _Options],
) -> Callable[[Callable[[_Options], _Result]], Callable[_Given, _Result]]:
    """Let a function of an options object take its fields by name, and name them in its signature and docstring.

    None is as what is not given; `~` in a path is the home folder.
    """
    # To the type checker it is what makes the object; it is one of the classes above.
    kind: Any = options
    paths = {one.name for one in fields(kind) if Path in bare_kinds(one.type)}

    def decorate(function: Callable[[_Options], _Result]) -> Callable[_Given, _Result]:
        @wraps(function)
        def with_options(*given: _Given.args, **named: _Given.kwargs) -> _Result:
            if given:
                raise TypeError(f"{function.__name__}() takes keyword arguments only")
            known = {
                name: with_home(value) if name in paths else value for name, value in named.items() if value is not None
            }
            try:
                request = options(*given, **known)  # type: ignore[arg-type]
            except TypeError as failure:
                # The caller knows the function, and nothing of the object that its arguments become.
                said = str(failure).rpartition("__init__()")[2].lstrip()
                raise TypeError(f"{function.__name__}() {said}") from None
            return function(request)

        with_options.__dict__["takes"] = kind
        describe_options(with_options, kind)
        return with_options

    return decorate


def with_home(path: Any) -> Any:
    """A path, or several, with the home folder in place of `~`, as shells have it and pandas, but not `pathlib`."""
    if isinstance(path, str | Path):
        return type(path)(os.path.expanduser(path))  # noqa: PTH111 - Path raises where there is no home
    return tuple(map(with_home, path)) if isinstance(path, Iterable) else path


def describe_options(function: Callable[..., Any], options: type) -> None:
    """Give a function the signature and the section of parameters that its options make."""
    parameters = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if _is_needed(one) else None if one.default is MISSING else one.default,
            annotation=one.type,
        )
        for one, _ in declared(options)
    ]
    returns = function.__annotations__["return"]
    function.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=returns)
    if function.__doc__ is not None:
        before, section, after = inspect.cleandoc(function.__doc__).partition("Returns\n-------\n")
        texts = [_parameter_text(one, said) for one, said in declared(options)]
        function.__doc__ = "\n".join([before + "Parameters\n----------", *texts, "", section + after])


def _parameter_text(one: Field[Any], said: Said) -> str:
    """An entry of numpydoc's section of parameters."""
    shown = f'"{one.default}"' if isinstance(one.default, str) else str(one.default)
    default = "" if one.default in (MISSING, None, ()) or said.given == "Python" else f", default {shown}"
    said_of_none = f" None: {said.unset}." if said.unset else ""
    text = textwrap.fill(said.text + said_of_none, _DOCSTRING_WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return f"{one.name} : {said.kind or kind_text(one.type)}{default}\n{text}"


def bare_kinds(kind: Any) -> tuple[Any, ...]:
    """The types that a field may have, without None, and for a sequence those of its items."""
    if get_origin(kind) is Sequence:
        return bare_kinds(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for one in get_args(kind) if one is not NoneType)
    return (kind,)


def kind_text(kind: Any) -> str:
    """A type in the words of numpydoc."""
    if get_origin(kind) is Sequence:
        return f"sequence of {kind_text(get_args(kind)[0])}"
    if get_origin(kind) is Literal:
        return "{" + ", ".join(f'"{choice}"' for choice in get_args(kind)) + "}"
    if get_origin(kind) in (Union, UnionType):
        text = " or ".join(kind_text(one) for one in bare_kinds(kind))
        return f"{text}, optional" if NoneType in get_args(kind) else text
    return str(kind.__name__).lower()

"""Texts of the metadata files that have a form: ages, weights, dates, names, as NWB and the archive want them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, ErrorDetails

# An ISO 8601 duration in years, months, weeks and days, with at least one of them.
_DURATION = r"P(?=\d)(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
_DAYS_PER_UNIT = {"Y": 365.25, "M": 30.44, "W": 7.0, "D": 1.0}
_DOI = r"10\.\d{4,}/\S+"


class Check:
    """A function that values must pass: it gives back the value, or raises ValueError with what was expected."""

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core.core_schema import no_info_after_validator_function

        return no_info_after_validator_function(self._function, handler(source))


class Limits:
    """Limits of a text or a number, in the words of pydantic's schemas."""

    def __init__(self, **limits: Any) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = {**handler(source), **self._limits}
        return schema


def _of_form(pattern: str, wanted: str) -> Check:
    """A text must match the whole pattern; else the error says what is wanted."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"Expected {wanted}")
        return text

    return Check(check)


def _iso_age(age: str) -> str:
    if re.fullmatch(f"{_DURATION}(/({_DURATION})?)?", age) is None:
        raise ValueError("Expected an ISO 8601 duration such as P7W, or a range of two such as P6W/P8W")
    lower, _, upper = age.partition("/")
    if upper and _days(lower) >= _days(upper):
        raise ValueError("Expected a range whose second duration is longer than its first")
    return age


def _days(duration: str) -> float:
    parts = re.findall(r"(\d+(?:\.\d+)?)([YMWD])", duration)
    return sum(float(number) * _DAYS_PER_UNIT[unit] for number, unit in parts)


def _positive_weight(weight: str) -> str:
    if float(weight.split()[0]) == 0:
        raise ValueError("Expected a weight above 0")
    return weight


def _moment(pattern: str, form: str, wanted: str) -> Check:
    """A date or time in digits, written with or without separators; without them in the model."""

    def check(text: str) -> str:
        match = re.fullmatch(pattern, text, re.ASCII)
        digits = "".join(match.group(1, 3, 4)) if match else ""
        try:
            datetime.strptime(digits, form)
        except ValueError as failure:
            raise ValueError(f"Expected {wanted}") from failure
        return digits

    return Check(check)


# What the schema wants, by the type of its error; `{...}` is from the error's own values.
_WANTED = {
    "literal_error": "{expected}",
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "bool_parsing": "true or false",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "missing": "one more value",
    "too_long": "at most {max_length} values",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list, such as [one, two]"),
    **dict.fromkeys(("dict_type", "dataclass_type"), "a mapping of keys to values"),
}


def wanted(details: ErrorDetails) -> str:
    """What the schema expected in place of a value, in plain words."""
    text = _WANTED.get(details["type"])
    if text is None:
        return details["msg"].removeprefix("Value error, ").removeprefix("Expected ")
    return text.format(**details.get("ctx", {}))


Age = Annotated[str, Check(_iso_age)]
Weight = Annotated[
    str,
    _of_form(r"\d+(\.\d+)? (kg|g|mg)", "a number, a space and a unit (kg, g or mg), such as 21 g"),
    Check(_positive_weight),
]
Sex = Literal["M", "F", "U", "O"]
Species = Annotated[
    str,
    _of_form(
        r"[A-Z][a-z]+ [a-z]+|http://purl\.obolibrary\.org/obo/NCBITaxon_\d+",
        "a Latin binomial such as Mus musculus, or the address of an NCBI taxonomy term",
    ),
]
CalendarDate = Annotated[
    str, _moment(r"(\d{4})(-?)(\d\d)\2(\d\d)", "%Y%m%d", "a date as yyyymmdd or yyyy-mm-dd, such as 20130308")
]
TimeOfDay = Annotated[
    str, _moment(r"(\d\d)(:?)(\d\d)\2(\d\d)", "%H%M%S", "a time as HHMMSS or HH:MM:SS, such as 154546")
]
PersonName = Annotated[str, _of_form(r"[\w\s\-.']+,\s+[\w\s\-.']+", "a name as Last, First, such as Peron, Simon")]
Doi = Annotated[
    str,
    _of_form(rf"(doi:)?{_DOI}", "a DOI such as 10.6080/..."),
    Check(lambda doi: doi.removeprefix("doi:")),
]
Publication = Annotated[
    str, _of_form(rf"(doi:|https?://(dx\.)?doi\.org/){_DOI}", "a DOI such as doi:10.1016/j.neuron.2015.03.027")
]

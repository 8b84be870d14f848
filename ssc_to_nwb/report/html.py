"""Pages as HTML that needs nothing else: no script, no network, one file."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from ssc_to_nwb._version import __version__
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.index_page import Index
from ssc_to_nwb.report.page import SessionPage
from ssc_to_nwb.report.plane_picture import scale_rules

if TYPE_CHECKING:
    from jinja2 import Environment


def session_html(page: SessionPage, *, index_address: str) -> str:
    """The page of a session; index_address: where the list of sessions is."""
    template = _environment().get_template("session.html.j2")
    return template.render(page=page, style=_style(), index_address=index_address, version=__version__)


def index_html(index: Index) -> str:
    """The list of sessions, which leads to their pages."""
    return _environment().get_template("index.html.j2").render(index=index, style=_style(), version=__version__)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ssc_to_nwb.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Markup:
    """A text that may be broken after a slash or an underscore, as paths inside the file are long."""
    return Markup(re.sub(r"([/_])", r"\1<wbr>", str(escape(text))))


def _style() -> Markup:
    sheet = resources.files("ssc_to_nwb.report").joinpath("templates/style.css").read_text(encoding="utf-8")
    sheet = sheet.replace("@LIGHT@", palette.css_variables(dark=False)).replace(
        "@DARK@", palette.css_variables(dark=True)
    )
    return Markup(sheet.replace("@SCALE@", scale_rules()))

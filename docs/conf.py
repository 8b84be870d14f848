"""Settings of the documentation site. `scripts/docs.sh` builds it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1]))

from ssc_to_nwb._version import __version__

project = "ssc_to_nwb"
author = "The ssc_to_nwb developers"
version = release = __version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "sphinx_design",
]
exclude_patterns = ["_build"]
nitpicky = True  # a reference that leads nowhere is a warning
default_role = "code"  # `name` in a docstring

# `scripts/docs.sh --links` asks for every address on other sites.
linkcheck_ignore = [r"https?://(127\.0\.0\.1|localhost|example\.)"]
linkcheck_timeout = 30

# Markdown. Headings are link targets, so that a link to a section that is not there is a warning.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3


# The notebook is shown with the outputs that are in the file; a test runs it.
nb_execution_mode = "off"

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = True
autosummary_imported_members = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "ssc_to_nwb"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"index": []}
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "ssc_to_nwb"},
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
project_copyright = "The ssc_to_nwb developers. BSD-3-Clause"


def _escape_stars(_app: Sphinx, _context: click.Context, lines: list[str]) -> None:
    """A pattern in the help, such as an1975*, is no emphasis."""
    lines[:] = [line.replace("*", "\\*") for line in lines]


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("sphinx-click-process-description", _escape_stars)
    app.connect("sphinx-click-process-epilog", _escape_stars)

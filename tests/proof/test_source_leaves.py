"""Leaves of a MATLAB file as scipy and h5py read them, by the paths that the conversion's tree has for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from session_variants import VARIANTS

from ssc_to_nwb.matlab.leaves import walk_leaves
from ssc_to_nwb.matlab.mat_file import read_session_struct
from ssc_to_nwb.proof.source_leaves import read_number_leaves
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec


@pytest.mark.parametrize("name", VARIANTS)
def test_all_numbers_of_a_session_are_those_of_the_tree(tmp_path: Path, name: str) -> None:
    made = write_session(root=tmp_path, spec=SessionSpec(**VARIANTS[name]), raw=False, videos=False)
    variable, tree, *_ = read_session_struct(made.mat_path)
    numbers = {path: leaf for path, leaf in walk_leaves(tree, variable) if isinstance(leaf, np.ndarray)}
    found = read_number_leaves(made.mat_path, numbers)
    assert len(found) > 50
    for path, leaf in numbers.items():
        np.testing.assert_array_equal(found[path], leaf, err_msg=path)

"""Image axes: MATLAB's pixel positions, rows and columns, and NWB's axes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.image_axes import linear_indices, outline_zero_based, rows_and_columns, to_nwb_axes

_sizes = st.tuples(st.integers(1, 70), st.integers(1, 70))


def test_positions_run_down_the_columns_from_one() -> None:
    rows, columns = rows_and_columns(np.array([1, 2, 3, 4, 12]), rows=3)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(0, 0), (1, 0), (2, 0), (0, 1), (2, 3)]


@given(_sizes)
def test_every_pixel_of_an_image_is_where_matlab_has_it(size: tuple[int, int]) -> None:
    rows, columns = rows_and_columns(np.arange(1, size[0] * size[1] + 1), rows=size[0])
    image = np.arange(size[0] * size[1]).reshape(size)
    np.testing.assert_array_equal(image[rows, columns], image.ravel(order="F"))


@given(_sizes, st.data())
def test_there_and_back(size: tuple[int, int], data: st.DataObject) -> None:
    indices = np.array(data.draw(st.lists(st.integers(1, size[0] * size[1]), min_size=1)))
    rows, columns = rows_and_columns(indices, rows=size[0])
    assert (rows < size[0]).all()
    assert (columns < size[1]).all()
    np.testing.assert_array_equal(linear_indices(rows, columns, rows=size[0]), indices)


@given(_sizes)
def test_nwb_data_are_addressed_by_column_then_row(size: tuple[int, int]) -> None:
    frames = np.arange(2 * size[0] * size[1]).reshape(2, *size)
    nwb = to_nwb_axes(frames)
    assert nwb.shape == (2, size[1], size[0])
    row, column = size[0] - 1, size[1] // 2
    assert nwb[1, column, row] == frames[1, row, column]
    assert to_nwb_axes(frames[0])[column, row] == frames[0, row, column]


def test_outlines_are_x_y_counted_from_zero() -> None:
    corners = np.array([[1.0, 5.0], [1.0, 9.5]])
    np.testing.assert_array_equal(outline_zero_based(corners, first_index=1.0), [[0, 0], [4, 8.5]])
    np.testing.assert_array_equal(outline_zero_based(corners, first_index=0.0), corners.T)
    assert outline_zero_based(np.zeros((2, 0)), first_index=1.0).shape == (0, 2)

"""Small files that unfold to more than any memory holds, or that lead into other files, are refused with the field."""

from __future__ import annotations

import os
import resource
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from made_sessions import problem_raised, write

from ssc_to_nwb.api.explanation import describe
from ssc_to_nwb.matlab.bounds import MOST_LEVELS, Bounds, UnfoldingError
from ssc_to_nwb.matlab.mat_file import read_mat, read_session_struct
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof
from ssc_to_nwb.testing.matlab import Cell, StructArray, row, write_mat5, write_mat73
from ssc_to_nwb.testing.spec import SubvolumeSpec

MOST_KILOBYTES = 300_000


def refused(path: Path) -> Problem:
    """The problem that reading meets, within little memory; verification, which reads by itself, refuses it too."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with problem_raised() as problems:
        read_mat(path)
    with problem_raised() as of_proof:
        read_for_proof(path, None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KILOBYTES
    for problem in (problems[0], of_proof[0]):
        assert (problem.kind.identifier, problem.file) == ("mat-unreadable", str(path))
    return problems[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "s.mat"


def nested(levels: int) -> object:
    value: object = row([1])
    for _ in range(levels):
        value = Cell([value])
    return value


class TestDepth:
    @pytest.mark.parametrize("writer", [write_mat5, write_mat73])
    def test_cells_in_cells(self, path: Path, writer: Callable[..., None]) -> None:
        writer(path=path, variables={"s": {"a": nested(MOST_LEVELS)}})
        problem = refused(path)
        assert problem.field == "s.a" + "{1}" * (MOST_LEVELS - 1)
        assert problem.found == "UnfoldingError: values in values, more than 50 levels deep"

    @pytest.mark.parametrize("writer", [write_mat5, write_mat73])
    def test_as_deep_as_is_allowed(self, path: Path, writer: Callable[..., None]) -> None:
        writer(path=path, variables={"s": {"a": nested(MOST_LEVELS - 2)}})
        assert list(read_mat(path)) == ["s"]

    def test_twenty_thousand_cells_in_cells(self, path: Path) -> None:
        """Each is the only content of the one around it; the sizes are those of the whole."""
        cell_header = struct.pack("<IIIIIIiiII", 6, 8, 1, 0, 5, 8, 1, 1, 1, 0)
        content = b""
        for _ in range(20_000):
            content = (
                struct.pack("<II", 14, len(cell_header) + len(content)) + cell_header + content
                if content
                else (struct.pack("<II", 14, 0))
            )
        header = struct.pack("<IIIIIIii", 6, 8, 1, 0, 5, 8, 1, 1) + struct.pack("<HH4s", 1, 1, b"s")
        body = struct.pack("<II", 14, len(header) + len(content)) + header + content
        packed = zlib.compress(body)
        path.write_bytes(b"x".ljust(124) + b"\x00\x01IM" + struct.pack("<II", 15, len(packed)) + packed)
        assert path.stat().st_size < 100_000
        assert refused(path).field == "s" + "{1}" * MOST_LEVELS

    def test_a_cell_that_holds_itself(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {"a": Cell(["x"])}})
        with h5py.File(path, "r+") as file:
            file["s/a"][0, 0] = file["s/a"].ref
        assert "levels deep" in (refused(path).found or "")

    def test_groups_in_groups(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {}})
        with h5py.File(path, "r+") as file:
            del file["s"]
            group = file
            for _ in range(1500):
                group = group.create_group("s")
        assert refused(path).field == "s" + ".s" * MOST_LEVELS


class TestMultiplying:
    @pytest.mark.long
    def test_references_to_references(self, path: Path) -> None:
        """Nine cells of ten references each to the next: a thousand million elements."""
        write_mat73(path=path, variables={"s": {"a": Cell(["x"] * 10)}})
        with h5py.File(path, "r+") as file:
            file.move("s/a", "#refs#/c0")
            for number in range(8):
                references = np.array([[file[f"#refs#/c{number}"].ref]] * 10, h5py.ref_dtype)
                made = file["#refs#"].create_dataset(f"c{number + 1}", data=references)
                made.attrs["MATLAB_class"] = np.bytes_("cell")
            file["s/a"] = file["#refs#/c8"]
        assert path.stat().st_size < 100_000
        problem = refused(path)
        assert (problem.field or "").startswith("s.a{1}{1}")
        assert "the same cells and structs more than 1000 times" in (problem.found or "")

    def test_many_references_to_one_cell(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ssc_to_nwb.matlab.bounds._MOST_REPEATS", 100)
        write_mat73(path=path, variables={"s": {"a": Cell([Cell(["x"])])}})
        with h5py.File(path, "r+") as file:
            references = np.array([[file["s/a"][0, 0]]] * 110, h5py.ref_dtype)
            del file["s/a"]
            file["s"].create_dataset("a", data=references).attrs["MATLAB_class"] = np.bytes_("cell")
        problem = refused(path)
        assert problem.field == "s.a{102}"
        assert "the same cells and structs more than 100 times" in (problem.found or "")

    def test_references_to_one_text(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {"a": Cell(["x"]), "n": row([1])}})
        with h5py.File(path, "r+") as file:
            references = np.array([[file["s/a"][0, 0]]] * 100_000, h5py.ref_dtype)
            del file["s/a"]
            file["s"].create_dataset("a", data=references, compression="gzip").attrs["MATLAB_class"] = np.bytes_("cell")
        problem = refused(path)
        assert problem.field == "s.a"
        assert (problem.found or "").startswith("UnfoldingError: 100,002 values or more")

    @pytest.mark.parametrize("kind", ["cell", "struct array", "numbers", "text"])
    def test_one_array_of_a_thousand_million(self, path: Path, kind: str) -> None:
        """HDF5 stores nothing of what was never written."""
        write_mat73(path=path, variables={"s": {"a": Cell(["x", "y"]), "b": StructArray([{"c": "x"}, {"c": "y"}])}})
        with h5py.File(path, "r+") as file:
            name = "s/b/c" if kind == "struct array" else "s/a"
            del file[name]
            element = {"numbers": "f8", "text": "u2"}.get(kind, h5py.ref_dtype)
            made = file.create_dataset(name, shape=(10**9, 1), dtype=element, chunks=(10**5, 1), compression="gzip")
            if kind != "struct array":
                made.attrs["MATLAB_class"] = np.bytes_({"numbers": "double", "text": "char"}.get(kind, "cell"))
        problem = refused(path)
        assert problem.field == ("s.b.c" if kind == "struct array" else "s.a")
        assert "bytes or more of values" in (problem.found or "")

    def test_structs_without_fields(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {"a": StructArray([], field_names=(), shape=(0, 0))}})
        with h5py.File(path, "r+") as file:
            file["s/a"][...] = [10**5, 10**4]
        assert refused(path).field == "s.a"

    def test_structs_without_fields_of_format_5(self, path: Path) -> None:
        write_mat5(path=path, variables={"s": {"a": StructArray([{}] * 3)}}, compressed=False)
        sizes = struct.pack("<ii", 1, 3)
        content = path.read_bytes()
        assert content.count(sizes) == 1
        path.write_bytes(content.replace(sizes, struct.pack("<ii", 10**5, 10**4)))
        assert refused(path).field == "s.a"

    def test_compressed_empty_values_of_format_5(self, path: Path) -> None:
        count = 3 * 10**6
        content = struct.pack("<II", 14, 0) * count
        header = struct.pack("<IIIIIIii", 6, 8, 1, 0, 5, 8, 1, count) + struct.pack("<HH4s", 1, 1, b"s")
        packed = zlib.compress(struct.pack("<II", 14, len(header) + len(content)) + header + content)
        path.write_bytes(b"x".ljust(124) + b"\x00\x01IM" + struct.pack("<II", 15, len(packed)) + packed)
        assert path.stat().st_size < 100_000
        problem = refused(path)
        assert (problem.field, "3,000,000 values or more" in (problem.found or "")) == ("s", True)

    def test_bytes_are_bounded_by_the_file_before_they_are_read(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ssc_to_nwb.matlab.bounds._FREE_VALUES", {"7.3": 10})
        path.write_bytes(bytes(1000))
        bounds = Bounds(path, "7.3")
        bounds.count(20)
        bounds.hold(2**30 + 100_000)
        with pytest.raises(UnfoldingError, match="21 values or more in a file of 1,000 bytes"):
            bounds.count(1)
        with pytest.raises(UnfoldingError, match="1,073,841,825 bytes or more of values"):
            bounds.hold(1)


class TestOtherFiles:
    """Else the bytes of any file would end up in the archive."""

    @pytest.fixture
    def secret(self, tmp_path: Path) -> Path:
        (tmp_path / "raw.bin").write_bytes(bytes(24))
        with h5py.File(tmp_path / "other.h5", "w") as file:
            file["secret"] = np.arange(3.0)
            file["secret"].attrs["MATLAB_class"] = np.bytes_("double")
        return tmp_path / "other.h5"

    def put(self, file: h5py.File, name: str, kind: str, secret: Path, element: object = "f8") -> None:
        if name in file:
            del file[name]
        if kind == "external link":
            file[name] = h5py.ExternalLink(str(secret), "secret")
        elif kind == "soft link":
            file["#refs#/out"] = h5py.ExternalLink(str(secret), "/")
            file[name] = h5py.SoftLink("/#refs#/out/secret")
        elif kind == "external storage":
            file.create_dataset(name, shape=(3,), dtype=element, external=[(str(secret.with_name("raw.bin")), 0, 24)])
        else:
            layout = h5py.VirtualLayout(shape=(3,), dtype=element)
            layout[:] = h5py.VirtualSource(str(secret), "secret", shape=(3,), dtype=element)
            file.create_virtual_dataset(name, layout)

    @pytest.mark.parametrize("kind", ["external link", "soft link", "external storage", "virtual"])
    @pytest.mark.parametrize("name", ["s", "s/a", "#refs#/r000001", "s/c/x", "s/sparse/ir", "s/sparse/jc"])
    def test_the_field_is_named(self, path: Path, secret: Path, name: str, kind: str) -> None:
        values = {"a": row([1, 2]), "b": Cell(["x"]), "c": StructArray([{"x": "1"}, {"x": "2"}])}
        write_mat73(path=path, variables={"s": {**values, "sparse": row([0])}})
        with h5py.File(path, "r+") as file:
            del file["s/sparse"]
            group = file.create_group("s/sparse")
            group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = np.bytes_("double"), np.uint64(3)
            group["data"], group["ir"], group["jc"] = [5.0, 6.0], np.uint64([0, 2]), np.uint64([0, 1, 1, 2])
            if name.startswith("#") and "link" in kind:
                # A reference leads to an object, never to a link.
                group["link"] = file["s/b"].ref
                name = "s/b"
            element = h5py.ref_dtype if name == "s/c/x" and kind == "external storage" else "f8"
            self.put(file, name, kind, secret, element)
        problem = refused(path)
        field = {"#refs#/r000001": "s.b{1}", "s/sparse/ir": "s.sparse", "s/sparse/jc": "s.sparse"}.get(name)
        assert problem.field == (field or name.replace("/", "."))
        assert "another file" in (problem.found or "")

    def test_a_link_to_a_pipe_is_not_opened(self, path: Path, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        write_mat73(path=path, variables={"s": {"a": "x"}})
        with h5py.File(path, "r+") as file:
            file["s/b"] = h5py.ExternalLink(str(tmp_path / "pipe"), "/")
            file["s"].attrs.pop("MATLAB_fields")
        assert refused(path).field == "s.b"
        assert "unreadable (ValueError)" in "\n".join(describe(file=path).lines())


@pytest.mark.parametrize("place", ["a field", "a cell", "a variable"])
def test_a_data_type_in_the_place_of_a_value(path: Path, place: str) -> None:
    write_mat73(path=path, variables={"s": {"a": Cell(["x"])}})
    with h5py.File(path, "r+") as file:
        file[{"a field": "s/b", "a cell": "#refs#/type", "a variable": "b"}[place]] = np.dtype("f8")
        file["s"].attrs.pop("MATLAB_fields")
        if place == "a cell":
            file["s/a"][...] = np.array([[file["#refs#/type"].ref]], h5py.ref_dtype)
    assert refused(path).found == "ValueError: a data type in the place of a value"


class TestDescription:
    """What is refused is described, within the same bounds."""

    @pytest.mark.long
    def test_of_references_that_multiply(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {"a": Cell(["x"] * 10)}})
        with h5py.File(path, "r+") as file:
            file["s/a"][...] = np.array([[file["s/a"].ref]] * 10, h5py.ref_dtype)
        lines = describe(file=path).lines()
        assert any("mat-unreadable at s.a" in line for line in lines)

    @pytest.mark.parametrize("kind", ["external storage", "virtual"])
    def test_of_an_empty_array_whose_size_lies_in_another_file(self, path: Path, tmp_path: Path, kind: str) -> None:
        """The size of an empty array is its data: it would be shown."""
        secret = np.uint64([1234567, 7654321])
        (tmp_path / "raw.bin").write_bytes(secret.tobytes())
        with h5py.File(tmp_path / "other.h5", "w") as other:
            other["secret"] = secret
        write_mat73(path=path, variables={"s": {"a": row([1])}})
        with h5py.File(path, "r+") as file:
            del file["s/a"]
            if kind == "virtual":
                layout = h5py.VirtualLayout(shape=(2,), dtype="u8")
                layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "secret", shape=(2,))
                made = file.create_virtual_dataset("s/a", layout)
            else:
                where = [(str(tmp_path / "raw.bin"), 0, secret.nbytes)]
                made = file.create_dataset("s/a", shape=(2,), dtype="u8", external=where)
            made.attrs["MATLAB_class"], made.attrs["MATLAB_empty"] = np.bytes_("double"), 1
        lines = "\n".join(describe(file=path).lines())
        assert "unreadable (ValueError)" in lines
        assert "1234567" not in lines

    def test_of_a_name_that_is_no_text(self, path: Path) -> None:
        write_mat73(path=path, variables={"s": {"a": row([1])}})
        with h5py.File(path, "r+") as file:
            h5py.h5g.create(file.id, b"caf\xe9")
        assert any("caf" in line and "unreadable" in line for line in describe(file=path).lines())

    def test_of_cells_in_cells(self, path: Path) -> None:
        write_mat5(path=path, variables={"s": {"a": nested(4 * MOST_LEVELS)}})
        assert any("mat-unreadable at s.a" in line for line in describe(file=path).lines())


def test_an_ordinary_session_is_far_from_all_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssc_to_nwb.matlab.bounds._FREE_BYTES", 1 << 18)
    monkeypatch.setattr("ssc_to_nwb.matlab.bounds._FREE_VALUES", {"5": 1000, "7.3": 1000})
    for mat_format in ("5", "7.3"):
        made = write(tmp_path / mat_format, mat_format=mat_format, subvolumes=(SubvolumeSpec(planes=(2,)),))
        assert read_session_struct(made.mat_path).tree.fields

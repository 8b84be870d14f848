"""Packed files: what they hold is listed and taken out, and what must not be taken out is refused."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.packed_files import is_packed, list_packed, packed_stem, unpack

CONTENT = {"s/a.mat": b"first" * 1000, "s/fov_01002/b.tif": b"", "c.tif": bytes(range(256)) * 9000}
Pack = Callable[[Path, dict[str, bytes]], Path]


def tar(path: Path, content: dict[str, bytes]) -> Path:
    """A .tar or .tar.gz, with entries for folders too."""
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as packed:
        folder = tarfile.TarInfo("s")
        folder.type = tarfile.DIRTYPE
        packed.addfile(folder)
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return path


def zipped(path: Path, content: dict[str, bytes]) -> Path:
    """A .zip, with an entry for a folder too."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("s/", "")
        for name, data in content.items():
            packed.writestr(name, data)
    return path


ANY_KIND = pytest.mark.parametrize(
    ("name", "pack"),
    [("x.tar", tar), ("x.tar.gz", tar), ("x.tgz", tar), ("x.zip", zipped)],
)


def identifier(caught: pytest.ExceptionInfo[SscError]) -> str:
    """Of the problem that was raised."""
    return caught.value.problem.kind.identifier


@ANY_KIND
def test_the_listing_has_every_file_with_its_size(tmp_path: Path, name: str, pack: Pack) -> None:
    path = pack(tmp_path / name, CONTENT)
    listed = list_packed(path)
    assert list(listed.members.items()) == [(key, len(data)) for key, data in CONTENT.items()]
    assert (listed.size, listed.mtime_ns) == (path.stat().st_size, path.stat().st_mtime_ns)


@ANY_KIND
def test_members_are_taken_out_byte_for_byte_and_others_left(tmp_path: Path, name: str, pack: Pack) -> None:
    path = pack(tmp_path / name, CONTENT)
    counted: list[int] = []
    targets = {key: tmp_path / "out" / key for key in ("s/a.mat", "c.tif")}
    unpack(path, targets, on_bytes=counted.append)
    assert {key: target.read_bytes() for key, target in targets.items()} == {key: CONTENT[key] for key in targets}
    assert sum(counted) == sum(len(CONTENT[key]) for key in targets)
    assert not (tmp_path / "out" / "s" / "fov_01002").exists()


@pytest.mark.parametrize("name", ["../evil.mat", "/etc/evil.mat", "s/../../evil.mat", "C:evil.mat", "s\\..\\evil.mat"])
@pytest.mark.parametrize(("packed", "pack"), [("x.tar", tar), ("x.tar.gz", tar), ("x.zip", zipped)])
def test_names_that_lead_out_are_refused(tmp_path: Path, packed: str, pack: Pack, name: str) -> None:
    path = pack(tmp_path / packed, {"good.mat": b"x", name: b"evil"})
    with pytest.raises(SscError) as caught:
        list_packed(path)
    assert identifier(caught) == "packed-unsafe"
    with pytest.raises(SscError):
        unpack(path, {name: tmp_path / "out" / "x"}, on_bytes=lambda _: None)
    assert not (tmp_path / "out" / "x").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as packed:
        info = tarfile.TarInfo("s/link.tif")
        info.type = kind
        info.linkname = "/etc/passwd"
        packed.addfile(info)
    with pytest.raises(SscError) as caught:
        list_packed(tmp_path / "x.tar")
    assert identifier(caught) == "packed-unsafe"


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        info = zipfile.ZipInfo("link.tif")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(SscError) as caught:
        list_packed(tmp_path / "x.zip")
    assert identifier(caught) == "packed-unsafe"


def test_more_bytes_than_announced_are_not_written(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"bomb.tif": bytes(4_000_000)})
    data = bytearray(path.read_bytes())
    # The announced size is in the local header and in the table of contents.
    true = struct.pack("<I", 4_000_000)
    at = data.find(true)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 1000)
        at = data.find(true, at)
    path.write_bytes(data)
    assert list_packed(path).members == {"bomb.tif": 1000}
    with pytest.raises(SscError) as caught:
        unpack(path, {"bomb.tif": tmp_path / "out"}, on_bytes=lambda _: None)
    assert identifier(caught) == "packed-too-large"
    assert (tmp_path / "out").stat().st_size <= 1000


@ANY_KIND
def test_a_packed_file_that_is_cut_short_is_unreadable(tmp_path: Path, name: str, pack: Pack) -> None:
    path = pack(tmp_path / name, CONTENT)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(SscError) as caught:
        unpack(path, {"c.tif": tmp_path / "out"}, on_bytes=lambda _: None)
    assert identifier(caught) == "packed-unreadable"
    assert caught.value.problem.expected == "a whole packed file"
    assert "Error" not in str(caught.value.problem.found)


@pytest.mark.parametrize("name", ["x.tar.gz", "x.zip"])
def test_a_damaged_byte_is_noticed(tmp_path: Path, name: str) -> None:
    import random

    noise = random.Random(1).randbytes(200_000)
    path = (zipped if name.endswith("zip") else tar)(tmp_path / name, {"c.tif": noise})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(SscError) as caught:
        list_packed(path)
        unpack(path, {"c.tif": tmp_path / "out"}, on_bytes=lambda _: None)
    assert identifier(caught) == "packed-unreadable"


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.zip"])
def test_what_is_not_what_its_name_says_is_unreadable(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not packed at all" * 100)
    with pytest.raises(SscError) as caught:
        list_packed(tmp_path / name)
    assert identifier(caught) == "packed-unreadable"


def test_an_encrypted_entry_is_unreadable(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.mat": b"x"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.rfind(signature) + offset
        data[at] |= 1
    path.write_bytes(data)
    with pytest.raises(SscError) as caught:
        list_packed(path)
    assert identifier(caught) == "packed-unreadable"
    assert caught.value.problem.found == "an encrypted entry"


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.zip"])
def test_two_entries_of_one_name_are_not_guessed_about(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w") as packed, pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("a.mat", b"one")
            packed.writestr("a.mat", b"two")
    else:
        with tarfile.open(path, "w:gz" if name.endswith("gz") else "w") as tarred:
            for data in (b"one", b"two"):
                info = tarfile.TarInfo("a.mat")
                info.size = len(data)
                tarred.addfile(info, io.BytesIO(data))
    with pytest.raises(SscError) as caught:
        list_packed(path)
    assert identifier(caught) == "packed-twice"
    assert caught.value.problem.field == "a.mat"


def test_a_target_that_cannot_be_written_is_not_blamed_on_the_packed_file(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", CONTENT)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SscError) as caught:
        unpack(path, {"c.tif": tmp_path / "file" / "c.tif"}, on_bytes=lambda _: None)
    assert identifier(caught) == "output-not-writable"


def test_the_work_can_be_stopped_from_outside(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", CONTENT)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(path, {"c.tif": tmp_path / "out"}, on_bytes=stop)


@pytest.mark.parametrize(
    ("name", "packed", "stem"),
    [("a.tar.gz", True, "a"), ("a.TGZ", True, "a"), ("a.b.zip", True, "a.b"), ("a.gz", False, "a.gz")],
)
def test_packed_files_are_recognised_by_their_names(name: str, packed: bool, stem: str) -> None:
    assert is_packed(Path(name)) == packed
    assert packed_stem(Path(name)) == stem

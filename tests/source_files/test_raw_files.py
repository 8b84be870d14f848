"""Listed paths and names of raw files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.disk_walk import walk_files
from ssc_to_nwb.source_files.raw_files import (
    FolderListing,
    ListedFile,
    RawFileKind,
    kind_of_file,
    relative_listed_path,
    side_image_name,
)

RIG = "/groups/svoboda/wdbp/perons/an1/imaging_data/"


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def resolve_listed_paths(directory: Path, listed_paths: list[str]) -> tuple[ListedFile, ...]:
    return FolderListing.of_disk(directory, walk_files(directory)).find(listed_paths)


@pytest.mark.parametrize(
    ("listed", "relative"),
    [
        (RIG + "fov_01002/fluo_batch_out/a.tif", "fov_01002/fluo_batch_out/a.tif"),
        (r"D:\rig\imaging_data\fov_01002\a.tif", "fov_01002/a.tif"),
        ("/a/imaging_data/b/imaging_data/fov_01002/a.tif", "fov_01002/a.tif"),
        ("fov_01002/a.tif", "fov_01002/a.tif"),
    ],
)
def test_what_follows_imaging_data(listed: str, relative: str) -> None:
    assert str(relative_listed_path(listed)) == relative


@pytest.mark.parametrize(
    "listed",
    [
        RIG + "../../secret.tif",
        RIG + "fov_01002/../../a.tif",
        "/etc/passwd",
        RIG + "/etc/passwd",
        r"C:\windows\a.tif",
        RIG,
        "",
        "..",
        RIG + "C:/a.tif",
        RIG + "a\0.tif",
    ],
)
def test_paths_that_would_leave_are_refused(listed: str) -> None:
    with pytest.raises(SscError, match=kinds.RAW_PATH_OUTSIDE.identifier):
        relative_listed_path(listed)


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_path_is_called_so_with_its_place(tmp_path: Path, empty: str) -> None:
    with pytest.raises(SscError) as raised:
        resolve_listed_paths(tmp_path, ["imaging_data/a.tif", empty])
    problem = raised.value.problem
    assert (problem.kind, problem.field, problem.found) == (
        kinds.RAW_PATH_EMPTY, "sourceFileList{2}", "an empty text",
    )  # fmt: skip


@given(st.lists(st.sampled_from(["..", "a", "imaging_data", "", ".", "c:", "\\", "fov"]), max_size=6).map("/".join))
def test_whatever_is_listed_stays_below(listed: str) -> None:
    try:
        relative = relative_listed_path(listed)
    except SscError:
        return
    root = Path("/data/session")
    assert (root / relative).resolve().is_relative_to(root)


@pytest.mark.parametrize("lies", ["fov_01002/fluo_batch_out/a.tif", "fov_01002/a.tif"])
@pytest.mark.parametrize("listed", ["fov_01002/fluo_batch_out/a.tif", "fov_01002/a.tif"])
def test_with_and_without_fluo_batch_out(tmp_path: Path, lies: str, listed: str) -> None:
    path = touch(tmp_path / lies, b"12345")
    (found,) = resolve_listed_paths(tmp_path, [RIG + listed])
    assert found.path is not None
    assert found.path.samefile(path)
    assert found.listed_path == RIG + listed


def test_order_is_kept_and_missing_files_are_reported(tmp_path: Path) -> None:
    touch(tmp_path / "fov_01002" / "b.tif")
    found = resolve_listed_paths(tmp_path, [RIG + f"fov_01002/{name}.tif" for name in "abc"])
    assert [file.path is not None for file in found] == [False, True, False]


def test_link_inside_is_followed(tmp_path: Path) -> None:
    target = touch(tmp_path / "fov_01003" / "a.tif")
    (tmp_path / "fov_01002").mkdir()
    (tmp_path / "fov_01002" / "a.tif").symlink_to(target)
    (found,) = resolve_listed_paths(tmp_path, [RIG + "fov_01002/a.tif"])
    assert found.path is not None


@pytest.mark.parametrize("through", ["file", "folder", "session"])
def test_links_to_another_disk_are_followed(tmp_path: Path, through: str) -> None:
    outside = touch(tmp_path / "outside" / "fov_01002" / "a.tif", b"12345")
    session = tmp_path / "session"
    if through == "session":
        session.symlink_to(outside.parent.parent)
    elif through == "folder":
        session.mkdir()
        (session / "fov_01002").symlink_to(outside.parent)
    else:
        (session / "fov_01002").mkdir(parents=True)
        (session / "fov_01002" / "a.tif").symlink_to(outside)
    (found,) = resolve_listed_paths(session, [RIG + "fov_01002/a.tif"])
    assert found.path == session / "fov_01002" / "a.tif"


def test_a_listed_link_to_nothing_is_missing_and_says_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "fov_01002").mkdir()
    (tmp_path / "fov_01002" / "a.tif").symlink_to("../.git/annex/objects/a.tif")
    (found,) = resolve_listed_paths(tmp_path, [RIG + "fov_01002/a.tif"])
    assert found.path is None
    assert found.note == "a link that leads to no file, ../.git/annex/objects/a.tif"


@pytest.mark.parametrize("lies", ["fov_01002/A.TIF", "FOV_01002/Fluo_Batch_Out/a.Tif"])
def test_the_one_file_that_fits_but_for_its_case_is_taken(tmp_path: Path, lies: str) -> None:
    touch(tmp_path / lies)
    touch(tmp_path / "fov_01002" / "b.tif")
    found = resolve_listed_paths(tmp_path, [RIG + "fov_01002/a.tif", RIG + "fov_01002/b.tif"])
    assert [file.path for file in found] == [tmp_path / lies, tmp_path / "fov_01002" / "b.tif"]
    assert [file.other_case for file in found] == [True, False]


def test_of_several_that_fit_but_for_their_case_none_is_taken_and_all_are_named(tmp_path: Path) -> None:
    for name in ("A.tif", "a.TIF"):
        touch(tmp_path / "fov_01002" / name)
    (found,) = resolve_listed_paths(tmp_path, [RIG + "fov_01002/a.tif"])
    assert found.path is None
    assert found.note == "fov_01002/A.tif and fov_01002/a.TIF fit but for upper and lower case"


def test_the_name_as_it_is_listed_goes_before_others(tmp_path: Path) -> None:
    for name in ("A.TIF", "a.tif"):
        touch(tmp_path / "fov_01002" / name)
    (found,) = resolve_listed_paths(tmp_path, [RIG + "fov_01002/a.tif"])
    assert (found.path, found.other_case) == (tmp_path / "fov_01002" / "a.tif", False)


@pytest.mark.parametrize(
    ("name", "kind", "channel"),
    [
        ("master_imreg_image_chan_01.tif", "master_imreg_image", 1),
        ("session_mean_chan_02.tif", "session_mean", 2),
        ("session_pertrial_sd_chan_01.tif", "session_pertrial_sd", 1),
    ],
)
def test_side_images_by_name(name: str, kind: str, channel: int) -> None:
    assert side_image_name(name) == (kind, channel)


@pytest.mark.parametrize("name", ["session_mean_chan_03.tif", "my_session_mean_chan_01.tif", "session_mean.tif"])
def test_names_that_are_no_side_image(name: str) -> None:
    assert side_image_name(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Image_Registration_4_x_main_001.tif", RawFileKind.STACK),
        ("session_mean_chan_01.tif", RawFileKind.SIDE_IMAGE),
        ("x_main_001.imreg_out", RawFileKind.REGISTRATION),
        ("imreg_session_stats.mat", RawFileKind.REGISTRATION_STATISTICS),
        ("imreg_err_file.mat", RawFileKind.REGISTRATION_STATISTICS),
        ("x_trial_001.MP4", RawFileKind.VIDEO),
        ("notes.txt", RawFileKind.OTHER),
    ],
)
def test_kinds_by_name(name: str, kind: RawFileKind) -> None:
    assert kind_of_file(name) is kind


def test_listed_files_are_found_in_a_listing_as_they_are_on_a_disk() -> None:
    paths = ["fov_01002/fluo_batch_out/a.tif", "fov_01002/b.tif", "fov_01003/fluo_batch_out/a.tif"]
    listed = [
        "/rig/imaging_data/fov_01002/a.tif",
        "/rig/imaging_data/fov_01002/fluo_batch_out/b.tif",
        "fov_01002/c.tif",
    ]
    listing = FolderListing(Path("packed"), paths)
    assert [file.path for file in listing.find(listed)] == [Path("packed", paths[0]), Path("packed", paths[1]), None]
    assert [file.path for file in listing.find(["fov_01003/A.TIF"])] == [Path("packed", paths[2])]
    with pytest.raises(SscError):
        listing.find(["/rig/imaging_data/../a.tif"])

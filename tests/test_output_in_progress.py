"""Output is whole under its name or not there; what was there before stays until then."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.output_files import output_in_progress, put_in_place
from ssc_to_nwb.problems.system_errors import name_system_error, system_errors_named


class CutOffError(Exception):
    """Something went wrong while the file was built."""


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def final(tmp_path: Path) -> Path:
    return tmp_path / "sub-an1" / "sub-an1_ses-1_ophys.nwb"


def test_a_finished_file_gets_its_name(final: Path, tmp_path: Path) -> None:
    with output_in_progress(final, overwrite=False) as place:
        place.building.write_text("new")
        assert not final.exists(), "it is not there before it is whole"
        assert place.building.parent == final.parent, "on the same disk, so that renaming is one step"
        assert place.building.name.startswith(".")
        assert place.byte_size() == 3
        put_in_place(place)
    assert tree(tmp_path) == {"sub-an1/sub-an1_ses-1_ophys.nwb": "new"}


def test_videos_go_with_their_file(final: Path, tmp_path: Path) -> None:
    with output_in_progress(final, overwrite=False) as place:
        place.building.write_text("new")
        place.building_videos.mkdir()
        (place.building_videos / "a.mp4").write_text("video")
        put_in_place(place)
    assert tree(tmp_path) == {
        "sub-an1/sub-an1_ses-1_ophys.nwb": "new",
        "sub-an1/sub-an1_ses-1_ophys/a.mp4": "video",
    }


@pytest.mark.parametrize("failure", [CutOffError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("before", [None, "old"])
def test_whatever_happens_nothing_half_made_is_left(
    final: Path, tmp_path: Path, failure: type[BaseException], before: str | None
) -> None:
    if before is not None:
        final.parent.mkdir()
        final.write_text(before)
    with pytest.raises(failure), output_in_progress(final, overwrite=True) as place:
        place.building.write_text("half")
        place.building_videos.mkdir()
        (place.building_videos / "a.mp4").write_text("half a video")
        raise failure
    assert tree(tmp_path) == ({} if before is None else {"sub-an1/sub-an1_ses-1_ophys.nwb": before})


class TestWhatWasThere:
    @pytest.fixture
    def upright(self, final: Path) -> Path:
        final.parent.mkdir()
        final.write_text("old")
        (final.parent / final.stem).mkdir()
        (final.parent / final.stem / "old.mp4").write_text("old video")
        return final

    def test_is_never_replaced_unasked(self, upright: Path) -> None:
        with problem_raised() as found, output_in_progress(upright, overwrite=False):
            pytest.fail("the block must not run")
        assert (found[0].kind.identifier, found[0].file) == ("output-exists", str(upright))
        assert upright.read_text() == "old"

    def test_is_replaced_with_its_videos(self, upright: Path, tmp_path: Path) -> None:
        with output_in_progress(upright, overwrite=True) as place:
            place.building.write_text("new")
            place.building_videos.mkdir()
            (place.building_videos / "new.mp4").write_text("new video")
            assert upright.read_text() == "old", "until the new one is whole"
            put_in_place(place)
        assert tree(tmp_path) == {
            "sub-an1/sub-an1_ses-1_ophys.nwb": "new",
            "sub-an1/sub-an1_ses-1_ophys/new.mp4": "new video",
        }

    def test_videos_of_an_older_file_do_not_stay_beside_one_without(self, upright: Path, tmp_path: Path) -> None:
        with output_in_progress(upright, overwrite=True) as place:
            place.building.write_text("new")
            put_in_place(place)
        assert tree(tmp_path) == {"sub-an1/sub-an1_ses-1_ophys.nwb": "new"}


def test_what_a_killed_attempt_left_is_removed(final: Path, tmp_path: Path) -> None:
    with output_in_progress(final, overwrite=False) as killed:
        killed.building.write_text("whole")
    killed.building_videos.mkdir()
    other = killed.building.with_name(killed.building.name.replace("ses-1", "ses-2"))
    other.write_text("another session, under way")
    with output_in_progress(final, overwrite=False) as place:
        assert place.building != killed.building, "every attempt has names of its own"
        assert not killed.building.exists()
        assert not killed.building_videos.exists()
        place.building.write_text("new")
        put_in_place(place)
    assert tree(tmp_path) == {
        "sub-an1/sub-an1_ses-1_ophys.nwb": "new",
        f"sub-an1/{other.name}": "another session, under way",
    }


@pytest.mark.parametrize("steps", range(4))
def test_putting_in_place_goes_on_where_it_was_cut_off(
    final: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    final.parent.mkdir()
    final.write_text("old")
    (final.parent / final.stem).mkdir()
    (final.parent / final.stem / "a.mp4").write_text("old video")
    with output_in_progress(final, overwrite=True) as place:
        place.building.write_text("new")
        place.building_videos.mkdir()
        (place.building_videos / "a.mp4").write_text("new video")
        place.building_ledger.parent.mkdir()
        place.building_ledger.write_text("new ledger")
    rename, left = Path.replace, [steps]

    def cut_off(path: Path, target: Path) -> Path:
        if left[0] == 0:
            raise CutOffError
        left[0] -= 1
        return rename(path, target)

    with monkeypatch.context() as patched, pytest.raises(CutOffError):
        patched.setattr(Path, "replace", cut_off)
        put_in_place(place, with_videos=True)
    put_in_place(place, with_videos=True)
    there = {name: text for name, text in tree(tmp_path).items() if not name.endswith(".in-progress/a.mp4")}
    assert there == {
        "sub-an1/sub-an1_ses-1_ophys.nwb": "new",
        "sub-an1/sub-an1_ses-1_ophys/a.mp4": "new video",
        ".ssc-to-nwb/sub-an1_ses-1_ophys.ledger.json": "new ledger",
    }


class TestTheSystem:
    @pytest.mark.parametrize(
        ("number", "kind"),
        [
            (errno.ENOSPC, "disk-full"),
            (errno.EDQUOT, "disk-full"),
            (errno.EACCES, "output-not-writable"),
            (errno.EROFS, "output-not-writable"),
            (errno.ENOTDIR, "output-not-writable"),
            (errno.ENOENT, "output-not-writable"),
            (errno.ENAMETOOLONG, "output-not-writable"),
            (errno.EIO, "system-refused"),
            (errno.EMFILE, "system-refused"),
        ],
    )
    def test_its_errors_have_names(self, number: int, kind: str) -> None:
        with problem_raised() as found, system_errors_named(Path("out")):
            raise OSError(number, "no", "some/file")
        assert (found[0].kind.identifier, found[0].file) == (kind, "some/file")

    def test_hdf5_gives_the_number_only_in_its_text(self) -> None:
        failure = OSError(
            "Can't write data (file write failed: time = x, filename = 'a', errno = 28, error message = ...)"
        )
        assert name_system_error(failure, Path("out")).problem.kind.identifier == "disk-full"

    def test_a_file_system_without_locks_is_named_with_the_variable_that_helps(self) -> None:
        failure = OSError(
            "Unable to synchronously create file (unable to lock file, errno = 37, error message = 'No locks')"
        )
        problem = name_system_error(failure, Path("out")).problem
        assert problem.kind.identifier == "file-locks-missing"
        assert "HDF5_USE_FILE_LOCKING=FALSE" in problem.kind.remedy

    def test_other_exceptions_pass(self) -> None:
        with pytest.raises(ZeroDivisionError), system_errors_named(Path("out")):
            raise ZeroDivisionError

    def test_a_file_where_a_folder_should_be(self, final: Path) -> None:
        final.parent.write_text("a file")
        with problem_raised() as found, output_in_progress(final, overwrite=False):
            pytest.fail("the block must not run")
        assert (found[0].kind.identifier, found[0].file) == ("output-not-writable", str(final.parent))

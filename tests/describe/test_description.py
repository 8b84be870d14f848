"""Session files described without their data: what is in the text, what is never in it, and files that are refused."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from made_sessions import AWKWARD, Edit, Struct, array, events, problem_raised, row, set_entry, write

from ssc_to_nwb.api.explanation import catalogue
from ssc_to_nwb.describe.description import MOST_LINES, Description, describe_file
from ssc_to_nwb.matlab.mat5 import MI_COMPRESSED
from ssc_to_nwb.metadata import census
from ssc_to_nwb.metadata.census import SubvolumeSize
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import Cell, write_mat5
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

FORMATS = ["5", "7.3"]
SMALL = {"subvolumes": (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}


def described(folder: Path, edit: Edit | None = None, **fields: object) -> Description:
    return describe_file(write(folder, edit=edit, **{**SMALL, **fields}).mat_path)


def differing(found: Description) -> list[str]:
    """The lines of what differs from the known layout."""
    return [str(one) for variable in found.variables for one in variable.differences or ()]


class TestKnownLayout:
    @pytest.mark.parametrize("mat_format", FORMATS)
    def test_a_session_that_follows_it_differs_in_nothing(self, tmp_path: Path, mat_format: str) -> None:
        found = described(tmp_path, mat_format=mat_format)
        assert differing(found) == []
        assert found.refusal == ""
        assert found.file_format == {"5": "7", "7.3": "7.3"}[mat_format]
        assert "known layout: s has no difference" in found.lines()

    @pytest.mark.parametrize("mat_format", ["5", pytest.param("7.3", marks=pytest.mark.long)])
    def test_the_awkward_session_has_keys_that_nobody_knows_and_no_other_difference(
        self, tmp_path: Path, mat_format: str
    ) -> None:
        fields = {name: getattr(AWKWARD, name) for name in AWKWARD.__slots__}
        made = write_session(
            root=tmp_path, spec=SessionSpec(**{**fields, "mat_format": mat_format}), raw=False, videos=False
        )
        assert differing(describe_file(made.mat_path)) == [
            "s.metaDataHash key roomName: is not known",
            "s.metaDataHash key roomTemperature: is not known",
            "s.trialPropertiesHash key Luminance: is not known",
            "s.trialPropertiesHash key side: is not known",
        ]

    @pytest.mark.parametrize(
        ("edit", "difference"),
        [
            (lambda s: s.pop("trialTypeMat"), "s.trialTypeMat: is missing, expected 6xT number"),
            (lambda s: s.update(notes=row(1, 2)), "s.notes: is not known, 1x2 double"),
            (lambda s: s.update(trialIds="abc"), "s.trialIds: expected 1xT number, found 1x3 char"),
            (lambda s: s.update(trialStartTimes=row(1, 2)), "s.trialStartTimes: expected 1x3, found 1x2 double"),
            (
                lambda s: s.update(trialTypeStr=np.zeros((6, 1))),
                "s.trialTypeStr: expected 1x6 cell, found 6x1 double",
            ),
            (
                lambda s: s["metaDataHash"].update(keyNames=Cell(["species"] * 13)),
                "s.metaDataHash key sex: is missing",
            ),
            (
                lambda s: [array(s, key).pop("time") for key in ("dffTSA_subvolume_01", "eventTSA_subvolume_01")],
                "s.timeSeriesArrayHash.value{2}.time and 1 more: is missing, expected 1xF number",
            ),
            (
                lambda s: array(s, "dffTSA_subvolume_01")["imagingPlane"][1].pop("ids"),
                "s.timeSeriesArrayHash.value{2}.imagingPlane{2}.ids: is missing, expected 1xP number",
            ),
            (
                lambda s: events(s, "leftLicks").update(type=Cell([row(1)])),
                "s.eventSeriesArrayHash.value{3}.type: expected 1x1 number, found 1x1 cell",
            ),
            (
                lambda s: s.update(timeSeriesArrayHash=row(1)),
                "s.timeSeriesArrayHash: expected 1x1 struct, found 1x1 double",
            ),
        ],
    )  # fmt: skip
    def test_what_differs_is_named(self, tmp_path: Path, edit: Edit, difference: str) -> None:
        assert difference in differing(described(tmp_path, edit))

    def test_a_difference_of_every_roi_is_one(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            for planes in s["timeSeriesArrayHash"]["descrHash"][1:]:
                for plane in planes["value"][0]:
                    for roi in plane["rois"]:
                        roi["extra"] = row(1)

        (found,) = [one for one in differing(described(tmp_path, edit)) if ".extra" in one]
        assert "descrHash{2}.value{1}(1).rois(1).extra and 11 more: is not known" in found

    def test_a_cell_that_was_never_filled_is_no_difference(self, tmp_path: Path) -> None:
        found = described(tmp_path, lambda s: array(s, "dffTSA_subvolume_01").update(idStrDetailed=Cell([row()] * 4)))
        assert differing(found) == []

    def test_a_refusal_names_its_problem_and_place(self, tmp_path: Path) -> None:
        found = described(tmp_path, lambda s: s.update(trialIds="abc"))
        assert found.refusal == "field-type at s.trialIds"
        assert "conversion: refuses it, field-type at s.trialIds" in found.lines()


class TestPrivacy:
    """No data, no names of people, machines or folders: these marks are wherever such may be."""

    PERSON, PLACE, NUMBER = "Hedwig Ostrander", "quillfeather", 31415.25

    @pytest.fixture(scope="class", params=FORMATS)
    def found(self, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Description:
        def edit(s: Struct) -> None:
            set_entry(s["metaDataHash"], "experimenters", Cell([self.PERSON, "Q Quist"]))
            set_entry(s["metaDataHash"], "species", self.PLACE)
            s["metaDataHash"]["keyNames"] = Cell([*s["metaDataHash"]["keyNames"], "badgeOfOstrander"])
            s["metaDataHash"]["value"] = Cell([*s["metaDataHash"]["value"], self.PLACE])
            s["notesOfHedwig"] = f"seen by {self.PERSON}"
            s["numbers"] = row(self.NUMBER)
            s["trialTypeStr"][0] = f"trial {self.PLACE}"
            s["timeSeriesArrayHash"]["descr"][1] = f"dF/F of the ROIs, {self.PERSON}, host {self.PLACE}"
            own = array(s, "dffTSA_subvolume_01")
            own["valueMatrix"][:] = self.NUMBER
            own["idStrs"][0] = self.PERSON
            own["time"] = own["time"] + self.NUMBER
            plane = own["imagingPlane"][0]
            folder = f"{self.PLACE}/Ostrander/imaging_data"
            plane["sourceFileList"] = Cell([path.replace("imaging_data", folder) for path in plane["sourceFileList"]])
            own["imagingPlane"][1]["sourceFileList"] = Cell([f"/home/ostrander/{self.PLACE}/x.tif"])
            events(s, "leftLicks")["idStr"] = self.PLACE

        return described(tmp_path_factory.mktemp("marked") / "ostrander", edit, mat_format=request.param)

    def test_nothing_of_it_is_shown(self, found: Description) -> None:
        for text in ("\n".join(found.lines()), json.dumps(found.as_dict(), ensure_ascii=False)):
            assert "metaDataHash" in text
            for word in ("hedwig", "ostrander", "quist", "quillfeather", "31415", "/home"):
                assert word not in text.casefold()

    def test_what_is_left_still_says_what_it_is(self, found: Description) -> None:
        text = "\n".join(found.lines())
        assert "…/imaging_data/fov_VVPPP/fluo_batch_out/Image_Registration_N_<session>_main_N.tif" in text
        assert "dF/F of the ROIs, …" in text
        assert " char: …; Ca TS for N" in text

    def test_a_file_name_that_is_no_sessions_is_not_shown(self, tmp_path: Path) -> None:
        made = write(tmp_path, **SMALL)
        found = describe_file(made.mat_path.rename(tmp_path / "for_ostrander.mat"))
        assert (found.session, found.refusal, found.census) == (None, None, None)
        assert "ostrander" not in "\n".join(found.lines())

    def test_no_bytes_of_a_file_that_is_no_matlab_file(self, tmp_path: Path) -> None:
        path = tmp_path / "an1_2013_03_08_session.mat"
        path.write_bytes(b"Dear Hedwig Ostrander, " * 40)
        found = describe_file(path)
        assert found.file_format == "unknown"
        assert [variable.error for variable in found.variables] == ["mat-unreadable"]
        assert "Hedwig" not in json.dumps(found.as_dict())


class TestLength:
    @pytest.mark.long
    def test_a_session_of_real_size_fits_into_an_issue(self, tmp_path: Path) -> None:
        volumes = tuple(SubvolumeSpec(number=number, planes=(2, 3, 4), rois_per_plane=90) for number in range(1, 7))
        found = described(tmp_path, subvolumes=volumes, image_shape=(128, 128), shuffled_rows=True)
        assert sum(size.rois for size in found.arrays) == 3 * 6 * 3 * 90
        assert len(found.lines()) <= 110

    def test_a_file_of_any_form_is_cut(self, tmp_path: Path) -> None:
        found = described(tmp_path, lambda s: s.update({f"field{number}": row(1) for number in range(400)}))
        assert len(found.lines()) == MOST_LINES
        assert "--json has all" in found.lines()[-1]
        assert len(found.as_dict()["variables"][0]["tree"]["fields"]) == 411


class TestCensus:
    def test_sizes_are_compared_with_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        found = described(tmp_path)
        assert len(found.arrays) == 3
        size = found.arrays[0]
        for rois, agrees in ((size.rois, True), (size.rois + 1, False)):
            own = SubvolumeSize(rois=rois, frames=size.frames)
            monkeypatch.setattr(census, "read_census", lambda own=own: {"an900001_2013_03_08": (own,)})
            again = describe_file(tmp_path / "an900001_2013_03_08_session.mat")
            assert again.census is not None
            assert again.census.agrees is agrees
            assert f"census: {again.census}" in again.lines()


class TestFilesThatAreRefused:
    def test_several_variables(self, tmp_path: Path) -> None:
        path = tmp_path / "an1_2013_03_08_session.mat"
        session = write(tmp_path / "made", **SMALL).tree
        write_mat5(path=path, variables={"other": row(1, 2), "q": session, "s": "text"}, compressed=False)
        found = describe_file(path)
        assert found.file_format == "5"
        assert [variable.name for variable in found.variables] == ["other", "q", "s"]
        assert [variable.differences is None for variable in found.variables] == [True, False, False]
        assert "known layout: q has no difference" in found.lines()
        assert "  s: expected 1x1 struct, found 1x4 char" in found.lines()

    def test_one_that_is_no_session_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "an1_2013_03_08_session.mat"
        write_mat5(path=path, variables={"x": row(1, 2)})
        found = describe_file(path)
        assert (found.refusal, found.census) == ("mat-variable-missing", None)
        assert found.lines()[1] == "known layout: not compared, no variable looks like a session struct"
        assert "x: 1x2 double" in found.lines()

    @pytest.mark.parametrize("compressed", [False, True])
    def test_a_damaged_variable_does_not_hide_the_others(self, tmp_path: Path, *, compressed: bool) -> None:
        path = tmp_path / "an1_2013_03_08_session.mat"
        bulk = np.random.default_rng(0).normal(size=(1, 20_000))
        write_mat5(path=path, variables={"first": row(1, 2), "bulk": bulk, "last": row(3)}, compressed=compressed)
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        if not compressed:
            # The type of an element inside: the flags of the array in the middle.
            middle = content.index(b"bulk") + 8
        content[middle : middle + 40] = b"\xff" * 40
        path.write_bytes(content)
        found = {variable.name: variable for variable in describe_file(path).variables}
        assert set(found) == {"first", "bulk", "last"}
        assert found["bulk"].error is not None
        assert found["bulk"].node is not None
        assert (found["bulk"].node.kind, found["bulk"].node.size_text()) == ("double", "1x20000")
        assert (found["first"].error, found["last"].error) == (None, None)

    @pytest.mark.parametrize("compressed", [False, True])
    def test_a_file_that_is_cut_short(self, tmp_path: Path, *, compressed: bool) -> None:
        made = write(tmp_path, compressed=compressed, **SMALL)
        content = made.mat_path.read_bytes()
        made.mat_path.write_bytes(content[: len(content) * 2 // 3])
        found = describe_file(made.mat_path)
        assert [variable.name for variable in found.variables] == ["s"]
        assert found.variables[0].error == "the file ends within it"
        assert "  s: 1x1 struct" in found.lines()
        assert (found.refusal or "").startswith("mat-unreadable")

    def test_damage_in_a_compressed_variable_is_named_with_its_place(self, tmp_path: Path) -> None:
        path = write(tmp_path, **SMALL).mat_path
        header, stream = path.read_bytes()[:128], path.read_bytes()[136:]
        whole = zlib.decompress(stream)
        deflater = zlib.compressobj()
        half = deflater.compress(whole[: len(whole) // 2]) + deflater.flush(zlib.Z_FULL_FLUSH)
        # A block of a type that there is not.
        damaged = half + b"\xff" * (len(stream) - len(half))
        path.write_bytes(header + struct.pack("<II", MI_COMPRESSED, len(damaged)) + damaged)
        found = describe_file(path)
        assert (found.refusal or "").startswith("mat-unreadable at s.timeSeriesArrayHash.")
        assert [variable.error for variable in found.variables] == [found.refusal]

    def test_a_broken_object_of_format_7_3_does_not_hide_the_others(self, tmp_path: Path) -> None:
        import h5py

        made = write(tmp_path, mat_format="7.3", **SMALL)
        with h5py.File(made.mat_path, "r+") as file:
            file["s/trialIds"].attrs["MATLAB_class"] = np.bytes_("some_class")
            del file["s/trialStartTimes"]
            file["s/trialStartTimes"] = h5py.SoftLink("/nowhere")
        text = "\n".join(describe_file(made.mat_path).lines())
        assert "  trialIds: 1x3 some_class" in text
        assert "  trialStartTimes: unreadable (ValueError)" in text
        assert "  trialTypeMat: 6x3 double" in text
        assert "/nowhere" not in text

    def test_a_class_that_cannot_be_read(self, tmp_path: Path) -> None:
        import scipy.io

        path = tmp_path / "an1_2013_03_08_session.mat"
        scipy.io.savemat(path, {"s": {"trialIds": np.array([[1 + 2j]]), "metaDataHash": 1.0}, "t": np.ones((1, 2))})
        lines = describe_file(path).lines()
        assert "  trialIds: 1x1 complex (cannot be read: complex numbers)" in lines
        assert "  s.trialIds: expected 1xT number, found 1x1 complex" in lines
        assert "conversion: refuses it, mat-class-unsupported at s.trialIds" in lines
        assert "t: 1x2 double" in lines

    def test_chars_of_other_forms_and_sparse_numbers(self, tmp_path: Path) -> None:
        import scipy.io
        import scipy.sparse

        path = tmp_path / "an1_2013_03_08_session.mat"
        session = {
            "trialTypeStr": np.array(["HitL ", "NoLickR"]),
            "trialIds": scipy.sparse.csc_matrix(np.eye(3)),
            "metaDataHash": 1.0,
        }
        scipy.io.savemat(path, {"s": session})
        lines = describe_file(path).lines()
        assert "  trialTypeStr: 2x7 char: HitL; NoLickR" in lines
        assert "  trialIds: 3x3 sparse double [1]" in lines
        assert "  s.trialTypeStr: expected 1x6 cell, found 2x7 char" in lines

    def test_an_empty_file_and_none(self, tmp_path: Path) -> None:
        path = tmp_path / "an1_2013_03_08_session.mat"
        path.touch()
        assert describe_file(path).variables[0].error == "mat-unreadable"
        with problem_raised() as found:
            describe_file(tmp_path / "absent.mat")
        assert found[0].kind.identifier == "source-not-readable"


@pytest.mark.parametrize(
    "identifier",
    [
        "field-missing", "field-type", "field-length", "field-value", "array-kind-unknown", "mat-unreadable",
        "mat-class-unsupported", "mat-variable-missing", "mat-text-undecodable",
        "hash-key-twice", "time-unit-unknown", "whisker-row-unknown",
        "event-type", "touch-label-unknown", "unknown-key-kept", "trial-type-unknown", "arrays-disagree",
    ],
)  # fmt: skip
def test_messages_of_refused_layouts_point_to_it(identifier: str) -> None:
    assert "ssc-to-nwb describe" in catalogue()[identifier].remedy

"""What wrong input gets: its own problem, at once, with nothing sent; and a right second run ends complete."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from archive_samples import QUICK
from dandi_server import KEY, OTHER_KEY, DandiServer

from ssc_to_nwb.dandi.api_key import find_api_key
from ssc_to_nwb.dandi.results import UploadResult
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.problems.model import SscError

Upload = Callable[..., UploadResult]


def refusal(upload: Upload, **arguments: Any) -> SscError:
    with pytest.raises(SscError) as refused:
        upload(**arguments)
    return refused.value


def identifier(refused: SscError) -> str:
    return refused.problem.kind.identifier


class TestKey:
    """Where the key comes from, and what its absence gets."""

    def test_no_key(self, upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DANDI_API_KEY")
        refused = refusal(upload)
        assert identifier(refused) == "archive-no-key"
        assert "DANDI_API_KEY" in str(refused)
        assert not archive.seen, "the archive was asked before there was a key"

    def test_an_empty_variable_is_no_key(self, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DANDI_API_KEY", "  \n")
        assert identifier(refusal(upload)) == "archive-no-key"

    def test_wrong_key(self, upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DANDI_API_KEY", "f" * 40)
        assert identifier(refusal(upload)) == "archive-key-refused"
        assert len(archive.requests("users-me")) == 1, "a refused key is not tried again"
        monkeypatch.setenv("DANDI_API_KEY", KEY)
        assert upload().ok

    @pytest.mark.parametrize("key", ["two words", 'quo"te' * 4, "back\\slash" * 4, "schlüssel" * 4, "line\nbreak" * 4])
    def test_characters_that_no_key_has(self, upload: Upload, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
        monkeypatch.setenv("DANDI_API_KEY", key)
        refused = refusal(upload)
        assert identifier(refused) == "archive-key-unusable"
        assert key not in str(refused)

    def test_a_line_break_after_the_key_does_no_harm(self, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DANDI_API_KEY", f"{KEY}\n")
        assert upload().ok

    def test_a_named_variable_is_the_only_place_looked_at(
        self, upload: Upload, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = refusal(upload, api_key_variable="MY_KEY")
        assert identifier(refused) == "archive-no-key" and "MY_KEY" in str(refused)
        monkeypatch.delenv("DANDI_API_KEY")
        monkeypatch.setenv("MY_KEY", KEY)
        assert upload(api_key_variable="MY_KEY").ok

    @pytest.mark.parametrize(
        "slip", [KEY, "f" * 40, "0a1b" * 10, "dandi_" + "4fA" * 12, "a-key/with=signs", "two words"]
    )
    def test_a_key_in_the_place_of_the_variables_name_is_not_shown(
        self, upload: Upload, archive: DandiServer, slip: str
    ) -> None:
        refused = refusal(upload, api_key_variable=slip)
        assert identifier(refused) == "archive-key-as-name"
        assert slip not in str(refused)
        assert slip not in str(refused.problem.as_dict())
        assert not archive.seen

    def test_a_key_in_the_place_of_the_dandiset_or_the_instance_is_not_shown(self, upload: Upload) -> None:
        for arguments in ({"dandiset": "0a1b" * 10}, {"instance": "0a1b" * 10}):
            assert "0a1b" * 10 not in str(refusal(upload, **arguments))

    def test_the_keyring_entry_of_the_dandi_client(
        self, upload: Upload, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import keyring
        from keyring.backend import KeyringBackend

        class Stored(KeyringBackend):
            priority = 1

            def get_password(self, service: str, username: str) -> str | None:
                return KEY if (service, username) == (f"dandi-api-127.0.0.1:{archive.api_port}", "key") else None

            def set_password(self, service: str, username: str, password: str) -> None:
                pytest.fail("nothing is stored")

        monkeypatch.delenv("DANDI_API_KEY")
        monkeypatch.setattr(keyring, "get_keyring", Stored)
        assert upload().ok

    def test_a_keyring_that_would_ask_for_a_password_is_left_alone(
        self, upload: Upload, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import keyring
        from keyrings.alt.file import EncryptedKeyring

        monkeypatch.delenv("DANDI_API_KEY")
        monkeypatch.setattr(keyring, "get_keyring", EncryptedKeyring)
        monkeypatch.setattr(EncryptedKeyring, "get_password", lambda *_: pytest.fail("asked for a password"))
        monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115, PTH123
        assert identifier(refusal(upload)) == "archive-no-key"

    def test_each_known_instance_has_a_variable_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DANDI_API_KEY", "general")
        monkeypatch.setenv("DANDI_SANDBOX_API_KEY", "sandbox")
        assert find_api_key(instance_name="dandi-sandbox").reveal() == "sandbox"
        assert find_api_key(instance_name="dandi").reveal() == "general"
        assert find_api_key(instance_name="localhost:8000").reveal() == "general"


class TestDandiset:
    """Dandisets that cannot be uploaded to."""

    @pytest.mark.parametrize("text", ["123", "00012a", "", "https://dandiarchive.org/dandiset/000123", "0001234"])
    def test_not_an_identifier(self, validated: list[Path], upload: Upload, archive: DandiServer, text: str) -> None:
        assert identifier(refusal(upload, dandiset=text)) == "archive-dandiset-id"
        assert validated == [], "what will be refused is not validated"
        assert not archive.seen

    def test_it_is_checked_before_there_is_anything_to_upload(self, upload: Upload, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert identifier(refusal(upload, output=tmp_path / "empty", dandiset="12")) == "archive-dandiset-id"

    @pytest.mark.parametrize("with_metadata", [False, True])
    @pytest.mark.parametrize(
        "named",
        ["identifier: DANDI:000200", "id: DANDI:000200/draft", "identifier: 000200", "identifier: 'DANDI:000200'"],
    )
    def test_the_folder_is_of_another_dandiset(
        self, validated: list[Path], upload: Upload, archive: DandiServer, output: Path, named: str, with_metadata: bool
    ) -> None:
        (output / "dandiset.yaml").write_text(f"schemaKey: Dandiset\n{named}\n")
        refused = refusal(upload, with_metadata=with_metadata)
        assert identifier(refused) == "dandiset-yaml-of-another"
        assert (refused.problem.expected, refused.problem.found) == ("000123", "000200")
        assert validated == [], "what will be refused is not validated"
        assert not archive.seen

    @pytest.mark.parametrize("named", ["identifier: DANDI:000123", "identifier: 000123", "name: of none yet"])
    def test_the_folder_is_of_this_dandiset_or_of_none(self, upload: Upload, output: Path, named: str) -> None:
        (output / "dandiset.yaml").write_text(f"schemaKey: Dandiset\n{named}\n")
        assert upload().ok

    @pytest.mark.parametrize("text", ["000123", "DANDI:000123", "000123/draft", "dandi:000123/draft"])
    def test_ways_to_write_one(self, upload: Upload, text: str) -> None:
        assert upload(dandiset=text, dry_run=True).dandiset == "000123"

    def test_no_such_dandiset(self, upload: Upload) -> None:
        assert identifier(refusal(upload, dandiset="999999")) == "archive-no-such-dandiset"

    def test_no_permission(self, validated: list[Path], upload: Upload, archive: DandiServer) -> None:
        refused = refusal(upload, dandiset="000200")

        assert identifier(refused) == "archive-no-permission"
        assert (refused.problem.expected, refused.problem.found) == ("one of its owners: other", "owner")
        assert validated == [], "what will be refused is not validated"
        assert {request.method for request in archive.seen} == {"GET"}
        archive.model.dandisets["000200"].owners.add("owner")
        assert upload(dandiset="000200").ok

    def test_no_permission_where_the_archive_keeps_the_owners_to_itself(
        self, upload: Upload, archive: DandiServer
    ) -> None:
        archive.lists_owners = False
        result = upload(dandiset="000200")

        assert not result.ok
        assert [problem.kind.identifier for problem in result.problems] == ["archive-no-permission"], "named once"
        assert result.problems[0].file is None, "it is about no file"
        assert not archive.requests("part"), "no byte is sent"
        archive.model.dandisets["000200"].owners.add("owner")
        assert upload(dandiset="000200").ok

    def test_an_account_that_is_not_approved(self, validated: list[Path], upload: Upload, archive: DandiServer) -> None:
        archive.model.users[KEY].approved = False
        refused = refusal(upload)
        assert identifier(refused) == "archive-no-permission"
        assert refused.problem.found == "owner: PENDING"
        assert validated == [], "what will be refused is not validated"
        archive.model.users[KEY].approved = True
        assert upload().ok

    def test_embargoed_and_somebody_elses(self, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
        assert identifier(refusal(upload, dandiset="000300")) == "archive-embargoed"
        assert identifier(refusal(upload, dandiset="000300", allow_embargoed=True)) == "archive-embargoed"
        monkeypatch.setenv("DANDI_API_KEY", OTHER_KEY)
        assert upload(dandiset="000300", allow_embargoed=True).ok

    def test_embargoed_and_ones_own_needs_a_word(self, upload: Upload, archive: DandiServer) -> None:
        assert identifier(refusal(upload, dandiset="000301")) == "archive-embargoed"
        assert not archive.contents("000301")
        assert upload(dandiset="000301", allow_embargoed=True).ok
        assert len(archive.contents("000301")) == 3


class TestInstance:
    """Instances that cannot be reached, are none, or are too new."""

    @pytest.mark.parametrize(
        "text", ["nonsense", "ftp://example.org", "https://", "https://a:b@example.org/api", "http:"]
    )
    def test_not_understood(self, upload: Upload, text: str) -> None:
        refused = refusal(upload, instance=text)
        assert identifier(refused) == "archive-instance-not-understood"
        assert "a:b" not in str(refused)

    @pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
    def test_ways_to_write_a_url(self, upload: Upload, archive: DandiServer, suffix: str) -> None:
        assert upload(instance=archive.url + suffix, dry_run=True).instance == archive.api_url

    def test_not_reachable(self, upload: Upload) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        refused = refusal(upload, instance=f"http://127.0.0.1:{port}")
        assert identifier(refused) == "archive-unreachable"
        assert upload().ok

    def test_a_host_that_does_not_exist(self, upload: Upload) -> None:
        refused = refusal(upload, instance="https://no-such-host.invalid/api", first_contact=RetryPolicy(attempts=1))
        assert identifier(refused) == "archive-unreachable"

    def test_down_for_maintenance(self, upload: Upload, archive: DandiServer) -> None:
        archive.fail("info", "503", times=10)
        assert identifier(refusal(upload)) == "archive-server-failing"
        archive.faults.clear()
        assert upload().ok

    def test_lost_after_the_first_contact(self, upload: Upload, archive: DandiServer) -> None:
        archive.fail("list", "drop", times=100)
        assert identifier(refusal(upload, first_contact=QUICK)) == "archive-unreachable"
        archive.faults.clear()
        assert upload().ok

    @pytest.mark.parametrize("step", ["info", "users-me", "dandiset"])
    def test_lost_while_it_is_opened(self, upload: Upload, archive: DandiServer, step: str) -> None:
        archive.fail(step, "drop", skip=1 if step == "info" else 0, times=100)
        assert identifier(refusal(upload)) == "archive-unreachable"
        archive.faults.clear()
        assert upload().ok

    def test_something_else_answers(self, upload: Upload, archive: DandiServer) -> None:
        refused = refusal(upload, instance=archive.storage_url)
        assert identifier(refused) == "archive-not-an-instance"

    @pytest.mark.parametrize("setting", [{"oldest_client": "999.0.0"}, {"schema_version": "99.0.0"}])
    def test_too_new_for_the_client(self, upload: Upload, archive: DandiServer, setting: dict[str, Any]) -> None:
        before = {name: getattr(archive, name) for name in setting}
        for name, value in setting.items():
            setattr(archive, name, value)
        refused = refusal(upload)
        assert identifier(refused) == "archive-client-too-old"
        assert "upgrade" in str(refused)
        for name, value in before.items():
            setattr(archive, name, value)
        assert upload().ok

    def test_too_old_for_the_client(self, upload: Upload, archive: DandiServer) -> None:
        archive.schema_version = "0.5.0"
        refused = refusal(upload)
        assert identifier(refused) == "archive-instance-too-old"
        assert refused.problem.found == "0.5.0"

    def test_somewhat_older_than_the_client(self, upload: Upload, archive: DandiServer) -> None:
        """The client writes metadata in the instance's own schema, where it knows how."""
        from dandischema.consts import ALLOWED_TARGET_SCHEMAS

        archive.schema_version = ALLOWED_TARGET_SCHEMAS[0]
        assert upload().ok
        (stored, *_) = archive.model.dandisets["000123"].assets.values()
        assert stored.metadata["schemaVersion"] == archive.schema_version

    def test_a_client_version_that_the_instance_rejects(self, upload: Upload, archive: DandiServer) -> None:
        import dandi

        archive.bad_clients = [dandi.__version__]
        assert identifier(refusal(upload)) == "archive-client-too-old"

    def test_plain_http_to_another_machine(self, upload: Upload) -> None:
        refused = refusal(upload, instance="http://192.0.2.1/api")
        assert identifier(refused) == "archive-needs-tls"

    def test_a_web_page_whose_api_is_elsewhere(self, upload: Upload, archive: DandiServer) -> None:
        archive.web_page_points_to = "https://api.example.org/api"
        archive.fail("info", "404")
        refused = refusal(upload)
        assert identifier(refused) == "archive-api-on-another-host"
        assert "https://api.example.org/api" in str(refused)
        assert all(request.authorization is None for request in archive.seen)

    def test_names_of_the_public_instances(self) -> None:
        from ssc_to_nwb.dandi.instance import resolve_instance

        assert resolve_instance("dandi").api_urls[0] == "https://api.dandiarchive.org/api"
        assert resolve_instance("dandi-sandbox").api_urls[0] == "https://api.sandbox.dandiarchive.org/api"
        assert resolve_instance("https://dandiarchive.org/").name == "dandi"
        assert resolve_instance("https://example.org/dandi").api_urls == (
            "https://example.org/dandi/api",
            "https://example.org/dandi",
        )


def test_an_asset_that_the_archive_refuses(upload: Upload, archive: DandiServer, output: Any) -> None:
    bad = output / "sub-an1" / "sub-an1_ses-1_what?.mp4"
    bad.write_bytes(b"a name that the archive does not take")

    result = upload()

    problems = [problem for problem in result.problems if problem.kind.identifier == "archive-refused"]
    assert len(problems) == 1 and "Path improperly formatted" in str(problems[0])
    bad.unlink()
    assert upload().ok


def test_an_nwb_file_that_the_client_cannot_read(upload: Upload, output: Any) -> None:
    from archive_samples import NWB

    broken = output / "sub-an1" / "sub-an1_ses-2_ophys.nwb"
    broken.write_bytes((output / NWB).read_bytes()[:3000])

    result = upload()

    assert "archive-asset-metadata" in {problem.kind.identifier for problem in result.problems}
    assert sum(outcome.status == "uploaded" for outcome in result.outcomes) == 3
    broken.unlink()
    assert upload().ok

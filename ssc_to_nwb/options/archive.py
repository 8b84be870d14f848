"""What can be asked of the commands that bring files to an archive."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, needed, option, python_only
from ssc_to_nwb.options.sources import metadata_files

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.dandiset_section import DandisetSection
    from ssc_to_nwb.dandi.results import TransferProgress

Validation = Literal["require", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Tries with growing waits.

    attempts: how many tries in all; first_wait_s: the wait after the first failure; growth: by what each further wait
    is multiplied; longest_wait_s: the ceiling; jitter: up to this share is added at random, so that many files that
    failed together do not all come back together.
    """

    attempts: int = 6
    first_wait_s: float = 2.0
    growth: float = 2.0
    longest_wait_s: float = 120.0
    jitter: float = 0.25

    def waits(self) -> Iterator[float]:
        """The waits in seconds between the tries: one fewer than there are tries."""
        wait_s = self.first_wait_s
        for _ in range(self.attempts - 1):
            yield min(wait_s, self.longest_wait_s) * (1 + self.jitter * random.random())
            wait_s *= self.growth


#: For the first contact: somebody is waiting for an answer, so give up within seconds.
FIRST_CONTACT = RetryPolicy(attempts=3, first_wait_s=1.0, longest_wait_s=5.0)


@dataclass(frozen=True, kw_only=True)
class DandisetRequest:
    """What can be asked of `dandiset`."""

    output: Path | str = field(metadata=argument("The folder that `convert` wrote.", path="folder"))
    section: "DandisetSection | Mapping[str, Any] | None" = python_only(
        None,
        "The section `dandiset` of the metadata, already loaded. None: that of `<dataset>.yaml` with `metadata_files`.",
        kind="mapping",
    )
    dataset: Literal["ssc-1", "ssc-2"] = option(
        "ssc-1", "The dataset whose packaged metadata are used.", flags=("--data-set",)
    )
    metadata_files: Sequence[Path | str] = metadata_files()
    dandiset: str | None = option(None, "The dandiset's six digits, where it exists already.", metavar="ID")


@dataclass(frozen=True, kw_only=True)
class ArchiveRequest:
    """What the commands that talk to an archive share."""

    output: Path | str = field(metadata=argument("The folder that `convert` wrote.", path="folder"))
    dandiset: str = field(metadata=needed("The dandiset's six digits, such as 000123.", metavar="ID"))
    instance: str = option(
        "dandi",
        "dandi, dandi-sandbox, another name that the dandi client knows, or the URL of a self-hosted archive.",
        metavar="NAME|URL",
    )
    api_key_variable: str | None = option(
        None,
        "Environment variable that holds the API key. Without it: the dandi client's own variable for the instance "
        "(such as DANDI_SANDBOX_API_KEY), DANDI_API_KEY, or else the keyring. The key itself is never an argument.",
        flags=("--api-key-env",),
        metavar="NAME",
    )
    retry: RetryPolicy = python_only(RetryPolicy(), "Tries and waits for each asset.", kind="RetryPolicy")
    first_contact: RetryPolicy = python_only(
        FIRST_CONTACT, "Tries and waits for the question whether the archive is there.", kind="RetryPolicy"
    )
    on_progress: "Callable[[TransferProgress], None] | None" = python_only(
        None, "Called with the progress of the transfer, from several threads."
    )
    stop: Event = python_only(
        MISSING,
        "Set it to end early: the function then returns at once, and parts that are under way end by themselves.",
        kind="threading.Event",
        default_factory=Event,
    )


@dataclass(frozen=True, kw_only=True)
class UploadRequest(ArchiveRequest):
    """What can be asked of `upload`."""

    dry_run: bool = option(False, "List what would be new, replaced or unchanged, with bytes; send nothing.")
    prune: bool = option(
        False, "Remove from the draft what is not in the folder, if that is confirmed. Otherwise nothing is deleted."
    )
    confirm_prune: Callable[[tuple[str, ...]], bool] | None = python_only(
        None, "Called with the paths to remove before anything is sent; they are removed if it returns True."
    )
    allow_embargoed: bool = option(False, "Upload to a dandiset under embargo.")
    with_metadata: bool = option(
        False,
        "Also set the draft's metadata from the folder's dandiset.yaml. What only the archive says stays; what is "
        "replaced is reported.",
    )
    validation: Validation = option("require", "Send a session once its file is valid, or (skip) without validation.")
    workers: int = option(
        1,
        "Files that are validated at once, in processes of their own if more than 1.",
        on_command_line=2,
        at_least=1,
    )
    jobs: int = option(4, "Files that are sent at once.", at_least=1)
    jobs_per_file: int = option(
        2,
        "Parts (64 MiB) of one file that are sent at once. Each is held in memory; all files together hold 4 parts, "
        "or this number where it is more.",
        at_least=1,
    )
    record: Path | str | None = option(
        None,
        "File in which each event is recorded.",
        unset=".ssc-to-nwb/upload.jsonl in the folder",
        path="file",
    )


@dataclass(frozen=True, kw_only=True)
class DownloadCheckRequest(ArchiveRequest):
    """What can be asked of `download-check`."""

    asset: str | None = option(
        None, "The asset's path in the dandiset. Without it, one is picked at random.", metavar="PATH"
    )
    seed: int | None = option(None, "Pick the same asset each time.")

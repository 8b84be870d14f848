"""What can be asked of the commands that bring files to an archive."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, option, options, python_only
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


@options
class DandisetRequest:
    """What can be asked of `dandiset`."""

    output: Path | str = argument("The folder that `convert` wrote.", path="folder")
    section: "DandisetSection | Mapping[str, Any] | None" = python_only(
        "The section `dandiset` of the metadata, already loaded. None: that of `<dataset>.yaml` with `metadata_files`.",
        default=None,
        kind="mapping",
    )
    dataset: Literal["ssc-1", "ssc-2"] = option(
        "The dataset whose packaged metadata are used.", default="ssc-1", flags=("--data-set",)
    )
    metadata_files: Sequence[Path | str] = metadata_files()
    dandiset: str | None = option("The dandiset's six digits, where it exists already.", default=None, metavar="ID")


@options
class ArchiveRequest:
    """What the commands that talk to an archive share."""

    output: Path | str = argument("The folder that `convert` wrote.", path="folder")
    dandiset: str = option("The dandiset's six digits, such as 000123.", metavar="ID")
    instance: str = option(
        "dandi, dandi-sandbox, another name that the dandi client knows, or the URL of a self-hosted archive.",
        default="dandi",
        metavar="NAME|URL",
    )
    api_key_variable: str | None = option(
        "Environment variable that holds the API key. Without it: the dandi client's own variable for the instance "
        "(such as DANDI_SANDBOX_API_KEY), DANDI_API_KEY, or else the keyring. The key itself is never an argument.",
        default=None,
        flags=("--api-key-env",),
        metavar="NAME",
    )
    retry: RetryPolicy = python_only("Tries and waits for each asset.", default=RetryPolicy(), kind="RetryPolicy")
    first_contact: RetryPolicy = python_only(
        "Tries and waits for the question whether the archive is there.", default=FIRST_CONTACT, kind="RetryPolicy"
    )
    on_progress: "Callable[[TransferProgress], None] | None" = python_only(
        "Called with the progress of the transfer, from several threads.", default=None
    )
    stop: Event = python_only(
        "Set it to end early: the function then returns at once, and parts that are under way end by themselves.",
        kind="threading.Event",
        default_factory=Event,
    )


@options
class UploadRequest(ArchiveRequest):
    """What can be asked of `upload`."""

    dry_run: bool = option("List what would be new, replaced or unchanged, with bytes; send nothing.", default=False)
    prune: bool = option(
        "Remove from the draft what is not in the folder, if that is confirmed. Otherwise nothing is deleted.",
        default=False,
    )
    confirm_prune: Callable[[tuple[str, ...]], bool] | None = python_only(
        "Called with the paths to remove before anything is sent; they are removed if it returns True.", default=None
    )
    allow_embargoed: bool = option("Upload to a dandiset under embargo.", default=False)
    with_metadata: bool = option(
        "Also set the draft's metadata from the folder's dandiset.yaml. What only the archive says stays; what is "
        "replaced is reported.",
        default=False,
    )
    validation: Validation = option(
        "Send a session once its file is valid, or (skip) without validation.", default="require"
    )
    workers: int = option(
        "Files that are validated at once, in processes of their own if more than 1.",
        default=1,
        on_command_line=2,
        at_least=1,
    )
    jobs: int = option("Files that are sent at once.", default=4, at_least=1)
    jobs_per_file: int = option(
        "Parts (64 MiB) of one file that are sent at once. Each is held in memory; all files together hold 4 parts, "
        "or this number where it is more.",
        default=2,
        at_least=1,
    )
    record: Path | str | None = option(
        "File in which each event is recorded.",
        default=None,
        unset=".ssc-to-nwb/upload.jsonl in the folder",
        path="file",
    )


@options
class DownloadCheckRequest(ArchiveRequest):
    """What can be asked of `download-check`."""

    asset: str | None = option(
        "The asset's path in the dandiset. Without it, one is picked at random.", default=None, metavar="PATH"
    )
    seed: int | None = option("Pick the same asset each time.", default=None)

"""Take in the day's files: claims sent, claims made ready, remittances received."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from denialml.service import charges, posting
from pipelines.step import Call, run


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What the files added, folder by folder."""

    sent: charges.ChargesReport
    drafts: charges.ChargesReport
    posted: posting.PostReport


def ingest(call: Call) -> IngestReport:
    """Import 837 files of sent and of unsent claims, then post 835 files, in the order of their names.

    Files taken in before are recognised and change nothing, so that the step may be repeated.
    """
    sent, drafts, remits = (
        _files(call.settings.home / call.parameters[folder]) for folder in ("sent", "drafts", "remits")
    )
    return IngestReport(
        sent=charges.import_charges(call.settings, sent, sent=True),
        drafts=charges.import_charges(call.settings, drafts, sent=False),
        posted=posting.post_files(call.settings, remits),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


if __name__ == "__main__":
    sys.exit(run("ingest", ingest))

"""pyx12 as a judge of the files that we write: its verdict by its own maps of the implementation guides."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyx12.params
import pyx12.x12n_document


def verdict(content: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Whether all is accepted, and every complaint."""
    path = folder / "judged.x12"
    path.write_bytes(content)
    report = io.StringIO()
    valid = pyx12.x12n_document.x12n_document(pyx12.params.ParamsUnix(), str(path), io.StringIO(), None, fd_json=report)
    found = json.loads(report.getvalue())
    codes = [
        transaction["ack_code"]
        for interchange in found["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
    ]
    assert codes
    return bool(valid) and set(codes) == {"A"}, list(_complaints(found))


def _complaints(node: Any) -> Any:
    if isinstance(node, dict):
        if "err_str" in node:
            yield node["err_str"]
        for value in node.values():
            yield from _complaints(value)
    elif isinstance(node, list):
        for value in node:
            yield from _complaints(value)

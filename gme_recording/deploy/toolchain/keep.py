"""Put a new engine into its place at once and whole, whoever else is doing the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gme_recording.deploy.toolchain.engine import kept_path


@contextmanager
def growing(root: Path) -> Iterator[Path]:
    """Yield a folder for the engine, to be made as `bin/pulumi`; with that file it becomes the kept copy.

    Without it, after an error, or where another process was quicker, the folder is removed.
    """
    final = kept_path(root).parent.parent
    folder = final.with_name(f"{final.name}.{os.getpid()}.new")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    try:
        yield folder
        if (folder / "bin" / "pulumi").exists() and not kept_path(root).exists():
            shutil.rmtree(final, ignore_errors=True)
            folder.rename(final)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

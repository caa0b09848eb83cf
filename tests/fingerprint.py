"""What the migrations say, in one word: databases made from them are kept under it. Touches nothing, the environment least."""

import hashlib
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def fingerprint(root: Path = ROOT) -> str:
    """Of the migrations under `root`."""
    digest = hashlib.sha256(django.__version__.encode())
    sources = [*root.glob("*/migrations/*.py"), *root.glob("*/apps.py"), root / "staff" / "append_only.py"]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]

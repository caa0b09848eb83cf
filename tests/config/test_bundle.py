"""What `make bundle` works out by itself; the bundle as a whole is proved by deploy/bootstrap/prove_bundle.sh."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "deploy" / "bootstrap"
LOCK = """\
# a comment
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via redis
brotlicffi==1.2 ; platform_python_implementation != 'CPython' \\
    --hash=sha256:cc
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:dd
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:ee
pillow==12.0 \\
    --hash=sha256:ff
"""
INDEX = """\
Package: libpango-1.0-0
Version: 1:1.50.12+ds-1
Architecture: amd64
Description: Layout and rendering of internationalized text
 Further lines do not matter.
Filename: ./libpango.deb
SHA256: 0123abcd

"""


def said(script: str, *arguments: str) -> str:
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- our own scripts


def test_the_packages_are_those_of_debians_python(tmp_path: Path) -> None:
    """Its 3.11.2 needs one that a newer 3.11, on which the bundle may be made, does not."""
    (tmp_path / "lock.txt").write_text(LOCK, encoding="utf-8")
    assert said("for_debian.py", str(tmp_path / "lock.txt")).splitlines() == [
        "async-timeout==5.0.1 --hash=sha256:aa --hash=sha256:bb",
        "numpy==2.4.6 --hash=sha256:dd",
        "pillow==12.0 --hash=sha256:ff",
    ]


def test_every_locked_package_keeps_its_sums() -> None:
    lines = said("for_debian.py", str(ROOT / "requirements.txt")).splitlines()
    assert [line for line in lines if " --hash=sha256:" not in line] == []
    assert len(lines) > 50


def test_debian_packages_are_told_by_name_version_and_sum(tmp_path: Path) -> None:
    (tmp_path / "Packages").write_text(INDEX, encoding="utf-8")
    bill = json.loads(said("bill_of_packages.py", str(tmp_path / "Packages")))
    assert (bill["bomFormat"], len(bill["components"])) == ("CycloneDX", 1)
    (found,) = bill["components"]
    assert (found["name"], found["version"]) == ("libpango-1.0-0", "1:1.50.12+ds-1")
    assert found["purl"] == "pkg:deb/debian/libpango-1.0-0@1%3A1.50.12%2Bds-1?arch=amd64&distro=bookworm"
    assert found["hashes"] == [{"alg": "SHA-256", "content": "0123abcd"}]

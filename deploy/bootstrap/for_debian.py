"""for_debian.py REQUIREMENTS: the lock's lines that hold on Debian 12, whose Python is 3.11.2; this machine's may be newer."""

from __future__ import annotations

import sys
from pathlib import Path

from packaging.markers import Marker

DEBIAN = {"python_full_version": "3.11.2", "python_version": "3.11"}


def main() -> None:
    # A logical line is a requirement with its hashes, continued by backslashes.
    logical = Path(sys.argv[1]).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for line in logical:
        requirement, *hashes = line.split(" --hash=")
        name, _, marker = requirement.partition(" ; ")
        if not name or name.lstrip().startswith("#") or (marker and not Marker(marker.strip()).evaluate(dict(DEBIAN))):
            continue
        print(name.strip(), *(f"--hash={each.strip()}" for each in hashes))


if __name__ == "__main__":
    main()

"""bill_of_packages.py PACKAGES: a bill of materials (CycloneDX 1.6, JSON) of the Debian packages that an index names."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

FIELD = re.compile(r"^(\S+): (.*)$", re.MULTILINE)


def component(paragraph: str) -> dict[str, Any]:
    """One package of the index; the purl is that of the package-url specification for Debian."""
    fields = dict(FIELD.findall(paragraph))
    name, version = fields["Package"], fields["Version"]
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version, safe='')}?arch={fields['Architecture']}&distro=bookworm"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "description": fields.get("Description", ""),
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": fields["SHA256"]}],
    }


def main() -> None:
    paragraphs = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n\n")
    components = [component(each) for each in paragraphs if each.strip()]
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    json.dump(bill, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()

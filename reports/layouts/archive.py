"""Word and Excel files as settled bytes: they are archives that carry the clock, and the same input shall give the same hash."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

from django.utils import timezone

EPOCH = (1980, 1, 1, 0, 0, 0)
CORE = "docProps/core.xml"
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def settled(content: bytes, as_of: datetime) -> bytes:
    """The same archive with every entry's time fixed, and the document's own times those of the figures."""
    moment = as_of.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == CORE:
                data = STAMP.sub(rb"\g<1>" + moment + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            copy.writestr(entry, data)
    return target.getvalue()

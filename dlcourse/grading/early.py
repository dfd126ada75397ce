"""Imported before nbformat: leaves out what would take an engine two seconds, for nothing.

jsonschema compiles a grammar of web addresses when the package `rfc3987_syntax` is there, which
takes longer than all else that an engine imports; no notebook's schema asks for it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

"""The doors for state changes of the office's own records, one module a kind of record."""

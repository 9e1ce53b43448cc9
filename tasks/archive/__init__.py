"""The office in one sealed file: written beside all that runs, checked, and restored (docs/decisions/0012)."""

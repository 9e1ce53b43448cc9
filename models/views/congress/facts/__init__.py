"""What had happened and been told by a cut-off (domain.md section 11)."""

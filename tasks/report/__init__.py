"""A congress report as a folder of files: written, and verified (domain.md section 11)."""

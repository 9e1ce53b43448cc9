"""How each table and curve of a congress report is counted (domain.md section 11)."""

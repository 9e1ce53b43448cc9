"""What the congress is told: facts up to a cut-off, what they are counted to, and what is hidden (domain.md section 11)."""

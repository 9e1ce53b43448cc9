"""What the congress is told: facts up to a cut-off, figures, and what is hidden of them (domain.md section 11)."""

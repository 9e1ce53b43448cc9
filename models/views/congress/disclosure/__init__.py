"""What of a congress report is hidden, so that nobody is seen in it (domain.md section 10)."""

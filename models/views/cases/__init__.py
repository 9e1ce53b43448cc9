"""What staff see of a request, a network, a person, a region, and of all (domain.md section 13)."""

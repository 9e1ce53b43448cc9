"""Our own app around Prefect's server: who may ask it, what its pages may do, and patience with its database."""

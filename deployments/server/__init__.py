"""What `lots up` runs: Prefect's server behind a door of our own."""

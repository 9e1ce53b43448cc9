"""`python -m deployments` is `lots`."""

from deployments.cli import main

main()

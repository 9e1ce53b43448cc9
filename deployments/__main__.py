"""`python -m deployments` is `lots`."""

from deployments.cli.app import main

main()

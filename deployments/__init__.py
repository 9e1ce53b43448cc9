"""How it runs: the command line, the web pages, prefect.yaml and the demo."""

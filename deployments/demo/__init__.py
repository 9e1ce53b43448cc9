"""`lots demo`: one network's whole life, and one that falls silent, on real parts on this machine."""

from deployments.demo.run import run_demo

__all__ = ["run_demo"]

"""`lots up`: everything an office needs, in one process group."""

import os
import sys
import time

from deployments import environment
from deployments.processes import (
    Parts,
    free_port,
    start_deploying,
    start_server,
    start_worker,
    stopping,
    wait_for,
)
from models.database import close_database, engine, transaction
from models.importing import load_reference_data
from models.settings import Settings
from models.upgrade import newest, upgrade

PREFECT_PORT = 4200


def upgrade_database() -> str:
    """Upgrade the configured database and load reference data where there is none. Returns the version."""
    upgrade(engine())
    with transaction() as session:
        load_reference_data(session)
    return newest()


def run_up(settings: Settings) -> None:
    """Start all parts, print where they are, and stay until Ctrl-C or until one of them ends."""
    upgrade_database()
    environment.prepare(settings)
    parts = Parts(settings.home / "log")
    own_server = "PREFECT_API_URL" not in os.environ
    try:
        with stopping(parts):
            print("Startar, det tar en halv minut …", flush=True)
            if own_server:
                os.environ["PREFECT_API_URL"] = start_server(parts, free_port(PREFECT_PORT), settings.prefect_host)
            start_deploying(parts)
            if own_server:
                wait_for(parts, f"{os.environ['PREFECT_API_URL']}/health")
                environment.remember_server(settings, os.environ["PREFECT_API_URL"])
            start_worker(parts)
            parts.start("web", sys.executable, "-m", "deployments", "web")
            parts.wait("deploy")
            print(f"Prefect  {os.environ['PREFECT_API_URL'].removesuffix('/api')}")
            print(f"Web      {settings.public_url}")
            print("Ctrl-C stops everything.", flush=True)
            while True:
                parts.check()
                time.sleep(0.5)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    finally:
        if own_server:
            environment.forget_server(settings)
        close_database()

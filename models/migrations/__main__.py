"""`make migration NAME="…"`: the next migration, drafted from what the tables have and the newest one has not."""

import re
import sys
from tempfile import TemporaryDirectory

from alembic import command

from models.db.engine import make_engine
from models.operation.upgrade import config, newest_version, upgrade


def draft(name: str) -> None:
    """Write it, and print where it is. What Alembic cannot see (a renamed column, rows to fill) is for its author."""
    number = f"{int(newest_version()) + 1:04}"
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/empty.db")
        upgrade(engine)
        with engine.connect() as connection:
            chosen = config(connection)
            chosen.set_main_option("file_template", f"{number}_{python_name(name)}")
            command.revision(chosen, name, autogenerate=True, rev_id=number)
    print(f"models/migrations/versions/{number}_{python_name(name)}.py")


def python_name(words: str) -> str:
    """The words as a file of Python is called."""
    return re.sub(r"\W+", "_", words.lower()).strip("_")


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]))

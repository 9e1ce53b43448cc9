"""An office at work, in a process of its own: members ask, staff decide, mail is queued; each number told once kept."""

from models.db.engine import transaction
from models.reference.file_import import DATA, import_file, load_reference_data  # noqa: F401 (as the office does)
from tests.acts import ask, talk


def main() -> None:
    number = 0
    while True:
        number += 1
        with transaction() as session:
            asked = ask(session, place=f"Byn {number}", co_organisers="")
            talk(session, asked)
        print(asked.number, flush=True)


if __name__ == "__main__":
    main()

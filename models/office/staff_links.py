"""Addresses of the pages where staff see whom they work with (domain.md section 13): numbers and codes, nobody's name.

They open behind each reader's own sign-in, so that they may stand in mails, in Prefect's pages and on the web.
"""

from typing import Literal
from urllib.parse import quote
from uuid import UUID

from models.settings import settings
from models.tables.network import Network
from models.tables.request import SupportRequest

StaffPage = Literal["region", "register", "request", "network", "person", "mail"]


def staff_link(page: StaffPage | None = None, of: str | int | UUID = "") -> str:
    """The address of a staff page, under LOTS_PUBLIC_URL; without a page that of what waits on whoever reads it.

    `of`: a region's code, a request's or network's number, a person's or mail's id.
    """
    parts = [page or "", quote(str(of), safe="")]
    return "/".join([f"{settings().public_url}/staff", *(part for part in parts if part)])


def staff_link_of(one: Network | SupportRequest) -> str:
    """The address of a request's or network's own page."""
    return staff_link("network" if isinstance(one, Network) else "request", one.number)

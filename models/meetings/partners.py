"""A company that was written wrongly is put right, or taken away (domain.md section 13)."""

from sqlmodel import Session, col, select

from models.audit import Correction, log_correction
from models.db.column_types import nfc
from models.errors import UserError
from models.forms.kit.base import name_problem
from models.forms.meeting_report import COMPANY_LENGTH
from models.i18n import localized
from models.people.named_in_note import check_company
from models.tables.change_entry import ChangedField
from models.tables.meeting import Partner
from models.tables.network import Network

COMPANY = ("Företag", "Company")


def correct_partner(session: Session, network: Network, partner: Partner, company: str, correction: Correction) -> bool:
    """Give a company its right name; "": it was none of the network's. False when it has that name.

    One that the network has already, as the same kind of partner, is one. Raises UserError that names the field.
    """
    before, company = partner.company, nfc(company)
    if company == before:
        return False
    if wrong := name_problem(company, COMPANY):
        raise UserError(wrong[0])
    if len(company) > COMPANY_LENGTH:
        raise UserError(
            localized(
                f"{COMPANY[0]}: korta till högst {COMPANY_LENGTH} tecken.",
                f"{COMPANY[1]}: shorten to {COMPANY_LENGTH} characters.",
            )
        )
    check_company(session, network, company, localized(*COMPANY))
    others = select(Partner).where(
        col(Partner.network_id) == network.id, col(Partner.kind) == partner.kind, col(Partner.id) != partner.id
    )
    if not company or any(one.company.casefold() == company.casefold() for one in session.exec(others)):
        session.delete(partner)
    else:
        partner.company = company
        session.add(partner)
    log_correction(session, correction, ChangedField.partner, before, company, network=network)
    return True

"""Which form each flow is filled in with."""

from models.forms.capacity import CapacityForm
from models.forms.catch_up import CatchUpForm
from models.forms.check_in import CheckInForm
from models.forms.form import Form
from models.forms.kickoff import KickoffForm
from models.forms.meeting_report import MeetingReportForm
from models.forms.need_signal import NeedSignalForm
from models.forms.needs_talk import NeedsTalkForm
from models.forms.network_change import NetworkChangeForm
from models.forms.support_request import SupportRequestForm

FORMS: dict[str, type[Form]] = {
    "support-request": SupportRequestForm,
    "needs-talk": NeedsTalkForm,
    "need-signal": NeedSignalForm,
    "kickoff": KickoffForm,
    "meeting-report": MeetingReportForm,
    "check-in": CheckInForm,
    "catch-up": CatchUpForm,
    "network-change": NetworkChangeForm,
    "capacity": CapacityForm,
}

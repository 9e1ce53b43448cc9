"""What holds for each kind of mail: how long it can wait, who can be spared it, how often it is tried (section 9)."""

from datetime import timedelta

from models.tables.mail import Template

SKIP_AFTER = timedelta(days=14)
LEASE = timedelta(seconds=25)
RETRY_AFTER = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))

OVERTAKEN = "overtaken"
"""Why a mail is not sent that has nothing left to say, as a code."""
NO_READER = "no-reader"
"""Why a request that somebody typed is not asked about: its number is nobody's whom we may mail."""

_T = Template
AT_ONCE = {_T.receipt, _T.declined, _T.data_request, _T.fresh_link, _T.calendar_invitation, _T.sign_in}
AT_ONCE |= {_T.confirm_request}
WORKING_DAY = {_T.talk_invitation, _T.more_information, _T.granted, _T.waiting, _T.queue_offer, _T.request_ended}
WORKING_DAY |= {_T.correction, _T.staff_case, _T.staff_digest, _T.staff_alarm, _T.report_ready}
WORKING_DAY |= {_T.starter_kit}  # with the grant that it belongs to
REMINDERS = {_T.first_meeting, _T.check_in, _T.check_in_reminder, _T.second_organiser, _T.kickoff_checklist}
REMINDERS |= {_T.still_planned, _T.wake}
"""What a reader can be spared on request; decisions, changes and what they asked for still come."""


NEVER_SKIPPED = {_T.granted, _T.waiting, _T.queue_offer, _T.declined, _T.request_ended, _T.data_request}
NEVER_SKIPPED |= {_T.calendar_invitation, _T.correction}
"""Decisions, rights answers and calendar mail: however late they go, they go."""

ASKS = frozenset({_T.check_in, _T.first_meeting, _T.check_in_reminder, _T.second_organiser})
"""The mails that put the five questions: their context names the check-in."""

"""What has stood so long that somebody must look: mail, runs, and last night's sweep."""

from datetime import timedelta
from typing import Final

MAIL_LATE: Final = timedelta(hours=1)
"""In which its kind of mail may go (domain.md section 9)."""
RUN_LATE: Final = timedelta(minutes=10)
"""Past the time at which a run was to start."""
RUN_STUCK: Final = timedelta(minutes=5)
"""In a state that a run leaves within seconds: taken and not started, or being cancelled."""

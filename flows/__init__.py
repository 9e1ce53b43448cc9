"""The story of a network's life, a stage a file. Holds no rule.

support_request → needs_talk → kickoff → meeting_report → check_in → health_check → phase_out; outbox sends the mail, mail_check tries its server,
data_protection forgets what nobody needs.
"""

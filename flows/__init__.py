"""The story of a network's life, a stage a file. Holds no rule.

support_request → needs_talk → kickoff → meeting_report → check_in → health_check → phase_out; outbox sends the mail,
inbox reads what comes back, mail_check tries the server, data_protection forgets what nobody needs,
backup keeps what everybody does, member_register takes in the union's register.
"""

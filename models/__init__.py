"""What is true: tables and the rules over them. No Prefect, SMTP, Jinja or clock in here: today is an argument."""

"""The forms that staff fill in and the web pages post: one per flow, a stage a file."""

"""What is said: mails, words and formats, in Swedish and English."""

"""Who gets in, and how it is made sure: second factors, brakes on guessing, open sessions."""

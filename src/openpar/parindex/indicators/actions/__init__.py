"""What may be done with indicators: issue a version, end an indicator, keep values, bring files in."""
